"""Spreadsheets written while they are sent, read again by two readers that are not ours."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine

from portal.common.spreadsheet import MOST_CHARACTERS, Cell, Sheet, workbook_parts
from substances.importers.workbook import inspect

MANY = 5_000


def written(*rows: Sequence[Cell], title: str = "rows") -> bytes:
    """The workbook of one sheet."""
    return b"".join(workbook_parts([Sheet(title, [["header"] * max(map(len, rows), default=1), *rows])]))


def _midnight(day: dt.date) -> dt.datetime:
    """As openpyxl reads a day."""
    return dt.datetime.combine(day, dt.time())


def first_row(data: bytes) -> list[object]:
    """The cells below the header, as openpyxl reads them."""
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [cell.value for cell in next(sheet.iter_rows(min_row=2, max_row=2))]


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("1990-07-4", id="a CAS number that looks like a day"),
        pytest.param("=1+1", id="a formula"),
        pytest.param("+48 22", id="a plus"),
        pytest.param("@SUM(A1)", id="an at sign"),
        pytest.param("  two  blanks ", id="blanks"),
        pytest.param("a\nb\tc", id="lines and tabs"),
        pytest.param("<b>&amp;</b>]]>", id="markup"),
        pytest.param("β-Hexachlorocyclohexan, ≥ 99 % 😀", id="letters of the world"),
        pytest.param("0082657043", id="leading zeros"),
        pytest.param("x" * MOST_CHARACTERS, id="as long as a cell can be"),
    ],
)
def test_text_comes_back_as_the_same_text(cell: str) -> None:
    data = written([cell, "end"])
    assert first_row(data) == [cell, "end"]
    assert python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1] == [
        cell,
        "end",
    ]


def test_nothing_in_a_workbook_is_a_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(written(["=1+1", "-2", 3]))) as archive:
        tree = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # written by us
    names = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert "f" not in names


def test_characters_that_no_xml_may_hold_are_written_as_spreadsheets_write_them() -> None:
    data = written(["a\x00b\x1fc\ud800_x0041_"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "a_x0000_b_x001F_c_xD800__x005F_x0041_" in text
    ElementTree.fromstring(text)  # written by us


def test_days_are_days_and_numbers_numbers() -> None:
    assert first_row(written([dt.date(2026, 4, 15), 263, 1.5, None, dt.date(1900, 3, 1), dt.date(1884, 1, 1)])) == [
        _midnight(dt.date(2026, 4, 15)),
        263,
        1.5,
        None,
        _midnight(dt.date(1900, 3, 1)),
        "1884-01-01",
    ]


def test_a_cell_that_is_too_long_says_that_it_was_cut() -> None:
    (cell,) = first_row(written(["x" * 40_000]))
    assert len(str(cell)) == MOST_CHARACTERS
    assert str(cell).endswith("(cut here; CSV and JSON have the whole cell)")


def test_the_header_stays_in_sight_and_columns_are_as_wide_as_what_stands_in_them() -> None:
    sheet = openpyxl.load_workbook(
        io.BytesIO(written(["4,4'-isopropylidenediphenol", "80-05-7", "y" * 200]))
    ).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C2"
    assert sheet.column_dimensions["A"].width == 29
    assert sheet.column_dimensions["C"].width == 60


def test_sheets_are_named_as_spreadsheets_allow_it() -> None:
    names = openpyxl.load_workbook(io.BytesIO(written(["x"], title="a/b:c [d]" + "e" * 40))).sheetnames
    assert names == ["a b c  d " + "e" * 22]


def test_our_own_reader_takes_what_our_writer_writes(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(written(*[[f"substance {number}", "80-05-7"] for number in range(500)]))
    inspect(path)


def test_rows_are_sent_before_the_last_is_made() -> None:
    made = itertools.count()

    def rows() -> Iterator[list[Cell]]:
        for number in range(MANY):
            next(made)
            yield [f"row {number}", f"{number * 7919 % 1_000_003:x}" * 4]

    parts = workbook_parts([Sheet("many", rows())])
    sent = sum(len(part) for part in itertools.islice(parts, 3))
    assert sent
    assert next(made) < MANY
    b"".join(parts)


def test_a_sheet_without_rows_is_a_sheet() -> None:
    assert openpyxl.load_workbook(io.BytesIO(b"".join(workbook_parts([Sheet("none", [])])))).sheetnames == ["none"]
