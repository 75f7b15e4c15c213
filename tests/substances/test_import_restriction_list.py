"""Annex XVII has one row for each act; its entries are counted once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from substances.importers.base import Member, ReportedRow, Role, WrongFile
from substances.importers.reach_restriction_list.parse import ReachRestrictionList
from tests.substances.made_workbooks import an_export

LIST = ReachRestrictionList()
HEADER = (
    *("Substance name", "Description", "EC number", "CAS number", "Entry number", "Conditions"),
    *("Regulatory outcome", "Regulatory outcome date"),
)


def _row(entry: str, on: str = "27-Jul-1976", **cells: str) -> dict[str, object]:
    said = {
        "Substance name": "Madestuff and its compounds",
        "Entry number": entry,
        "Conditions": "https://example.org/act",
        "Regulatory outcome date": on,
    }
    return {**said, **{key.replace("_", " ").capitalize(): cell for key, cell in cells.items()}}


def _read(path: Path, *rows: Mapping[str, object]) -> list[ReportedRow]:
    return list(LIST.parse(an_export(path / "list.xlsx", HEADER, rows)))


def _codes(row: ReportedRow) -> list[str]:
    return [problem.code for problem in row.problems]


def test_the_first_row_of_an_entry_is_the_entry_and_the_others_continue_it(tmp_path: Path) -> None:
    rows = _read(tmp_path, _row("01"), _row("18a"), _row("01", "22-Jun-2009"), _row("18"))

    assert [(row.role, row.belongs_to) for row in rows] == [
        (Role.ENTRY, None),
        (Role.ENTRY, None),
        (Role.CONTINUATION, 2),
        (Role.ENTRY, None),
    ]


def test_a_row_says_its_entry_and_the_day_of_its_act(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, _row("03", description="DBB"))

    assert (row.reasons, row.listed_on) == (("entry 3",), dt.date(1976, 7, 27))
    assert row.facts == {
        "description": "DBB",
        "entry": "3",
        "conditions_url": "https://example.org/act",
        "decided_on": "1976-07-27",
    }
    assert list(LIST.stated(row)) == []


def test_an_entry_called_by_its_number_only_gets_the_annex_before_it(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, _row("09", substance_name="Entry 9"))

    assert (row.name, row.members) == ("Annex XVII, entry 9", (Member("Annex XVII, entry 9"),))
    assert row.cells["Substance name"] == "Entry 9"
    assert _codes(row) == ["unnamed_entry"]


def test_lines_of_hyphens_are_names_without_numbers(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, _row("68", substance_name="Made acids\nmadeic acid", ec_number="-\n-"))

    assert [member.name for member in row.members] == ["Made acids", "madeic acid"]
    assert row.is_group


def test_a_row_that_says_what_another_says_is_counted_and_told(tmp_path: Path) -> None:
    _, again, other = _read(tmp_path, _row("01"), _row("01"), _row("01", "22-Jun-2009"))

    assert (again.role, _codes(again)) == (Role.CONTINUATION, ["repeated"])
    assert _codes(other) == []


def test_an_entry_that_is_named_otherwise_later_is_a_problem(tmp_path: Path) -> None:
    _, row = _read(tmp_path, _row("01"), _row("01", "22-Jun-2009", substance_name="Otherstuff"))

    assert (row.role, _codes(row)) == (Role.CONTINUATION, ["entry_differs"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_row("-"), "row 2, column 'Entry number'.*'-'"),
        (_row("XVII"), "row 2, column 'Entry number'.*'XVII'"),
        (_row("01", "soon"), "row 2, column 'Regulatory outcome date'.*'soon'"),
    ],
)
def test_what_cannot_be_this_list_is_refused_with_the_place(tmp_path: Path, row: dict[str, object], said: str) -> None:
    with pytest.raises(WrongFile, match=said):
        _read(tmp_path, row)


def test_the_publishers_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(_read(tmp_path, _row("01"), _row("01"))) == 2
        return
    rows = list(LIST.parse(reference_data / "echa" / "restriction_list_full.xlsx"))

    assert Counter(row.role for row in rows) == {Role.ENTRY: 78, Role.CONTINUATION: 159}
    assert len({row.facts["entry"] for row in rows}) == 78
    assert Counter(code for row in rows for code in _codes(row)) == {"unnamed_entry": 8, "repeated": 6}
    assert sum(row.is_group for row in rows) == 170
