"""Each row of a work-list is one dated event, with the same facts in every list, and states no concern."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import Member, ReportedRow, Role, WrongFile
from substances.importers.clh_process.parse import ClhProcess
from substances.importers.pops_process.parse import PopsProcess
from substances.importers.restriction_process.parse import RestrictionProcess
from substances.importers.substance_evaluation.parse import SubstanceEvaluation
from substances.importers.svhc_identification.parse import SvhcIdentification
from substances.importers.work_lists import Step, WorkList
from tests.substances.made_workbooks import CARC, ED_HH, an_export

SVHC, CORAP, CLH = SvhcIdentification(), SubstanceEvaluation(), ClhProcess()
RESTRICTION, POPS = RestrictionProcess(), PopsProcess()
ALL = (SVHC, CORAP, CLH, RESTRICTION, POPS)
# File, rows, rows without numbers, problems.
FILES: list[tuple[WorkList, str, int, int, dict[str, int]]] = [
    (SVHC, "svhc_identification_full", 1024, 104, {}),
    (CORAP, "substance_evaluation_full", 1307, 17, {"no_name": 3}),
    (CLH, "clh_process_full", 4084, 248, {"repeated": 1}),
    (RESTRICTION, "restriction_process_full", 460, 332, {}),
    (POPS, "pops_process_full", 43, 24, {}),
]


def _made(importer: WorkList, **cells: str) -> dict[str, object]:
    event = next(iter(importer.events))
    said = {
        "Substance name": "Madestuff",
        "EC number": "204-661-8",
        "CAS number": "123-91-1",
        "Current stage": event,
        "Current stage date": "04-Feb-2026",
        importer.submitters: "Norway\nSweden",
        "Status": "Ongoing",
        "Timeline": event,
        "Timeline date": "05-Feb-2025",
    }
    return {**said, **cells}


def _read(path: Path, importer: WorkList, *rows: dict[str, object]) -> list[ReportedRow]:
    header = list(dict.fromkeys(column for row in rows for column in row))
    return list(importer.parse(an_export(path / "list.xlsx", header, rows)))


def _one(path: Path, importer: WorkList, **cells: str) -> ReportedRow:
    (row,) = _read(path, importer, _made(importer, **cells))
    return row


def _codes(row: ReportedRow) -> list[str]:
    return [problem.code for problem in row.problems]


@pytest.mark.parametrize("importer", ALL, ids=lambda importer: importer.slug)
def test_every_list_says_the_same_of_an_event(tmp_path: Path, importer: WorkList) -> None:
    row = _one(tmp_path, importer)
    words, step = next(iter(importer.events.values()))

    assert (row.role, row.listed_on, row.reasons) == (Role.ENTRY, dt.date(2025, 2, 5), (words,))
    assert row.members == (Member("Madestuff", "123-91-1", "204-661-8"),)
    assert row.facts == {
        "event": words,
        "step": step.value,
        "stage": words,
        "stage_on": "2026-02-04",
        "status": "ongoing",
        "submitters": ["Norway", "Sweden"],
    }
    assert _codes(row) == []
    assert list(importer.stated(row)) == []


@pytest.mark.parametrize("importer", ALL, ids=lambda importer: importer.slug)
def test_every_list_knows_its_beginning_its_end_and_its_withdrawal(importer: WorkList) -> None:
    steps = {step for _, step in importer.events.values()}

    assert {Step.INTENTION, Step.WITHDRAWAL} <= steps
    assert steps & {Step.DECISION, Step.CONCLUSION, Step.OPINION}
    assert not any(";" in words for words, _ in importer.events.values())


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        pytest.param({"Timeline": "SVHC party"}, "event_unknown", id="event"),
        pytest.param({"Current stage": "Elsewhere"}, "event_unknown", id="stage"),
        pytest.param({"Status": "Sleeping"}, "status_unknown", id="status"),
        pytest.param({"Timeline date": "-"}, "no_date", id="day"),
        pytest.param({"Substance name": "-"}, "no_name", id="name"),
        pytest.param({"CAS number": "123-91-1\n302-01-2\n1-1-1", "EC number": "a\nb"}, "not_parallel", id="parallel"),
        pytest.param({"Hazard class": "Boredom"}, "outcome_unknown", id="hazard"),
        pytest.param({"Reason for proposal": "Ugly"}, "reason_unknown", id="reason"),
    ],
)
def test_what_is_odd_is_a_problem_and_the_row_stays(tmp_path: Path, cells: dict[str, str], code: str) -> None:
    row = _one(tmp_path, SVHC, **cells)

    assert (_codes(row), row.line) == ([code], 2)


def test_an_unknown_event_is_kept_as_printed_without_a_step(tmp_path: Path) -> None:
    row = _one(tmp_path, SVHC, Timeline="SVHC  party; late")

    assert (row.facts["event"], row.reasons) == ("SVHC party; late", ("SVHC party, late",))
    assert "step" not in row.facts


def test_a_row_without_a_name_is_called_by_its_number(tmp_path: Path) -> None:
    row = _one(tmp_path, CORAP, **{"Substance name": "-", "CAS number": "-"})

    assert (row.name, row.members) == ("EC 204-661-8", (Member("EC 204-661-8", "", "204-661-8"),))
    assert row.role == Role.ENTRY


def test_a_row_without_name_and_numbers_is_unusable(tmp_path: Path) -> None:
    row = _one(tmp_path, CORAP, **{"Substance name": "-", "CAS number": "-", "EC number": "-"})

    assert (row.role, row.members, _codes(row)) == (Role.UNUSABLE, (), ["no_name"])


def test_an_event_told_twice_is_two_rows_and_a_problem(tmp_path: Path) -> None:
    first, again = _read(tmp_path, CLH, _made(CLH), _made(CLH))

    assert (_codes(first), _codes(again)) == ([], ["repeated"])


@pytest.mark.parametrize("header", ["Timeline date", "Current stage date", "Expected date of submission"])
def test_a_day_that_is_none_refuses_the_file_with_the_place(tmp_path: Path, header: str) -> None:
    with pytest.raises(WrongFile, match=rf"row 2, column '{header}'.*'soon'"):
        _one(tmp_path, SVHC, **{header: "soon"})


def test_a_list_without_events_is_refused(tmp_path: Path) -> None:
    made = _made(SVHC)
    del made["Timeline"]

    with pytest.raises(WrongFile, match=r"row 1, column 'Timeline'.*missing"):
        _read(tmp_path, SVHC, made)


def test_an_identification_says_what_is_proposed_and_what_became_of_each_hazard(tmp_path: Path) -> None:
    facts = _one(
        tmp_path,
        SVHC,
        **{
            "Reason for proposal": f"{ED_HH}\n{CARC}",
            "Hazard class": "Endocrine disruptor for human health\nCarcinogenicity",
            "Outcome (Hazard)": "No unanimous agreement - Opinion of SVHC\nSVHC included in Candidate List",
            "Expected date of submission": "04-Aug-2025",
            "Deadline for comments": "16-Oct-2025",
        },
    ).facts

    assert facts["proposed_reasons"] == ["57a", "57f-ed-hh"]
    assert (facts["expected_on"], facts["comments_until"]) == ("2025-08-04", ["2025-10-16"])
    assert facts["hazards"] == [
        {"hazard": "ed-hh", "outcome": "No unanimous agreement - Opinion of SVHC"},
        {"hazard": "carcinogenicity", "outcome": "SVHC included in Candidate List", "conclusion": "conclusive_yes"},
    ]


def test_outcomes_beside_fewer_hazards_are_not_guessed(tmp_path: Path) -> None:
    said = "SEV concluded to confirm the hazard\nSEV concluded that the hazard is unlikely"
    row = _one(tmp_path, CORAP, **{"Hazard class": "Carcinogenicity", "Outcome (Hazard)": said})

    assert _codes(row) == ["outcomes_not_parallel"]
    assert row.facts["hazards"] == [{"hazard": "carcinogenicity"}]


def test_an_evaluation_says_when_by_whom_and_why(tmp_path: Path) -> None:
    facts = _one(
        tmp_path,
        CORAP,
        **{
            "Evaluation year": "2015\n2015",
            "Co-evaluating Member State": "Ireland, Portugal",
            "Concern(s)": "Skin sensitisation\nPersistent, mobile and toxic",
        },
    ).facts

    assert (facts["evaluation_years"], facts["with"]) == ([2015], ["Ireland", "Portugal"])
    assert facts["concerns"] == ["skin-sensitisation", "pmt"]


def test_a_year_that_is_none_is_a_problem(tmp_path: Path) -> None:
    row = _one(tmp_path, CORAP, **{"Evaluation year": "soon\n2027"})

    assert (_codes(row), row.facts["evaluation_years"]) == (["year_unknown"], [2027])


def test_a_proposal_of_a_classification_gives_no_classification(tmp_path: Path) -> None:
    header = "Harmonised classification proposed by the dossier submitter"
    row = _one(tmp_path, CLH, **{header: "• Carc. 1B, H350\n• Repr. 2, H361fd***"})

    assert row.facts["classification_proposed"] == ["Carc. 1B, H350", "Repr. 2, H361fd***"]
    assert row.classifications == ()


def test_days_with_bullets_are_all_read(tmp_path: Path) -> None:
    row = _one(tmp_path, CLH, **{"Deadline for comments (targeted)": "• 17-May-2022\n• 20-Jul-2021"})

    assert row.facts["comments_until"] == ["2021-07-20", "2022-05-17"]


@pytest.mark.parametrize(
    ("printed", "adaptation"),
    [
        (
            "ATP22 - (30/09/2024),  01/05/2026",
            {"number": 22, "published_on": "2024-09-30", "applies_from": "2026-05-01"},
        ),
        (
            "ATP14 - (04/10/2019), 09/07/2021, Annulled on 01/08/2025",
            {
                "number": 14,
                "published_on": "2019-10-04",
                "applies_from": "2021-07-09",
                "note": "Annulled on 01/08/2025",
            },
        ),
        (
            "ATP05 - (02/10/2013), 01/01/2015 Deleted entry",
            {"number": 5, "published_on": "2013-10-02", "applies_from": "2015-01-01", "note": "Deleted entry"},
        ),
        ("No harmonised classification", {"note": "No harmonised classification"}),
    ],
)
def test_the_act_that_took_an_opinion_over_is_read(tmp_path: Path, printed: str, adaptation: dict[str, object]) -> None:
    assert _one(tmp_path, CLH, **{"ATP number and date": printed}).facts["adaptation"] == adaptation


@pytest.mark.parametrize("printed", ["ATP 22", "ATP22 - (31/02/2024), 01/05/2026", "soon"])
def test_an_act_that_is_not_read_is_a_problem(tmp_path: Path, printed: str) -> None:
    assert _codes(_one(tmp_path, CLH, **{"ATP number and date": printed})) == ["adaptation_unknown"]


def test_all_deadlines_of_a_restriction_are_in_order(tmp_path: Path) -> None:
    row = _one(
        tmp_path,
        RESTRICTION,
        **{
            "Final deadline for comments on Annex XV report": "20-Dec-2022",
            "1st deadline for comments on Annex XV report": "20-Jul-2022",
            "Call for evidence end date": "• 20-Jul-2023\n• 15-May-2021",
        },
    )

    assert row.facts["comments_until"] == ["2022-07-20", "2022-12-20"]
    assert row.facts["evidence_until"] == ["2021-05-15", "2023-07-20"]


def test_a_process_on_pollutants_says_its_consultations_and_annexes(tmp_path: Path) -> None:
    facts = _one(
        tmp_path,
        POPS,
        **{
            "Timeline": "Inclusion in  the EU POPs Regulation",
            "Start consultation on the draft risk profile": "19-Feb-2020",
            "End consultation on the draft risk profile": "15-Apr-2020",
            "Start consultation on the draft risk management evaluation": "24-May-2022",
            "POPs Regulation Annex": "• Annex I, part A\n• Annex IV",
        },
    ).facts

    assert facts["event"] == "inclusion in the EU POPs Regulation"
    assert facts["annexes"] == ["annex i, part a", "annex iv"]
    assert facts["consultations"] == [
        {"on": "risk-profile", "from": "2020-02-19", "until": "2020-04-15"},
        {"on": "risk-management", "from": "2022-05-24"},
    ]


@pytest.mark.parametrize(("importer", "file", "count", "groups", "problems"), FILES, ids=lambda value: str(value)[:30])
def test_the_publishers_file_is_read_to_its_last_row(
    reference_data: Path | None,
    tmp_path: Path,
    importer: WorkList,
    file: str,
    count: int,
    groups: int,
    problems: dict[str, int],
) -> None:
    if reference_data is None:
        assert _one(tmp_path, importer).line == 2
        return
    rows = list(importer.parse(reference_data / "echa" / f"{file}.xlsx"))

    assert Counter(row.role for row in rows) == {Role.ENTRY: count}
    assert len({row.line for row in rows}) == count
    assert sum(row.is_group for row in rows) == groups
    assert Counter(code for row in rows for code in _codes(row)) == problems
    assert all(row.listed_on and "step" in row.facts and row.facts["status"] for row in rows)
    assert json.loads(json.dumps([dict(row.facts) for row in rows])) == [dict(row.facts) for row in rows]
