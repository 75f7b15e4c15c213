"""Reads the Candidate List of substances of very high concern as ECHA exports it. See the README beside this file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from substances.importers.base import MISSING, Member, Problem, ReportedRow, WrongFile, find_header, split_parallel
from substances.importers.workbook import read_sheet

SHEET = "List_results"
NAME, EC, CAS = "Substance name", "EC number", "CAS number"
LISTED, REASON = "Date of inclusion", "Reason for inclusion"
NEEDED = (NAME, EC, CAS, LISTED, REASON)
_DATES = (LISTED, "Regulatory outcome date")
_BASIS = "Regulation (EC) No 1907/2006, Article 57"
_SURE = "known_or_presumed"

# Reason as printed → normal form: letter of Article 57, sub-reason, receptor.
REASONS: Mapping[str, str] = {
    "Carcinogenic (Article 57a)": "57a",
    "Mutagenic (Article 57b)": "57b",
    "Toxic for reproduction (Article 57c)": "57c",
    "PBT (Article 57d)": "57d",
    "vPvB (Article 57e)": "57e",
    "Endocrine disrupting properties (Article 57(f) - human health)": "57f-ed-hh",
    "Endocrine disrupting properties (Article 57(f) - environment)": "57f-ed-env",
    "Specific target organ toxicity after repeated exposure (Article 57(f) - human health)": "57f-stot-re-hh",
    "Respiratory sensitising properties (Article 57(f) - human health)": "57f-resp-sens-hh",
    "Equivalent level of concern having probable serious effects to human health "
    "(Article 57(f) - human health)": "57f-eloc-hh",
    "Equivalent level of concern having probable serious effects to the environment "
    "(Article 57(f) - environment)": "57f-eloc-env",
}
# Normal form → concern, strength, legal basis. Source: Regulation (EC) No 1907/2006, Article 57.
_MEANING: Mapping[str, tuple[str, str, str]] = {
    "57a": ("carcinogenic", _SURE, "(a)"),
    "57b": ("mutagenic", _SURE, "(b)"),
    "57c": ("reprotoxic", _SURE, "(c)"),
    "57d": ("pbt_vpvb", "", "(d)"),
    "57e": ("pbt_vpvb", "", "(e)"),
    "57f-ed-hh": ("endocrine_hh", "", "(f), human health"),
    "57f-ed-env": ("endocrine_env", "", "(f), environment"),
    "57f-stot-re-hh": ("stot_re", "", "(f)"),
    "57f-resp-sens-hh": ("respiratory_sensitiser", "", "(f)"),
    "57f-eloc-hh": ("equivalent_concern", "", "(f), human health"),
    "57f-eloc-env": ("equivalent_concern", "", "(f), environment"),
}
_DAY = re.compile(r"(\d{1,2})-([A-Z][a-z]{2})-(\d{4})", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ReachCandidateList:
    """ECHA's Candidate List, the workbook with sheet `List_results`."""

    slug = "reach-candidate-list"
    version = 1
    list_slug = "reach-candidate-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook, header, reason or date than this list has.
        """
        rows = read_sheet(path, SHEET)
        start, columns = find_header(rows, needed=NEEDED, sheet=SHEET)
        found = False
        for index, row in enumerate(rows[start + 1 :], start + 2):
            cells = {header: _text(row[place]) for header, place in columns.items() if place < len(row)}
            stray = [_text(cell) for place, cell in enumerate(row) if place not in columns.values() and _text(cell)]
            if stray:
                raise WrongFile(f"{stray[0]!r} stands under no header", sheet=SHEET, line=index)
            if any(cells.values()):
                found = True
                yield _row(index, cells)
        if not found:
            raise WrongFile("the list has no rows", sheet=SHEET, line=start + 1)

    def legal_basis(self, reason: str) -> str:
        """The point of Article 57 of REACH."""
        return _BASIS + _MEANING[reason][2]

    def concern(self, reason: str) -> tuple[str, str] | None:
        """The concern that a point of Article 57 states, and how sure it is."""
        return _MEANING[reason][:2]


def _row(line: int, cells: Mapping[str, str]) -> ReportedRow:
    if cells[NAME] in MISSING:
        raise WrongFile("the row has no name", sheet=SHEET, line=line, column=NAME)
    for header in _DATES:
        if header in cells:
            _day(cells[header], line, header)
    problems = []
    parts = split_parallel((cells[NAME], cells[EC], cells[CAS]))
    names = [name for name in (part.strip() for part in cells[NAME].split("\n")) if name]
    if parts is None:
        message = f"{NAME}, {EC} and {CAS} have different numbers of lines; whom the row names is not clear"
        problems.append(Problem("not_parallel", message))
        parts = []
    listed_on = _day(cells[LISTED], line, LISTED)
    if listed_on is None:
        problems.append(Problem("no_date", f"there is no {LISTED.lower()}"))
    return ReportedRow(
        sheet=SHEET,
        line=line,
        cells=cells,
        name="; ".join(dict.fromkeys(names)),
        members=tuple(dict.fromkeys(Member(name or names[0], cas, ec) for name, ec, cas in parts)),
        reasons=_reasons(cells[REASON], line),
        listed_on=listed_on,
        is_group=bool(parts) and not any(ec or cas for _, ec, cas in parts),
        problems=tuple(problems),
    )


def _text(cell: object) -> str:
    """A cell as text; real dates as this list prints them."""
    if isinstance(cell, dt.date):  # a datetime, too
        return f"{cell.day:02d}-{_MONTHS[cell.month - 1]}-{cell.year}"
    return str(cell).replace("\r\n", "\n").replace("\u00a0", " ").strip()


def _day(text: str, line: int, column: str) -> dt.date | None:
    if text in MISSING:
        return None
    match = _DAY.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return dt.date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
    except ValueError:
        raise WrongFile(f"{text!r} is not a day such as 04-Feb-2026", sheet=SHEET, line=line, column=column) from None


def _reasons(text: str, line: int) -> tuple[str, ...]:
    printed = [part.strip() for part in text.split("\n") if part.strip()]
    for reason in printed:
        if reason not in REASONS:
            why = f"{reason!r} is not a reason of Article 57 as this list prints them"
            raise WrongFile(why, sheet=SHEET, line=line, column=REASON)
    if not printed:
        raise WrongFile("the row has no reason", sheet=SHEET, line=line, column=REASON)
    return tuple(sorted({REASONS[reason] for reason in printed}))
