"""Reads the US EPA's Safer Chemical Ingredients List. See the README beside this file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.delimited import damage
from substances.importers.either import lines_of
from substances.importers.table import Line
from substances.importers.values.identifiers import cas_numbers, members

NAME, CAS, USE, CODE = "Common Name", "CAS Registry Number", "Functional Use Class", "Code"
NEEDED = (NAME, CAS, USE, CODE)
# Other words for the four columns; the list is offered in several shapes.
ALIASES: Mapping[str, str] = {
    "Chemical Name": NAME,
    "Chemical": NAME,
    "Name": NAME,
    "CAS": CAS,
    "CAS No.": CAS,
    "CAS Number": CAS,
    "CASRN": CAS,
    "CAS RN": CAS,
    "Functional Class": USE,
    "Functional Use": USE,
    "Functional-Use Class": USE,
    "Functional Use Classes": USE,
    "SCIL Code": CODE,
    "Listing": CODE,
    "Status": CODE,
}
CODES = ("green circle", "green half circle", "yellow triangle", "grey square")
_COMMENT = re.compile(r"\s*(\*+)\s*(.*)$", re.DOTALL)
_BETWEEN_USES = re.compile(r"\s*[\n;|]\s*")


class EpaScil:
    """The Safer Chemical Ingredients List of EPA's Safer Choice program, as CSV or workbook."""

    slug = "epa-scil"
    version = 1
    list_slug = "epa-scil"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another file or header, or a code that the list has not.
        """
        return (_row(line) for line in lines_of(path, needed=NEEDED, aliases=ALIASES))

    def published_on(self, path: Path) -> dt.date | None:
        """The file does not say."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """Nothing: the list is favourable, and no code of it names a concern."""
        return ()


def _row(line: Line) -> ReportedRow:
    printed = line.text(NAME)
    others = [line.text(header) for header in (CAS, USE, CODE)]
    if printed.startswith("*") or not any(others):
        return _comment(line, printed)
    if not printed:
        raise line.wrong("the row has no name", NAME)
    comment = _COMMENT.search(printed)
    name = printed[: comment.start()].strip() if comment else printed
    named, problems = members(name, cas_numbers(line.text(CAS)))
    facts: dict[str, Any] = {"functional_uses": [use for use in _BETWEEN_USES.split(line.text(USE)) if use]}
    if comment:
        facts["comment"] = comment[0].strip()
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name,
        members=named,
        reasons=(_code(line),),
        problems=(*problems, *damage(line)),
        facts=facts,
    )


def _comment(line: Line, printed: str) -> ReportedRow:
    problem = Problem("footnote", f"{(printed or ' '.join(line.cells.values()))[:80]!r} is a remark, no entry")
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=printed,
        members=(),
        problems=(problem, *damage(line)),
        role=Role.UNUSABLE,
    )


def _code(line: Line) -> str:
    """The code in its normal form, such as "green half circle"."""
    words = re.sub(r"[^a-z]+", " ", line.text(CODE).casefold()).replace("gray", "grey").split()
    code = " ".join(words)
    if code not in CODES:
        raise line.wrong(f"{line.text(CODE)!r} is no code of this list, which has {', '.join(CODES)}", CODE)
    return code
