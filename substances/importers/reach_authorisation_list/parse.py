"""Reads the Authorisation List (REACH, Annex XIV) as ECHA exports it. See the README beside this file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.echa import export_lines, exported_on, named, reasons_of, shared_facts
from substances.importers.table import Line
from substances.importers.values.article_57 import article_57_concerns

SUNSET, APPLY_BY, REASON, LISTED = (
    "Sunset date",
    "Latest application date",
    "Reason for inclusion",
    "Regulatory outcome date",
)
NEEDED = (SUNSET, APPLY_BY, REASON, LISTED)
# Header → key of a fact, as printed.
_TEXTS = {
    "Entry number": "entry",
    "Sunset date remarks": "sunset_remarks",
    "Latest application date remarks": "apply_by_remarks",
    "Exempted (categories of) uses": "exempted_uses",
    "Review periods": "review_periods",
}


class ReachAuthorisationList:
    """ECHA's Authorisation List: what may be used after its sunset date only with an authorisation."""

    slug = "reach-authorisation-list"
    version = 1
    list_slug = "reach-authorisation-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook, header, reason or date than this list has.
        """
        return (_row(line) for line in export_lines(path, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """Today's export does not say."""
        return exported_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the points of Article 57 mean, by which the substance came to the list."""
        return article_57_concerns(row.reasons)


def _row(line: Line) -> ReportedRow:
    whom = named(line)
    problems = list(whom.problems)
    listed_on, sunset, apply_by = line.day(LISTED), line.day(SUNSET), line.day(APPLY_BY)
    if listed_on is None:
        problems.append(Problem("no_date", f"there is no {LISTED.lower()}"))
    if sunset is None:
        problems.append(Problem("no_sunset", f"there is no {SUNSET.lower()}"))
    if sunset and apply_by and sunset < apply_by:
        problems.append(Problem("sunset_early", f"the sunset date {sunset} is before {apply_by}, the last to apply"))
    days = {"sunset_on": sunset, "apply_by": apply_by}
    facts: dict[str, Any] = {key: day.isoformat() for key, day in days.items() if day}
    facts |= {key: line.text(header) for header, key in _TEXTS.items() if line.text(header)}
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=whom.name,
        members=whom.members,
        reasons=reasons_of(line, REASON),
        listed_on=listed_on,
        is_group=whom.is_group,
        problems=tuple(problems),
        facts=shared_facts(line) | facts,
        role=Role.ENTRY if whom.members else Role.UNUSABLE,
    )
