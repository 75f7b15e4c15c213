"""The Candidate List's file is read row by row, or refused whole with what gave it away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import Member, ReportedRow, Role, WrongFile, split_parallel
from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.importers.registry import IMPORTERS
from substances.importers.values.article_57 import REASONS
from substances.importers.workbook import inspect
from substances.vocabulary import Authority, Concern, Strength
from tests.substances.made_workbooks import (
    BPA,
    HEADER,
    REPRO,
    a_row,
    a_workbook,
    moved_sheet,
    with_member,
    with_replaced,
)

LIST = ReachCandidateList()


def test_each_row_is_reported_once_with_its_line_and_cells(tmp_path: Path) -> None:
    rows = list(LIST.parse(a_workbook(tmp_path / "list.xlsx")))

    assert [row.line for row in rows] == [2, 3, 4, 5, 6]
    assert rows[0].cells == dict(zip(HEADER, BPA, strict=True))
    assert rows[0].name == "4,4'-isopropylidenediphenol"
    assert rows[0].reasons == ("57c", "57f-ed-env", "57f-ed-hh")
    assert rows[0].listed_on == dt.date(2017, 1, 12)
    assert rows[0].members == (Member("4,4'-isopropylidenediphenol", "80-05-7", "201-245-8"),)


def test_a_row_without_numbers_is_a_group(tmp_path: Path) -> None:
    rows = list(LIST.parse(a_workbook(tmp_path / "list.xlsx")))

    assert [row.name for row in rows if row.is_group] == ["Madeup acid and its salts"]


def test_cells_that_run_parallel_are_members_of_one_row(tmp_path: Path) -> None:
    *_, row = LIST.parse(a_workbook(tmp_path / "list.xlsx"))

    assert row.name == "Hydrazine"
    assert row.members == (
        Member("Hydrazine", "302-01-2", "206-114-9"),
        Member("Hydrazine", "7803-57-8", "206-114-9"),
    )


def test_cells_that_do_not_run_parallel_keep_the_row_with_a_problem(tmp_path: Path) -> None:
    odd = a_row("A\nB\nC", ec="206-114-9\n206-114-9", cas="302-01-2")
    (row,) = LIST.parse(a_workbook(tmp_path / "list.xlsx", [odd]))

    assert row.members == ()
    assert [problem.code for problem in row.problems] == ["not_parallel"]
    assert row.role == Role.UNUSABLE


def test_a_row_without_name_and_numbers_is_kept_as_unusable(tmp_path: Path) -> None:
    _, row = LIST.parse(a_workbook(tmp_path / "list.xlsx", [BPA, a_row("-")]))

    assert (row.line, row.role, row.members) == (3, Role.UNUSABLE, ())
    assert [problem.code for problem in row.problems] == ["no_name"]


def test_one_cell_stands_for_every_line() -> None:
    assert split_parallel(("A\nB", "x", "-\n-")) == [("A", "x", ""), ("B", "x", "")]


def test_a_preamble_before_the_header_and_a_real_date_are_read(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx", [a_row("X", listed=dt.date(2026, 2, 4))], preamble=3)
    (row,) = LIST.parse(path)

    assert row.line == 5
    assert row.listed_on == dt.date(2026, 2, 4)
    assert row.cells["Date of inclusion"] == "04-Feb-2026"


def test_every_reason_states_a_concern_of_the_vocabulary() -> None:
    row = ReportedRow("s", 2, {}, "X", (), reasons=tuple(REASONS.values()))
    stated = list(LIST.stated(row))
    assert len(stated) == len(REASONS)
    for one in stated:
        assert one.concern in Concern.values
        assert one.strength in ("", *Strength.values)
        assert one.authority == Authority.AUTHORITY_ASSESSMENT
        assert one.legal_basis.startswith("Regulation (EC) No 1907/2006, Article 57(")
        assert one.rule.startswith("reach-57/57")


def test_an_importer_is_found_by_its_slug() -> None:
    assert all(importer.slug == slug for slug, importer in IMPORTERS.items())


@pytest.mark.parametrize(
    ("rows", "header", "sheet", "said"),
    [
        pytest.param([BPA], HEADER, "other", "no sheet 'List_results'; there is 'other'", id="another sheet"),
        pytest.param([BPA], (*HEADER[:3], "CAS", *HEADER[4:]), None, "row 1.*'CAS number'.*missing", id="no header"),
        pytest.param([], HEADER, None, "row 1.*no rows", id="no rows"),
        pytest.param([BPA, a_row("X", reasons=("Ugly",))], HEADER, None, "row 3.*Reason.*'Ugly'", id="reason"),
        pytest.param([BPA, a_row("X", reasons=())], HEADER, None, "row 3.*Reason.*no reason", id="no reason"),
        pytest.param([a_row("X", listed="2017-13-12")], HEADER, None, "row 2.*'2017-13-12'.*04-Feb", id="date"),
        pytest.param([a_row("X", listed="31-Feb-2017")], HEADER, None, "row 2.*31-Feb-2017", id="no such day"),
        pytest.param([a_row("X", outcome="soon")], HEADER, None, "row 2.*outcome date.*'soon'", id="other date"),
        pytest.param([(*BPA, "stray")], HEADER, None, "row 2.*'stray' stands under no header", id="stray cell"),
    ],
)
def test_a_workbook_that_is_not_the_list_is_refused_with_the_place(
    tmp_path: Path, rows: list[tuple[object, ...]], header: tuple[str, ...], sheet: str | None, said: str
) -> None:
    path = a_workbook(tmp_path / "list.xlsx", rows, header=header, sheet=sheet or "List_results")

    with pytest.raises(WrongFile, match=said):
        list(LIST.parse(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"Substance name,CAS\n", "not an .xlsx", id="csv"),
        pytest.param(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "encrypted or old", id="ole"),
        pytest.param(b"PK\x03\x04 and then nothing", "damaged", id="broken zip"),
        pytest.param(b"", "not an .xlsx", id="empty"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)

    with pytest.raises(WrongFile, match=said):
        list(LIST.parse(path))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("xl/vbaProject.bin", b"x", "macros", id="macros"),
        pytest.param("xl/more.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "document type", id="doctype"),
        pytest.param("xl/more.xml", "<!DOCTYPE x><x/>".encode("utf-16"), "document type", id="doctype in utf-16"),
        pytest.param("xl/more.png", b"<!DOCTYPE x><x/>", "document type", id="doctype under another name"),
        pytest.param("xl/more.png", b"junk<sheetData/>", "holds a sheet", id="sheet under another name"),
        pytest.param("xl/workbook.bin", b"x", "no .xlsx", id="another format inside"),
        pytest.param("xl/media/big.bin", bytes(3 * 2**20), "more than 50 times", id="ratio"),
        pytest.param("xl/workbook.xml", b"<x/>", "two members", id="member twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_workbook_that_could_do_harm_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = with_member(a_workbook(tmp_path / "list.xlsx"), name, content)

    with pytest.raises(WrongFile, match=said):
        list(LIST.parse(path))


def test_a_workbook_of_too_many_members_is_refused(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    for number in range(200):
        with_member(path, f"xl/media/{number}.bin", b"x")

    with pytest.raises(WrongFile, match="200 is the most"):
        list(LIST.parse(path))


@pytest.mark.parametrize("reference", [b'r="XFD6"', b'r="A1048576"', b'r="&#88;FD6"'])
def test_one_far_cell_is_refused_before_it_fills_memory(tmp_path: Path, reference: bytes) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    far = with_replaced(path, tmp_path / "far.xlsx", "xl/worksheets/sheet1.xml", b'r="A6"', reference)

    with pytest.raises(WrongFile, match="reaches to row"):
        list(LIST.parse(far))


def test_a_far_cell_is_refused_wherever_its_sheet_lies(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    far = with_replaced(path, tmp_path / "far.xlsx", "xl/worksheets/sheet1.xml", b'r="A6"', b'r="A300001"')
    moved = moved_sheet(far, tmp_path / "moved.xlsx", "xl/other/sheet1.xml")

    with pytest.raises(WrongFile, match=r"xl/other/sheet1\.xml reaches to row 300001"):
        list(LIST.parse(moved))


def test_the_last_row_that_may_be_is_no_far_cell(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    inspect(with_replaced(path, tmp_path / "far.xlsx", "xl/worksheets/sheet1.xml", b'r="A6"', b'r="A300000"'))


def test_a_sheet_that_lies_elsewhere_is_read(tmp_path: Path) -> None:
    moved = moved_sheet(a_workbook(tmp_path / "list.xlsx"), tmp_path / "moved.xlsx", "xl/other/sheet1.xml")

    assert len(list(LIST.parse(moved))) == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'<row r="6"', b'<row r="' + b"9" * 5000 + b'"', id="row of 5000 digits"),
        pytest.param(b'<row r="6"', b'<row r="six"', id="row in words"),
        pytest.param(b'r="A6"', b'r="A' + b"9" * 5000 + b'"', id="cell of 5000 digits"),
        pytest.param(b'r="A6"', b'r="a1048576"', id="cell in small letters"),
    ],
)
def test_a_place_that_no_sheet_has_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = a_workbook(tmp_path / "list.xlsx")
    odd = with_replaced(path, tmp_path / "odd.xlsx", "xl/worksheets/sheet1.xml", old, new)

    with pytest.raises(WrongFile, match="no place in a sheet"):
        list(LIST.parse(odd))


def test_the_publishers_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(list(LIST.parse(a_workbook(tmp_path / "list.xlsx")))) == 5
        return
    rows = list(LIST.parse(reference_data / "echa" / "candidate_list_full.xlsx"))

    assert len(rows) == 263
    assert sum(row.is_group for row in rows) == 39
    assert Counter(reason for row in rows for reason in row.reasons)[REASONS[REPRO]] == 129
    assert not any(row.problems for row in rows)
