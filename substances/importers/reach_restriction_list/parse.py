"""Reads the list of restrictions (REACH, Annex XVII) as ECHA exports it. See the README beside this file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.echa import NAME, Named, export_lines, exported_on, named, shared_facts
from substances.importers.table import Line

ENTRY, CONDITIONS, DECIDED = "Entry number", "Conditions", "Regulatory outcome date"
NEEDED = (ENTRY, CONDITIONS, DECIDED)
_NUMBER = re.compile(r"0*(\d{1,3})([a-z]?)", re.ASCII)
_UNNAMED = re.compile(r"Entry \d{1,3}[a-z]?", re.ASCII)


class ReachRestrictionList:
    """ECHA's list of restrictions: one row for each act that made or amended an entry of Annex XVII."""

    slug = "reach-restriction-list"
    version = 1
    list_slug = "reach-restriction-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order; the first of each entry is the entry, the others continue it.

        Raises:
            WrongFile: another workbook, header, entry number or date than this list has.
        """
        firsts: dict[str, Line] = {}
        said: dict[tuple[tuple[str, str], ...], int] = {}
        for line in export_lines(path, needed=NEEDED):
            row = _row(line, firsts)
            as_before = said.setdefault(tuple(line.cells.items()), line.number)
            if as_before != line.number:
                again = Problem("repeated", f"the row says what row {as_before} says")
                row = dataclasses.replace(row, problems=(*row.problems, again))
            yield row

    def published_on(self, path: Path) -> dt.date | None:
        """Today's export does not say."""
        return exported_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """A restriction is a duty; it states no concern."""
        return ()


def _row(line: Line, firsts: dict[str, Line]) -> ReportedRow:
    number, whom, decided_on = _entry(line), _named(line), line.day(DECIDED)
    first = firsts.setdefault(number, line)
    problems = list(whom.problems)
    if decided_on is None:
        problems.append(Problem("no_date", f"there is no {DECIDED.lower()}"))
    if _named(first).members != whom.members:
        message = f"entry {number} is named otherwise than in row {first.number}"
        problems.append(Problem("entry_differs", message))
    facts = {"entry": number, "conditions_url": line.text(CONDITIONS)}
    facts |= {"decided_on": decided_on.isoformat()} if decided_on else {}
    role = Role.UNUSABLE if not whom.members else Role.ENTRY if first is line else Role.CONTINUATION
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=whom.name,
        members=whom.members,
        reasons=(f"entry {number}",),
        listed_on=decided_on,
        is_group=whom.is_group,
        problems=tuple(problems),
        facts=shared_facts(line) | {key: value for key, value in facts.items() if value},
        role=role,
        belongs_to=first.number if role == Role.CONTINUATION else None,
    )


def _entry(line: Line) -> str:
    """The number of the entry as the annex prints it: without a leading zero."""
    match = _NUMBER.fullmatch(line.text(ENTRY))
    if match is None:
        raise line.wrong(f"{line.cells.get(ENTRY, '')!r} is no entry number, such as 18a", ENTRY)
    return match[1] + match[2]


def _named(line: Line) -> Named:
    """As `named`; an entry that the export calls by its number only gets the annex before it."""
    whom = named(line)
    if not _UNNAMED.fullmatch(whom.name):
        return whom
    name = f"Annex XVII, {whom.name[0].lower()}{whom.name[1:]}"
    message = f"{NAME} is {whom.name!r}: the export does not say whom the entry names"
    members = tuple(dataclasses.replace(member, name=name) for member in whom.members)
    return dataclasses.replace(
        whom, name=name, members=members, problems=(*whom.problems, Problem("unnamed_entry", message))
    )
