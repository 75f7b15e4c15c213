"""Every importer, given a file that was damaged on its way: place and remedy are told, nobody else is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import secrets
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from substances.importers.base import ReportedRow, WrongFile
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, Identifier
from substances.services.lists import publish_release
from tests.build import a_source
from tests.substances.good_files import CAS, GOOD, GoodFile
from tests.substances.made_workbooks import a_row, a_workbook, with_member, with_replaced

SHEET = "xl/worksheets/sheet1.xml"
WORKBOOKS = sorted(slug for slug, good in GOOD.items() if good.is_workbook)
TEXTS = sorted(slug for slug, good in GOOD.items() if not good.is_workbook)
ALL = sorted(IMPORTERS)


def read(slug: str, path: Path) -> list[ReportedRow]:
    """The rows of the file, all of them."""
    return list(IMPORTERS[slug].parse(path))


def refusal(slug: str, path: Path) -> WrongFile:
    """Why the importer refuses the file."""
    with pytest.raises(WrongFile) as caught:
        read(slug, path)
    return caught.value


def test_every_importer_has_a_good_file() -> None:
    assert set(GOOD) == set(IMPORTERS)


@pytest.mark.parametrize("slug", ALL)
def test_a_good_file_is_read_without_a_problem(slug: str, tmp_path: Path) -> None:
    rows = read(slug, GOOD[slug].write(tmp_path))
    assert [member.cas_rn for row in rows for member in row.members] == list(CAS)
    assert [problem for row in rows for problem in row.problems] == []


# What arrives instead of the list: the bytes, and what a person is told.
OTHER_FILES = [
    pytest.param(b"", "workbook|empty|no rows|header", id="nothing"),
    pytest.param(b"%PDF-1.7\n", "workbook|PDF", id="a PDF"),
    pytest.param(b"<!DOCTYPE html><html><body>Please sign in</body></html>", "workbook|web page", id="a web page"),
    pytest.param(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), r"old \(\.xls\)", id="encrypted or old"),
    pytest.param(b"PK\x03\x04 and then nothing", "damaged|workbook|zip", id="a broken zip"),
    pytest.param(bytes(range(256)) * 40, "workbook|save the file again", id="noise"),
]


@pytest.mark.parametrize("slug", ALL)
@pytest.mark.parametrize(("content", "said"), OTHER_FILES)
def test_a_file_of_another_kind_is_refused(slug: str, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.bin"
    path.write_bytes(content)
    assert re.search(said, str(refusal(slug, path)))


@pytest.mark.parametrize("slug", ALL)
def test_another_list_is_refused_by_the_header_that_is_missing(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug]
    other = GoodFile(("Colour", "Weight"), (("red", "3"),), "Colour", "Weight", sheet=good.sheet)
    error = refusal(slug, other.write(tmp_path))
    assert "missing" in str(error) or "no sheet" in str(error)


@pytest.mark.parametrize("slug", ALL)
def test_a_missing_column_is_named(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug]
    error = refusal(slug, good.without(good.needed).write(tmp_path))
    assert good.needed in str(error)


@pytest.mark.parametrize("slug", WORKBOOKS)
def test_a_wrong_sheet_is_told_with_the_sheets_there_are(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug]
    path = a_workbook(tmp_path / "list.xlsx", good.rows, header=good.header, sheet="Notes")
    error = str(refusal(slug, path))
    assert "Notes" in error


@pytest.mark.parametrize("slug", WORKBOOKS)
@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_a_truncated_workbook_is_refused(slug: str, tmp_path: Path, part: float) -> None:
    path = GOOD[slug].write(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    assert "damaged" in str(refusal(slug, path))


Damage = Callable[[Path], Path]
HARMFUL: list[object] = [
    pytest.param(lambda p: with_member(p, "xl/vbaProject.bin", b"x"), "macros.*save it", id="macros"),
    pytest.param(
        lambda p: with_member(p, "xl/a.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "document type", id="DTD"
    ),
    pytest.param(lambda p: with_member(p, "xl/media/b.bin", bytes(3 * 2**20)), "more than 50 times", id="bomb"),
    pytest.param(
        lambda p: with_replaced(p, p.with_name("far.xlsx"), SHEET, b'r="A3"', b'r="XFD3"'), "reaches to", id="far right"
    ),
    pytest.param(
        lambda p: with_replaced(p, p.with_name("far.xlsx"), SHEET, b'r="A3"', b'r="A1048576"'),
        "reaches to",
        id="far down",
    ),
    pytest.param(lambda p: members(p, 200), "200 is the most", id="too many members"),
    pytest.param(lambda p: flagged_encrypted(p), "encrypted.*without a password", id="encrypted members"),
]


def members(path: Path, count: int) -> Path:
    """The workbook with so many members more."""
    for number in range(count):
        with_member(path, f"xl/media/{number}.bin", b"x")
    return path


def flagged_encrypted(path: Path) -> Path:
    """The workbook with the mark of encryption on its first member, in both headers."""
    data = bytearray(path.read_bytes())
    first, central = data.find(b"PK\x03\x04"), data.find(b"PK\x01\x02")
    data[first + 6] |= 1
    data[central + 8] |= 1
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("slug", WORKBOOKS)
@pytest.mark.parametrize(("damage", "said"), HARMFUL)
def test_a_workbook_that_could_do_harm_is_refused(slug: str, tmp_path: Path, damage: Damage, said: str) -> None:
    assert re.search(said, str(refusal(slug, damage(GOOD[slug].write(tmp_path)))))


@pytest.mark.parametrize("slug", WORKBOOKS)
def test_a_zero_character_in_a_workbook_is_refused_with_its_place(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug].write(tmp_path)
    number = CAS[0].encode()
    path = with_replaced(good, tmp_path / "zero.xlsx", SHEET, number, number + b"_x0000_")
    error = refusal(slug, path)
    assert re.search(r"zero character \(_x0000_\).*type the cell anew", str(error))
    assert CAS[0] in str(error)
    assert error.sheet
    assert error.line == 2


@pytest.mark.parametrize("slug", WORKBOOKS)
def test_a_merge_of_the_whole_sheet_costs_nothing_and_changes_nothing(slug: str, tmp_path: Path) -> None:
    path = GOOD[slug].write(tmp_path)
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    merged = with_replaced(path, tmp_path / "merged.xlsx", SHEET, b"</sheetData>", merge)
    assert read(slug, merged) == read(slug, path)


@pytest.mark.parametrize("slug", TEXTS)
@pytest.mark.parametrize("column", [0, 1])
def test_a_stray_quote_that_swallows_rows_is_refused_with_its_line(slug: str, tmp_path: Path, column: int) -> None:
    good = GOOD[slug]
    lines = good.text().split("\n")
    first = len(good.preamble) + 1
    cells = lines[first].split(good.delimiter)
    cells[column] = f'"{cells[column]}'
    lines[first] = good.delimiter.join(cells)
    path = tmp_path / "list.csv"
    path.write_bytes("\n".join(lines).encode(good.encoding))
    error = refusal(slug, path)
    assert "quote" in str(error)
    assert error.line is not None
    assert f"line {first + 1} of the text" in str(error)


@pytest.mark.parametrize("slug", TEXTS)
def test_two_encodings_in_one_file_are_refused_with_the_line(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug]
    path = tmp_path / "list.csv"
    text = good.with_cell(0, good.header[1], "Zażółć gęślą").text().encode("utf-8")
    path.write_bytes(text.replace(b"phenol", b"ph\xe9nol").replace(CAS[2].encode(), CAS[2].encode()))
    if b"ph\xe9nol" not in path.read_bytes():
        path.write_bytes(text + b"\xe9")
    error = str(refusal(slug, path))
    assert "two encodings" in error
    assert "save the file again" in error


@pytest.mark.parametrize("slug", TEXTS)
def test_a_text_cut_off_in_a_row_is_refused(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug]
    path = tmp_path / "list.csv"
    text = good.text().rstrip("\n,\t")
    last = text.rindex("\n")
    path.write_bytes(text[: text.index(good.delimiter, last) + 3].encode(good.encoding))
    error = refusal(slug, path)
    assert error.line is not None
    assert "cut off" in str(error)


@pytest.mark.parametrize("slug", ["epa-scil"])
def test_too_many_rows_are_refused(slug: str, tmp_path: Path) -> None:
    good = GOOD[slug]
    path = tmp_path / "list.csv"
    row = good.text().rstrip("\n").split("\n")[-1]
    path.write_bytes((good.text() + f"{row}\n" * 300_000).encode(good.encoding))
    assert re.search("more than 300,000 rows|MiB", str(refusal(slug, path)))


# Texts that a reader would hold whole, in letters of four bytes: what they are, and what is told of them.
MOST_MB = 100
HEAVY = [
    pytest.param('"' + "abc,def ghi\n" * 2_000_000, "not closed in line", id="a quote that is never closed"),
    pytest.param('"' + "😀,b\n" * 3_400_000, "not closed in line", id="the same in letters of four bytes"),
    pytest.param('"Ж\n",' * 4_000_000, "not closed in line", id="a row of cells with line ends"),
    pytest.param("ab," * 8_000_000, "524,288 characters", id="one endless line"),
    pytest.param("żółć" * 3_000_000 + "\n\udce9", "two encodings", id="a damaged byte behind many letters"),
    pytest.param("b,,,\n" * 100_000, "^100000$", id="many rows of tiny cells"),
]


@pytest.mark.parametrize(("body", "said"), HEAVY)
def test_no_text_takes_more_than_100_mb(tmp_path: Path, body: str, said: str) -> None:
    good = GOOD["epa-scil"]
    heavy = tmp_path / "heavy.csv"
    head = ",".join(good.header)
    heavy.write_bytes(f"{head}\n{body}".encode("utf-8", "surrogateescape")[: 25 * 2**20])
    files = [str(good.write(tmp_path)), str(heavy)]
    command = [sys.executable, "-m", "tests.substances.read_in_a_child", "epa-scil", *files]
    run = subprocess.run(command, capture_output=True, text=True, check=True)

    rose, _, told = run.stdout.strip().partition(" ")
    assert int(rose) < MOST_MB
    assert re.search(said, told)


def test_no_workbook_full_of_text_takes_more_than_100_mb(tmp_path: Path) -> None:
    good, heavy = a_workbook(tmp_path / "good.xlsx"), tmp_path / "heavy.xlsx"
    a_workbook(heavy, [a_row(secrets.token_hex(15_000)) for _line in range(1_400)])
    command = [sys.executable, "-m", "tests.substances.read_in_a_child", "reach-candidate-list", str(good), str(heavy)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)

    rose, _, told = run.stdout.strip().partition(" ")
    assert (int(rose) < MOST_MB, told) == (True, "1400")


# A CAS number as somebody's program left it: the code, what it is read as, and what to do.
CORRECT, ANEW = "Correct the cell", "ype the number anew"
SPOILED = [
    pytest.param("1990-07-04", "cas_was_date", "1990-07-4", CORRECT, id="turned into a day"),
    pytest.param("07/04/1990", "cas_was_date", "1990-07-4", CORRECT, id="turned into a day, written otherwise"),
    pytest.param("4-Jul-90", "cas_was_date", "1990-07-4", CORRECT, id="turned into a day with a word"),
    pytest.param("2011-02-03", "cas_date", "", ANEW, id="a day that no number explains"),
    pytest.param("1/6/1955", "cas_date_suggestion", "", ANEW, id="a day that several numbers explain"),
    pytest.param("１２３-９１-１", "cas_lookalike", "", "character 1 is '１'", id="full-width digits"),
    pytest.param("١٢٣-٩١-١", "cas_lookalike", "", "character 1 is '١'", id="Arabic digits"),
    pytest.param("l23-91-1", "cas_lookalike", "", "character 1 is 'l'", id="a small L for a one"),
    pytest.param("8O-05-7", "cas_lookalike", "", "character 2 is 'O'", id="an O for a zero"),
    pytest.param("8О-05-7", "cas_lookalike", "", "character 2 is 'О' (CYRILLIC", id="a Cyrillic letter"),
    pytest.param("123‑91‑1", "cas_repaired", CAS[0], CORRECT, id="hyphens that do not break"),
    pytest.param("123911", "cas_repaired", CAS[0], CORRECT, id="no hyphens"),
    pytest.param("0000123-91-1", "cas_repaired", CAS[0], CORRECT, id="zeros in front"),
    pytest.param("123-91- 1", "cas_repaired", CAS[0], CORRECT, id="a blank inside"),
    pytest.param("123-91-2", "cas_check_digit", "", "correct the cell", id="a wrong check digit"),
    pytest.param("12-391-1", "cas_shape", "", CORRECT, id="hyphens in the wrong place"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ALL)
@pytest.mark.parametrize(("number", "code", "read_as", "remedy"), SPOILED)
def test_a_spoiled_number_is_told_with_its_row_and_remedy_and_never_guessed(
    slug: str, tmp_path: Path, number: str, code: str, read_as: str, remedy: str
) -> None:
    good = GOOD[slug]
    spoiled = dataclasses.replace(good.with_cell(0, good.cas, number), encoding="utf-8")
    importer = IMPORTERS[slug]
    ChemicalList.objects.create(slug=importer.list_slug, name=slug, publisher="P", effect="duty", source=a_source())
    day = importer.published_on(path := spoiled.write(tmp_path)) or dt.date(2026, 6, 1)
    report = publish_release(importer=importer, path=path, published_on=day)

    assert [(one["line"], one["code"]) for one in report.problems] == [(len(good.preamble) + 2, code)]
    message = report.problems[0]["message"]
    assert repr(number) in message
    assert remedy in message
    assert report.lost == 0
    known = {*Identifier.objects.filter(scheme="cas").values_list("value", flat=True)}
    assert known == {*CAS[1:], read_as} - {""}


def test_a_zip_with_every_harm_at_once_is_still_only_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<!DOCTYPE x>" + " " * 10_000_000)
        archive.writestr("xl/workbook.bin", bytes(20_000_000))
    for slug in WORKBOOKS:
        assert str(refusal(slug, path))
