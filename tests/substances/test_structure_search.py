"""Structure searches: what a text is read as, the answer in the request, the job in the worker, who it is kept for."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError
from django.utils import timezone

from portal.jobs.models import Job
from portal.jobs.running import Superseded, Work, claim, run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.chemistry.sandbox_client import sandbox
from substances.models import Fingerprint, Identifier, SearchHit, Structure, StructureSearch, Substance
from substances.searches import sandboxed
from substances.searches.answer import run_search
from substances.searches.request import request_search
from substances.searches.results import SearchResults, results
from substances.services.reading import Foreign, Known, SearchRefused, read
from substances.services.search_terms import rebuild_for
from substances.vocabulary import Checked, IdentifierScheme
from tests.build import a_source, a_substance
from tests.processes import LiveWorker, wait_until
from tests.substances.test_similarity import named_by
from tests.substances.test_text_search import called

pytestmark = [pytest.mark.django_db, pytest.mark.services]

BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
BPA_OTHERWISE = "Oc1ccc(cc1)C(C)(C)c1ccc(O)cc1"
BPS = "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1"


@pytest.fixture
def bisphenols() -> None:
    """Bisphenols A and S with structures, and their search terms."""
    called(a_substance(name="bisphenol A", cas="80-05-7", smiles=BPA), "BPA", kind="abbreviation")
    named_by("some-list", called(a_substance(name="bisphenol S", smiles=BPS), "BPS", kind="abbreviation"))
    rebuild_for(Substance.objects.all())


def asked(text: str, format: str = "auto", *, threshold: str = "0.5", limit: int = 50) -> StructureSearch:
    parameters = {"threshold": threshold, "limit": limit}
    return request_search(by=None, session_key="a-session", text=text, format=format, parameters=parameters)


def job_of(search: StructureSearch) -> Job:
    assert search.job is not None
    search.job.refresh_from_db()
    return search.job


def answered(search: StructureSearch) -> StructureSearch:
    """The search after a worker had its job."""
    run_job(job_of(search).pk)
    return StructureSearch.objects.get(pk=search.pk)


def shown(search: StructureSearch) -> SearchResults:
    return results(StructureSearch.objects.select_related("job").get(pk=search.pk))


def names(search: StructureSearch) -> list[str]:
    return [hit.name for hit in shown(search).hits]


# --- What a text is read as ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bisphenols")
@pytest.mark.parametrize(
    ("text", "format", "read_as"),
    [
        pytest.param("80-05-7", "auto", "cas", id="CAS"),
        pytest.param("80057", "cas", "cas", id="CAS without dashes"),
        pytest.param("IISBACLAFKSPIT-UHFFFAOYSA-N", "auto", "inchikey", id="InChIKey"),
        pytest.param("Bisphenol-A", "auto", "name", id="name"),
        pytest.param("bpa", "name", "name", id="abbreviation"),
        pytest.param(BPA, "auto", "smiles", id="SMILES as stored"),
        pytest.param(f"  {BPA}\n", "smiles", "smiles", id="SMILES as pasted"),
    ],
)
def test_what_we_know_is_known(text: str, format: str, read_as: str) -> None:
    rebuild_inchikey_claims()
    reading = read(text, format)
    assert isinstance(reading, Known)
    assert (reading.substance.name, reading.read_as["format"]) == ("bisphenol A", read_as)
    assert reading.read_as["smiles"] == BPA


def rebuild_inchikey_claims() -> None:
    """An InChIKey is also claimed as an identifier, as the catalogue does."""
    for structure in Structure.objects.all():
        Identifier.objects.create(
            substance=structure.substance,
            scheme=IdentifierScheme.INCHIKEY,
            value=structure.inchikey,
            source=a_source(),
            checked=Checked.MADE_UP,
        )


@pytest.mark.usefixtures("bisphenols")
@pytest.mark.parametrize(
    ("text", "format", "notation"),
    [
        pytest.param(BPA_OTHERWISE, "auto", "smiles", id="SMILES of our own writing"),
        pytest.param("CCCCO", "auto", "smiles", id="letters that are no name"),
        pytest.param("InChI=1S/CH4/h1H4", "auto", "inchi", id="InChI"),
        pytest.param("CO", "smiles", "smiles", id="said to be SMILES"),
    ],
)
def test_a_structure_we_do_not_know_goes_to_the_sandbox(text: str, format: str, notation: str) -> None:
    reading = read(text, format)
    assert isinstance(reading, Foreign)
    assert reading.notation == notation


@pytest.mark.usefixtures("bisphenols")
@pytest.mark.parametrize(
    ("text", "format", "status", "code"),
    [
        pytest.param("", "auto", 400, "empty", id="nothing"),
        pytest.param(" \n", "smiles", 400, "empty", id="blanks"),
        pytest.param("CO", "auto", 422, "ambiguous", id="methanol or carbon monoxide"),
        pytest.param("BPS", "auto", 422, "ambiguous", id="an abbreviation or three atoms"),
        pytest.param("C15H16O2", "auto", 422, "formula", id="a formula"),
        pytest.param("80-05-8", "auto", 400, "check_digit", id="wrong check digit"),
        pytest.param("80-05-8", "cas", 400, "check_digit", id="wrong check digit, said to be CAS"),
        pytest.param("50-00-0", "auto", 422, "unknown", id="a number we do not have"),
        pytest.param("no such name", "auto", 422, "unknown", id="a name we do not have"),
        pytest.param("no such name", "name", 422, "unknown", id="said to be a name"),
        pytest.param("CC(C", "auto", 400, "branch_unclosed", id="a parenthesis not closed"),
        pytest.param("CC\u041e", "smiles", 400, "lookalike", id="a Cyrillic letter"),
        pytest.param("CC\nCC", "smiles", 400, "inner_blank", id="two lines"),
        pytest.param("C" * 5001, "smiles", 413, "too_long", id="too long"),
        pytest.param("C" * 5001, "auto", 413, "too_long", id="too long for anything"),
        pytest.param("C" * 300, "smiles", 413, "too_many_atoms", id="too many atoms"),
        pytest.param("x", "mol2", 400, "format", id="a format we do not have"),
        pytest.param("\ud800", "auto", 422, "unknown", id="a lone surrogate"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(text: str, format: str, status: int, code: str) -> None:
    with pytest.raises(SearchRefused) as raised:
        asked(text, format)
    assert (raised.value.status, raised.value.code) == (status, code)
    assert raised.value.message
    assert not StructureSearch.objects.exists()


@pytest.mark.parametrize("threshold", ["-0.1", "1.001", "0.1234", "nan", "inf", "", "a half"])
def test_a_threshold_that_is_no_share_is_refused(threshold: str) -> None:
    with pytest.raises(SearchRefused) as raised:
        asked("CCO", threshold=threshold)
    assert (raised.value.status, raised.value.code) == (400, "threshold")


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_limit_out_of_bounds_is_refused(limit: int) -> None:
    with pytest.raises(SearchRefused) as raised:
        asked("CCO", limit=limit)
    assert (raised.value.status, raised.value.code) == (400, "limit")


@pytest.mark.usefixtures("bisphenols")
def test_an_ambiguous_text_is_given_back_with_every_reading() -> None:
    with pytest.raises(SearchRefused) as raised:
        read("BPS")
    assert [(r.format, r.substance and r.substance.name) for r in raised.value.readings] == [
        ("smiles", None),
        ("formula", None),
        ("name", "bisphenol S"),
    ]


def test_a_name_that_could_be_a_structure_counts_only_as_written() -> None:
    called(a_substance(name="cobalt"), "Co", kind="abbreviation")
    rebuild_for(Substance.objects.all())
    with pytest.raises(SearchRefused) as raised:
        read("CO")
    assert [reading.format for reading in raised.value.readings] == ["smiles", "formula"]


def test_a_formula_that_is_the_name_of_what_has_it_is_that() -> None:
    called(a_substance(name="carbon tetrachloride", smiles="ClC(Cl)(Cl)Cl"), "CCl4")
    rebuild_for(Substance.objects.all())
    reading = read("CCl4")
    assert isinstance(reading, Known)


def test_a_name_of_two_substances_is_not_chosen_between() -> None:
    for name in ("one", "other"):
        called(a_substance(name=name), "both")
    rebuild_for(Substance.objects.all())
    with pytest.raises(SearchRefused) as raised:
        read("both")
    assert sorted(str(reading.substance) for reading in raised.value.readings) == ["one", "other"]


def test_a_number_of_two_substances_is_not_chosen_between() -> None:
    for name in ("one", "other"):
        a_substance(name=name, cas="80-05-7")
    with pytest.raises(SearchRefused) as raised:
        read("80-05-7")
    assert (raised.value.status, len(raised.value.readings)) == (422, 2)


@pytest.mark.usefixtures("bisphenols")
def test_a_wrong_number_comes_back_with_what_was_perhaps_meant() -> None:
    with pytest.raises(SearchRefused) as raised:
        read("80-05-8")
    assert [(reading.value, str(reading.substance)) for reading in raised.value.readings] == [
        ("80-05-7", "bisphenol A")
    ]


def test_a_refusal_names_the_character() -> None:
    with pytest.raises(SearchRefused) as raised:
        read("CC\u041e", "smiles")
    assert raised.value.position == 3


# --- Answered in the request --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bisphenols")
def test_a_known_substance_is_answered_at_once_without_a_job() -> None:
    search = asked("80-05-7")
    assert search.job is None
    assert [(hit.name, hit.listed) for hit in shown(search).hits] == [("bisphenol A", False), ("bisphenol S", True)]
    assert search.compared_with == 2
    assert search.versions["data_revision"]


@pytest.mark.usefixtures("bisphenols")
def test_a_known_substance_and_its_structure_written_otherwise_give_the_same_answer() -> None:
    known, typed = asked("80-05-7", threshold="0.1"), answered(asked(BPA_OTHERWISE, threshold="0.1"))
    columns = ("rank", "substance", "shared_bits", "united_bits")
    assert list(known.hits.values_list(*columns)) == list(typed.hits.values_list(*columns))


def test_what_cannot_be_compared_says_why_and_has_no_hits() -> None:
    a_substance(name="a polymer", kind="polymer")
    rebuild_for(Substance.objects.all())
    search = asked("a polymer")
    assert "polymer" in shown(search).not_computable
    assert shown(search).hits == []


# --- Answered by a worker -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bisphenols")
def test_a_typed_structure_is_answered_by_its_job() -> None:
    search = asked(f"[H]{BPA_OTHERWISE}")
    assert list(search.hits.all()) == []
    search = answered(search)
    assert job_of(search).state == Job.State.DONE
    assert names(search) == ["bisphenol A", "bisphenol S"]
    assert search.read_as["smiles"] == BPA
    assert search.read_as["changes"][0]["code"] == "hydrogens_folded"
    assert search.svg.startswith("<svg")
    assert (search.known_substance and search.known_substance.name, search.compared_with) == ("bisphenol A", 2)
    assert search.versions["standardiser"].startswith("benigna")


@pytest.mark.usefixtures("bisphenols")
def test_the_job_carries_no_structure() -> None:
    assert job_of(search := asked(BPA_OTHERWISE)).arguments == {"search": str(search.pk)}


@pytest.mark.usefixtures("bisphenols")
def test_threshold_and_limit_hold_in_the_worker_too() -> None:
    assert names(answered(asked(BPA_OTHERWISE, threshold="1"))) == ["bisphenol A"]
    assert names(answered(asked(BPA_OTHERWISE, threshold="0", limit=1))) == ["bisphenol A"]


def test_a_salt_is_compared_by_its_parent() -> None:
    a_substance(name="ethylamine", smiles="CCN")
    search = answered(asked("CC[NH3+].CC[NH3+].O=S(=O)([O-])[O-]", "smiles", threshold="1"))
    assert names(search) == ["ethylamine"]
    assert search.known_substance is None


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        pytest.param("CCCC[Sn](Cl)(Cl)CCCC", "metal", id="organometallic"),
        pytest.param("[Na+].[Cl-]", "organic", id="salt"),
        pytest.param("O=S(=O)(O)O", "organic", id="acid"),
    ],
)
def test_what_has_no_parent_is_compared_by_group_only(smiles: str, words: str) -> None:
    a_substance(name="acetone", smiles="CC(C)=O")
    search = answered(asked(smiles, "smiles", threshold="0"))
    assert job_of(search).state == Job.State.DONE
    assert words in shown(search).not_computable
    assert not search.hits.exists()


@pytest.mark.usefixtures("bisphenols")
@pytest.mark.parametrize(
    "smiles", [pytest.param("C[C@H](F)Cl", id="another stereoisomer"), pytest.param("CC(F)Cl", id="the same")]
)
def test_a_substance_of_schedule_1_typed_leads_nowhere(smiles: str) -> None:
    """The structure is made up for the test: any structure put under the schedule is treated so."""
    named_by("cwc-schedules", a_substance(name="agent", smiles="C[C@@H](F)Cl"), reason="schedule 1A(1)")
    search = answered(asked(smiles, "smiles", threshold="0"))
    assert "Chemical Weapons Convention" in shown(search).not_computable
    assert not search.hits.exists()


def test_a_structure_that_is_no_molecule_fails_with_its_atom_and_is_not_tried_again() -> None:
    search = answered(asked("CC(C)(C)(C)C", "smiles"))
    job = job_of(search)
    assert (job.state, job.error_code, job.attempts) == (Job.State.FAILED, "valence_at", 1)
    assert shown(search).error.startswith("We could not read this structure: Atom 2 (C, character 2) has 5 bonds")
    assert not search.hits.exists()


def test_a_sandbox_that_hangs_ends_the_job_with_words_and_the_next_search_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandboxed, "READING_TIMEOUT_S", 0.2)
    first, second = asked("CCCO", "smiles"), asked("CCCCO", "smiles")
    sandbox().call("ping")
    os.kill(sandbox().pid, signal.SIGSTOP)
    job = job_of(answered(first))
    assert (job.state, job.error_code, job.attempts) == (Job.State.FAILED, "structure_too_hard", 1)
    assert "says nothing about it" in job.error_message
    monkeypatch.undo()
    assert job_of(answered(second)).state == Job.State.DONE


def test_fingerprints_of_another_version_are_not_compared() -> None:
    a_substance(name="acetone", smiles="CC(C)=O")
    for fingerprint in Fingerprint.objects.filter(key__startswith="atompair"):
        fingerprint.key = fingerprint.key.rpartition("-rdkit")[0] + "-rdkit2001.0"
        fingerprint.save()
    job = job_of(answered(asked("CCO", "smiles")))
    assert (job.state, job.error_code) == (Job.State.FAILED, "fingerprints_of_another_version")


@pytest.mark.usefixtures("bisphenols")
def test_a_search_whose_worker_was_superseded_is_answered_once() -> None:
    search = asked(BPA_OTHERWISE)
    first = claim(job_of(search).pk)
    assert first is not None
    Job.objects.filter(pk=first.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    second = claim(first.pk)
    assert second is not None
    run_search(Work(second))
    with pytest.raises(Superseded):
        run_search(Work(first))
    assert SearchHit.objects.filter(search=search).count() == 2


def test_a_search_deleted_meanwhile_is_not_made_again() -> None:
    search = asked("CCCO", "smiles")
    job = job_of(search)
    StructureSearch.objects.filter(pk=search.pk).delete()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "search_deleted")
    assert not StructureSearch.objects.exists()


class DeletedAtTheEnd(Work):
    """A claim whose search is deleted just before its answer is written."""

    @contextmanager
    def finishing(self) -> Iterator[None]:
        StructureSearch.objects.all().delete()
        with super().finishing():
            yield


def test_an_answer_does_not_bring_a_deleted_search_back() -> None:
    claimed = claim(job_of(asked("CCCO", "smiles")).pk)
    assert claimed is not None
    with pytest.raises(DatabaseError):
        run_search(DeletedAtTheEnd(claimed))
    assert not StructureSearch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_answers_and_a_hostile_structure_does_not_end_it(worker: LiveWorker) -> None:
    a_substance(name="bisphenol A", smiles=BPA)
    hostile = asked("[Fe]" + "(Cl)" * 8 + "C#C" * 79, "smiles")
    search = asked(BPA_OTHERWISE, "smiles")
    wait_until(lambda: job_of(hostile).has_ended and job_of(search).has_ended, what="the end of both searches")
    assert job_of(search).state == Job.State.DONE
    assert names(search) == ["bisphenol A"]
