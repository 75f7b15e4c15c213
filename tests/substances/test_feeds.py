"""What feeds, calendars and REST tell of changes and coming days, and what they keep to themselves."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.watching.models import Event
from portal.watching.services import record_event
from substances.impact import touched_by
from substances.models import ChemicalList, GroupMembership, Release, Substance, SubstanceGroup
from substances.services.coming_days import coming_days, entries
from substances.services.lists import publish_release
from tests.build import a_member, a_source, a_substance, an_organisation
from tests.substances.made_importer import Made, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]

TODAY = timezone.localdate()
SOON = TODAY + dt.timedelta(days=20)
FEEDS = ["/feeds/changes.atom", "/lists/made/feed.atom", "/groups/made/feed.atom"]


def publish(tmp_path: Path, published: dt.date, *rows: Any, slug: str = "made") -> Release:
    path = tmp_path / f"{slug}-{published}.csv"
    path.write_text(f"{slug} {published}", encoding="utf-8")
    importer = Made(list(rows), list_slug=slug)
    return Release.objects.get(
        pk=publish_release(importer=importer, path=path, published_on=published, confirmed=True).release
    )


@pytest.fixture
def two_releases(tmp_path: Path) -> Callable[..., Release]:
    """A list that named one substance in 2024 and two since 2026, the second in a group; for another release."""
    ChemicalList.objects.create(slug="made", name="Made list", publisher="P", effect="duty", source=a_source())
    group = SubstanceGroup.objects.create(
        slug="made", name="Made group", definition="d", source=a_source(), checked="made_up"
    )
    publish(tmp_path, dt.date(2024, 5, 22), a_row(1))
    later = a_row(2, reasons=(), facts={"sunset_on": SOON.isoformat()}, valid_until=TODAY + dt.timedelta(days=90))
    publish(tmp_path, dt.date(2026, 4, 15), a_row(1), later)
    named = Substance.objects.get(name="made 2", list_memberships__isnull=False)
    GroupMembership.objects.create(group=group, substance=named, how="by_name", source=a_source(), checked="made_up")
    return lambda day, *rows: publish(tmp_path, day, *rows)


def read(address: str, **headers: str) -> str:
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_tells_who_was_added(address: str) -> None:
    assert "<title>made 2 was added to Made list</title>" in read(address)


@pytest.mark.usefixtures("two_releases")
def test_a_substances_feed_tells_of_it_alone() -> None:
    added = Event.objects.get(kind="list.entered").subject_id
    assert read(f"/substances/{added}/feed.atom").count("<entry>") == 1
    other = Substance.objects.get(name="made 1")
    assert "<entry>" not in read(f"/substances/{other.pk}/feed.atom")


@pytest.mark.usefixtures("two_releases")
def test_an_entry_keeps_its_name_whatever_page_it_stands_on() -> None:
    event = Event.objects.get(kind="list.entered")
    named = f"<id>tag:testserver,2026:event/{event.pk}</id>"
    assert all(named in read(address) for address in FEEDS)


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize("address", [*FEEDS, "/feeds/days.ics", "/lists/made/days.ics", "/groups/made/days.ics"])
def test_what_did_not_change_is_not_sent_again(address: str) -> None:
    first = Client().get(address)
    tag, changed = first["ETag"], first["Last-Modified"]
    assert Client().get(address, headers={"If-None-Match": tag}).status_code == 304
    assert Client().get(address, headers={"If-Modified-Since": changed}).status_code == 304
    assert Client().get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.usefixtures("two_releases")
def test_news_changes_the_tag() -> None:
    first = Client().get(FEEDS[0])["ETag"]
    record_event(kind="list.left", subject_kind="substance", subject_id=Substance.objects.all()[0].pk)
    assert Client().get(FEEDS[0], headers={"If-None-Match": first}).status_code == 200


@pytest.mark.usefixtures("two_releases")
def test_the_pages_of_a_feed_tell_each_event_once() -> None:
    substance = Substance.objects.get(name="made 1")
    for _ in range(5):
        record_event(kind="list.left", subject_kind="substance", subject_id=substance.pk, details={"list": "made"})
    met: list[str] = []
    following: str | None = "/feeds/changes.atom?limit=3"
    while following:
        page = read(following)
        met += re.findall(r"<id>(tag:testserver,2026:event/[^<]+)</id>", page)
        found = re.search(r'<link href="([^"]+)" rel="next"', page) or re.search(r'rel="next" href="([^"]+)"', page)
        following = found[1].replace("&amp;", "&") if found else None
    assert len(met) == len(set(met)) == Event.objects.count()


def _private_things() -> list[str]:
    """Things that nobody else may hear of, and the words that would give them away."""
    seen = Substance.objects.get(name="made 1")
    ours = an_organisation()
    record_event(
        kind="list.entered",
        subject_kind="substance",
        subject_id=seen.pk,
        topic="list:made",
        details={"list": "secret-1"},
        organisation=ours,
    )
    record_event(
        kind="plan.due", subject_kind="substance", subject_id=seen.pk, topic="list:made", details={"list": "secret-2"}
    )
    record_event(kind="search.done", subject_kind="search", subject_id=uuid.uuid4(), details={"list": "secret-3"})
    waiting = Release.objects.create(
        chemical_list=ChemicalList.objects.get(slug="made"),
        state="waiting",
        published_on=TODAY,
        sha256="0" * 64,
        file_name="secret-4",
    )
    staged = Substance.objects.create(name="secret-5", staged_by=waiting)
    record_event(
        kind="list.entered", subject_kind="substance", subject_id=staged.pk, topic="list:made", details={"list": "made"}
    )
    waiting.entries.create(line=1, name="secret-6", reported={}, facts={"sunset_on": SOON.isoformat()})
    return [f"secret-{number}" for number in range(1, 7)]


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize("address", [*FEEDS, "/feeds/days.ics", "/lists/made/days.ics", "/api/v1/events/"])
def test_nothing_private_is_told_not_even_to_those_it_belongs_to(address: str) -> None:
    secrets = _private_things()
    member, stranger = Client(), Client()
    member.force_login(a_member(of=Event.objects.get(organisation__isnull=False).organisation))
    for client in (member, stranger):
        said = client.get(address).content.decode()
        assert not [secret for secret in secrets if secret in said]


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize("address", ["/feeds/days.ics", "/lists/made/days.ics", "/groups/made/days.ics"])
def test_a_calendar_has_the_days_that_a_list_prints(address: str) -> None:
    said = read(address).replace("\r\n ", "")
    assert f"DTSTART;VALUE=DATE:{SOON:%Y%m%d}" in said
    assert "SUMMARY:Sunset date: made 2" in said
    assert "SUMMARY:No longer holds from: made 2" in said


def test_a_moved_day_keeps_its_name_and_counts_up(two_releases: Callable[..., Release]) -> None:
    def sunset() -> tuple[str, str, str]:
        said = read("/lists/made/days.ics").replace("\r\n ", "")
        event = next(one for one in said.split("BEGIN:VEVENT") if "Sunset date" in one)
        uid, sequence, start = (re.search(rf"{name}[^:]*:(.*)\r", event) for name in ("UID", "SEQUENCE", "DTSTART"))
        assert uid
        assert sequence
        assert start
        return uid[1], sequence[1], start[1]

    before = sunset()
    moved = a_row(2, reasons=(), facts={"sunset_on": (SOON + dt.timedelta(days=5)).isoformat()})
    two_releases(dt.date(2026, 5, 1), a_row(1), moved)
    after = sunset()
    assert before[0] == after[0]
    assert int(before[1]) < int(after[1])
    assert before[2] < after[2]


@pytest.mark.usefixtures("two_releases")
def test_a_day_long_gone_is_told_no_more() -> None:
    kinds = [one.kind for one in coming_days(entries(), today=SOON + dt.timedelta(days=31))]
    assert "sunset_on" in kinds
    assert "sunset_on" not in [one.kind for one in coming_days(entries(), today=SOON + dt.timedelta(days=32))]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"apply_by": SOON.isoformat()}, "apply_by"),
        ({"comments_until": ["2001-01-01", SOON.isoformat()]}, "comments_until"),
        ({"evidence_until": [SOON.isoformat()]}, "evidence_until"),
        ({"consultations": [{"on": "proposal", "until": SOON.isoformat()}]}, "consultation"),
        ({"adaptation": {"number": 18, "applies_from": SOON.isoformat()}}, "adaptation"),
        ({"opinion_due_on": SOON.isoformat()}, "opinion_due_on"),
        ({"expected_on": SOON.isoformat()}, "expected_on"),
    ],
)
def test_each_kind_of_day_is_found(tmp_path: Path, facts: dict[str, Any], kind: str) -> None:
    ChemicalList.objects.create(slug="made", name="Made", publisher="P", effect="work-list", source=a_source())
    publish(tmp_path, dt.date(2026, 4, 15), a_row(1, facts=facts), a_row(2, facts={"event": "x"}))
    assert [(one.kind, one.on, one.entry.line) for one in coming_days(entries(), today=TODAY)] == [(kind, SOON, 1)]


@pytest.mark.usefixtures("two_releases")
def test_a_days_events_cost_the_same_however_many() -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            read(address)
        return len(captured)

    before = [cost(address) for address in ("/feeds/changes.atom", "/api/v1/events/", "/feeds/days.ics")]
    for substance in [a_substance() for _ in range(10)]:
        record_event(kind="list.left", subject_kind="substance", subject_id=substance.pk, details={"list": "made"})
    assert [cost(address) for address in ("/feeds/changes.atom", "/api/v1/events/", "/feeds/days.ics")] == before


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("kind=list.entered", {"list.entered"}),
        ("kind=list.entered&kind=list.released", {"list.entered", "list.released"}),
        ("list=made", {"list.entered", "list.released"}),
        ("list=made&group=made&kind=list.entered&kind=list.left", {"list.entered"}),
        ("group=made", {"list.entered"}),
        ("since=2999-01-01T00:00:00Z", set()),
    ],
)
def test_events_are_filtered(query: str, kinds: set[str]) -> None:
    assert {row["kind"] for row in Client().get(f"/api/v1/events/?{query}").json()["results"]} == kinds


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize("query", ["kind=nope", "list=nope", "substance=nope", "since=soon"])
def test_a_filter_that_means_nothing_is_a_problem(query: str) -> None:
    assert Client().get(f"/api/v1/events/?{query}").status_code == 400


@pytest.mark.usefixtures("two_releases")
def test_an_event_names_what_it_touches() -> None:
    named = Substance.objects.get(name="made 2", list_memberships__isnull=False)
    assert touched_by({named.pk}) == {named.pk: {"groups": 1}}
    record_event(
        kind="list.left",
        subject_kind="substance",
        subject_id=named.pk,
        details={"list": "made", "touches": {"groups": 2, "alternatives": 1}},
    )
    row = Client().get("/api/v1/events/?kind=list.left").json()["results"][0]
    assert row["title"] == "made 2 is no longer named by Made list"
    assert row["summary"] == "It touches: 2 groups and 1 alternatives to it."


@pytest.mark.usefixtures("two_releases")
@pytest.mark.parametrize("page", ["/lists/made/", "/groups/made/"])
def test_a_page_leads_to_its_feed_and_calendar(page: str) -> None:
    said = read(page)
    assert f'type="application/atom+xml" title="Changes" href="{page}feed.atom"' in said
    assert f'href="{page}days.ics"' in said
