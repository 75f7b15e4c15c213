"""Workbooks made for tests, in the layouts of ECHA's exports, their oddities included."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook, load_workbook

HEADER = (
    "Substance name",
    "Description",
    "EC number",
    "CAS number",
    "Date of inclusion",
    "Reason for inclusion",
    "Decision",
    "Regulatory outcome",
    "Regulatory outcome date",
)
ED_ENV = "Endocrine disrupting properties (Article 57(f) - environment)"
ED_HH = "Endocrine disrupting properties (Article 57(f) - human health)"
REPRO, CARC = "Toxic for reproduction (Article 57c)", "Carcinogenic (Article 57a)"
OUTCOME = "SVHC ECHA decision on candidate list inclusion"


def a_row(
    name: str,
    *,
    ec: str = "-",
    cas: str = "-",
    listed: object = "12-Jan-2017",
    reasons: Sequence[str] = (REPRO,),
    outcome: str = "12-Jan-2017",
) -> tuple[object, ...]:
    """One row of the list, as the agency prints it."""
    return (name, "-", ec, cas, listed, "\n".join(reasons), "https://example.org/decision.pdf", OUTCOME, outcome)


BPA = a_row("4,4'-isopropylidenediphenol", ec="201-245-8", cas="80-05-7", reasons=(REPRO, ED_ENV, ED_HH))
BPA_EXTENDED = (*BPA[:8], "15-Jan-2018")
NEW = a_row("Tris(made)phosphate", ec="204-661-8", cas="123-91-1", reasons=(CARC,), listed="08-Jul-2021")
GROUP = a_row("Madeup acid and its salts", listed="17-Jan-2023")
HYDRATE = a_row("Hydrazine\nHydrazine", ec="206-114-9\n206-114-9", cas="302-01-2\n7803-57-8", reasons=(CARC,))
SAMPLE = (BPA, BPA_EXTENDED, NEW, GROUP, HYDRATE)


def a_workbook(
    path: Path,
    rows: Sequence[Sequence[object]] = SAMPLE,
    *,
    header: Sequence[str] = HEADER,
    sheet: str = "List_results",
    preamble: int = 0,
) -> Path:
    """Writes a workbook with one sheet."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for number in range(preamble):
        page.append([f"Preamble {number}"])
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def sheets_of(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Writes a workbook with these sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def with_member(path: Path, name: str, content: bytes) -> Path:
    """The same workbook with one more member in its zip."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def with_replaced(path: Path, target: Path, member: str, old: bytes, new: bytes) -> Path:
    """A copy of a workbook with a text of one member replaced, which must be there."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == member:
                assert old in content
                content = content.replace(old, new)
            copy.writestr(name, content)
    return target


def moved_sheet(path: Path, target: Path, where: str) -> Path:
    """A copy of a workbook whose only sheet is the part `where`, so named by its relations and content types."""
    before = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
                assert before.encode() in content
                content = content.replace(before.encode(), where.encode())
            copy.writestr(where if name == before else name, content)
    return target


def an_export(
    path: Path,
    header: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    *,
    sheet: str = "List_results",
    preamble: int = 0,
    criteria: str = "",
) -> Path:
    """An export of ECHA's: what a row does not say is "-"; with `criteria`, a sheet of that name holds the text."""
    printed = [[row.get(column, "-") for column in header] for row in rows]
    a_workbook(path, printed, header=header, sheet=sheet, preamble=preamble)
    if criteria:
        book = load_workbook(path)
        page = book.create_sheet("criteria")
        page.append(["Made list for tests", ""])
        page.append([criteria, ""])
        book.save(path)
    return path
