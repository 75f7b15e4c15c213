"""Assessments keep what was concluded apart from what was not, and state only a conclusive yes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from substances.importers.assessments import Assessments
from substances.importers.base import ReportedRow, Role, StatedConcern, WrongFile
from substances.importers.eu_ed_assessment.parse import EuEdAssessment
from substances.importers.eu_pbt_assessment.parse import EuPbtAssessment
from tests.substances.made_workbooks import an_export

ED, PBT = EuEdAssessment(), EuPbtAssessment()
HEADER = (
    *("Substance name", "Description", "EC number", "CAS number", "Current stage", "Current stage date"),
    *("Submitter", "Concern(s)", "Outcome(s)"),
)
BOTH_ED = "Endocrine disruptor for environment\nEndocrine disruptor for human health"
BOTH_PBT = "Persistent, bioaccumulative and toxic\nVery persistent and very bioaccumulative"


def _read(path: Path, importer: Assessments, *, stage: str = "", **cells: str) -> ReportedRow:
    said = {
        "Substance name": "Madestuff",
        "EC number": "204-661-8",
        "CAS number": "123-91-1",
        "Current stage": stage or f"{importer.word} assessment conclusion",
        "Current stage date": "18-Nov-2025",
        "Submitter": "Norway",
        "Concern(s)": BOTH_ED if importer is ED else BOTH_PBT,
    } | {key.replace("_", " ").capitalize(): cell for key, cell in cells.items()}
    if "Outcomes" in said:
        said["Outcome(s)"] = said.pop("Outcomes")
    if "Concerns" in said:
        said["Concern(s)"] = said.pop("Concerns")
    (row,) = importer.parse(an_export(path / "list.xlsx", HEADER, [said]))
    return row


def _codes(row: ReportedRow) -> list[str]:
    return [problem.code for problem in row.problems]


def test_a_row_says_stage_day_submitters_and_what_is_looked_into(tmp_path: Path) -> None:
    row = _read(tmp_path, ED, stage="ED assessment intention", description="1 mole made")

    assert (row.role, row.listed_on, row.reasons) == (Role.ENTRY, dt.date(2025, 11, 18), ())
    assert row.facts == {
        "description": "1 mole made",
        "stage": "ED assessment intention",
        "step": "intention",
        "stage_on": "2025-11-18",
        "submitters": ["Norway"],
        "concerns": ["ed-env", "ed-hh"],
    }


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("PBT", "pbt: conclusive yes"),
        ("Conclusive data - no PBT", "pbt: conclusive no"),
        ("Inconclusive data - no PBT", "pbt: inconclusive"),
        ("Lack of data - no PBT", "pbt: no data"),
    ],
)
def test_four_conclusions_are_four_reasons(tmp_path: Path, printed: str, reason: str) -> None:
    row = _read(tmp_path, PBT, concerns="Persistent, bioaccumulative and toxic", outcomes=printed)

    assert row.reasons == (reason,)
    assert bool(list(PBT.stated(row))) == (printed == "PBT")


def test_each_hazard_has_its_own_conclusion(tmp_path: Path) -> None:
    row = _read(tmp_path, PBT, outcomes="Inconclusive data - no PBT\nvPvB")

    assert row.facts["conclusions"] == {"pbt": "inconclusive", "vpvb": "conclusive_yes"}
    assert list(PBT.stated(row)) == [
        StatedConcern("pbt_vpvb", "", "authority_assessment", "ECHA PBT assessment: vPvB", "eu-pbt-assessment/vpvb")
    ]


def test_two_hazards_of_one_concern_are_stated_once(tmp_path: Path) -> None:
    (one,) = PBT.stated(_read(tmp_path, PBT, outcomes="PBT\nvPvB"))

    assert (one.legal_basis, one.rule) == ("ECHA PBT assessment: PBT, vPvB", "eu-pbt-assessment/pbt+vpvb")


def test_mobility_is_another_concern_than_bioaccumulation(tmp_path: Path) -> None:
    concerns = f"Persistent, mobile and toxic\nVery persistent and very mobile\n{BOTH_PBT}"
    outcomes = "PMT\nvPvM\nInconclusive data - no PBT\nConclusive data - no vPvB"

    assert [one.concern for one in PBT.stated(_read(tmp_path, PBT, concerns=concerns, outcomes=outcomes))] == [
        "pmt_vpvm"
    ]


def test_endocrine_disruption_is_stated_for_the_receptor_it_was_concluded_for(tmp_path: Path) -> None:
    row = _read(tmp_path, ED, outcomes="ED for environment\nInconclusive data - no ED HH")

    assert [one.concern for one in ED.stated(row)] == ["endocrine_env"]


@pytest.mark.parametrize(
    ("printed", "strength"),
    [("ED for environment", ""), ("ED ENV 1", "known_or_presumed"), ("ED ENV 2", "suspected")],
)
def test_only_a_category_says_how_sure_it_is(tmp_path: Path, printed: str, strength: str) -> None:
    row = _read(tmp_path, ED, outcomes=f"{printed}\nConclusive data - no ED HH")

    assert [one.strength for one in ED.stated(row)] == [strength]


def test_a_hazard_without_a_word_of_ours_is_kept_and_states_nothing(tmp_path: Path) -> None:
    row = _read(tmp_path, PBT, concerns="Other human health hazard", outcomes="Hazardous for the human health")

    assert row.facts["conclusions"] == {"other-hh": "conclusive_yes"}
    assert list(PBT.stated(row)) == []


@pytest.mark.parametrize("outcomes", ["ED for environment", "-"])
def test_a_conclusion_that_says_nothing_of_a_concern_is_a_problem(tmp_path: Path, outcomes: str) -> None:
    assert _codes(_read(tmp_path, ED, outcomes=outcomes)) == ["no_outcome"]


def test_an_outcome_before_the_conclusion_is_a_problem_and_states_nothing(tmp_path: Path) -> None:
    row = _read(tmp_path, ED, stage="Withdrawal of ED assessment", outcomes="ED for environment\nED for human health")

    assert _codes(row) == ["outcome_early"]
    assert list(ED.stated(row)) == []


def test_outcomes_that_contradict_each_other_conclude_nothing(tmp_path: Path) -> None:
    row = _read(tmp_path, ED, outcomes="ED for environment\nConclusive data - no ED ENV\nED for human health")

    assert _codes(row) == ["outcome_conflict", "no_outcome"]
    assert [one.concern for one in ED.stated(row)] == ["endocrine_hh"]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        pytest.param({"outcomes": "Perhaps ED"}, ["outcome_unknown", "no_outcome"], id="outcome"),
        pytest.param({"concerns": "Boredom", "outcomes": "ED for environment"}, ["hazard_unknown"], id="concern"),
        pytest.param({"stage": "PBT assessment conclusion"}, ["stage_unknown"], id="stage of the other list"),
        pytest.param({"current_stage_date": "-", "outcomes": "ED ENV 1\nED HH 1"}, ["no_date"], id="no day"),
    ],
)
def test_what_is_odd_is_a_problem_and_the_row_stays(tmp_path: Path, cells: dict[str, str], codes: list[str]) -> None:
    row = _read(tmp_path, ED, **cells)

    assert row.role == Role.ENTRY
    assert _codes(row) == codes


def test_nobody_is_no_submitter(tmp_path: Path) -> None:
    assert "submitters" not in _read(tmp_path, PBT, submitter="To Be Defined", outcomes="PBT\nvPvB").facts


def test_a_day_that_is_none_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match=r"row 2, column 'Current stage date'.*'soon'"):
        _read(tmp_path, ED, current_stage_date="soon")


def test_the_publishers_files_are_read_to_their_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert _read(tmp_path, PBT, outcomes="PBT\nvPvB").line == 2
        return
    ed = list(ED.parse(reference_data / "echa" / "ed_assessment.xlsx"))
    pbt = list(PBT.parse(reference_data / "echa" / "pbt_assessment.xlsx"))

    assert Counter(row.role for row in ed) == {Role.ENTRY: 148}
    assert Counter(code for row in ed for code in _codes(row)) == {"no_outcome": 1}
    assert Counter(one.concern for row in ed for one in ED.stated(row)) == {"endocrine_env": 31, "endocrine_hh": 18}
    assert Counter(reason for row in ed for reason in row.reasons) == {
        "ed-env: conclusive yes": 31,
        "ed-env: conclusive no": 8,
        "ed-env: inconclusive": 13,
        "ed-hh: conclusive yes": 18,
        "ed-hh: conclusive no": 14,
        "ed-hh: inconclusive": 14,
    }
    assert Counter(row.role for row in pbt) == {Role.ENTRY: 259}
    assert Counter(code for row in pbt for code in _codes(row)) == {"no_outcome": 5}
    assert Counter(one.concern for row in pbt for one in PBT.stated(row)) == {"pbt_vpvb": 41, "pmt_vpvm": 5}
    assert Counter(reason for row in pbt for reason in row.reasons if reason.startswith("pbt")) == {
        "pbt: conclusive yes": 18,
        "pbt: conclusive no": 78,
        "pbt: inconclusive": 47,
        "pbt: no data": 7,
    }
