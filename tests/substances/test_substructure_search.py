"""Searches for what contains a structure: read, screened, matched in the sandbox, told with what has no answer."""

from __future__ import annotations

import os
import signal

import pytest

from portal.jobs.models import Job
from portal.jobs.running import Cancelled, Work, claim, run_job
from portal.jobs.services import cancel_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.chemistry.sandbox_client import Sandbox, sandbox
from substances.models import Fingerprint, SearchHit, Structure, StructureSearch, Substance
from substances.searches import matching, substructure
from substances.searches.answer import run_search
from substances.searches.matching import Asked, Matching
from substances.searches.request import request_search
from substances.searches.results import notes_of, results
from substances.services.reading import SearchRefused
from substances.services.search_terms import rebuild_for
from tests.build import a_source, a_structure, a_substance
from tests.chemistry.bad_input import MOLFILE
from tests.substances.test_similarity import named_by
from tests.substances.test_text_search import called

pytestmark = [pytest.mark.django_db, pytest.mark.services]

C60 = (
    "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1c1c6c6c%11c2c2c7c3c3c8c4"
    "c4c9c5c1c1c6c2c3c41"
)
WALKS = "*" + "~*" * 40 + "[U]"  # counts all paths of 41 atoms through C60


@pytest.fixture
def nitro() -> None:
    """Two nitro compounds, one of them listed, and two others."""
    named_by("some-list", a_substance(name="nitrobenzene", cas="98-95-3", smiles="O=[N+]([O-])c1ccccc1"))
    a_substance(name="nitromethane", smiles="C[N+](=O)[O-]")
    a_substance(name="phenol", smiles="Oc1ccccc1")
    a_substance(name="lead acetate", smiles="CC(=O)[O-].CC(=O)[O-].[Pb+2]")
    rebuild_for(Substance.objects.all())


def asked(text: str, format: str = "auto", **parameters: object) -> StructureSearch:
    return request_search(
        by=None, session_key="a-session", text=text, kind="substructure", format=format, parameters=parameters
    )


def answered(search: StructureSearch) -> StructureSearch:
    assert search.job is not None
    run_job(search.job.pk)
    return StructureSearch.objects.select_related("job").get(pk=search.pk)


def names(search: StructureSearch) -> list[str]:
    return [hit.name for hit in results(search).hits]


@pytest.mark.usefixtures("nitro")
@pytest.mark.parametrize(
    ("text", "format", "found"),
    [
        pytest.param("[N+](=O)[O-]", "auto", ["nitromethane", "nitrobenzene"], id="a nitro group"),
        pytest.param("c1ccccc1", "auto", ["phenol", "nitrobenzene"], id="benzene"),
        pytest.param("C1=CC=CC=C1", "smarts", ["phenol", "nitrobenzene"], id="benzene with double bonds"),
        pytest.param("c[OH]", "auto", ["phenol"], id="a pattern"),
        pytest.param("[Pb]", "auto", ["lead acetate"], id="a metal"),
        pytest.param("InChI=1S/C6H6/c1-2-4-6-5-3-1/h1-6H", "auto", ["phenol", "nitrobenzene"], id="InChI"),
        pytest.param(MOLFILE.replace(" O   0", " Q   0"), "auto", ["lead acetate"], id="a drawn query"),
        pytest.param("phenol", "auto", ["phenol"], id="a name"),
        pytest.param("98-95-3", "auto", ["nitrobenzene"], id="a number"),
        pytest.param("[U]", "auto", [], id="nothing has it"),
    ],
)
def test_what_contains_it_is_found_smallest_first(text: str, format: str, found: list[str]) -> None:
    search = answered(asked(text, format))
    assert names(search) == found
    assert (search.read_as["found"], search.read_as["not_assessed"]) == (len(found), 0)
    assert search.compared_with == 4


@pytest.mark.usefixtures("nitro")
def test_a_hit_is_drawn_with_what_was_found_marked() -> None:
    search = answered(asked("[N+](=O)[O-]"))
    hit = results(search).hits[1]
    assert (hit.name, hit.listed, hit.atoms) == ("nitrobenzene", True, [0, 1, 2])
    assert 'class="hl"' in hit.svg
    assert search.read_as["smarts"] == "[N&+](=O)-[O&-]"
    assert [change["code"] for change in search.read_as["changes"]] == ["query_pattern"]


@pytest.mark.usefixtures("nitro")
def test_every_hit_is_counted_and_as_many_shown_as_were_asked_for() -> None:
    search = answered(asked("c1ccccc1", limit=1))
    assert names(search) == ["phenol"]
    assert notes_of(search) == ["2 substances contain it; the 1 smallest are shown."]


@pytest.mark.parametrize(
    ("text", "format", "status", "code"),
    [
        pytest.param("", "auto", 400, "empty", id="nothing"),
        pytest.param("no such name", "auto", 422, "unknown", id="a name nobody has"),
        pytest.param("C>>O", "auto", 400, "reaction", id="a reaction"),
        pytest.param("C~" * 200 + "C", "smarts", 400, "smarts_primitives", id="too many parts"),
        pytest.param("C\u041e~C", "smarts", 400, "lookalike", id="a Cyrillic letter"),
        pytest.param(MOLFILE.replace("M  END\n", ""), "molfile", 400, "molfile_end", id="a molfile cut off"),
    ],
)
def test_what_cannot_be_looked_for_is_refused(text: str, format: str, status: int, code: str) -> None:
    with pytest.raises(SearchRefused) as raised:
        asked(text, format)
    assert (raised.value.status, raised.value.code) == (status, code)


def test_a_text_that_is_a_pattern_and_a_name_is_asked_back() -> None:
    called(a_substance(name="carbon oxychloride", smiles="ClC(Cl)=O"), "COCl", kind="abbreviation")
    rebuild_for(Substance.objects.all())
    with pytest.raises(SearchRefused) as raised:
        asked("COCl")
    assert [reading.format for reading in raised.value.readings] == ["smarts", "name"]


def test_a_pattern_is_no_structure_to_liken() -> None:
    with pytest.raises(SearchRefused) as raised:
        request_search(by=None, session_key="a-session", text="c[OH]", format="smarts")
    assert raised.value.code == "pattern"


def test_a_pattern_that_cannot_be_read_fails_with_words() -> None:
    search = answered(asked("[&&&]C~C", "smarts"))
    assert search.job is not None
    assert (search.job.state, search.job.error_code) == (Job.State.FAILED, "unreadable")


def test_a_restricted_chemical_is_in_no_hit_and_no_question() -> None:
    named_by("cwc-schedules", a_substance(name="agent", smiles="CC(F)Cl"), reason="schedule 1A(1)")
    a_substance(name="fluoroethane", smiles="CCF")
    assert names(answered(asked("CF", "smarts"))) == ["fluoroethane"]
    search = answered(asked("CC(F)Cl", "smarts"))
    assert "Chemical Weapons Convention" in results(search).not_computable


def test_a_structure_without_bits_is_looked_into_all_the_same() -> None:
    a_substance(name="ethanol", smiles="CCO")
    Fingerprint.objects.filter(key__startswith="pattern").delete()
    assert names(answered(asked("CO", "smarts"))) == ["ethanol"]


def test_a_substance_with_several_structures_is_named_once() -> None:
    substance = a_substance(name="disputed", smiles="CCO")
    second = a_structure(of=a_substance(name="other"), smiles="CCCO", source=a_source(key="other"))
    Structure.objects.filter(pk=second.pk).update(substance=substance, is_current=False)
    search = answered(asked("CO", "smarts"))
    assert (names(search), search.read_as["found"]) == (["disputed"], 1)


# --- What kills the sandbox ---------------------------------------------------------------------------------------


def test_a_row_that_kills_is_not_assessed_and_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "PART_TIMEOUT_S", 0.5)
    with Sandbox() as box:
        work = Matching(box, Asked(f"[$({WALKS}),$([CH3])]", "smarts"))
        found = work.matches(["CC", "O", C60, "C", "CCC", "CO"])
    assert [match.row for match in found] == [0, 4, 5]
    assert (work.not_assessed, work.has_given_up) == (1, False)


def test_a_question_that_kills_on_every_row_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "PART_TIMEOUT_S", 0.2)
    monkeypatch.setattr(matching, "MOST_LOST_S", 0.5)
    with Sandbox() as box:
        work = Matching(box, Asked(WALKS, "smarts"))
        assert work.matches([C60] * 50) == []
    assert (work.not_assessed, work.has_given_up) == (50, True)


def test_what_has_no_answer_is_told_and_is_no_nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "PART_TIMEOUT_S", 0.5)
    monkeypatch.setattr(substructure, "_screened", lambda _structure: None)
    a_substance(name="fullerene", smiles=C60)
    a_substance(name="ethane", smiles="CC")
    search = answered(asked(WALKS, "smarts"))
    assert names(search) == []
    assert search.read_as["not_assessed"] == 1
    assert "1 structures are not assessed" in notes_of(search)[0]


def test_a_sandbox_killed_from_outside_costs_no_hit() -> None:
    for number in range(3):
        a_substance(name=f"alkane {number}", smiles="C" * (number + 1))
    search = asked("C", "smarts")
    sandbox().call("ping")
    os.kill(sandbox().pid, signal.SIGKILL)
    os.waitid(os.P_PID, sandbox().pid, os.WEXITED | os.WNOWAIT)
    assert len(names(answered(search))) == 3


# --- In parts -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nitro")
def test_hits_are_stored_in_parts_and_an_attempt_that_died_leaves_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(substructure, "CHUNK", 1)
    monkeypatch.setattr(substructure, "_WRITE_AT", 1)
    search = asked("c1ccccc1")
    assert search.job is not None
    SearchHit.objects.create(search=search, rank=1, substance=Substance.objects.get(name="nitromethane"))
    assert names(answered(search)) == ["phenol", "nitrobenzene"]


class CalledOff(Work):
    """A claim that is cancelled once the first rows were looked at."""

    def progress(self, done: int, total: int | None = None) -> None:
        job = Job.objects.get(pk=self.job_id)
        cancel_job(job=job, by=None)
        super().progress(done, total)


@pytest.mark.usefixtures("nitro")
def test_a_search_called_off_stops_between_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(substructure, "CHUNK", 1)
    search = asked("c1ccccc1")
    assert search.job is not None
    claimed = claim(search.job.pk)
    assert claimed is not None
    with pytest.raises(Cancelled):
        run_search(CalledOff(claimed))
