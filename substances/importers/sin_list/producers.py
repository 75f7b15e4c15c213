"""Reads the second sheet of the SIN List: who makes or imports what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from substances.importers.base import Problem, ProducerRow
from substances.importers.table import Line, sheet_lines
from substances.importers.values.identifiers import cas_numbers, ec_numbers, members

SHEET = "SIN Producers"
COMPANY, GROUP, ISIN = "Company", "Company group", "ISIN"
GRADE, LINK = "ChemScore grade", "ChemScore link"
SINS, CANDIDATES = "Number of SINs", "Number of Candidate List substances"
SECTOR, DOMICILE, COUNTRIES = "Sector", "Domicile", "Countries"
CAS, EC, NAME = "CAS Number", "EC Number", "Name"
NEEDED = (COMPANY, CAS, NAME)
# The wording of these headers is not documented: other words for them, as the first real file shows them, go here.
ALIASES: Mapping[str, str] = {
    "Company name": COMPANY,
    "Company Name": COMPANY,
    "Producer": COMPANY,
    "Group": GROUP,
    "Company Group": GROUP,
    "Parent company": GROUP,
    "ISIN code": ISIN,
    "ChemScore Grade": GRADE,
    "ChemScore": GRADE,
    "ChemScore Link": LINK,
    "ChemScore URL": LINK,
    "Number of SIN substances": SINS,
    "Number of Candidate": CANDIDATES,
    "Number of Candidates": CANDIDATES,
    "Country of domicile": DOMICILE,
    "Country": COUNTRIES,
    "CAS": CAS,
    "CAS number": CAS,
    "EC": EC,
    "EC number": EC,
    "Substance name": NAME,
    "Substance": NAME,
}
# Who hides behind these is not published: they stand for many, and are no company.
PSEUDO_GROUPS = frozenset({"cbi", "service provider"})
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}\d", re.ASCII)


def producers(path: Path) -> Iterator[ProducerRow]:
    """The rows of the sheet `SIN Producers`, in its order, each once.

    Raises:
        WrongFile: no such sheet or header, or a row without a company.
    """
    return (_row(line) for line in sheet_lines(path, SHEET, needed=NEEDED, aliases=ALIASES))


def isin_check_digit(stem: str) -> str:
    """The check digit of the first eleven characters of an ISIN. Source: ISO 6166 (Luhn over letters as two digits)."""
    digits = [int(digit) for char in stem for digit in str(int(char, 36))]
    doubled = [2 * digit if place % 2 == 0 else digit for place, digit in enumerate(reversed(digits))]
    return str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


def _row(line: Line) -> ProducerRow:
    company, group = line.text(COMPANY), line.text(GROUP)
    if not company:
        raise line.wrong("the row has no company", COMPANY)
    isin, odd = _isin(line)
    sin_count, odd_count = _count(line, SINS)
    candidate_count, odder_count = _count(line, CANDIDATES)
    name = " ".join(line.text(NAME).split())
    named, problems = members(name, cas_numbers(line.text(CAS)), ec_numbers(line.text(EC)))
    return ProducerRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        company=company,
        group=group,
        is_pseudo_group=bool({company.casefold(), group.casefold()} & PSEUDO_GROUPS),
        isin=isin,
        chemscore_grade=line.text(GRADE),
        chemscore_url=line.text(LINK),
        sin_count=sin_count,
        candidate_count=candidate_count,
        sector=line.text(SECTOR),
        domicile=line.text(DOMICILE),
        countries=tuple(part for part in (part.strip() for part in line.text(COUNTRIES).split(",")) if part),
        members=named,
        problems=(*odd, *odd_count, *odder_count, *problems),
    )


def _isin(line: Line) -> tuple[str, tuple[Problem, ...]]:
    printed = line.text(ISIN).upper()
    if not printed:
        return "", ()
    if _ISIN.fullmatch(printed) and isin_check_digit(printed[:-1]) == printed[-1]:
        return printed, ()
    return "", (Problem("isin", f"{line.text(ISIN)!r} is no ISIN: its form or check digit is wrong"),)


def _count(line: Line, header: str) -> tuple[int | None, tuple[Problem, ...]]:
    printed = line.text(header)
    if not printed:
        return None, ()
    if printed.isascii() and printed.isdigit():
        return int(printed), ()
    return None, (Problem("count_not_read", f"{header}: {printed!r} is no number"),)
