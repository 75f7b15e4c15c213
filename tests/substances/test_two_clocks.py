"""Another day: which facts hold on it, by which releases, and what cannot be said of it; on pages and over REST."""

from __future__ import annotations

import datetime as dt
import html
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from substances.clocks import Clocks, ClocksRefused, now, read_clocks, state_is_held
from substances.importers.base import Classified
from substances.models import ChemicalList, GroupMembership, Substance, SubstanceGroup
from substances.services.list_states import silent_lists
from substances.services.lists import publish_release
from tests.build import a_source
from tests.substances.made_importer import Made, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]

FIRST, SECOND = dt.date(2024, 5, 22), dt.date(2026, 4, 15)
CARC = Classified("Carc. 1B", "H350", "Carc. 1B, H350")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def a_list(slug: str, effect: str = "concern") -> ChemicalList:
    return ChemicalList.objects.create(slug=slug, name=f"The {slug}", publisher="P", effect=effect, source=a_source())


def publish(tmp_path: Path, slug: str, published: dt.date, *rows: Any) -> None:
    path = tmp_path / f"{slug}-{published}.csv"
    path.write_text(f"{slug} {published}", encoding="utf-8")
    publish_release(importer=Made(list(rows), list_slug=slug), path=path, published_on=published, confirmed=True)


@pytest.fixture
def shown(tmp_path: Path) -> Substance:
    """A substance on a dated list since 2020, on a list without days, and classified since November 2023."""
    for slug, effect in (("dated", "concern"), ("undated", "assessment"), ("classes", "classification")):
        a_list(slug, effect)
    publish(tmp_path, "dated", FIRST, a_row(1))
    publish(tmp_path, "dated", SECOND, a_row(1, reasons=()), a_row(2, listed_on=day("2025-01-01")))
    publish(tmp_path, "undated", SECOND, a_row(1, listed_on=None))
    publish(tmp_path, "classes", SECOND, a_row(1, listed_on=day("2023-11-23"), classifications=(CARC,), reasons=()))
    return Substance.objects.get(name="made 1")


def told(substance: Substance, **clocks: str) -> dict[str, Any]:
    answer = Client().get(f"/api/v1/substances/{substance.pk}/", clocks)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({}, Clocks(day("2026-05-01"), None, is_now=True), id="nothing asked"),
        pytest.param({"as_of": "2026-05-01"}, Clocks(day("2026-05-01"), None, is_now=True), id="today, in words"),
        pytest.param({"as_of": "2020-01-01"}, Clocks(day("2020-01-01")), id="as of"),
        pytest.param({"known_on": "2020-01-01"}, Clocks(day("2020-01-01"), day("2020-01-01")), id="known on alone"),
        pytest.param(
            {"known_on": "2020-01-02", "as_of": "2020-01-01"}, Clocks(day("2020-01-01"), day("2020-01-02")), id="both"
        ),
    ],
)
def test_the_clocks_are_read(params: dict[str, str], expected: Clocks) -> None:
    assert read_clocks(params, today=day("2026-05-01")) == expected


@pytest.mark.parametrize(
    ("params", "field"),
    [
        pytest.param({"as_of": "2026-05-02"}, "as_of", id="as of tomorrow"),
        pytest.param({"known_on": "2026-05-02"}, "known_on", id="known tomorrow"),
        pytest.param({"known_on": "2020-01-01", "as_of": "2020-01-02"}, "as_of", id="known before it came"),
        pytest.param({"known_on": "2026-02-30"}, "known_on", id="no such day"),
        pytest.param({"as_of": "２０２０-01-01"}, "as_of", id="full-width digits"),
        pytest.param({"as_of": "0000-01-01"}, "as_of", id="no such year"),
    ],
)
def test_days_that_cannot_be_asked_for_are_refused(params: dict[str, str], field: str) -> None:
    with pytest.raises(ClocksRefused) as refused:
        read_clocks(params, today=day("2026-05-01"))
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("effect", "answered_on", "prints_days", "as_of", "held"),
    [
        pytest.param("concern", "2026-04-15", True, "2020-01-01", True, id="entries carry days"),
        pytest.param("concern", "2026-04-15", False, "2026-04-14", False, id="the day before a list without days"),
        pytest.param("concern", "2026-04-15", False, "2026-04-15", True, id="its own day"),
        pytest.param("classification", "2026-04-15", True, "2026-04-14", False, id="classes that were replaced"),
        pytest.param("concern", None, True, "2026-04-15", False, id="no release"),
    ],
)
def test_a_list_answers_for_days_it_can_speak_of(
    effect: str, answered_on: str | None, prints_days: bool, as_of: str, held: bool
) -> None:
    released = day(answered_on) if answered_on else None
    said = state_is_held(effect=effect, answered_on=released, prints_days=prints_days, as_of=day(as_of))
    assert said is held


def test_a_substance_is_told_as_of_a_day(shown: Substance) -> None:
    body = told(shown, as_of="2020-01-01")
    assert [row["list"] for row in body["lists"]] == ["dated"]
    assert body["classifications"] == []
    assert (body["as_of"], body["known_on"]) == ("2020-01-01", None)


def test_a_list_without_the_state_of_that_day_says_so(shown: Substance) -> None:
    silent = {row["list"]: row for row in told(shown, as_of="2020-01-01")["state_not_held"]}
    assert set(silent) == {"undated", "classes"}
    assert all(row["names_it_today"] and "Earlier state not in this source" in row["why"] for row in silent.values())


def test_a_day_without_a_release_leaves_every_list_silent(shown: Substance) -> None:
    body = told(shown, known_on="2024-05-21")
    assert body["lists"] == []
    assert {row["list"] for row in body["state_not_held"]} == {"dated", "undated", "classes"}


def test_today_every_list_speaks(shown: Substance) -> None:
    body = told(shown)
    assert {row["list"] for row in body["lists"]} == {"dated", "undated", "classes"}
    assert (body["state_not_held"], body["as_of"], body["known_on"]) == ([], None, None)


def test_a_concern_stated_then_and_not_since_is_told_as_it_was_known(shown: Substance) -> None:
    assert [row["concern"] for row in told(shown, known_on="2024-06-01")["concern_flags"]] == ["carcinogenic"]
    dated = ChemicalList.objects.get(slug="dated").current_release
    flags = told(shown)["concern_flags"]
    assert dated is not None
    assert [row["source"] for row in flags] == ["undated"]


@pytest.mark.parametrize("part", ["memberships", "classifications", "flags"])
def test_a_part_of_a_substance_agrees_with_the_whole(shown: Substance, part: str) -> None:
    member = {"memberships": "lists", "classifications": "classifications", "flags": "concern_flags"}[part]
    for clocks in ({}, {"as_of": "2024-01-01"}, {"known_on": "2024-06-01"}):
        page = Client().get(f"/api/v1/substances/{shown.pk}/{part}/", clocks).json()
        assert sorted(page["results"], key=str) == sorted(told(shown, **clocks)[member], key=str)
        assert page["as_of"] == (next(iter(clocks.values()), None))
        assert bool(page["incomplete"]) is bool(clocks)


def test_entity_tags_differ_by_clock(shown: Substance) -> None:
    client, address = Client(), f"/api/v1/substances/{shown.pk}/"
    tags = [client.get(address, clocks)["ETag"] for clocks in ({}, {"as_of": "2024-06-01"}, {"known_on": "2024-06-01"})]
    assert len(set(tags)) == 3
    asked_again = client.get(address, {"as_of": "2024-06-01"}, headers={"If-None-Match": tags[1]})
    assert asked_again.status_code == 304


def test_substances_are_filtered_by_the_clocks(shown: Substance) -> None:
    def names(**params: str) -> list[str]:
        return [row["name"] for row in Client().get("/api/v1/substances/", params).json()["results"]]

    assert names(list="dated") == ["made 1", "made 2"]
    assert names(list="dated", as_of="2024-06-01") == ["made 1"]
    assert names(concern="carcinogenic", known_on="2024-06-01") == ["made 1"]


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"list": "undated", "as_of": "2020-01-01"}, 404, "state_not_held"),
        ({"q": "made", "as_of": "2020-01-01"}, 400, "invalid"),
        ({"as_of": "yesterday"}, 400, "invalid"),
    ],
)
def test_what_the_clocks_cannot_answer_is_a_problem(
    shown: Substance, params: dict[str, str], status: int, code: str
) -> None:
    answer = Client().get("/api/v1/substances/", params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(("as_of", "incomplete"), [("2024-06-01", True), ("2026-04-15", False)])
def test_a_list_of_classes_says_that_replaced_rows_may_be_missing(
    shown: Substance, as_of: str, incomplete: bool
) -> None:
    page = Client().get("/api/v1/lists/classes/substances/", {"as_of": as_of}).json()
    assert [row["substance"]["name"] for row in page["results"]] == ["made 1"]
    assert bool(page["incomplete"]) is incomplete


def said_by(address: str, status: int = 200, **clocks: str) -> str:
    answer = Client().get(address, clocks)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def test_a_page_says_which_day_it_shows_and_leads_back(shown: Substance) -> None:
    said = said_by(f"/substances/{shown.pk}/", as_of="2020-01-01")
    assert "You are looking at 1 Jan 2020, as known today." in said
    assert f'<a href="/substances/{shown.pk}/">Back to today</a>' in said
    assert 'href="/lists/dated/?as_of=2020-01-01"' in said
    assert "That is not “not classified”" in said
    assert "Earlier state not in this source" in said


def test_a_page_of_today_says_nothing_of_days(shown: Substance) -> None:
    said = said_by(f"/substances/{shown.pk}/")
    assert "You are looking at" not in said
    assert "Earlier state" not in said
    assert 'href="/lists/dated/"' in said


def test_a_lists_page_names_whom_it_named(shown: Substance) -> None:
    said = said_by("/lists/dated/", as_of="2024-06-01", known_on="2025-06-01")
    assert "You are looking at 1 Jun 2024, as known on 1 Jun 2025." in said
    assert "1 substance it named on 1 Jun 2024" in said
    assert f'href="/substances/{shown.pk}/?as_of=2024-06-01&known_on=2025-06-01"' in said
    assert "made 2" not in said


@pytest.mark.parametrize("slug", ["undated", "classes"])
def test_a_lists_page_does_not_call_an_unknown_state_empty(shown: Substance, slug: str) -> None:
    assert "This is not “names nobody”" in said_by(f"/lists/{slug}/", as_of="2020-01-01")


@pytest.mark.parametrize("page", ["substance", "list"])
def test_a_day_that_cannot_be_is_told_beside_its_field(shown: Substance, page: str) -> None:
    address = f"/substances/{shown.pk}/" if page == "substance" else "/lists/dated/"
    said = said_by(address, status=400, known_on="2020-01-01", as_of="2021-01-01")
    assert "nobody knew what holds on 2021-01-01" in said
    assert 'value="2021-01-01"' in said
    assert "What stands here is of today." in said


def test_another_day_costs_one_query_more(shown: Substance) -> None:
    def cost(**clocks: str) -> int:
        Client().get(f"/substances/{shown.pk}/", clocks)
        with CaptureQueriesContext(connection) as captured:
            Client().get(f"/substances/{shown.pk}/", clocks)
        return len(captured)

    today = cost()
    assert today <= 10
    assert cost(as_of="2024-06-01") == cost(known_on="2024-06-01") == today + 1


def test_a_merged_substance_leads_on_with_its_clocks(shown: Substance) -> None:
    merged = Substance.objects.create(name="The same", merged_into=shown)
    for address in (f"/api/v1/substances/{merged.pk}/", f"/api/v1/substances/{merged.pk}/flags/"):
        answer = Client().get(address, {"as_of": "2024-06-01"})
        assert (answer.status_code, answer["Location"][-17:]) == (308, "?as_of=2024-06-01")


def test_no_list_is_silent_about_today(shown: Substance) -> None:
    assert silent_lists(now(timezone.localdate()), shown.pk, naming=frozenset()) == []


def test_a_groups_page_tells_whom_lists_named(shown: Substance) -> None:
    group = SubstanceGroup.objects.create(
        slug="made", name="Made group", definition="d", source=a_source(), checked="made_up"
    )
    GroupMembership.objects.create(group=group, substance=shown, how="by_name", source=a_source(), checked="made_up")
    today, then = said_by("/groups/made/"), said_by("/groups/made/", as_of="2020-01-01")
    assert "You are looking at 1 Jan 2020" in then
    assert "You are looking at" not in today
    assert all(f">The {slug}</a>" in today for slug in ("dated", "undated", "classes"))
    assert ">The dated</a>" in then
    assert ">The undated</a>" not in then
    assert f'href="/substances/{shown.pk}/?as_of=2020-01-01"' in then
    assert "That day cannot be shown" in said_by("/groups/made/", status=400, as_of="soon")
