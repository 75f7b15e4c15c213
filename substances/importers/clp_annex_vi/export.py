"""Annex VI as ECHA's public database exports it: sheet `List_results`, one row per member and validity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from substances.importers.base import MISSING, Member, Problem, ReportedRow
from substances.importers.clp_annex_vi.names import is_group, qualifier
from substances.importers.echa import CAS, EC, NAME, SHEET
from substances.importers.table import Line, lines_under
from substances.importers.values.hazard_codes import classifications
from substances.importers.workbook import OpenWorkbook

INDEX, CLASSES, ATP = "Index number", "Hazard class, category and statement code(s)", "ATP"
FROM, TO = "From", "To"
NEEDED = (NAME, EC, CAS, INDEX, CLASSES, ATP, FROM, TO)
# Titles II to IV of CLP apply to substances since 1 December 2010 (Article 62): the export knows no earlier day.
_BEGINNING = dt.date(2010, 12, 1)


def export_rows(book: OpenWorkbook) -> Iterator[ReportedRow]:
    """The rows of the export, in its order; they are there when the workbook is closed, too.

    Raises:
        WrongFile: another workbook or header, or a day that is none.
    """
    rows = book.rows(SHEET)
    return (_row(line) for line in lines_under(rows, sheet=SHEET, needed=NEEDED))


def _row(line: Line) -> ReportedRow:
    name = " ".join(line.text(NAME).split())
    if not name:
        raise line.wrong("the row has no name", NAME)
    index, ec, cas = line.text(INDEX), line.text(EC), line.text(CAS)
    hazards = classifications(line.text(CLASSES))
    problems = list(hazards.problems)
    if not index:
        problems.append(Problem("no_index_number", f"there is no {INDEX.lower()}"))
    if not hazards.classifications:
        problems.append(Problem("no_classification", "there is no hazard class"))
    begins, last = line.day(FROM), line.day(TO)
    if begins is None:
        problems.append(Problem("no_date", f"there is no day under {FROM!r}"))
    if begins and last and last < begins:
        problems.append(Problem("ends_before_it_begins", f"it ends on {last} and begins on {begins}"))
        last = None
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name,
        members=(Member(name, cas, ec, index),),
        reasons=(f"index {index}",) if index else (),
        listed_on=begins,
        is_group=not (ec or cas) and is_group(name),
        problems=tuple(problems),
        # The day printed is the last on which it holds: what follows begins on the day after.
        valid_until=last + dt.timedelta(days=1) if last else None,
        classifications=hazards.classifications,
        facts=_facts(line, begins, name),
    )


def _facts(line: Line, begins: dt.date | None, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"index_number": line.text(INDEX), "atp": line.text(ATP), "qualifier": qualifier(name)}
    if begins == _BEGINNING:
        facts["listed_on_or_before"] = begins.isoformat()
    return {key: value for key, value in facts.items() if value not in MISSING}
