"""Rules of groups are put to structures: to new ones, to those that change, and what is withdrawn is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.jobs.models import Job
from portal.jobs.running import run_job
from portal.watching.models import Event
from substances import tasks
from substances.models import GroupAssessment, GroupMembership, Structure, Substance
from substances.services import group_evaluation
from substances.services.group_evaluation import GROUPS_WORK, is_anything_owed
from substances.vocabulary import StructureTrust
from tests.build import a_source, a_structure, a_substance
from tests.substances.made_groups import CRESOLS, PHENOLS, a_few_substances, a_group, evaluated, members
from tests.substances.structure_files import a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def substances() -> None:
    a_few_substances()


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

    told = {"on": "a-list", "reason": "Article 2 leaves it out", "source": "", "locator": ""}
    exempt_of = dict(GroupMembership.objects.values_list("substance__name", "exempt"))
    assert exempt_of == {"p-cresol": [told], "catechol": []}


def test_a_rule_that_cannot_be_read_fails_the_job_in_words(substances: None) -> None:
    a_group("phenols", {"all_of": ["[OX2H"]})
    job = group_evaluation.request_evaluation()
    assert job is not None

    assert run_job(job.pk) == "failed"
    job.refresh_from_db()
    assert job.error_code == "rule_unread"
    assert not GroupMembership.objects.exists()
