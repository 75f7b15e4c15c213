"""The EU POPs list states PBT or vPvB of what the Stockholm Convention lists, and nothing of the rest."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import ReportedRow, Role, StatedConcern, WrongFile
from substances.importers.eu_pops.parse import EuPops
from tests.substances.made_workbooks import an_export

LIST = EuPops()
HEADER = (
    *("Substance name", "Description", "EC number", "CAS number", "Date of inclusion", "POPs Regulation Annex"),
    *("Regulatory outcome", "Regulatory outcome date"),
)


def _read(path: Path, annexes: str, *, on: str = "29-Apr-2004") -> ReportedRow:
    said = {"Substance name": "Madechlor (group)", "Date of inclusion": on, "POPs Regulation Annex": annexes}
    (row,) = LIST.parse(an_export(path / "list.xlsx", HEADER, [said]))
    return row


def test_a_row_says_its_annexes_and_day(tmp_path: Path) -> None:
    row = _read(tmp_path, "Annex IV\nAnnex I,  part A")

    assert (row.reasons, row.listed_on) == (("annex i, part a", "annex iv"), dt.date(2004, 4, 29))
    assert (row.is_group, row.role) == (True, Role.ENTRY)


@pytest.mark.parametrize(
    ("annexes", "rule"),
    [
        ("Annex I, part A\nAnnex III, part B\nAnnex IV", "eu-pops/annex-i-a"),
        ("Annex III, part A\nAnnex IV", "eu-pops/annex-iii-a"),
    ],
)
def test_what_the_stockholm_convention_lists_is_a_concern(tmp_path: Path, annexes: str, rule: str) -> None:
    stated = list(LIST.stated(_read(tmp_path, annexes)))

    basis = "Regulation (EU) 2019/1021 (persistent organic pollutants)"
    assert stated == [StatedConcern("pbt_vpvb", "", "authority_assessment", basis, rule)]


@pytest.mark.parametrize("annexes", ["Annex III, part B", "Annex IV", "Annex I, part B", "Annex II"])
def test_what_only_the_protocol_or_a_measure_names_states_nothing(tmp_path: Path, annexes: str) -> None:
    assert list(LIST.stated(_read(tmp_path, annexes))) == []


def test_a_missing_day_is_a_problem(tmp_path: Path) -> None:
    assert [problem.code for problem in _read(tmp_path, "Annex IV", on="-").problems] == ["no_date"]


@pytest.mark.parametrize("annexes", ["-", "Annex VI", "Annex I, part C", "annexed"])
def test_another_annex_is_refused_with_the_place(tmp_path: Path, annexes: str) -> None:
    with pytest.raises(WrongFile, match=r"row 2, column 'POPs Regulation Annex'.*annex"):
        _read(tmp_path, annexes)


def test_the_publishers_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert _read(tmp_path, "Annex IV").line == 2
        return
    rows = list(LIST.parse(reference_data / "echa" / "pops_list_full.xlsx"))

    assert Counter(row.role for row in rows) == {Role.ENTRY: 34}
    assert sum(row.is_group for row in rows) == 15
    assert [row.reasons for row in rows if not list(LIST.stated(row))] == [("annex iii, part b",)]
    assert not any(row.problems for row in rows)
