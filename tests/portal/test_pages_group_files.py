"""The members of a group as files: what the page shows of them, by its filters and clocks, in four formats."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from substances.models import GroupMembership, Substance, SubstanceGroup
from substances.services.catalogue import load_catalogue
from substances.services.lists import publish_release
from tests.build import a_source, a_substance
from tests.portal.test_pages_group import a_group_of_three, imported, made
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import Made, a_row, cas

pytestmark = [pytest.mark.django_db, pytest.mark.services]
BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
THEN = "as_of=2019-01-01"


@pytest.fixture
def group(tmp_path: Path) -> SubstanceGroup:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    return a_group_of_three(tmp_path)


def file(client: Client, form: str, query: str = "") -> bytes:
    answer = client.get(reverse("web:group-file", args=["mades", form]) + query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer


def as_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file(client, "csv", query).decode("utf-8-sig"))))


def as_json(client: Client, query: str = "") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(file(client, "json", query))
    return told


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "sdf"])
def test_the_page_offers_every_format_for_what_it_shows(client: Client, group: SubstanceGroup, form: str) -> None:
    page = client.get(reverse("web:group", args=["mades"]) + f"?how=inferred&{THEN}&sort=how").content.decode()
    assert f"/groups/mades/members.{form}?as_of=2019-01-01&amp;how=inferred" in page


def test_a_spreadsheet_has_numbers_as_text_and_says_what_it_is(client: Client, group: SubstanceGroup) -> None:
    book = load_workbook(io.BytesIO(file(client, "xlsx")))
    rows = list(book["group-mades"].values)
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["name"], first["cas_rn"], first["how"]) == ("made 1", cas(10001), "as_member")
    cell = book["group-mades"].cell(2, rows[0].index("cas_rn") + 1)
    assert (cell.data_type, cell.number_format) == ("s", "@")
    about = dict(book["About"].iter_rows(values_only=True))
    assert (about["Group"], about["Rule in words"]) == ("mades", "contains F")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_name_that_begins_like_a_formula_is_shown_not_run(client: Client, group: SubstanceGroup, start: str) -> None:
    Substance.objects.filter(pk=made(2).pk).update(name=f"{start}1+1")
    assert f"'{start}1+1" in {row["name"] for row in as_csv(client)}
    book = load_workbook(io.BytesIO(file(client, "xlsx")))
    cells = [cell for row in book["group-mades"].iter_rows() for cell in row if cell.value == f"{start}1+1"]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]


def test_structures_leave_as_sdf_with_what_stands_beside(client: Client, group: SubstanceGroup) -> None:
    drawn = a_substance(name="drawn", smiles=BPA, cas="80-05-7")
    GroupMembership.objects.create(group=group, substance=drawn, how="by_name", source=a_source(), checked="text")
    answer = client.get(reverse("web:group-file", args=["mades", "sdf"]))
    assert answer["Benigna-Records"] == "1 of 4"
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a streamed answer
    assert "V2000" in text
    assert ">  <HOW>\nby_name\n" in text
    assert ">  <LISTED>\nno\n" in text
    assert "made 3" in text  # named in the note


def test_an_sdf_of_members_without_structures_is_not_there(client: Client, group: SubstanceGroup) -> None:
    assert client.get(reverse("web:group-file", args=["mades", "sdf"])).status_code == 404


@pytest.mark.parametrize("query", ["?how=xx", "?list=nope", "?as_of=2999-01-01"])
def test_a_file_of_a_choice_nobody_knows_is_not_there(client: Client, group: SubstanceGroup, query: str) -> None:
    assert client.get(reverse("web:group-file", args=["mades", "csv"]) + query).status_code == 404


def test_a_file_of_another_day_tells_lists_and_concerns_of_it(client: Client, group: SubstanceGroup) -> None:
    now, then = as_json(client), as_json(client, f"?{THEN}")
    first, first_then = now["substances"][0], then["substances"][0]
    assert (first["listed"], bool(first["lists"])) == ("yes", True)
    assert (first_then["listed"], first_then["lists"]) == ("no", [])
    assert "lists_concerns_and_reported_makers_of" not in now
    assert then["lists_concerns_and_reported_makers_of"] == "2019-01-01"


def test_who_is_registered_is_not_known_where_registrations_are_not_imported(
    client: Client, group: SubstanceGroup, tmp_path: Path
) -> None:
    not_known = "not known: registrations of that day are not imported"
    assert {row["registered"] for row in as_csv(client)} == {not_known}
    assert as_csv(client, "?registered=no") == []
    imported(tmp_path, "reach-registrations", "inventory", listed_on=None)
    assert [row["registered"] for row in as_csv(client)] == ["yes", "no", "no"]
    assert {row["registered"] for row in as_csv(client, f"?{THEN}")} == {not_known}
    assert "of_that_day" in as_json(client, f"?{THEN}")


def test_the_choice_of_a_list_asks_the_day_that_is_shown(client: Client, group: SubstanceGroup, tmp_path: Path) -> None:
    """Member 2 came to the list later: on the day asked it named the first alone."""
    path = tmp_path / "later.csv"
    path.write_text("later")
    rows = [a_row(1), a_row(2, listed_on=dt.date(2024, 1, 1))]
    publish_release(importer=Made(rows), path=path, published_on=dt.date(2026, 5, 1))
    asked = "?list=reach-candidate-list"
    assert [row["name"] for row in as_csv(client, asked)] == ["made 1", "made 2"]
    assert [row["name"] for row in as_csv(client, f"{asked}&as_of=2022-01-01")] == ["made 1"]


def test_filters_and_their_clearing_keep_the_chosen_day(client: Client, group: SubstanceGroup) -> None:
    day = "as_of=2022-01-01&known_on=2026-04-15"
    page = client.get(reverse("web:group", args=["mades"]) + f"?{day}&how=inferred&list=nope").content.decode()
    form = page.partition('<form class="facets"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="as_of" value="2022-01-01">' in form
    assert '<input type="hidden" name="known_on" value="2026-04-15">' in form
    assert f'href="/groups/mades/?{day.replace("&", "&amp;")}">Clear filters' in form
    assert f'href="?{day.replace("&", "&amp;")}&amp;listed=no#members"' in page
