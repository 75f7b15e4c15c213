"""Text files that strangers made are read row by row, or refused with the line and the remedy."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from substances.importers import delimited
from substances.importers.base import WrongFile
from substances.importers.delimited import damage, delimited_lines, delimited_table
from substances.importers.table import cell_text

NEEDED = ("CAS", "Name", "Note")
LIST = 'CAS,Name,Note\n50-00-0,Formaldehyde,"gas, at room temperature"\n71-43-2,Benzene,\n'


def a_file(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    """A text file with this content."""
    path = folder / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def names_in(path: Path) -> list[str]:
    return [line.text("Name") for line in delimited_lines(path, needed=NEEDED)]


def test_rows_come_under_their_headers_with_their_numbers(tmp_path: Path) -> None:
    lines = list(delimited_lines(a_file(tmp_path, LIST), needed=NEEDED))

    assert [line.number for line in lines] == [2, 3]
    assert lines[0].cells == {"CAS": "50-00-0", "Name": "Formaldehyde", "Note": "gas, at room temperature"}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_header_proves_the_delimiter(tmp_path: Path, mark: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows([NEEDED, ("50-00-0", "a,b;c\td|e", "")])

    table = delimited_table(a_file(tmp_path, text.getvalue()), needed=NEEDED)

    assert table.delimiter == mark
    assert [line.text("Name") for line in table.lines] == ["a,b;c\td|e"]


@pytest.mark.parametrize(
    ("encoding", "ends"),
    [
        pytest.param("utf-8", "\n", id="utf-8"),
        pytest.param("utf-8-sig", "\r\n", id="utf-8 with byte order mark"),
        pytest.param("cp1252", "\r\n", id="cp1252"),
        pytest.param("mac_roman", "\r", id="MacRoman with CR alone"),
        pytest.param("utf-16", "\r\n", id="utf-16 with byte order mark"),
    ],
)
def test_each_encoding_that_was_seen_is_read(tmp_path: Path, encoding: str, ends: str) -> None:
    text = "CAS,Name,Note\n1-2-3,Säure – für µg,été\n".replace("\n", ends)

    assert names_in(a_file(tmp_path, text, encoding)) == ["Säure – für µg"]


def test_german_quotation_marks_in_cp1252_are_not_taken_for_utf_8(tmp_path: Path) -> None:
    text = "CAS,Name,Note\n1-2-3,„Weiß“,Größe über Maß\n"

    assert names_in(a_file(tmp_path, text, "cp1252")) == ["„Weiß“"]


def test_a_preamble_and_trailing_delimiters_are_read_past(tmp_path: Path) -> None:
    text = "THE LIST,,,,,\n27-Jan-23,,,,,\n\nCAS,Name,Note,,,\n1-2-3,A,,,,\n,,,,,\n1-2-4,B,,,,\n"
    table = delimited_table(a_file(tmp_path, text), needed=NEEDED)

    assert [row[0] for row in table.preamble if row] == ["THE LIST", "27-Jan-23"]
    assert [(line.number, line.text("Name")) for line in table.lines] == [(5, "A"), (7, "B")]


def test_a_row_of_empty_cells_is_kept_where_the_list_counts_it(tmp_path: Path) -> None:
    text = "CAS,Name,Note\n1-2-3,A,\n,,\n\n1-2-4,B,\n"
    lines = list(delimited_lines(a_file(tmp_path, text), needed=NEEDED, keep_blank=True))

    assert [line.number for line in lines] == [2, 3, 5]


def test_empty_cells_at_the_end_may_be_missing(tmp_path: Path) -> None:
    path = a_file(tmp_path, "CAS,Name,Note\n1-2-3,A\n")
    (line,) = delimited_lines(path, needed=("CAS", "Name"))

    assert line.cells == {"CAS": "1-2-3", "Name": "A", "Note": ""}


def test_a_line_end_in_quotes_is_part_of_the_cell(tmp_path: Path) -> None:
    path = a_file(tmp_path, 'CAS,Name,Note\n1-2-3,"Vinylidene, or\n(1,1-Dichloroethylene)",x\n1-2-4,B,\n')
    lines = list(delimited_lines(path, needed=NEEDED))

    assert [line.text("Name") for line in lines] == ["Vinylidene, or\n(1,1-Dichloroethylene)", "B"]
    assert [line.number for line in lines] == [2, 3]


def test_a_broken_inchi_is_not_taken_for_rows(tmp_path: Path) -> None:
    assert names_in(a_file(tmp_path, 'CAS,Name,Note\n1-2-3,"InChI=1S/X/c1,2\n3,4",x\n')) == ["InChI=1S/X/c1,2\n3,4"]


def test_a_quote_inside_a_cell_is_a_letter(tmp_path: Path) -> None:
    assert names_in(a_file(tmp_path, 'CAS,Name,Note\n1-2-3,2,2"\n1-2-4,"2,2""-x",\n')) == ["2", '2,2"-x']


def test_letters_lost_before_are_told_with_their_place(tmp_path: Path) -> None:
    (line,) = delimited_lines(a_file(tmp_path, "CAS,Name,Note\n1-2-3,Caf\ufffdine,\n"), needed=NEEDED)
    (problem,) = damage(line)

    assert problem.code == "letter_lost"
    assert problem.message.startswith("Name: ")


ROWS = [f"{number}-00-1,Name {number},note {number}" for number in range(10, 40)]


def stray_quote(rows: Sequence[str], row: int, column: int, closed: tuple[int, int] | None = None) -> str:
    """The rows under their header with a quote before one cell, and one behind another if it is ever closed."""
    cells = [row_.split(",") for row_ in rows]
    cells[row][column] = f'"{cells[row][column]}'
    if closed:
        cells[closed[0]][closed[1]] += '"'
    return "\n".join(["CAS,Name,Note", *(",".join(row_) for row_ in cells), ""])


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_quote_that_is_never_closed_is_refused_with_the_line_it_opens_in(tmp_path: Path, column: int) -> None:
    with pytest.raises(WrongFile, match="quote that opens in line 25 of the text is never closed") as refused:
        names_in(a_file(tmp_path, stray_quote(ROWS, 23, column)))
    assert refused.value.line == 25


def test_a_quote_that_the_next_quoted_cell_closes_is_refused_with_the_line_it_opens_in(tmp_path: Path) -> None:
    text = stray_quote(ROWS, 2, 1).replace("Name 20", '"Name, 20"')

    with pytest.raises(WrongFile, match="quote that opens in line 4 of the text takes in rows up to line 12"):
        names_in(a_file(tmp_path, text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(opens=st.tuples(st.integers(0, 27), st.integers(0, 2)), closes=st.tuples(st.integers(1, 29), st.integers(0, 2)))
def test_no_pair_of_stray_quotes_swallows_rows_unseen(
    tmp_path: Path, opens: tuple[int, int], closes: tuple[int, int]
) -> None:
    if closes[0] <= opens[0]:
        closes = (opens[0] + 1, closes[1])
    path = a_file(tmp_path, stray_quote(ROWS, *opens, closes))

    with pytest.raises(WrongFile, match=f"line {opens[0] + 2} of the text"):
        names_in(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"CAS,Name,Note\n1-2-3,A\0B,\n", "zero byte in line 2", id="zero byte"),
        pytest.param("CAS,Name,Note\n1,A,\n".encode("utf-16-le"), "zero byte in line 1", id="utf-16 without mark"),
        pytest.param(b"CAS,Name,Note\n1,\x81\x8d,\n", "byte 0x81 in line 2 of the text is not cp1252", id="no cp1252"),
        pytest.param("CAS,Name,Note\n1,Säure,é\n".encode() + b"2,S\xe4ure,\n", "two encodings.*line 3", id="mixed"),
        pytest.param(b"PK\x03\x04xl/", "a workbook or another zip", id="workbook"),
        pytest.param(b"<!DOCTYPE html><html>", "web page", id="web page"),
        pytest.param(b"", "header is missing", id="nothing"),
        pytest.param("CAS,Name\n1-2-3,A\n", "row 1, column 'Note'.*header is missing", id="header missing"),
        pytest.param("CAS,Name,Note\n", "row 1.*no rows", id="no rows"),
        pytest.param("CAS,Name,Note\n1,A,x,stray\n", "row 2.*'stray' stands under no header.*quotes", id="stray cell"),
        pytest.param("CAS,Name,Note\n1,A\n2,B,\n", "row 2.*ends after 2 of 3 cells", id="row cut"),
        pytest.param('CAS,Name,Note\n1,"A"B,\n', "row 2.*behind a closing quote in line 2", id="text behind quote"),
        pytest.param("CAS,Name,Note\n1," + "A" * 40_000 + ",\n", "row 2.*32,767 characters", id="long cell"),
        pytest.param("CAS,Name,Note\n1," + "A" * 200_000 + ",\n", "row 2.*too long", id="very long cell"),
        pytest.param("CAS,Name,Note" + "," * 600 + "\n", "row 1.*more than 500 cells", id="columns"),
    ],
)
def test_a_text_that_cannot_be_right_is_refused_with_its_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(WrongFile, match=said):
        names_in(a_file(tmp_path, content))


def test_another_delimiter_than_agreed_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="separated by a comma, not by a semicolon"):
        delimited_table(a_file(tmp_path, LIST), needed=NEEDED, delimiter=";")


def test_a_file_of_too_many_bytes_or_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_file(tmp_path, LIST)
    monkeypatch.setattr(delimited, "MAX_ROWS", 2)
    with pytest.raises(WrongFile, match="more than 2 rows"):
        names_in(path)
    monkeypatch.setattr(delimited, "MAX_BYTES", 20)
    with pytest.raises(WrongFile, match="more than 0 MiB"):
        names_in(path)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6), ends=st.sampled_from(["\n", "\r\n"]))
def test_what_a_spreadsheet_writes_comes_back_cell_by_cell(
    tmp_path: Path, rows: list[tuple[str, str, str]], ends: str
) -> None:
    said = [tuple(one.replace("\r", "\n").replace("\n", " ") for one in row) for row in [*rows, ("1", "2", "3")]]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows([NEEDED, *said])

    read = [tuple(line.cells.values()) for line in delimited_lines(a_file(tmp_path, text.getvalue()), needed=NEEDED)]

    assert read == [row for row in (tuple(map(cell_text, row)) for row in said) if any(row)]
