"""Rules of groups are put to structures: new, changed and withdrawn ones; a new rule takes the old one's place whole."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.jobs.models import Job
from portal.jobs.running import run_job
from portal.watching.models import Event
from substances import tasks
from substances.models import GroupAssessment, GroupFinding, GroupMembership, GroupRuleVersion, Structure, Substance
from substances.models import SubstanceGroup as Group
from substances.services import group_evaluation
from substances.services.group_evaluation import GROUPS_WORK, Evaluation, Unhurried, evaluate_groups, is_anything_owed
from substances.services.group_rules import RuleAsker
from substances.services.group_versions import record_rules
from substances.vocabulary import Checked, How, StructureTrust
from tests.build import a_source, a_structure, a_substance
from tests.substances.structure_files import a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]

PHENOLS: dict[str, Any] = {"all_of": ["[OX2H]c"]}
CRESOLS: dict[str, Any] = {"all_of": ["[OX2H]c", "c[CH3]"]}
State = GroupRuleVersion.State


def a_group(slug: str, rule: dict[str, Any]) -> Group:
    """A group whose rule waits to be evaluated."""
    group = Group.objects.create(
        slug=slug, name=slug, definition=slug, rule=rule, source=a_source(), checked=Checked.MADE_UP
    )
    record_rules({slug: rule})
    return group


def evaluated(turn: Any = None) -> Evaluation:
    with RuleAsker() as asker:
        return evaluate_groups(turn=turn or Unhurried(), asker=asker)


def members(slug: str = "phenols") -> set[str]:
    return set(GroupMembership.objects.filter(group__slug=slug).values_list("substance__name", flat=True))


class Killed(Exception):
    """The process ended here."""


class DiesAfter(Unhurried):
    """A turn that ends after so many transactions."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def writing(self) -> AbstractContextManager[None]:
        return self._writing()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if not self.left:
            raise Killed
        self.left -= 1
        with transaction.atomic():
            yield


@pytest.fixture
def substances() -> None:
    for name, smiles in (("phenol", "Oc1ccccc1"), ("p-cresol", "Cc1ccc(O)cc1"), ("toluene", "Cc1ccccc1")):
        a_substance(name=name, smiles=smiles)
    a_substance(name="tar")


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
    try:
        evaluated(DiesAfter(writes))
    except Killed:
        pass

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


def test_imported_structures_are_evaluated_by_a_job(tmp_path: Path) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    a_substance(name="phenol", cas="108-95-2")
    report = taken(a_file(tmp_path, "108-95-2\tOc1ccccc1\tx"))

    assert members() == set()
    assert run_job(report.evaluation) == "done"
    assert members() == {"phenol"}


def test_an_import_that_changes_nothing_asks_for_no_job(tmp_path: Path) -> None:
    a_group("phenols", PHENOLS)
    a_substance(name="phenol", cas="108-95-2")
    path = a_file(tmp_path, "108-95-2\tOc1ccccc1\tx")
    run_job(taken(path).evaluation)

    assert taken(path).evaluation == ""


def test_there_is_one_job_at_a_time(substances: None) -> None:
    a_group("phenols", PHENOLS)
    tasks.evaluate_what_is_owed()
    tasks.evaluate_what_is_owed()

    (job,) = Job.objects.filter(name=GROUPS_WORK)
    run_job(job.pk)
    assert members() == {"phenol", "p-cresol"}
    tasks.evaluate_what_is_owed()
    assert Job.objects.filter(name=GROUPS_WORK).count() == 1


def test_a_job_delivered_twice_works_once(substances: None) -> None:
    a_group("phenols", PHENOLS)
    job = group_evaluation.request_evaluation()
    assert job is not None

    assert [run_job(job.pk), run_job(job.pk)] == ["done", "nothing to do"]


def test_a_structure_that_changes_is_asked_again_and_that_is_an_event(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    phenol = Structure.objects.get(smiles="Oc1ccccc1")
    Structure.objects.filter(pk=phenol.pk).update(smiles="c1ccccc1", inchikey="UHOVQNZJYSORNB-UHFFFAOYSA-N")

    assert is_anything_owed()
    evaluated()
    assert members() == {"p-cresol"}
    assert [(event.kind, event.subject_id) for event in Event.objects.all()] == [("group.left", phenol.substance_id)]


def test_a_structure_that_is_withdrawn_takes_its_inference_with_it(substances: None) -> None:
    a_group("phenols", PHENOLS)
    evaluated()
    Structure.objects.filter(smiles="Oc1ccccc1").delete()

    assert is_anything_owed()
    evaluated()
    assert members() == {"p-cresol"}
    assert not is_anything_owed()


def test_of_a_disputed_structure_only_what_holds_either_way_is_inferred() -> None:
    a_group("phenols", PHENOLS)
    a_group("cresols", CRESOLS)
    one = a_substance(name="phenol or cresol", smiles="Oc1ccccc1")
    _another(one, "Cc1ccc(O)cc1")
    evaluated()

    assert members("phenols") == {"phenol or cresol"}
    assert members("cresols") == set()


def _another(substance: Substance, smiles: str) -> None:
    """A second source's structure, not shown first."""
    Structure.objects.filter(substance=substance).update(is_current=False)
    other = a_structure(of=substance, smiles=smiles, source=a_source(key="other"))
    Structure.objects.filter(pk=other.pk).update(is_current=False)
    Structure.objects.filter(substance=substance).exclude(pk=other.pk).update(is_current=True)


def test_a_dispute_that_arises_later_takes_back_what_is_no_longer_certain() -> None:
    a_group("cresols", CRESOLS)
    one = a_substance(name="p-cresol", smiles="Cc1ccc(O)cc1")
    evaluated()
    _another(one, "Oc1ccccc1")
    evaluated()

    assert members("cresols") == set()


def test_another_structure_shown_first_is_noticed(tmp_path: Path) -> None:
    a_group("phenols", PHENOLS)
    a_substance(name="x", cas="108-95-2")
    taken(a_file(tmp_path, "108-95-2\tCCO\tx"))
    evaluated()
    taken(a_file(tmp_path, "108-95-2\tOc1ccccc1\tx"), source="Ours", trust=StructureTrust.CURATED)
    evaluated()

    assert members() == set()
    Structure.objects.filter(smiles="CCO").delete()
    evaluated()
    assert members() == {"x"}


def test_what_no_rule_can_be_put_to_is_not_assessed_and_disturbs_nobody(substances: None) -> None:
    a_group("phenols", PHENOLS)
    Structure.objects.filter(smiles="Cc1ccccc1").update(smiles="C" * 6000)
    done = evaluated()

    assert done.unread == 1
    assert members() == {"phenol", "p-cresol"}
    assert GroupAssessment.objects.exclude(problem="").get().substance.name == "toluene"


def test_who_is_exempt_altogether_is_no_member_and_who_one_list_exempts_is() -> None:
    exempt = [
        {"smiles": "Oc1ccccc1", "reason": "Article 1 leaves it out"},
        {"smarts": "c[CH3]", "on": "a-list", "reason": "Article 2 leaves it out"},
    ]
    a_group("phenols", PHENOLS | {"exempt": exempt})
    for name, smiles in (("phenol", "Oc1ccccc1"), ("p-cresol", "Cc1ccc(O)cc1"), ("catechol", "Oc1ccccc1O")):
        a_substance(name=name, smiles=smiles)
    evaluated()

    assert dict(GroupMembership.objects.values_list("substance__name", "exempt")) == {"p-cresol": [1], "catechol": []}


def test_a_rule_that_cannot_be_read_fails_the_job_in_words(substances: None) -> None:
    a_group("phenols", {"all_of": ["[OX2H"]})
    job = group_evaluation.request_evaluation()
    assert job is not None

    assert run_job(job.pk) == "failed"
    job.refresh_from_db()
    assert job.error_code == "rule_unread"
    assert not GroupMembership.objects.exists()


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
