"""The timeline of a substance on its page, as files and over REST, from releases as they are published."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from substances.models import GroupMembership, ListMembership, Substance, SubstanceGroup
from substances.services.catalogue import load_catalogue
from substances.services.substance_timeline import timeline_of_substance
from tests.build import a_source, a_substance
from tests.portal.test_pages_queries import queries_of
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import Made, a_row, cas
from tests.substances.test_list_diff import DAY, LATER, a_release

pytestmark = [pytest.mark.django_db, pytest.mark.services]
TODAY = dt.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


def made(number: int = 1) -> Substance:
    return Substance.objects.get(identifiers__scheme="cas", identifiers__value=cas(10000 + number))


def address(substance: Substance, name: str = "web:substance-timeline") -> str:
    return reverse(name, args=[substance.pk])


@pytest.fixture
def two(tmp_path: Path) -> None:
    """Substance 1 gets another reason, 2 leaves; 1's entry was amended, and has a sunset to come."""
    rows = [a_row(1), a_row(2), a_row(3)]
    a_release(tmp_path, rows)
    facts = {"decided_on": "2021-03-01", "sunset_on": "2099-02-21"}
    a_release(tmp_path, [a_row(1, reasons=("57a", "57c"), facts=facts), a_row(3), a_row(4)], LATER)


def test_a_timeline_gathers_releases_facts_and_flags(two: None) -> None:
    told = timeline_of_substance(made().pk, today=TODAY)
    assert [(str(one.day), one.what.value, one.details, one.concerns) for one in told.happenings] == [
        ("2020-01-01", "listed", ("57a", "57c"), ("carcinogenic",)),
        ("2021-03-01", "amended", (), ()),
        ("2099-02-21", "sunset", (), ()),
    ]


def test_a_substance_that_left_says_by_which_release(two: None) -> None:
    left = timeline_of_substance(made(2).pk, today=TODAY).happenings[-1]
    assert (left.what.value, left.day, left.precision.value) == ("left", LATER, "or_earlier")


def test_the_year_of_a_groups_concern_is_a_year(two: None) -> None:
    group = SubstanceGroup.objects.create(
        slug="made-group",
        name="Made group",
        definition="-",
        concern_public_since=1999,
        source=a_source(),
        checked="text",
    )
    GroupMembership.objects.create(group=group, substance=made(), how="by_name", source=a_source(), checked="text")
    first = timeline_of_substance(made().pk, today=TODAY).happenings[0]
    assert (first.what.value, first.precision.value, first.details) == ("group_concern", "year", ("Made group",))


def test_the_page_shows_the_picture_its_table_and_what_is_to_come(client: Client, two: None) -> None:
    page = client.get(address(made())).content.decode()
    assert page.index("Still to come") < page.index(">21 Feb 2099<") < page.index("What happened, newest first")
    assert 'role="img" aria-label="3 dated happenings of made 1, from 2020 to 2021, 1 still to come"' in page
    assert "as the entry stands now; it was amended since" in page
    assert "style=" not in page


def test_the_page_of_a_substance_nobody_dated_says_so_without_a_picture(client: Client) -> None:
    page = client.get(address(a_substance(name="Quiet"))).content.decode()
    assert "Nothing that we hold of it has a day." in page
    assert "Not listed is not the same as safe." in page
    assert 'class="chart' not in page


def test_what_is_not_dated_is_listed_apart(client: Client, two: None) -> None:
    ListMembership.objects.filter(substance=made()).update(valid_from=None)
    page = client.get(address(made())).content.decode()
    assert "Known, but not dated" in page


def test_the_substance_page_leads_to_its_timeline(client: Client, two: None) -> None:
    assert address(made()) in client.get(reverse("web:substance", args=[made().pk])).content.decode()


def test_a_merged_substance_leads_to_the_survivors_timeline(client: Client, two: None) -> None:
    gone = a_substance(name="Gone")
    Substance.objects.filter(pk=gone.pk).update(merged_into=made())
    assert client.get(address(gone)).headers["Location"] == address(made())
    answer = client.get(address(gone, "api:substance-timeline"))
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith(address(made(), "api:substance-timeline"))


def test_rest_and_the_files_tell_the_same(client: Client, two: None) -> None:
    rest = client.get(address(made(), "api:substance-timeline")).json()
    download = client.get(address(made(), "web:substance-timeline-json"))
    file = json.loads(b"".join(download.streaming_content))  # type: ignore[attr-defined]  # a streamed answer
    assert file["happenings"] == [*rest["happenings"], *rest["undated"]]
    sheet = client.get(address(made(), "web:substance-timeline-csv"))
    text = b"".join(sheet.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streamed answer
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["day"] for row in rows] == [row["day"] for row in file["happenings"]]
    assert rows[0]["details"] == "57a; 57c"


def test_rest_gives_a_tag_by_which_a_script_need_not_read_again(client: Client, two: None) -> None:
    first = client.get(address(made(), "api:substance-timeline"))
    again = client.get(address(made(), "api:substance-timeline"), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_queries_do_not_grow_with_releases_and_rows(client: Client, two: None, tmp_path: Path) -> None:
    before = queries_of(client, address(made()))
    more = [a_row(1, listed_on=dt.date(2000 + n, 1, 1), line=n) for n in range(1, 20)]
    a_release(tmp_path, more, LATER + dt.timedelta(days=9))
    assert queries_of(client, address(made())) == before


def test_a_release_that_waits_says_nothing_yet(tmp_path: Path) -> None:
    rows = [a_row(number) for number in range(1, 30)]
    a_release(tmp_path, rows)
    from substances.services.lists import publish_release

    path = tmp_path / "waits.csv"
    path.write_text("waits")
    publish_release(importer=Made(rows[1:3]), path=path, published_on=DAY + dt.timedelta(days=30))
    told = timeline_of_substance(made().pk, today=TODAY)
    assert [one.what.value for one in told.happenings] == ["listed"]
