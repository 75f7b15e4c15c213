"""Workbooks of many sheets: however many there are, the file is looked at once, and no sheet is read in vain."""

from __future__ import annotations

import cProfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from substances.importers.base import WrongFile
from substances.importers.clp_annex_vi.parse import ClpAnnexVi
from substances.importers.either import lines_of
from substances.importers.structures import structure_rows
from substances.importers.workbook import OpenWorkbook, inspect, opened
from tests.substances.made_workbooks import sheets_of, with_replaced

HEADER = ("CAS", "SMILES")
OTHER = [("Colour", "Weight"), ("red", 3)]
FITTING = [HEADER, ("108-95-2", "Oc1ccccc1"), ("64-17-5", "CCO")]
Reader = Callable[[Path], Iterable[object]]
READERS = [
    pytest.param(structure_rows, id="structures"),
    pytest.param(lambda path: lines_of(path, needed=HEADER), id="a list in either kind of file"),
]
NOTHING_FITS = [*READERS, pytest.param(ClpAnnexVi().parse, id="Annex VI, in whatever sheet")]


def what_was_called(reader: Reader, path: Path) -> dict[object, int]:
    """How often each function was called while the reader read, or refused, the file."""
    profile = cProfile.Profile()
    with suppress(WrongFile):
        profile.runcall(lambda: list(reader(path)))
    return {entry.code: entry.callcount for entry in profile.getstats()}


@pytest.mark.parametrize("reader", NOTHING_FITS)
def test_a_workbook_of_many_sheets_is_looked_at_and_opened_once(reader: Reader, tmp_path: Path) -> None:
    path = sheets_of(tmp_path / "many.xlsx", {f"Sheet {number}": OTHER for number in range(12)})

    calls = what_was_called(reader, path)

    assert (calls[inspect.__code__], calls[OpenWorkbook.__init__.__code__]) == (1, 1)


@pytest.mark.parametrize("reader", READERS)
def test_the_sheet_that_fits_is_parsed_once_and_read_to_its_end(reader: Reader, tmp_path: Path) -> None:
    path = sheets_of(tmp_path / "many.xlsx", {"Notes": OTHER, "Drawn": FITTING, "More": OTHER})

    calls = what_was_called(reader, path)

    assert calls[OpenWorkbook.rows.__code__] == 3
    assert len(list(reader(path))) == 2


@pytest.mark.parametrize("reader", READERS)
def test_two_sheets_that_fit_are_enough_to_refuse(reader: Reader, tmp_path: Path) -> None:
    path = sheets_of(tmp_path / "many.xlsx", {"A": FITTING, "B": FITTING, "C": FITTING})

    with pytest.raises(WrongFile, match="the sheets 'A', 'B' all have"):
        list(reader(path))
    assert what_was_called(reader, path)[OpenWorkbook.rows.__code__] == 2


def test_rows_are_there_when_the_workbook_is_closed(tmp_path: Path) -> None:
    path = sheets_of(tmp_path / "one.xlsx", {"A": [("a", 1)], "B": [("b", 2), ("c", "")]})
    with opened(path) as book:
        rows = {name: book.rows(name) for name in book.names}
    path.unlink()

    assert {name: list(of) for name, of in rows.items()} == {"A": [["a", 1.0]], "B": [["b", 2.0], ["c", ""]]}


def test_a_zero_character_in_a_structure_is_refused_with_its_place(tmp_path: Path) -> None:
    rows = [HEADER, ("108-95-2", "Oc1ccccc1"), ("64-17-5", "CCO_x0000_")]

    with pytest.raises(WrongFile, match=r"sheet 'Drawn', row 3: the cell 'CCO' holds a zero character") as caught:
        list(structure_rows(sheets_of(tmp_path / "zero.xlsx", {"Notes": OTHER, "Drawn": rows})))
    assert (caught.value.sheet, caught.value.line) == ("Drawn", 3)


def test_a_zero_character_is_told_below_what_is_looked_through_for_the_header(tmp_path: Path) -> None:
    rows = [HEADER, *[("108-95-2", "Oc1ccccc1")] * 40, ("64-17-5_x0000_", "CCO")]

    with pytest.raises(WrongFile, match=r"row 42: the cell '64-17-5' holds a zero character"):
        list(structure_rows(sheets_of(tmp_path / "zero.xlsx", {"Drawn": rows})))


@pytest.mark.parametrize("written", ["&#0;", "&#x0;", "\0"])
def test_a_zero_character_in_the_name_of_a_sheet_is_refused(written: str, tmp_path: Path) -> None:
    good = sheets_of(tmp_path / "good.xlsx", {"Drawn": FITTING})
    bad = with_replaced(good, tmp_path / "bad.xlsx", "xl/workbook.xml", b"Drawn", b"Dr" + written.encode() + b"awn")

    with pytest.raises(WrongFile, match=r"xl/workbook.xml is not XML"):
        list(structure_rows(bad))
