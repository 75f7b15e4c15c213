"""The list of lists, and one list with its filters: the same on the page, over REST and in the file."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from substances.importers.base import Member
from substances.models import ChemicalList, Release
from substances.services.catalogue import load_catalogue
from substances.vocabulary import ListEffect
from substances.web.lists import meaning_of
from tests.build import a_source, a_structure
from tests.portal.test_pages_queries import queries_of
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import cas
from tests.substances.test_list_diff import a_release, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]
SLUG = "reach-candidate-list"


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Four rows: two reasons, a later day, a member, and one with a structure."""
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    made = a_release(
        tmp_path,
        [
            a_row(1, reasons=("57a", "57c")),
            a_row(2, reasons=("57c",), listed_on=dt.date(2023, 1, 17)),
            a_row(3, reasons=("57f-ed-hh",)),
            a_row(4, reasons=("57f-ed-env",), name="printed otherwise", members=(Member("made 4", cas(10_004)),)),
        ],
    )
    membership = made.memberships.get(entry__line=3)
    a_structure(of=membership.substance, smiles="Oc1ccc(O)cc1")
    return made


def names(client: Client, query: str, door: str) -> list[str]:
    """Whom the page, REST or the file names, sorted."""
    if door == "api":
        rows = client.get(reverse("api:list-substances", args=[SLUG]) + query).json()["results"]
        return sorted(row["substance"]["name"] for row in rows)
    if door == "file":
        body = b"".join(client.get(reverse("web:list-file", args=[SLUG, "json"]) + query))
        return sorted(row["name"] for row in json.loads(body)["substances"])
    page = client.get(reverse("web:list", args=[SLUG]) + query)
    return sorted(row.substance.name for row in page.context["page"].rows)


@pytest.mark.parametrize("door", ["web", "api", "file"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["made 1", "made 2", "made 3", "made 4"], id="everybody"),
        pytest.param("?q=MADE+1", ["made 1"], id="part of a name, in other letters"),
        pytest.param(f"?q={cas(10_002)}", ["made 2"], id="a number"),
        pytest.param("?q=printed", ["made 4"], id="the name as printed"),
        pytest.param("?reason=57c", ["made 1", "made 2"], id="a reason, alone or among others"),
        pytest.param("?reason=57f-ed", [], id="half a reason is none"),
        pytest.param("?how=by_name&structure=yes", ["made 3"], id="whose structure is known"),
        pytest.param("?how=as_member", [], id="listed as a member"),
        pytest.param("?added_since=2023-01-17", ["made 2"], id="from the day on"),
        pytest.param("?added_since=2023-01-18", [], id="after the day"),
        pytest.param("?q=", ["made 1", "made 2", "made 3", "made 4"], id="a blank choice is none"),
    ],
)
def test_a_lists_filters_leave_the_same_everywhere(
    client: Client, release: Release, door: str, query: str, expected: list[str]
) -> None:
    assert names(client, query, door) == expected


@pytest.mark.parametrize(
    ("sort", "first"), [("newest", "made 2"), ("name", "made 1"), ("oldest", "made 1"), ("?", "made 2")]
)
def test_a_list_is_shown_in_the_order_asked_for(client: Client, release: Release, sort: str, first: str) -> None:
    page = client.get(reverse("web:list", args=[SLUG]), {"sort": sort})
    assert page.context["page"].rows[0].substance.name == first


@pytest.mark.parametrize("sort", ["newest", "oldest", "name"])
def test_every_row_is_met_once_over_the_pages(client: Client, release: Release, sort: str) -> None:
    address, met = reverse("web:list", args=[SLUG]) + f"?sort={sort}&limit=1", []
    while address:
        page = client.get(address).context["page"]
        met += [row.substance.name for row in page.rows]
        address = page.next_url
    assert sorted(met) == ["made 1", "made 2", "made 3", "made 4"]


def test_a_choice_that_is_none_is_told(client: Client, release: Release) -> None:
    assert client.get(reverse("web:list", args=[SLUG]) + "?added_since=soon").status_code == 400
    assert client.get(reverse("web:list-file", args=[SLUG, "csv"]) + "?added_since=soon").status_code == 404
    assert client.get(reverse("api:list-substances", args=[SLUG]) + "?added_since=soon").status_code == 400


def test_a_lists_file_has_the_publishers_columns_beside_ours(client: Client, release: Release) -> None:
    text = b"".join(client.get(reverse("web:list-file", args=[SLUG, "csv"]))).decode("utf-8-sig")
    header, first = text.splitlines()[:2]
    assert "listed_reason" in header
    assert "printed:Name" in header
    assert "57a;57c" in first


def test_nobody_found_is_not_told_as_nobody_named(client: Client, release: Release) -> None:
    page = client.get(reverse("web:list", args=[SLUG]) + "?q=nobody").content.decode()
    assert "No row of this list fits" in page
    assert "Not listed is not the same as safe" in page


def test_the_list_of_lists_has_every_list_under_its_effect(client: Client, release: Release) -> None:
    ChemicalList.objects.create(slug="made", name="Made", publisher="We", effect="duty", source=a_source())
    page = client.get(reverse("web:lists"))
    told = {one["list"].slug: part["effect"] for part in page.context["effects"] for one in part["lists"]}
    assert told == {one.slug: one.effect for one in ChemicalList.objects.all()}
    assert "not imported: starter facts only" in page.content.decode()


def test_every_effect_is_explained() -> None:
    assert len({meaning_of(effect) for effect in ListEffect}) == len(ListEffect)


def test_the_list_of_lists_costs_the_same_however_many_there_are(client: Client, release: Release) -> None:
    few = queries_of(client, reverse("web:lists"))
    for number in range(20):
        ChemicalList.objects.create(
            slug=f"made-{number}", name=f"Made {number}", publisher="We", effect="duty", source=a_source()
        )
    assert queries_of(client, reverse("web:lists")) == few
