"""Reads the Candidate List of substances of very high concern as ECHA exports it. See the README beside this file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.echa import export_lines, exported_on, is_older, named, reasons_of, shared_facts
from substances.importers.table import Line
from substances.importers.values.article_57 import article_57_concerns

LISTED, REASON, DECISION = "Date of inclusion", "Reason for inclusion", "Decision"
DECIDED = "Regulatory outcome date"
NEEDED = (LISTED, REASON)


class ReachCandidateList:
    """ECHA's Candidate List, today's workbook or the one of before 2025."""

    slug = "reach-candidate-list"
    version = 3
    list_slug = "reach-candidate-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook, header, reason or date than this list has.
        """
        if not is_older(path):
            return (_row(line, None) for line in export_lines(path, needed=NEEDED))
        return _older_rows(path)

    def published_on(self, path: Path) -> dt.date | None:
        """The day of export in the older shape; today's does not say."""
        return exported_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the points of Article 57 mean."""
        return article_57_concerns(row.reasons)


def _older_rows(path: Path) -> Iterator[ReportedRow]:
    """Rows of the older shape: what follows an entry and has its decision, reasons and day is a member of it."""
    entry: Line | None = None
    for line in export_lines(path, needed=(*NEEDED, DECISION)):
        if entry is not None and line.text(DECISION) and _same_decision(line, entry):
            yield _row(line, entry.number)
        else:
            entry = line
            yield _row(line, None)


def _same_decision(line: Line, entry: Line) -> bool:
    return all(line.text(header) == entry.text(header) for header in (DECISION, REASON, LISTED))


def _row(line: Line, belongs_to: int | None) -> ReportedRow:
    whom = named(line)
    problems = list(whom.problems)
    listed_on = line.day(LISTED)
    if listed_on is None:
        problems.append(Problem("no_date", f"there is no {LISTED.lower()}"))
    role = Role.UNUSABLE if not whom.members else Role.ENTRY if belongs_to is None else Role.MEMBER
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=whom.name,
        members=whom.members,
        reasons=reasons_of(line, REASON),
        listed_on=listed_on,
        is_group=whom.is_group and role == Role.ENTRY,
        problems=tuple(problems),
        facts=_facts(line),
        role=role,
        belongs_to=belongs_to if role == Role.MEMBER else None,
    )


def _facts(line: Line) -> dict[str, str]:
    decided = line.day(DECIDED)
    facts = {"decided_on": decided.isoformat() if decided else "", "decision_url": line.text(DECISION)}
    return shared_facts(line) | {key: value for key, value in facts.items() if value}
