"""Pages and answers about releases: what a list was, what changed, what a curator decides."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.organisations.models import AuditEvent, User
from portal.watching.models import Event
from substances.importers.base import Member
from substances.models import ListMembership, MemberDecision, OpenMember, Release, Substance
from substances.services.catalogue import load_catalogue
from substances.services.lists import publish_release
from tests.build import a_curator, a_member, a_substance
from tests.portal.test_pages_queries import queries_of
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import Made, cas
from tests.substances.test_list_diff import DAY, LATER, a_release, a_row

pytestmark = [pytest.mark.django_db, pytest.mark.services]
SLUG = "reach-candidate-list"
MANY = [((1, 60), DAY + dt.timedelta(days=2)), ((40, 99), DAY + dt.timedelta(days=3))]


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


@pytest.fixture
def two(tmp_path: Path) -> tuple[Release, Release]:
    """Two releases: the second has one row more, one less, and one with another reason."""
    then = a_release(tmp_path, [a_row(1), a_row(2), a_row(3)])
    return then, a_release(tmp_path, [a_row(1), a_row(2, reasons=("57c",)), a_row(4)], LATER)


def diff_address(then: Release, now: Release, room: str = "web") -> str:
    return f"{reverse(f'{room}:list-diff', args=[SLUG])}?from={then.pk}&to={now.pk}"


def test_a_lists_page_names_its_releases_and_offers_to_compare_them(
    client: Client, two: tuple[Release, Release]
) -> None:
    page = client.get(reverse("web:list", args=[SLUG])).content.decode()
    for release in two:
        assert reverse("web:release", args=[SLUG, release.pk]) in page
        assert release.sha256[:12] in page
    assert reverse("web:list-diff", args=[SLUG]) in page


def test_the_diff_page_names_what_changed(client: Client, two: tuple[Release, Release]) -> None:
    page = client.get(diff_address(*two)).content.decode()
    assert [page.index(name) for name in ("made 4", "made 3", "made 2")] == sorted(
        page.index(name) for name in ("made 4", "made 3", "made 2")
    )
    assert "toxic for reproduction, Article 57(c)" in page
    assert "made 1" not in page


def test_the_diff_page_compares_the_newest_two_unasked(client: Client, two: tuple[Release, Release]) -> None:
    page = client.get(reverse("web:list-diff", args=[SLUG])).content.decode()
    assert page.index("made 4") < page.index("made 3")


@pytest.mark.parametrize("asked", ["?from=x&to=y", "?to=x", "?from=&to=", "?after=x", "?after=-1"])
def test_a_diff_of_what_is_not_there_is_not_found(client: Client, two: tuple[Release, Release], asked: str) -> None:
    assert client.get(reverse("web:list-diff", args=[SLUG]) + asked).status_code == 404


def test_a_diff_with_many_changes_goes_over_pages(client: Client, tmp_path: Path) -> None:
    then = a_release(tmp_path, [a_row(1)])
    now = a_release(tmp_path, [a_row(number) for number in range(1, 151)], LATER)
    first = client.get(diff_address(then, now))
    second = client.get(first.context["pager"]["next_url"])
    names = [change.row.name for answer in (first, second) for change in answer.context["told"]]
    assert names == [f"made {number}" for number in range(2, 151)]
    assert second.context["pager"]["next_url"] is None


def test_rest_tells_the_diff_as_the_page_does(client: Client, two: tuple[Release, Release]) -> None:
    answer = client.get(diff_address(*two, room="api")).json()
    assert answer["counts"] == {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}
    assert [(one["what"], one["name"]) for one in answer["results"]] == [
        ("added", "made 4"),
        ("removed", "made 3"),
        ("changed", "made 2"),
    ]
    assert answer["results"][2]["differences"] == [{"kind": "reason", "before": ["57a"], "after": ["57c"]}]
    assert answer["results"][0]["cas"] == [cas(10004)]
    assert answer["results"][0]["substances"][0]["name"] == "made 4"
    assert set(answer["results"][0]["touches"]) == {"groups", "alternatives", "is_alternative"}
    assert answer["from"]["id"] == str(two[0].pk)


def test_rest_goes_over_pages_of_a_diff(client: Client, two: tuple[Release, Release]) -> None:
    address, names = diff_address(*two, room="api") + "&limit=2", []
    while address:
        answer = client.get(address).json()
        names += [one["name"] for one in answer["results"]]
        address = answer["next"]
    assert names == ["made 4", "made 3", "made 2"]


def test_rest_lists_the_releases_of_a_list_newest_first(client: Client, two: tuple[Release, Release]) -> None:
    answer = client.get(reverse("api:list-releases", args=[SLUG])).json()
    assert [row["id"] for row in answer["results"]] == [str(two[1].pk), str(two[0].pk)]
    assert [one["problems"] for one in answer["results"]] == [two[1].problems, two[0].problems]
    assert two[0].problems


@pytest.mark.parametrize("room", ["web", "api"])
def test_a_release_that_waits_is_compared_with_nobody_in_public(client: Client, tmp_path: Path, room: str) -> None:
    then, waits = a_release_and_one_that_waits(tmp_path)
    assert client.get(diff_address(then, waits, room)).status_code == 404


def test_rows_come_as_csv_with_the_publishers_columns_and_ours(client: Client, tmp_path: Path) -> None:
    row = a_row(1, cells={"Name": "=HYPERLINK(1)", "CAS": cas(10001), "None": "-"})
    release = a_release(tmp_path, [row])
    answer = client.get(reverse("web:release-file", args=[SLUG, release.pk, "csv"]))
    text = b"".join(answer).decode("utf-8-sig")
    (read,) = csv.DictReader(io.StringIO(text))
    assert (read["Name"], read["CAS"], read["None"]) == ("'=HYPERLINK(1)", cas(10001), "-")
    assert (read["benigna:line"], read["benigna:listed_on"], read["benigna:reasons"]) == ("1", "2020-01-01", "57a")
    assert read["benigna:substances"] == "made 1"


def test_rows_come_as_json_with_every_cell_as_printed(client: Client, tmp_path: Path) -> None:
    release = a_release(tmp_path, [a_row(number, cells={"Name": f"=made {number}"}) for number in (1, 2)])
    answer = client.get(reverse("web:release-file", args=[SLUG, release.pk, "json"]))
    read = json.loads(b"".join(answer))
    assert (read["list"], read["rows"]) == (SLUG, 2)
    assert [row["printed"]["Name"] for row in read["entries"]] == ["=made 1", "=made 2"]


def a_release_and_one_that_waits(folder: Path) -> tuple[Release, Release]:
    """The current release, and a newer one in which everything leaves."""
    then = a_release(folder, [a_row(1), a_row(2)])
    path = folder / "later.csv"
    path.write_text("later", encoding="utf-8")
    report = publish_release(importer=Made([a_row(3)]), path=path, published_on=LATER)
    return then, Release.objects.get(pk=report.release)


@pytest.fixture
def curator(client: Client) -> Client:
    client.force_login(a_curator())
    return client


def test_a_curator_sees_why_a_release_waits_and_what_it_would_change(curator: Client, tmp_path: Path) -> None:
    _, waits = a_release_and_one_that_waits(tmp_path)
    address = reverse("web:waiting-release", args=[waits.pk])
    assert address in curator.get(reverse("web:list-queue")).content.decode()
    page = curator.get(address).content.decode()
    assert "2 of 2 substances would leave the list" in page
    assert "made 3" in page


def test_a_release_confirmed_by_a_curator_answers(curator: Client, tmp_path: Path) -> None:
    _, waits = a_release_and_one_that_waits(tmp_path)
    curator.post(reverse("web:waiting-release", args=[waits.pk]), {"decision": "confirm", "sure": "on"})
    waits.refresh_from_db()
    assert waits.state == Release.State.PUBLISHED
    assert waits.chemical_list.current_release_id == waits.pk
    assert AuditEvent.objects.get(action="release.confirmed").subject_id == str(waits.pk)


def test_a_release_refused_by_a_curator_is_gone_and_the_old_one_stays(curator: Client, tmp_path: Path) -> None:
    then, waits = a_release_and_one_that_waits(tmp_path)
    curator.post(reverse("web:waiting-release", args=[waits.pk]), {"decision": "refuse", "sure": "on"})
    assert list(Release.objects.all()) == [then]
    assert AuditEvent.objects.get(action="release.refused").subject_id == str(waits.pk)


@pytest.mark.parametrize("sent", [{}, {"decision": "confirm"}, {"decision": "else", "sure": "on"}])
def test_nothing_is_decided_without_a_confirmed_decision(curator: Client, tmp_path: Path, sent: dict[str, str]) -> None:
    _, waits = a_release_and_one_that_waits(tmp_path)
    assert curator.post(reverse("web:waiting-release", args=[waits.pk]), sent).status_code == 400
    waits.refresh_from_db()
    assert waits.state == Release.State.WAITING


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_a_release_decided_meanwhile_is_not_decided_twice(curator: Client, tmp_path: Path, decision: str) -> None:
    _, waits = a_release_and_one_that_waits(tmp_path)
    address = reverse("web:waiting-release", args=[waits.pk])
    curator.post(address, {"decision": "confirm", "sure": "on"})
    assert curator.post(address, {"decision": decision, "sure": "on"}).status_code == 409
    assert Release.objects.filter(pk=waits.pk, state="published").exists()


def test_only_curators_decide_on_releases(client: Client, tmp_path: Path) -> None:
    _, waits = a_release_and_one_that_waits(tmp_path)
    client.force_login(a_member())
    address = reverse("web:waiting-release", args=[waits.pk])
    assert client.get(address).status_code == 403
    assert client.post(address, {"decision": "confirm", "sure": "on"}).status_code == 403


@pytest.fixture
def open_member(tmp_path: Path) -> OpenMember:
    """A row whose CAS number is one substance's and whose EC number is another's."""
    a_substance(name="By CAS", cas=cas(10001))
    a_substance(name="By EC", ec="200-001-8")
    a_release(tmp_path, [a_row(1, members=(Member("made 1", cas(10001), "200-001-8"),)), a_row(2)], DAY)
    return OpenMember.objects.get()


def test_a_curator_chooses_a_candidate_and_the_list_names_it(curator: Client, open_member: OpenMember) -> None:
    chosen = Substance.objects.get(name="By CAS")
    assert "By EC" in curator.get(reverse("web:list-queue")).content.decode()
    curator.post(reverse("web:open-member", args=[open_member.pk]), {"substance": str(chosen.pk)})

    open_member.refresh_from_db()
    named = ListMembership.objects.in_force().get(substance=chosen)
    assert (open_member.decision, open_member.decided_by) != (None, None)
    assert (named.entry_id, named.release_id, named.resolved_by) == (
        open_member.entry_id,
        open_member.release_id,
        "curator",
    )
    assert Event.objects.filter(kind="list.entered", subject_id=chosen.pk).count() == 1
    assert "By EC" not in curator.get(reverse("web:list-queue")).content.decode()


def test_none_of_the_candidates_is_a_decision_too(curator: Client, open_member: OpenMember) -> None:
    before = ListMembership.objects.count()
    curator.post(reverse("web:open-member", args=[open_member.pk]), {"substance": "none"})
    open_member.refresh_from_db()
    assert open_member.decided_by is not None
    assert (open_member.decision, ListMembership.objects.count()) == (None, before)


def test_a_member_decided_meanwhile_is_a_conflict(curator: Client, open_member: OpenMember) -> None:
    address = reverse("web:open-member", args=[open_member.pk])
    curator.post(address, {"substance": "none"})
    again = curator.post(address, {"substance": str(Substance.objects.get(name="By CAS").pk)})
    assert again.status_code == 409
    assert not ListMembership.objects.filter(resolved_by="curator").exists()


@pytest.mark.parametrize(("said", "status"), [("", 400), ("x", 400), ("made 2", 422)])
def test_only_a_candidate_can_be_chosen(curator: Client, open_member: OpenMember, said: str, status: int) -> None:
    other = Substance.objects.filter(name=said).first()
    sent = {"substance": str(other.pk) if other else said}
    assert curator.post(reverse("web:open-member", args=[open_member.pk]), sent).status_code == status
    open_member.refresh_from_db()
    assert open_member.decided_at is None


@pytest.mark.parametrize(("name", "most"), [("web:list-diff", 14), ("api:list-diff", 13)])
def test_a_diffs_queries_do_not_grow_with_its_changes(client: Client, tmp_path: Path, name: str, most: int) -> None:
    few = a_release(tmp_path, [a_row(1)]), a_release(tmp_path, [a_row(2)], DAY + dt.timedelta(days=1))
    many = [a_release(tmp_path, [a_row(n) for n in range(*some)], day) for some, day in MANY]
    address = reverse(name, args=[SLUG])
    counted = [queries_of(client, f"{address}?from={then.pk}&to={now.pk}") for then, now in (few, many)]
    assert counted[0] == counted[1] <= most


def test_a_lists_queries_do_not_grow_with_its_releases(client: Client, tmp_path: Path) -> None:
    address = reverse("web:list", args=[SLUG])
    a_release(tmp_path, [a_row(1)])
    before = queries_of(client, address)
    for days in (1, 2):
        a_release(tmp_path, [a_row(1), a_row(days + 1)], DAY + dt.timedelta(days=days))
    assert queries_of(client, address) == before


def test_the_queues_queries_do_not_grow_with_what_waits(curator: Client, open_member: OpenMember) -> None:
    address = reverse("web:list-queue")
    before = queries_of(curator, address)
    candidates = open_member.candidates
    OpenMember.objects.bulk_create(
        OpenMember(release=open_member.release, entry=entry, reported={}, code="x", message="x", candidates=candidates)
        for entry in open_member.release.entries.all()
    )
    assert queries_of(curator, address) == before


def test_every_remembered_decision_is_reached_over_pages(curator: Client, open_member: OpenMember) -> None:
    for number in range(3):
        MemberDecision.objects.create(
            chemical_list=open_member.release.chemical_list,
            key=f"key {number}",
            reported={"name": f"remembered {number}"},
            decided_by=User.objects.get(is_curator=True),
            decided_at=timezone.now(),
        )
    address, found = reverse("web:list-queue") + "?limit=2", []
    while address:
        answer = curator.get(address)
        found += [number for number in range(3) if f"remembered {number}" in answer.content.decode()]
        address = answer.context["decisions"].next_url
    assert sorted(found) == [0, 1, 2]
