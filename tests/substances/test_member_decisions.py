"""Whom a row names that named nobody for sure: decided once, with all it states, and remembered by its list."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import AuditEvent
from portal.watching.models import Event
from substances.importers.base import Classified, Member, ReportedRow
from substances.importers.health import StatedLimit, limit_as_json
from substances.models import (
    ConcernFlag,
    ExposureLimit,
    HazardClassification,
    HealthFact,
    Identifier,
    ListMembership,
    MemberDecision,
    OpenMember,
    Substance,
)
from substances.services.catalogue import load_catalogue
from substances.services.list_open_members import (
    candidates_of,
    decide_open_member,
    open_members,
    revoke_member_decision,
)
from substances.services.member_decisions import key_of
from substances.services.succession import merge_substances, split_substance
from tests.build import a_curator, a_person, a_source, a_substance, all_of_it_stays
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, a_row, cas, take

pytestmark = [pytest.mark.django_db, pytest.mark.services]
CARC = Classified("Carc. 1B", "H350", "Carc. 1B, H350")
BOTH = Member("Made of two", cas(10001), "200-001-8")


@pytest.fixture(autouse=True)
def _seeded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


def release(folder: Path, *rows: ReportedRow, days: int = 0) -> None:
    file = folder / "list.made"
    file.write_text(f"{days} {rows}", encoding="utf-8")
    take(file, list(rows), day=DAY + dt.timedelta(days), confirmed=True)


def odd(line: int = 1, **more: object) -> ReportedRow:
    """A row whose CAS number is one substance's and whose EC number is another's."""
    return a_row(line, **{"members": (BOTH,), "classifications": (CARC,)} | more)


@pytest.fixture
def chosen() -> Substance:
    a_substance(name="By EC", ec="200-001-8")
    return a_substance(name="By CAS", cas=cas(10001))


def stated(substance: Substance) -> tuple[list[tuple[object, ...]], ...]:
    """What the list states of it today, as rows of plain values."""
    flags = (
        "concern",
        "strength",
        "authority",
        "legal_basis",
        "rule",
        "since",
        "until",
        "checked",
        "source__key",
        "locator",
    )
    classes = ("hazard_class", "hazard_statement", "as_printed", "valid_from", "valid_until", "source__key", "locator")
    return (
        list(ConcernFlag.objects.standing().filter(substance=substance).values_list(*flags)),
        list(HazardClassification.objects.standing().filter(substance=substance).values_list(*classes)),
    )


def test_a_decision_brings_all_that_the_importer_would_have_brought(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2, members=(Member("x", cas(10009)),), classifications=(CARC,)))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    imported = Substance.objects.get(identifiers__value=cas(10009))
    by_decision, by_import = stated(chosen), stated(imported)
    assert [len(rows) for rows in by_decision] == [1, 1]
    for mine, theirs in zip(by_decision, by_import, strict=True):
        assert [row[:-1] for row in mine] == [row[:-1] for row in theirs]
        assert [row[-1] for row in mine] == [str(row[-1]).replace("line 2", "line 1") for row in theirs]


LIMIT = StatedLimit("occupational", "8h", Decimal("0.02"), "mg/m³", jurisdiction="EU", as_printed="0,02 mg/m³")
ABOUT_HEALTH = {"hazard_details": [["H372", "liver"]], "exposure_limits": [limit_as_json(LIMIT)]}


def health(substance: Substance) -> tuple[list[tuple[object, ...]], ...]:
    """What is said of its harms and limits."""
    facts = HealthFact.objects.standing().filter(substance=substance)
    limits = ExposureLimit.objects.standing().filter(substance=substance)
    return (
        list(facts.values_list("kind", "effect", "organ", "rule", "as_printed", "since", "checked")),
        list(limits.values_list("kind", "averaging", "value", "unit", "as_printed", "since", "checked")),
    )


def test_a_decision_brings_harms_and_limits_too(tmp_path: Path, chosen: Substance) -> None:
    by_number = a_row(2, members=(Member("x", cas(10009)),), facts=ABOUT_HEALTH)
    release(tmp_path, odd(facts=ABOUT_HEALTH), by_number)
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    imported = Substance.objects.get(identifiers__value=cas(10009))
    assert [len(rows) for rows in health(chosen)] == [1, 1]
    assert health(chosen) == health(imported)
    revoke_member_decision(by=a_curator(), decision=MemberDecision.objects.get(), reason="It is the hydrate.")
    assert health(chosen) == ([], [])


def test_the_next_release_takes_the_decision_over(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2))
    ada = a_curator(name="Ada")
    decided = decide_open_member(by=ada, member=open_members().get(), substance=chosen.pk)
    reworded = Member("made  of TWO", BOTH.cas_rn, BOTH.ec_number)
    release(tmp_path, odd(7, members=(reworded,)), a_row(2), a_row(3), days=1)

    assert not open_members().exists()
    taken = OpenMember.objects.exclude(pk=decided.pk).get()
    assert (taken.decision, taken.decided_by, taken.decided_at) == (chosen, ada, decided.decided_at)
    named = ListMembership.objects.in_force().get(substance=chosen)
    assert (named.resolved_by, named.entry.line) == ("curator", 7)
    assert [len(rows) for rows in stated(chosen)] == [1, 1]
    assert not Event.objects.filter(kind="list.left", subject_id=chosen.pk).exists()


@pytest.mark.parametrize(
    "other",
    [Member("Another", BOTH.cas_rn, BOTH.ec_number), Member(BOTH.name, BOTH.cas_rn, "200-001-8", "601-001-00-4")],
)
def test_what_is_reported_otherwise_waits_again(tmp_path: Path, chosen: Substance, other: Member) -> None:
    release(tmp_path, odd(), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    release(tmp_path, odd(members=(other,)), a_row(2), days=1)
    assert open_members().count() == 1


def test_none_of_them_is_remembered_too(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=None)
    release(tmp_path, odd(), a_row(2), a_row(3), days=1)
    assert not open_members().exists()
    assert not ListMembership.objects.filter(resolved_by="curator").exists()


def test_a_substance_of_its_own_is_made_with_the_numbers_nobody_else_has(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(members=(Member("Its own", cas(10001), "200-001-8", dtxsid="DTXSID7020182"),)), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=None, is_new=True)
    made = Substance.objects.get(name="Its own")
    assert list(Identifier.objects.filter(substance=made).values_list("value", flat=True)) == ["DTXSID7020182"]
    assert ListMembership.objects.in_force().filter(substance=made).count() == 1
    assert MemberDecision.objects.get().is_new
    release(tmp_path, odd(members=(Member("Its own", cas(10001), "200-001-8"),)), a_row(2), days=1)
    assert open_members().count() == 1  # other numbers were printed: another report
    release(tmp_path, odd(members=(Member("Its own", cas(10001), "200-001-8", dtxsid="DTXSID7020182"),)), days=2)
    assert Substance.objects.filter(name="Its own").count() == 1
    assert ListMembership.objects.in_force().filter(substance=made).count() == 1


def test_one_decision_is_for_all_rows_of_the_release_that_report_the_same(tmp_path: Path, chosen: Substance) -> None:
    release(
        tmp_path,
        odd(1),
        odd(2, listed_on=dt.date(2021, 1, 1)),
        odd(3, members=(Member("Other", cas(10001), "200-001-8"),)),
    )
    decide_open_member(by=a_curator(), member=open_members().get(entry__line=1), substance=chosen.pk)
    assert [one.entry.line for one in open_members()] == [3]
    assert ListMembership.objects.in_force().filter(substance=chosen).count() == 2
    assert Event.objects.filter(kind="list.entered", subject_id=chosen.pk).count() == 1


def test_a_decision_follows_a_merge(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    kept = a_substance(name="Kept")
    Substance.objects.filter(pk=chosen.pk).update(merged_into=kept)
    Identifier.objects.create(
        substance=a_substance(), scheme="cas", value=BOTH.cas_rn, source=a_source(), checked="file"
    )
    release(tmp_path, odd(), a_row(2), days=1)
    assert ListMembership.objects.in_force().filter(substance=kept, resolved_by="curator").count() == 1


def split(substance: Substance) -> list[Substance]:
    into = [a_substance(name="One form"), a_substance(name="Other form")]
    stays = all_of_it_stays(substance)
    split_substance(
        by=a_curator(), substance=substance, into=[one.pk for one in into], assigned=stays, reason="Two forms."
    )
    return into


def decided(folder: Path, chosen: Substance) -> MemberDecision:
    release(folder, odd(), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    return MemberDecision.objects.get()


def test_a_decision_about_one_that_was_split_waits_again_with_its_reason(tmp_path: Path, chosen: Substance) -> None:
    decided(tmp_path, chosen)
    into = split(chosen)
    release(tmp_path, odd(), a_row(2), a_row(3), days=1)

    waiting = open_members().get()
    assert waiting.code == "decided_on_a_split_one"
    assert "to be By CAS, which was split since into One form, Other form" in waiting.message
    offered = candidates_of([waiting])[waiting.pk]
    assert {one.name for one in offered} == {"One form", "Other form", "By EC"}
    assert not ListMembership.objects.in_force().filter(resolved_by="curator").exists()
    with pytest.raises(NotValid):
        decide_open_member(by=a_curator(), member=waiting, substance=chosen.pk)
    decide_open_member(by=a_curator(), member=waiting, substance=into[0].pk)
    release(tmp_path, odd(), a_row(2), days=2)
    assert ListMembership.objects.in_force().get(resolved_by="curator").substance == into[0]


def test_a_decision_about_one_whose_successors_became_one_follows_to_it(tmp_path: Path, chosen: Substance) -> None:
    decided(tmp_path, chosen)
    one, other = split(chosen)
    merge_substances(by=a_curator(), substance=one, into=other.pk, reason="The same after all.")
    release(tmp_path, odd(), a_row(2), a_row(3), days=1)
    assert ListMembership.objects.in_force().get(resolved_by="curator").substance == other


def test_a_row_that_waits_offers_the_successors_of_a_candidate_that_was_split(
    tmp_path: Path, chosen: Substance
) -> None:
    release(tmp_path, odd(), a_row(2))
    into = split(chosen)
    waiting = open_members().get()
    assert {*candidates_of([waiting])[waiting.pk]} == {*into, Substance.objects.get(name="By EC")}
    with pytest.raises(NotValid):
        decide_open_member(by=a_curator(), member=waiting, substance=chosen.pk)
    assert decide_open_member(by=a_curator(), member=waiting, substance=into[1].pk).decision == into[1]


def test_a_revoked_decision_names_nobody_any_more_after_a_merge(tmp_path: Path, chosen: Substance) -> None:
    decision, kept = decided(tmp_path, chosen), a_substance(name="Kept")
    merge_substances(by=a_curator(), substance=chosen, into=kept.pk, reason="The same.")
    assert ListMembership.objects.in_force().filter(substance=kept).count() == 1
    revoke_member_decision(by=a_curator(), decision=decision, reason="It is the hydrate.")
    assert not ListMembership.objects.in_force().filter(substance=kept).exists()
    assert [len(rows) for rows in stated(kept)] == [0, 0]


def test_the_queue_says_what_became_of_whom_a_remembered_decision_names(
    client: Client, tmp_path: Path, chosen: Substance
) -> None:
    decided(tmp_path, chosen)
    client.force_login(a_curator())
    split(chosen)
    assert "Split since: nobody knows" in client.get("/review/lists/").content.decode()


def test_a_decision_can_be_revoked_for_a_reason(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=chosen.pk)
    decision, curator = MemberDecision.objects.get(), a_curator()
    with pytest.raises(NotAllowed):
        revoke_member_decision(by=a_person(), decision=decision, reason="No.")
    with pytest.raises(NotValid):
        revoke_member_decision(by=curator, decision=decision, reason=" ")
    revoke_member_decision(by=curator, decision=decision, reason="It is the hydrate.")
    assert open_members().count() == 1
    assert not ListMembership.objects.in_force().filter(substance=chosen).exists()
    assert [len(rows) for rows in stated(chosen)] == [0, 0]
    assert Event.objects.filter(kind="list.left", subject_id=chosen.pk).count() == 1
    assert AuditEvent.objects.filter(action="list_member.revoked", by=curator).count() == 1
    with pytest.raises(Conflict):
        revoke_member_decision(by=a_curator(), decision=decision, reason="Again.")
    other = Substance.objects.get(name="By EC")
    decide_open_member(by=curator, member=open_members().get(), substance=other.pk)
    release(tmp_path, odd(), a_row(2), a_row(3), days=1)
    assert ListMembership.objects.in_force().get(resolved_by="curator").substance == other


def test_a_flag_that_two_rows_state_stands_when_the_decision_about_one_is_revoked(
    tmp_path: Path, chosen: Substance
) -> None:
    decided(tmp_path, chosen)
    by_number, other = a_row(2, members=(Member("By CAS", cas(10001)),)), a_row(3, listed_on=dt.date(2021, 1, 1))
    release(tmp_path, odd(), by_number, other, days=1)
    assert ConcernFlag.objects.standing().get(substance=chosen).entry.line == 1
    revoke_member_decision(by=a_curator(), decision=MemberDecision.objects.get(), reason="It is the hydrate.")

    assert [row.entry.line for row in ListMembership.objects.in_force().filter(substance=chosen)] == [2]
    flag = ConcernFlag.objects.standing().get(substance=chosen)
    assert (flag.entry.line, flag.locator) == (2, "release of 2026-04-16, line 2")


def test_a_flag_that_no_other_row_states_of_that_day_ends_with_its_decision(tmp_path: Path, chosen: Substance) -> None:
    decided(tmp_path, chosen)
    elsewhere = a_row(2, members=(Member("By CAS", cas(10001)),), reasons=("57c",))
    release(tmp_path, odd(), elsewhere, a_row(3), days=1)
    revoke_member_decision(by=a_curator(), decision=MemberDecision.objects.get(), reason="It is the hydrate.")
    assert ListMembership.objects.in_force().filter(substance=chosen).count() == 1
    assert not ConcernFlag.objects.standing().filter(substance=chosen).exists()


def test_of_two_who_decide_at_once_the_second_changes_nothing(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2))
    seen_by_both = open_members().get()
    decide_open_member(by=a_curator(), member=seen_by_both, substance=None)
    before = MemberDecision.objects.get()
    with pytest.raises(Conflict):
        decide_open_member(by=a_curator(), member=seen_by_both, substance=chosen.pk, is_new=False)
    with pytest.raises(Conflict):
        decide_open_member(by=a_curator(), member=seen_by_both, substance=None, is_new=True)
    assert MemberDecision.objects.get() == before
    assert not ListMembership.objects.filter(resolved_by="curator").exists()


def test_the_database_keeps_one_standing_decision_for_what_is_reported(tmp_path: Path, chosen: Substance) -> None:
    release(tmp_path, odd(), a_row(2))
    decide_open_member(by=a_curator(), member=open_members().get(), substance=None)
    twice = MemberDecision.objects.get()
    twice.pk, twice._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        twice.save()


def test_a_report_is_the_same_however_its_name_is_spaced_and_capitalised() -> None:
    assert key_of({"name": "A  b", "cas_rn": "1"}) == key_of({"name": "a B", "cas_rn": "1 "})
    assert key_of({"name": "a b", "cas_rn": "1"}) != key_of({"name": "a b", "ec_number": "1"})
