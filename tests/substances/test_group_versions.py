"""A group's rule by version: a new one takes the old one's place whole, and the old one answers until then."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.watching.models import Event
from substances.models import GroupFinding, GroupMembership, GroupRuleVersion, Substance
from substances.models import SubstanceGroup as Group
from substances.services import group_evaluation
from substances.services.group_evaluation import is_anything_owed
from substances.services.group_versions import record_rules
from substances.vocabulary import Checked, How
from tests.build import a_source
from tests.substances.made_groups import (
    CRESOLS,
    PHENOLS,
    DiesAfter,
    Killed,
    a_few_substances,
    a_group,
    evaluated,
    members,
)

pytestmark = [pytest.mark.django_db, pytest.mark.services]
State = GroupRuleVersion.State


@pytest.fixture
def substances() -> None:
    a_few_substances()


def test_members_are_inferred_with_the_version_of_the_rule(substances: None) -> None:
    a_group("phenols", PHENOLS)
    done = evaluated()

    rows = GroupMembership.objects.values_list("substance__name", "how", "rule_version")
    assert set(rows) == {("phenol", How.INFERRED, 1), ("p-cresol", How.INFERRED, 1)}
    assert (done.structures, done.unread, done.came, done.left) == (3, 0, 2, 0)
    version = GroupRuleVersion.objects.get()
    assert (version.state, version.members_count, version.structures_asked) == (State.ANSWERING, 2, 3)


def test_evaluating_again_asks_nobody(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    before = [*GroupMembership.objects.values(), *Substance.objects.values(), *GroupRuleVersion.objects.values()]

    assert not is_anything_owed()
    assert evaluated().structures == 0
    assert [
        *GroupMembership.objects.values(),
        *Substance.objects.values(),
        *GroupRuleVersion.objects.values(),
    ] == before


def test_an_unchanged_rule_keeps_its_version(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()

    assert record_rules({"phenols": dict(reversed(PHENOLS.items()))}) == []
    assert not is_anything_owed()


def test_a_changed_rule_waits_and_the_old_one_answers_meanwhile(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    record_rules({"phenols": CRESOLS})

    assert members() == {"phenol", "p-cresol"}
    assert Group.objects.get().rule_version == 1
    evaluated()
    assert members() == {"p-cresol"}
    group = Group.objects.get()
    assert (group.rule, group.rule_version) == (CRESOLS, 2)
    assert {row.rule_version for row in GroupMembership.objects.all()} == {2}


def test_a_version_tells_what_its_coming_changed(substances: None) -> None:
    a_group("phenols", CRESOLS)
    evaluated()
    record_rules({"phenols": {"all_of": ["[OX2H]c"], "none_of": ["[CH3]"]}})
    evaluated()

    first, second = GroupRuleVersion.objects.order_by("version")
    ids = dict(Substance.objects.values_list("name", "pk"))
    assert (second.added, second.removed) == ([str(ids["phenol"])], [str(ids["p-cresol"])])
    assert (first.state, first.added) == (State.RETIRED, [])
    assert first.answered_until == second.answered_from
    assert not GroupFinding.objects.filter(version=first).exists()


def test_who_comes_and_goes_by_a_new_rule_is_an_event_and_a_new_group_is_none(substances: None) -> None:
    a_group("phenols", CRESOLS)
    evaluated()
    assert not Event.objects.exists()

    record_rules({"phenols": {"all_of": ["[OX2H]c"], "none_of": ["[CH3]"]}})
    evaluated()

    told = {(event.kind, Substance.objects.get(pk=event.subject_id).name) for event in Event.objects.all()}
    assert told == {("group.entered", "phenol"), ("group.left", "p-cresol")}
    assert {event.details["rule_version"] for event in Event.objects.all()} == {2}


def test_a_substance_whose_groups_change_is_another_revision(substances: None) -> None:
    before = dict(Substance.objects.values_list("name", "revision"))
    a_group("phenols", PHENOLS)
    evaluated()

    after = dict(Substance.objects.values_list("name", "revision"))
    assert {name for name in after if after[name] != before[name]} == {"phenol", "p-cresol"}


@pytest.mark.parametrize("writes", range(6))
def test_killed_anywhere_the_old_answers_stand_or_the_new_ones_do(
    substances: None, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    monkeypatch.setattr(group_evaluation, "CHUNK", 1)
    a_group("phenols", CRESOLS)
    evaluated()
    record_rules({"phenols": PHENOLS})
    with suppress(Killed):
        evaluated(DiesAfter(writes))

    versions = {row.rule_version for row in GroupMembership.objects.all()}
    assert (versions, members()) in [({1}, {"p-cresol"}), ({2}, {"phenol", "p-cresol"})]
    evaluated()
    assert members() == {"phenol", "p-cresol"}


def test_who_goes_on_where_another_was_killed_does_not_begin_anew(
    substances: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_evaluation, "CHUNK", 1)
    a_group("phenols", CRESOLS)
    evaluated()
    record_rules({"phenols": PHENOLS})
    with pytest.raises(Killed):
        evaluated(DiesAfter(2))

    assert evaluated().structures == 1


def test_a_rule_that_changes_back_while_the_new_one_waits_changes_nothing(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    record_rules({"phenols": CRESOLS})
    record_rules({"phenols": PHENOLS})
    evaluated()

    assert list(GroupRuleVersion.objects.order_by("version").values_list("state", flat=True)) == [
        "answering",
        "dropped",
    ]
    assert members() == {"phenol", "p-cresol"}
    assert not Event.objects.exists()


def test_a_rule_that_changes_again_takes_the_waiting_ones_place(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    record_rules({"phenols": {"all_of": ["Cl"]}})
    record_rules({"phenols": CRESOLS})
    evaluated()

    assert Group.objects.get().rule_version == 3
    assert members() == {"p-cresol"}


def test_a_group_without_a_rule_has_nobody_inferred(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    record_rules({"phenols": None})
    evaluated()

    assert not GroupMembership.objects.exists()
    assert Group.objects.get().rule is None


def test_whom_a_source_names_is_not_inferred_beside(substances: None) -> None:
    group = a_group("phenols", PHENOLS)
    phenol = Substance.objects.get(name="phenol")
    claim = {"source": a_source(), "checked": Checked.MADE_UP}
    GroupMembership.objects.create(group=group, substance=phenol, how=How.AS_MEMBER, **claim)
    evaluated()

    assert dict(GroupMembership.objects.values_list("substance__name", "how")) == {
        "phenol": How.AS_MEMBER,
        "p-cresol": How.INFERRED,
    }


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"version": 1}, id="a number twice"),
        pytest.param({"state": "answering", "answered_from": "2026-01-01T00:00Z"}, id="two that answer"),
        pytest.param({"state": "answering"}, id="answers without a beginning"),
        pytest.param({"state": "waiting", "answered_from": "2026-01-01T00:00Z"}, id="waits and answers"),
    ],
)
def test_a_version_that_cannot_be_is_refused_by_the_database(substances: None, changes: dict[str, Any]) -> None:
    group = a_group("phenols", PHENOLS)
    evaluated()
    row = {"group": group, "version": 2, "rule": {}, "fingerprint": uuid.uuid4().hex, "definition": ""}

    with pytest.raises(IntegrityError), transaction.atomic():
        GroupRuleVersion.objects.create(**row | changes)
