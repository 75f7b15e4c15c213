"""Searches of a library: what of it resembles a structure, for whom, and what is told of each hit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.organisations.models import Organisation
from substances.models import LibraryStructure, StructureSearch
from substances.searches.results import results
from substances.services.reading import SearchRefused
from substances.similarity import asking, store
from substances.similarity.index_files import attach
from tests.build import a_substance
from tests.people import ola_of_a_company, stranger
from tests.substances.made_library import FAMILY, a_library_of
from tests.substances.searching import answer_to, hits_of, searched
from tests.substances.test_similarity import named_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]

BPA, BPS, BPF = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1", "Oc1ccc(Cc2ccc(O)cc2)cc1"
OFFERED = {"S-1": BPS, "S-2": BPF, "S-3": "CCO", "S-4": BPA}


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    asking.forget()
    store.forget()
    yield
    store.forget()


def test_hits_are_the_librarys_own_best_first_and_drawn() -> None:
    a_library_of(OFFERED)
    answer = answer_to(BPA, "library", collection="supplied", threshold="0.3")
    assert [hit.name for hit in answer.hits] == ["S-4", "S-2", "S-1"]
    assert [hit.rank for hit in answer.hits] == [1, 2, 3]
    assert answer.hits[0].score == 1
    assert all(hit.svg.startswith("<svg") for hit in answer.hits)


def test_a_hit_says_which_substance_of_the_registry_it_is_and_whether_that_is_listed() -> None:
    a_library_of(OFFERED)
    named_by("candidate-list", a_substance(name="bisphenol S", smiles=BPS))
    a_substance(name="bisphenol F", smiles=BPF)
    told = {hit.name: (str(hit.substance or ""), hit.listed) for hit in hits_of(BPA, "library", collection="supplied")}
    assert told == {"S-4": ("", False), "S-2": ("bisphenol F", False), "S-1": ("bisphenol S", True)}


def test_a_known_substance_is_compared_by_the_structure_we_show() -> None:
    a_library_of(OFFERED)
    a_substance(name="bisphenol A", cas="80-05-7", smiles=BPA)
    search = searched(BPA, "library", collection="supplied")
    assert search.known_substance is not None
    assert [hit.name for hit in results(search).hits] == ["S-4", "S-2", "S-1"]


@pytest.mark.parametrize("slug", ["there-is-none", "", "registry", "../other", "x" * 90])
def test_a_library_that_there_is_not_is_refused(slug: str) -> None:
    with pytest.raises(SearchRefused) as refused:
        searched(BPA, "library", collection=slug)
    assert (refused.value.status, refused.value.code) == (400, "collection")
    assert not StructureSearch.objects.exists()


def test_the_library_of_an_organisation_is_searched_by_its_members_alone() -> None:
    ola = ola_of_a_company()
    own = Organisation.objects.belonging_to(ola).get()
    a_library_of(OFFERED, organisation=own)
    assert results(searched(BPA, "library", collection="supplied", by=ola)).hits
    for other in (None, stranger()):
        with pytest.raises(SearchRefused, match="There is no library 'supplied'"):
            searched(BPA, "library", collection="supplied", by=other)


def test_a_library_whose_index_is_gone_is_searched_when_it_has_been_built_anew() -> None:
    library = a_library_of(OFFERED)
    folder = store.folder_of(library.slug, FAMILY)
    (folder / f"gen-{attach(folder).number}" / "columns-0.npy").unlink()
    store.forget()
    assert [hit.name for hit in hits_of(BPA, "library", collection="supplied")] == ["S-4", "S-2", "S-1"]
    assert attach(folder).number == 2


def test_a_library_that_vanished_meanwhile_is_told() -> None:
    from portal.jobs.running import run_job
    from substances.searches.request import request_search

    library = a_library_of(OFFERED)
    search = request_search(
        by=None, session_key="s", text=BPA, kind="library", format="smiles", parameters={"collection": "supplied"}
    )
    LibraryStructure.objects.all().delete()
    library.delete()
    assert search.job is not None
    run_job(search.job.pk)
    search.job.refresh_from_db()
    assert (search.job.state, search.job.error_code) == ("failed", "library_gone")


def test_metals_are_not_computable_in_a_library_either() -> None:
    a_library_of(OFFERED)
    answer = answer_to("CC(=O)[O-].CC(=O)[O-].[Pb+2]", "library", collection="supplied")
    assert not answer.hits
    assert "metal" in answer.not_computable


def test_page_rest_and_file_tell_the_same(client: Client) -> None:
    a_library_of(OFFERED)
    search = searched(BPA, "library", collection="supplied")
    session = client.session
    session.save()
    StructureSearch.objects.filter(pk=search.pk).update(session_key=session.session_key)
    page = client.get(reverse("web:structure-search-result", args=[search.pk])).content.decode()
    rest = client.get(reverse("api:search-results", args=[search.pk])).json()
    table = b"".join(
        client.get(reverse("web:structure-search-file", args=[search.pk, "csv"])).streaming_content  # type: ignore[attr-defined]
    ).decode()
    assert [row["library_structure"]["given_id"] for row in rest["results"]] == ["S-4", "S-2", "S-1"]
    for row in rest["results"]:
        assert row["substance"] is None
        assert row["library_structure"]["licence"] == "CC0"
        assert f">{row['library_structure']['given_id']}<" in page
        assert row["library_structure"]["smiles"] in table
    assert client.get(reverse("web:structure-search-file", args=[search.pk, "sdf"])).status_code == 404


def test_the_page_of_a_library_asks_and_the_answer_keeps_the_question(client: Client) -> None:
    a_library_of(OFFERED)
    page = client.get(reverse("web:library", args=["supplied"])).content.decode()
    assert 'name="collection" value="supplied"' in page
    asked = {"structure": BPA, "kind": "library", "collection": "supplied", "format": "smiles"}
    answer = client.post(reverse("web:structure-search"), asked)
    assert answer.status_code == 302
    search = StructureSearch.objects.get()
    assert search.parameters == {"threshold": "0.300", "limit": 50, "collection": "supplied"}
    assert 'value="library" checked' in client.get(answer["Location"]).content.decode()


def test_another_kind_leaves_the_library_of_the_form_alone(client: Client) -> None:
    a_library_of(OFFERED)
    asked = {"structure": BPA, "kind": "exact", "collection": "supplied", "format": "smiles"}
    assert client.post(reverse("web:structure-search"), asked).status_code == 302
    assert StructureSearch.objects.get().kind == "exact"
