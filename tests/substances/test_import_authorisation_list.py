"""The Authorisation List is read with its sunset dates, and states what brought a substance there."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import Member, ReportedRow, Role, WrongFile
from substances.importers.reach_authorisation_list.parse import ReachAuthorisationList
from tests.substances.made_workbooks import CARC, REPRO, an_export

LIST = ReachAuthorisationList()
HEADER = (
    *("Substance name", "Description", "EC number", "CAS number", "Entry number", "Latest application date"),
    *("Latest application date remarks", "Sunset date", "Sunset date remarks", "Reason for inclusion"),
    *("Exempted (categories of) uses", "Review periods", "Regulatory outcome", "Regulatory outcome date"),
)
MADE = {
    "Substance name": "Madestuff",
    "EC number": "204-661-8",
    "CAS number": "123-91-1",
    "Entry number": "N/A",
    "Latest application date": "21-Feb-2013",
    "Sunset date": "21-Aug-2014",
    "Reason for inclusion": f"{CARC}\n{REPRO}",
    "Regulatory outcome date": "17-Feb-2011",
}


def _read(path: Path, **cells: str) -> ReportedRow:
    said = MADE | {key.replace("_", " ").capitalize(): cell for key, cell in cells.items()}
    (row,) = LIST.parse(an_export(path / "list.xlsx", HEADER, [said]))
    return row


def test_a_row_says_since_when_and_until_when(tmp_path: Path) -> None:
    row = _read(tmp_path, sunset_date_remarks="1 March 2023 for spare parts")

    assert row.members == (Member("Madestuff", "123-91-1", "204-661-8"),)
    assert row.listed_on == dt.date(2011, 2, 17)
    assert row.facts == {
        "sunset_on": "2014-08-21",
        "apply_by": "2013-02-21",
        "sunset_remarks": "1 March 2023 for spare parts",
    }


def test_its_reasons_state_concerns_by_article_57(tmp_path: Path) -> None:
    row = _read(tmp_path)

    assert row.reasons == ("57a", "57c")
    assert [(one.concern, one.authority, one.rule) for one in LIST.stated(row)] == [
        ("carcinogenic", "authority_assessment", "reach-57/57a"),
        ("reprotoxic", "authority_assessment", "reach-57/57c"),
    ]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({"sunset_date": "-"}, ["no_sunset"]),
        ({"sunset_date": "20-Feb-2013"}, ["sunset_early"]),
        ({"regulatory_outcome_date": "-"}, ["no_date"]),
    ],
)
def test_a_day_that_is_missing_or_too_early_is_a_problem(
    tmp_path: Path, cells: dict[str, str], codes: list[str]
) -> None:
    row = _read(tmp_path, **cells)

    assert ([problem.code for problem in row.problems], row.role) == (codes, Role.ENTRY)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"reason_for_inclusion": "Ugly"}, "row 2, column 'Reason for inclusion'.*'Ugly'"),
        ({"reason_for_inclusion": "-"}, "row 2, column 'Reason for inclusion'.*no reason"),
        ({"sunset_date": "later"}, "row 2, column 'Sunset date'.*'later'"),
    ],
)
def test_what_cannot_be_this_list_is_refused_with_the_place(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    with pytest.raises(WrongFile, match=said):
        _read(tmp_path, **cells)


def test_another_list_of_the_agency_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match=r"row 1, column 'Sunset date'.*missing"):
        list(LIST.parse(an_export(tmp_path / "list.xlsx", [one for one in HEADER if one != "Sunset date"], [MADE])))


def test_the_publishers_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert _read(tmp_path).line == 2
        return
    rows = list(LIST.parse(reference_data / "echa" / "authorisation_list_full.xlsx"))

    assert Counter(row.role for row in rows) == {Role.ENTRY: 59}
    assert sum(row.is_group for row in rows) == 9
    assert sum("sunset_remarks" in row.facts for row in rows) == 38
    assert all("sunset_on" in row.facts for row in rows)
    assert sum(len(list(LIST.stated(row))) for row in rows) == 83
    assert not any(row.problems for row in rows)
