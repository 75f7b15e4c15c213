"""What all of ECHA's exports share: the sheet, how substances are named, groups without numbers, the day of export.

Two shapes. Today's workbooks have a sheet `List_results`, header in row 1. Those of the agency's site before 2025 have
a sheet `results` with a title and a note before the header, and a sheet `criteria` with the time of the export.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from substances.importers.base import Member, Problem, split_parallel
from substances.importers.table import Line, lines_under
from substances.importers.values.article_57 import NotAReason, article_57_reasons
from substances.importers.values.days import NotADay, day
from substances.importers.workbook import opened, sheet_names

SHEET, OLDER_SHEET, CRITERIA = "List_results", "results", "criteria"
NAME, EC, CAS, DESCRIPTION = "Substance name", "EC number", "CAS number", "Description"

# Headers of older exports, and of Dutch ones.
ALIASES: Mapping[str, str] = {
    "EC No.": EC,
    "EC no.": EC,
    "CAS No.": CAS,
    "CAS no.": CAS,
    "Stofnaam": NAME,
    "Naam van de stof": NAME,
    "Omschrijving": DESCRIPTION,
    "Beschrijving": DESCRIPTION,
    "EG-nummer": EC,
    "EG-nr.": EC,
    "CAS-nummer": CAS,
    "CAS-nr.": CAS,
    "Datum van opname": "Date of inclusion",
    "Datum van opneming": "Date of inclusion",
    "Reden voor opname": "Reason for inclusion",
    "Reden van opname": "Reason for inclusion",
    "Besluit": "Decision",
    "Beslissing": "Decision",
}
_NUMBERS = re.compile(r"[\d-]+(?:, ?[\d-]+)+", re.ASCII)
_EXPORTED = re.compile(r"[^:]*: ?(\S+(?: \S+ \S+)?) \d{1,2}:\d{2}(?::\d{2})?", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """Whom a row names.

    Attributes:
        name: what the row is called: its names, or its number where it prints no name.
        members: its substances; none where it is not clear whom it names, and a problem says why.
        is_group: whether it prints no number at all.
    """

    name: str
    members: tuple[Member, ...]
    is_group: bool
    problems: tuple[Problem, ...]


def export_lines(path: Path, *, needed: Sequence[str]) -> Iterator[Line]:
    """The rows of an export in either shape, under its English headers of today.

    Args:
        needed: headers beside name and numbers without which it is not the list.

    Raises:
        WrongFile: neither shape, or another header.
    """
    with opened(path) as book:
        sheet = OLDER_SHEET if _is_older(book.names) else SHEET
        rows = book.rows(sheet)
    return lines_under(rows, sheet=sheet, needed=(NAME, EC, CAS, *needed), aliases=ALIASES)


def is_older(path: Path) -> bool:
    """Whether an export has the shape of before 2025."""
    return _is_older(sheet_names(path))


def _is_older(sheets: Sequence[str]) -> bool:
    return SHEET not in sheets and OLDER_SHEET in sheets


def exported_on(path: Path) -> dt.date | None:
    """The day of export that the sheet `criteria` of the older shape prints; None where there is none."""
    with opened(path) as book:
        rows = list(book.rows(CRITERIA)) if CRITERIA in book.names else []
    for row in rows:
        for cell in row:
            if match := _EXPORTED.fullmatch(" ".join(str(cell).split())):
                try:
                    return day(match[1]).first
                except NotADay:
                    continue
    return None


def named(line: Line) -> Named:
    """Whom a row names: one substance, several where its cells run parallel over lines, or a group by name."""
    cells = [line.cells.get(NAME, ""), _one_a_line(line, EC), _one_a_line(line, CAS)]
    parts = split_parallel(cells)
    names = "; ".join(dict.fromkeys(line.lines(NAME)))
    if parts is None:
        message = f"{NAME}, {EC} and {CAS} have different numbers of lines; whom the row names is not clear"
        return Named(names, (), False, (Problem("not_parallel", message),))
    numbers = [f"{scheme} {number}" for _, ec, cas in parts for scheme, number in (("EC", ec), ("CAS", cas)) if number]
    if not names and not numbers:
        return Named("", (), False, (Problem("no_name", f"there is neither {NAME.lower()} nor number"),))
    problems = () if names else (Problem("no_name", f"there is no {NAME.lower()}; it is called by its number"),)
    fallback = line.lines(NAME)[0] if names else numbers[0]
    members = tuple(dict.fromkeys(Member(name or fallback, cas, ec) for name, ec, cas in parts))
    return Named(names or fallback, members, not numbers, problems)


def reasons_of(line: Line, header: str) -> tuple[str, ...]:
    """The reasons of Article 57 in a cell, in normal form, sorted.

    Raises:
        WrongFile: there is none, or one that is none of that article.
    """
    try:
        reasons = article_57_reasons(line.text(header))
    except NotAReason as error:
        raise line.wrong(str(error), header) from None
    if not reasons:
        raise line.wrong("the row has no reason", header)
    return reasons


def bulleted(line: Line, header: str) -> list[str]:
    """The lines of a cell without the bullets before them."""
    return [part for part in (part.lstrip("•").strip() for part in line.lines(header)) if part]


def days(line: Line, header: str) -> list[str]:
    """The days of a cell, one a line, as ISO text in their order.

    Raises:
        WrongFile: one is no exact day.
    """
    found = [_line_of(line, header, part).day(header) for part in bulleted(line, header)]
    return [one.isoformat() for one in found if one is not None]


def shared_facts(line: Line) -> dict[str, str]:
    """`description`, which narrows or widens whom the name means, where it is printed."""
    text = line.text(DESCRIPTION)
    return {"description": text} if text else {}


def _line_of(line: Line, header: str, text: str) -> Line:
    return dataclasses.replace(line, cells={header: text})


def _one_a_line(line: Line, header: str) -> str:
    """The cell; numbers on one line with commas between, as older exports print them, one a line."""
    text = line.cells.get(header, "")
    return re.sub(r", ?", "\n", text) if _NUMBERS.fullmatch(text) else text
