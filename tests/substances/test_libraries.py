"""Who sees which library, and what no search of one leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from substances.models import ChemicalList, Library, ListMembership
from substances.searches.results import results
from substances.services.library_import import Described, import_library
from substances.services.similarity_neighbours import CWC_LIST
from substances.similarity import asking, store
from tests.build import a_member, a_source, a_structure, a_substance, an_organisation
from tests.substances.searching import hits_of, searched

pytestmark = pytest.mark.django_db


def a_library(name: str, **more: object) -> Library:
    return Library.objects.create(
        slug=name.lower(),
        name=name,
        source="A supplier",
        file_name="x.smi",
        file_sha256="0" * 64,
        state="ready",
        **more,
    )


def seen_by(client: Client) -> tuple[set[str], set[str]]:
    """The libraries on the page, and over REST."""
    page = client.get(reverse("web:libraries")).content.decode()
    rest = client.get(reverse("api:libraries")).json()["results"]
    return {library.name for library in Library.objects.all() if f">{library.name}<" in page}, {
        row["name"] for row in rest
    }


def test_a_library_of_an_organisation_is_seen_by_its_members_alone(client: Client) -> None:
    ours, theirs = an_organisation(), an_organisation()
    a_library("Public")
    a_library("Ours", organisation=ours)
    a_library("Theirs", organisation=theirs)
    assert seen_by(client) == ({"Public"}, {"Public"})
    client.force_login(a_member(of=ours))
    assert seen_by(client) == ({"Public", "Ours"}, {"Public", "Ours"})
    for name in ("web:library", "api:library"):
        assert client.get(reverse(name, args=["ours"])).status_code == 200
        assert client.get(reverse(name, args=["theirs"])).status_code == 404
        assert client.get(reverse(name, args=["nobodys"])).status_code == 404


def test_the_page_of_a_library_says_what_became_of_its_rows(client: Client) -> None:
    library = a_library("Public", lines=5, stored=3, rejected=2, licence="CC0")
    library.rejections.create(line=2, code="polymer", message="open end")
    page = client.get(reverse("web:library", args=["public"])).content.decode()
    assert all(text in page for text in ("CC0", "polymer", "3 structures that can be searched"))


def test_without_a_library_the_page_says_so(client: Client) -> None:
    assert "There is no library you may search" in client.get(reverse("web:libraries")).content.decode()


def test_the_list_costs_no_more_with_more_libraries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        a_library(f"L{number}", organisation=an_organisation())
    with django_assert_max_num_queries(4):
        client.get(reverse("web:libraries"))


@pytest.mark.parametrize("slug", ["registry"])
def test_no_library_is_called_as_the_registry(slug: str) -> None:
    with pytest.raises(IntegrityError, match="library_is_not_called_as_the_registry"):
        a_library(slug)


SARIN, ETHYL_SARIN = "CC(C)OP(C)(=O)F", "CCC(C)OP(C)(=O)F"


@pytest.fixture
def supplied(settings: Settings, tmp_path: Path) -> Library:
    """A library with a chemical of schedule 1 and one that resembles it."""
    settings.DATA_DIR = tmp_path
    asking.forget()
    store.forget()
    path = tmp_path / "supplied.smi"
    path.write_text(f"C[P@](=O)(F)OC(C)C hand\n{SARIN} plain\n{ETHYL_SARIN} other\n", encoding="utf-8")
    import_library(path, Described(name="Supplied", source="S"), processes=1)
    return Library.objects.get()


def hits(library: Library) -> set[str]:
    return {hit.name for hit in hits_of(ETHYL_SARIN, "library", collection=library.slug, threshold="0.2", limit=3)}


def test_no_search_of_a_library_leads_to_a_chemical_of_schedule_1(supplied: Library) -> None:
    assert hits(supplied) == {"hand", "plain", "other"}
    before = searched(ETHYL_SARIN, "library", collection=supplied.slug, threshold="0.2")
    sarin = a_substance()
    a_structure(of=sarin, smiles=SARIN)
    listed = ChemicalList.objects.create(slug=CWC_LIST, name="CWC", publisher="OPCW", effect="duty", source=a_source())
    ListMembership.objects.create(
        chemical_list=listed, substance=sarin, how="by_name", reason="1.A.01", checked="made_up", source=a_source()
    )
    assert hits(supplied) == {"other"}
    assert [hit.name for hit in results(before).hits] == ["other"]
