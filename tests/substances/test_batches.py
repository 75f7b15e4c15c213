"""Many structures at once: one answer to each row, in order, whatever stands beside it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.jobs.models import Job
from portal.jobs.running import run_job
from substances.batches import asking
from substances.batches.asking import cancel_batch
from substances.batches.telling import progress_of
from substances.models import BatchAnswer, BatchRow, StructureSearch, Substance
from substances.searches.keeping import delete_old_searches
from substances.services.reading import SearchRefused
from substances.services.search_terms import rebuild_for
from substances.services.similarity_neighbours import CWC_LIST
from substances.vocabulary import ListEffect
from tests.build import a_person, a_substance
from tests.substances.made_batches import a_batch, an_answered_batch, rows_told
from tests.substances.test_similarity import named_by

pytestmark = pytest.mark.django_db

A, F, S = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "Oc1ccc(Cc2ccc(O)cc2)cc1", "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1"
LIKE_A = "CCC(C)(c1ccc(O)cc1)c1ccc(O)cc1"


def bisphenols() -> None:
    for name, smiles in {"bisphenol A": A, "bisphenol F": F, "bisphenol S": S}.items():
        a_substance(name=name, smiles=smiles)
    rebuild_for(Substance.objects.all())


def test_every_row_has_its_answer_in_the_order_given() -> None:
    bisphenols()
    rows = rows_told(an_answered_batch(f"{LIKE_A}\nbisphenol A\nnonsense-name\n\nCCO\n"))
    assert [(one.row.number, one.row.line, one.outcome) for one in rows] == [
        (1, 1, "compared"),
        (2, 2, "compared"),
        (3, 3, "not_assessed"),
        (4, 4, "not_assessed"),
        (5, 5, "compared"),
    ]
    assert rows[0].hits[0].substance.name == "bisphenol A"
    assert rows[1].known is not None
    assert rows[1].known.name == "bisphenol A"
    assert rows[1].known not in [hit.substance for hit in rows[1].hits]
    assert rows[4].hits == []


def test_a_known_substance_says_itself_whether_it_is_listed() -> None:
    bisphenols()
    named_by("candidate-list", Substance.objects.get(name="bisphenol A"))
    listed, other = rows_told(an_answered_batch("bisphenol A\nbisphenol S"))
    assert (listed.known_listed, other.known_listed) == (True, False)


def test_a_structure_that_is_written_otherwise_is_known_all_the_same() -> None:
    bisphenols()
    (row,) = rows_told(an_answered_batch("Oc1ccc(cc1)C(C)(C)c1ccc(O)cc1"))
    assert row.known is not None
    assert row.known.name == "bisphenol A"


def test_a_row_that_cannot_be_read_says_why_and_the_others_go_on() -> None:
    bisphenols()
    rows = rows_told(an_answered_batch(f"c1ccccc\n{LIKE_A}\nCC>>CO\nC(C)(C)(C)(C)C", file_name="x.smi"))
    assert [one.outcome for one in rows] == ["not_assessed", "compared", "not_assessed", "not_assessed"]
    assert all(one.reason for one in rows if one.outcome == "not_assessed")


def test_an_sd_file_with_a_broken_record_answers_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    good = "\n  x\n\n  2  1  0  0  0  0  0  0  0  0999 V2000\n" + (
        "    0.0000    0.0000    0.0000 C   0  0\n    1.0000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM  END\n$$$$\n"
    )
    rows = rows_told(an_answered_batch(good * 2 + "broken\n\n\nno molfile\n$$$$\n" + good, file_name="x.sdf"))
    assert [one.outcome for one in rows] == ["compared", "compared", "not_assessed", "compared"]
    assert [one.read_as.get("smiles") for one in rows] == ["CO", "CO", None, "CO"]


def test_what_was_changed_on_the_way_in_is_told() -> None:
    (row,) = rows_told(an_answered_batch("CN(=O)=O nitromethane", file_name="x.smi"))
    assert row.outcome == "compared"
    assert row.changes


def test_a_metal_is_not_assessed_and_never_nothing_found() -> None:
    bisphenols()
    search = an_answered_batch("CC(=O)O[Pb]OC(C)=O\nCCCCCCCC")
    assert [one.outcome for one in rows_told(search)] == ["not_assessed", "compared"]
    assert [one.row.number for one in rows_told(search, "not_assessed")] == [1]
    assert [one.row.number for one in rows_told(search, "no_hit")] == [2]


def test_rows_are_counted_and_none_is_lost_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ROWS_A_PART", 4)
    search = an_answered_batch("\n".join("C" * number for number in range(1, 12)))
    assert [(part.first, part.last) for part in search.parts.all()] == [(1, 4), (5, 8), (9, 11)]
    progress = progress_of(search)
    assert (progress.state, progress.rows, progress.answered) == ("done", 11, 11)
    assert BatchAnswer.objects.count() == BatchRow.objects.count() == 11


def test_a_part_that_is_delivered_twice_is_answered_once() -> None:
    search = an_answered_batch("CCO")
    assert run_job(search.parts.get().job_id) == "nothing to do"
    assert BatchAnswer.objects.count() == 1


def test_jobs_carry_no_structure() -> None:
    a_batch(f"{A}\n{F}")
    assert {frozenset(job.arguments) for job in Job.objects.all()} == {frozenset({"search", "part"})}
    assert not Job.objects.filter(arguments__icontains="c1ccc").exists()


def test_what_was_answered_stays_when_the_rest_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ROWS_A_PART", 2)
    search = a_batch("CCO\nCCC\nCCCC\nCCCCC")
    first, second = search.parts.all()
    run_job(first.job_id)
    cancel_batch(search=search, by=None)
    assert run_job(second.job_id) == "nothing to do"
    progress = progress_of(search)
    assert (progress.state, progress.answered, progress.not_assessed) == ("cancelled", 2, 2)
    rows = rows_told(search)
    assert [one.outcome for one in rows] == ["compared", "compared", "not_assessed", "not_assessed"]
    assert "stopped" in rows[3].reason


def test_more_rows_than_allowed_are_refused_and_nothing_is_stored() -> None:
    with pytest.raises(SearchRefused) as refusal:
        a_batch("C\n" * 1_001)
    assert (refusal.value.status, refusal.value.code) == (413, "too_many_rows")
    assert not StructureSearch.objects.exists()
    assert a_batch("C\n" * 1_001, by=a_person()).read_as["rows"] == 1_001


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(SearchRefused):
        a_batch(" \n\n")


def test_a_batch_of_nobody_is_gone_after_a_day_with_its_rows_and_jobs() -> None:
    an_answered_batch("CCO\nCCC")
    assert delete_old_searches(now=timezone.now() + dt.timedelta(hours=25)) == 1
    assert [model.objects.count() for model in (StructureSearch, BatchRow, BatchAnswer, Job)] == [0, 0, 0, 0]


def test_a_batch_that_was_deleted_ends_its_parts() -> None:
    search = a_batch("CCO")
    job = search.parts.get().job
    search.delete()
    assert run_job(job.pk) == "failed"


def test_a_page_of_rows_costs_the_same_however_many_they_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bisphenols()
    few, many = an_answered_batch(LIKE_A), an_answered_batch("\n".join([LIKE_A] * 20))
    rows_told(few)
    for search in (few, many):
        with django_assert_num_queries(6):
            rows_told(search)


def test_no_row_leads_to_a_chemical_of_schedule_1() -> None:
    near = a_substance(name="restricted", smiles=A)
    a_substance(name="bisphenol F", smiles=F)
    rebuild_for(Substance.objects.all())
    before = an_answered_batch(LIKE_A, threshold="0.3")
    assert "restricted" in [hit.substance.name for hit in rows_told(before)[0].hits]
    named_by(CWC_LIST, near, effect=ListEffect.DUTY, reason="schedule 1A(1)")
    (row,) = rows_told(before)
    assert "restricted" not in [hit.substance.name for hit in row.hits]
    same, like = rows_told(an_answered_batch(f"{A}\n{LIKE_A}", threshold="0.3"))
    assert (same.outcome, same.hits) == ("not_assessed", [])
    assert [hit.substance.name for hit in like.hits] == ["bisphenol F"]
