"""A release that waits for a curator, or meets others on its way out: compared, confirmed, refused; never a mix."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from portal.watching.models import Event
from substances.importers.base import Member
from substances.models import (
    ConcernFlag,
    Identifier,
    ListMembership,
    MemberDecision,
    Name,
    Release,
    Substance,
)
from substances.services import list_publication
from substances.services.catalogue import load_catalogue
from substances.services.list_open_members import decide_open_member, open_members, revoke_member_decision
from substances.services.list_publication import finish_what_was_published, publish
from substances.services.lists import (
    ListError,
    confirm_release,
    refuse_release,
)
from substances.services.search import search_substances
from substances.services.succession import merge_substances, split_substance
from tests.build import a_curator, a_person, a_substance, all_of_it_stays
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, a_row, cas, take
from tests.substances.test_list_staging import LATER, counts, second
from tests.substances.test_merge_of_rejected_claims import found_wrong

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "made.csv"
    path.write_text("made", encoding="utf-8")
    return path


def test_a_file_that_removes_more_than_a_twentieth_waits_for_a_curator(file: Path, tmp_path: Path) -> None:
    quiet = [a_row(number, reasons=()) for number in range(1, 41)]
    take(file, quiet)
    report = second(tmp_path, quiet[:37])

    assert (report.state, report.is_current) == ("waiting", False)
    assert report.waits_for == [{"code": "many_leave", "left": 3, "of": 40}]
    assert ListMembership.objects.in_force().filter(release__isnull=False).count() == 40


def test_a_file_that_removes_a_twentieth_does_not_wait(file: Path, tmp_path: Path) -> None:
    quiet = [a_row(number, reasons=()) for number in range(1, 41)]
    take(file, quiet)

    assert second(tmp_path, quiet[:38]).state == "published"


def test_a_file_in_which_a_concern_vanishes_waits_for_a_curator(file: Path, tmp_path: Path) -> None:
    rows = [a_row(number) for number in range(1, 41)]
    take(file, rows)
    report = second(tmp_path, [a_row(1, reasons=()), *rows[1:]])

    assert (report.state, report.waits_for) == ("waiting", [{"code": "flags_vanish", "flags": 1}])
    assert ConcernFlag.objects.standing().filter(release__isnull=False).count() == 40


def waiting(file: Path, tmp_path: Path) -> Release:
    take(file, [a_row(number) for number in range(1, 5)])
    report = second(tmp_path, [a_row(1), a_row(2), a_row(9)])
    return Release.objects.get(pk=report.release, state="waiting")


def test_a_waiting_release_answers_from_the_moment_a_curator_confirms_it(file: Path, tmp_path: Path) -> None:
    curator = a_person()
    release = waiting(file, tmp_path)
    gone = Substance.objects.get(name="made 3")
    assert search_substances(cas(10009)).results == []
    confirm_release(release, by=curator)

    release.refresh_from_db()
    assert (release.state, release.confirmed_by) == ("published", curator)
    assert not ListMembership.objects.in_force().filter(substance=gone).exists()
    assert [hit.substance.name for hit in search_substances(cas(10009)).results] == ["made 9"]
    with pytest.raises(ListError, match="does not wait"):
        confirm_release(release, by=curator)


def test_of_two_who_decide_at_once_the_second_changes_nothing(file: Path, tmp_path: Path) -> None:
    first = waiting(file, tmp_path)
    second_look = Release.objects.get(pk=first.pk)
    confirm_release(first, by=a_person())
    after = [*counts(), Event.objects.count()]

    with pytest.raises(ListError, match="does not wait"):
        confirm_release(second_look, by=a_person())
    with pytest.raises(ListError, match="does not wait"):
        refuse_release(second_look)
    assert [*counts(), Event.objects.count()] == after


def test_names_learned_by_a_process_that_died_after_publishing_are_found_in_the_end(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    renamed = a_row(1, members=(Member("a learned name", cas(10001)),))
    release = Release.objects.get(pk=second(tmp_path, [renamed]).release, state="waiting")
    publish(release)  # and the process is gone

    assert search_substances("a learned name").results == []
    assert finish_what_was_published() == 0  # it may still be alive
    assert finish_what_was_published(older_than=dt.timedelta(seconds=-5)) == 1
    assert [hit.substance.name for hit in search_substances("a learned name").results] == ["made 1"]
    assert finish_what_was_published(older_than=dt.timedelta(seconds=-5)) == 0


def test_a_waiting_release_that_is_refused_leaves_the_old_one(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    before = counts()
    report = second(tmp_path, [a_row(1), a_row(9)])
    refuse_release(Release.objects.get(pk=report.release))

    assert counts() == before
    assert ListMembership.objects.in_force().filter(release__isnull=False).count() == 4


def test_a_waiting_release_cannot_be_confirmed_behind_a_newer_one(file: Path, tmp_path: Path) -> None:
    release = waiting(file, tmp_path)
    third = tmp_path / "third.csv"
    third.write_text("third", encoding="utf-8")
    take(third, [a_row(number) for number in range(1, 6)], day=dt.date(2026, 7, 1))

    with pytest.raises(ListError, match="newer release"):
        confirm_release(release, by=a_person())


def test_what_a_waiting_release_made_and_another_names_is_seen_and_outlives_its_refusal(
    file: Path, tmp_path: Path
) -> None:
    release = waiting(file, tmp_path)
    third = tmp_path / "third.csv"
    third.write_text("third", encoding="utf-8")
    rows = [a_row(number) for number in (1, 2, 3, 4, 9)]
    take(third, rows, day=dt.date(2026, 7, 1))
    refuse_release(release)

    assert [hit.substance.name for hit in search_substances(cas(10009)).results] == ["made 9"]


def test_a_trial_leaves_nothing_with_what_a_waiting_release_made(file: Path, tmp_path: Path) -> None:
    waiting(file, tmp_path)
    before = counts()
    third = tmp_path / "third.csv"
    third.write_text("third", encoding="utf-8")
    renamed = a_row(9, members=(Member("another name", cas(10009), "203-625-9"),))
    take(third, [renamed], day=dt.date(2026, 7, 1), dry_run=True)
    assert counts() == before


def test_what_a_release_says_of_one_that_a_waiting_one_made_is_learned_when_it_is_published(
    file: Path, tmp_path: Path
) -> None:
    waiting(file, tmp_path)
    third = tmp_path / "third.csv"
    third.write_text("third", encoding="utf-8")
    renamed = a_row(9, members=(Member("another name", cas(10009), "203-625-9"),))
    take(third, [renamed], day=dt.date(2026, 7, 1), confirmed=True)

    for said in ("another name", "203-625-9"):
        assert [hit.substance.name for hit in search_substances(said).results] == ["made 9"]


def test_who_was_merged_while_a_release_waited_is_named_where_it_went(file: Path, tmp_path: Path) -> None:
    release = waiting(file, tmp_path)
    into = Substance.objects.get(name="made 2")
    Substance.objects.filter(name="made 1").update(merged_into=into)
    confirm_release(release, by=a_person())

    named = ListMembership.objects.filter(release=release).values_list("substance__name", flat=True)
    assert sorted(named) == ["made 2", "made 2", "made 9"]


def test_who_was_merged_while_a_release_waited_is_news_by_the_name_that_stands(file: Path, tmp_path: Path) -> None:
    release = waiting(file, tmp_path)
    stands = a_substance(name="stands")
    Substance.objects.filter(name="made 9").update(merged_into=stands, staged_by=None)
    difference = confirm_release(release, by=a_person())

    assert difference.entered == {stands.pk}
    assert Substance.objects.get(pk=stands.pk).revision == stands.revision + 1


RENAMED = a_row(1, members=(Member("a learned name", cas(10001), "203-625-9"),))


def test_what_a_waiting_release_learned_goes_to_the_one_that_stands(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    release = Release.objects.get(pk=second(tmp_path, [RENAMED]).release, state="waiting")
    gone, stands = Substance.objects.get(name="made 1"), a_substance(name="stands")
    merge_substances(by=a_curator(), substance=gone, into=stands.pk, reason="The same.")
    confirm_release(release, by=a_person())

    assert set(stands.identifiers.values_list("value", flat=True)) == {cas(10001), "203-625-9"}
    assert stands.names.filter(text="a learned name").count() == 1
    assert not gone.names.filter(text="a learned name").exists()
    for said in ("a learned name", "203-625-9"):
        assert [hit.substance for hit in search_substances(said).results] == [stands]


def test_what_a_waiting_release_learned_of_one_that_was_split_goes_to_nobody(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    release = Release.objects.get(pk=second(tmp_path, [RENAMED]).release, state="waiting")
    gone, into = Substance.objects.get(name="made 1"), [a_substance(name=name) for name in ("one", "other")]
    ids, stays = [one.pk for one in into], all_of_it_stays(gone)
    split_substance(by=a_curator(), substance=gone, into=ids, assigned=stays, reason="Two of them.")
    confirm_release(release, by=a_person())

    assert not Name.objects.filter(text="a learned name").exists()
    assert not Identifier.objects.filter(value="203-625-9").exists()


def test_what_people_found_to_be_wrong_while_a_release_waited_is_not_learned(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    release = Release.objects.get(pk=second(tmp_path, [RENAMED]).release, state="waiting")
    found_wrong(Substance.objects.get(name="made 1"), "203-625-9", "ec")
    found_wrong(Substance.objects.get(name="made 1"), "A learned name", "name")
    confirm_release(release, by=a_person())

    assert not Identifier.objects.filter(value="203-625-9").exists()
    assert not Name.objects.filter(text="a learned name").exists()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Has something happen between the comparison of a release and the transaction that publishes it."""
    plan = list_publication._plan
    looked: list[Release] = []

    def planned(happening: Callable[[], object]) -> None:
        def with_it(one: Release) -> Any:
            found = plan(one)
            if not looked:
                looked.append(one)
                happening()
            return found

        monkeypatch.setattr(list_publication, "_plan", with_it)

    return planned


Meanwhile = Callable[[Callable[[], object]], None]


def test_what_was_published_while_another_release_was_compared_counts(
    file: Path, tmp_path: Path, meanwhile: Meanwhile
) -> None:
    release = waiting(file, tmp_path)
    other = tmp_path / "meanwhile.csv"
    other.write_text("meanwhile", encoding="utf-8")
    meanwhile(lambda: take(other, [a_row(number) for number in (1, 2, 3, 4, 9)], day=LATER))
    difference = confirm_release(release, by=a_person())
    assert (len(difference.entered), len(difference.left)) == (0, 2)


def test_who_was_merged_while_a_release_was_compared_leaves_by_the_name_that_stands(
    file: Path, tmp_path: Path, meanwhile: Meanwhile
) -> None:
    release, stands = waiting(file, tmp_path), a_substance(name="stands")
    gone, ada = Substance.objects.get(name="made 3"), a_curator()
    meanwhile(lambda: merge_substances(by=ada, substance=gone, into=stands.pk, reason="The same."))
    difference = confirm_release(release, by=ada)
    assert difference.left == {stands.pk, Substance.objects.get(name="made 4").pk}


@pytest.mark.parametrize("decided", ["meanwhile", "revoked meanwhile"])
def test_whom_a_curator_named_while_a_release_was_compared_is_in_the_news(
    file: Path, tmp_path: Path, meanwhile: Meanwhile, decided: str
) -> None:
    chosen, ada = a_substance(name="here", cas=cas(20001)), a_curator()
    a_substance(name="there", ec="203-625-9")
    odd = a_row(5, members=(Member("who", cas(20001), "203-625-9"),))
    take(file, [*(a_row(number) for number in range(1, 5)), odd])
    release = Release.objects.get(pk=second(tmp_path, [a_row(1), a_row(2)]).release, state="waiting")
    decide = partial(decide_open_member, by=ada, member=open_members().get(), substance=chosen.pk)
    if decided == "meanwhile":
        meanwhile(decide)
    else:
        decide()
        decision = MemberDecision.objects.get()
        meanwhile(partial(revoke_member_decision, by=ada, decision=decision, reason="It is the other."))
    assert (chosen.pk in confirm_release(release, by=ada).left) == (decided == "meanwhile")


def test_a_name_that_another_edition_taught_meanwhile_is_no_hindrance(file: Path, tmp_path: Path) -> None:
    take(file, [a_row(number) for number in range(1, 5)])
    renamed = a_row(1, members=(Member("a learned name", cas(10001)),))
    release = Release.objects.get(pk=second(tmp_path, [renamed]).release, state="waiting")
    older = tmp_path / "older.csv"
    older.write_text("older", encoding="utf-8")
    take(older, [renamed, a_row(2), a_row(3), a_row(4)], day=DAY - dt.timedelta(days=1))

    confirm_release(release, by=a_person())
    assert Name.objects.filter(text="a learned name").count() == 1
