"""A substance that is split while a release that names it waits: nobody is guessed, and the row waits for a curator."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from substances.importers.base import Member, ReportedRow
from substances.models import (
    ConcernFlag,
    ExposureLimit,
    HealthFact,
    ListMembership,
    OpenMember,
    Release,
    Substance,
)
from substances.services.catalogue import load_catalogue
from substances.services.list_facts import FACTS_OF_ROWS
from substances.services.list_open_members import decide_open_member, open_members
from substances.services.lists import confirm_release, refuse_release
from substances.services.succession import merge_substances, split_substance
from tests.build import a_curator, a_substance, all_of_it_stays
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import a_row, cas, take
from tests.substances.test_member_decisions import ABOUT_HEALTH

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def waits(tmp_path: Path) -> Release:
    """A release that waits since it would remove too much; it names "made 1", "made 2" and a new one."""
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    file = tmp_path / "list.made"
    file.write_text("one", encoding="utf-8")
    take(file, [a_row(number) for number in range(1, 5)])
    file.write_text("two", encoding="utf-8")
    report = take(file, [a_row(1), a_row(2, facts=ABOUT_HEALTH), a_row(9)])
    return Release.objects.get(pk=report.release, state="waiting")


def test_who_was_split_while_a_release_waited_is_named_by_nobody_and_the_row_waits(waits: Release) -> None:
    gone, into = Substance.objects.get(name="made 1"), [a_substance(name=name) for name in ("one", "other")]
    ids, stays = [one.pk for one in into], all_of_it_stays(gone)
    split_substance(by=a_curator(), substance=gone, into=ids, assigned=stays, reason="Two of them.")
    confirm_release(waits, by=a_curator())

    assert not ListMembership.objects.filter(release=waits, substance=gone).exists()
    member = open_members().get()
    assert (member.code, set(member.candidates)) == ("named_a_split_one", {str(pk) for pk in ids})
    decide_open_member(by=a_curator(), member=member, substance=ids[0])
    assert [row.concern for row in ConcernFlag.objects.standing().filter(substance=into[0])] == ["carcinogenic"]


def test_whoever_is_meant_has_the_harms_and_limits_of_the_row(waits: Release) -> None:
    gone, into = Substance.objects.get(name="made 2"), [a_substance(name=name) for name in ("one", "other")]
    ids, stays = [one.pk for one in into], all_of_it_stays(gone)
    split_substance(by=a_curator(), substance=gone, into=ids, assigned=stays, reason="Two of them.")
    confirm_release(waits, by=a_curator())
    assert not HealthFact.objects.filter(release=waits, substance=gone).exists()
    decide_open_member(by=a_curator(), member=open_members().get(), substance=ids[1])

    assert HealthFact.objects.standing().filter(substance=into[1]).values_list("organ", flat=True).get() == "liver"
    limit = ExposureLimit.objects.standing().get(substance=into[1])
    assert (limit.value, limit.unit, limit.as_printed) == (Decimal("0.02"), "mg/m³", "0,02 mg/m³")


def a_release_that_waits(folder: Path, *rows: ReportedRow) -> Release:
    """The next one of the list, with these rows."""
    file = folder / "list.made"
    file.write_text("three", encoding="utf-8")
    return Release.objects.get(pk=take(file, list(rows)).release, state="waiting")


def is_split(substance: Substance) -> list[Substance]:
    into = [a_substance(name=name) for name in ("one", "other")]
    ids, stays = [one.pk for one in into], all_of_it_stays(substance)
    split_substance(by=a_curator(), substance=substance, into=ids, assigned=stays, reason="Two of them.")
    return into


@pytest.fixture
def twice(waits: Release, tmp_path: Path) -> list[Substance]:
    """A release of two rows that name one substance by its number, under two names; it was split, and it waits."""
    refuse_release(waits)
    first = a_row(1, members=(Member("the gas", cas(10001)),))
    release = a_release_that_waits(tmp_path, first, a_row(2, members=(Member("the salt", cas(10001)),)))
    assert ConcernFlag.objects.filter(release=release).count() == 1
    into = is_split(Substance.objects.get(name="made 1"))
    confirm_release(release, by=a_curator())
    return into


def test_of_two_rows_that_name_a_split_one_each_keeps_what_it_prints(twice: list[Substance]) -> None:
    assert [row.reported for row in open_members().order_by("entry__line")] == [
        {"name": "the gas", "cas_rn": cas(10001)},
        {"name": "the salt", "cas_rn": cas(10001)},
    ]


def test_of_two_rows_that_name_a_split_one_each_is_decided_by_itself_with_all_it_states(twice: list[Substance]) -> None:
    one, other = twice
    for line, whom in ((2, other), (1, one)):
        decide_open_member(by=a_curator(), member=open_members().get(entry__line=line), substance=whom.pk)
        assert ListMembership.objects.in_force().get(substance=whom).entry.line == line
        assert ConcernFlag.objects.standing().filter(substance=whom).count() == 1


def test_what_is_decided_about_a_split_one_is_taken_over_by_the_next_release(
    twice: list[Substance], tmp_path: Path
) -> None:
    salt = open_members().get(entry__line=2)
    decide_open_member(by=a_curator(), member=salt, substance=twice[1].pk)
    printed = a_row(5, members=(Member("the salt", cas(10001)),))
    file = tmp_path / "list.made"
    file.write_text("four", encoding="utf-8")
    take(file, [printed], confirmed=True)
    assert ListMembership.objects.in_force().get(entry__line=5).substance == twice[1]


def test_who_was_decided_and_merged_into_one_that_was_split_waits_once(waits: Release, tmp_path: Path) -> None:
    refuse_release(waits)
    chosen = a_substance(name="here", cas=cas(20001))
    a_substance(name="there", ec="203-625-9")
    odd = a_row(5, members=(Member("who", cas(20001), "203-625-9"),))
    more = [a_row(number) for number in range(1, 5)]
    file = tmp_path / "list.made"
    file.write_text("odd", encoding="utf-8")
    take(file, [*more, odd])
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    release, heir = a_release_that_waits(tmp_path, odd), a_substance(name="heir")
    merge_substances(by=a_curator(), substance=chosen, into=heir.pk, reason="The same.")
    is_split(heir)
    confirm_release(release, by=a_curator())
    assert [row.code for row in OpenMember.objects.filter(release=release)] == ["named_a_split_one"]


def test_every_table_that_holds_what_a_row_states_is_followed() -> None:
    tables = apps.get_app_config("substances").get_models()
    fields: dict[Any, dict[str, Any]] = {
        one: {row.name: row.remote_field for row in one._meta.fields} for one in tables
    }
    about = {one for one, named in fields.items() if {"release", "entry", "substance"} <= named.keys()}
    # What a check found outlives the row that it was found in.
    assert set(FACTS_OF_ROWS) == {one for one in about if fields[one]["entry"].on_delete is models.CASCADE}
