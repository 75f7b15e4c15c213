"""What the regulators' work-lists share: each row is one dated event of a process about a substance.

Facts of every row: `event` (our words, also its reason), `step` (one of `Step`, the same across lists), `stage` and
`stage_on` (where the process stands today), `status` (ongoing or closed), `submitters`. What else a list has uses the
keys `expected_on`, `comments_until`, `evidence_until`, `concerns`, `hazards`, so that lists can be read side by side.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.echa import bulleted, days, export_lines, exported_on, named, shared_facts
from substances.importers.table import Line
from substances.importers.values.conclusions import NotUnderstood, hazard, outcome

EVENT, HAPPENED, STAGE, REACHED, STATUS = "Timeline", "Timeline date", "Current stage", "Current stage date", "Status"
HAZARD, OUTCOME = "Hazard class", "Outcome (Hazard)"
_STATUS = {"Ongoing": "ongoing", "Closed": "closed"}


class Step(StrEnum):
    """What kind of step of a process an event is."""

    INTENTION = "intention"
    EVIDENCE = "call-for-evidence"
    SUBMISSION = "submission"
    SCREENING = "screening"  # whether a proposal is complete, or meets the criteria to go on
    CONSULTATION = "consultation"
    START = "start"
    REQUEST = "information-request"
    DISCUSSION = "discussion"
    AGREEMENT = "agreement"
    OPINION = "opinion"
    CONCLUSION = "conclusion"
    DECISION = "decision"
    WITHDRAWAL = "withdrawal"


class WorkList:
    """The reader of one work-list; rooms say what is theirs.

    Attributes:
        events: event or stage as printed → our words, step.
        submitters: header of those who began the process.
        dates: header → key of one day.
        several_days: key → headers whose days it collects.
        texts: header → key of its lines.
    """

    slug: str
    version = 1
    list_slug: str
    events: ClassVar[Mapping[str, tuple[str, Step]]]
    submitters: ClassVar[str] = "Submitter"
    dates: ClassVar[Mapping[str, str]] = {}
    several_days: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    texts: ClassVar[Mapping[str, str]] = {}

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order, each an event.

        Raises:
            WrongFile: another workbook or header than this list has, or a cell of days that holds something else.
        """
        needed = (EVENT, HAPPENED, STAGE, REACHED, STATUS, self.submitters)
        said: dict[tuple[tuple[str, str], ...], int] = {}
        for line in export_lines(path, needed=needed):
            row = self._row(line)
            as_before = said.setdefault(tuple(line.cells.items()), line.number)
            if as_before != line.number:
                again = Problem("repeated", f"the row says what row {as_before} says")
                row = dataclasses.replace(row, problems=(*row.problems, again))
            yield row

    def published_on(self, path: Path) -> dt.date | None:
        """Today's export does not say."""
        return exported_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """A work-list says what authorities look into; it states no concern."""
        return ()

    def more(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        """Facts that only this list has; what is odd is added to `problems`."""
        return {}

    def _row(self, line: Line) -> ReportedRow:
        whom = named(line)
        problems = list(whom.problems)
        event, step = self._event(line, EVENT, problems)
        happened_on = line.day(HAPPENED)
        if happened_on is None:
            problems.append(Problem("no_date", f"there is no {HAPPENED.lower()}"))
        facts = {"event": event, "step": step} | self._common(line, problems) | self.more(line, problems)
        return ReportedRow(
            sheet=line.sheet,
            line=line.number,
            cells=line.cells,
            name=whom.name,
            members=whom.members,
            reasons=(event.replace(";", ","),) if event else (),
            listed_on=happened_on,
            is_group=whom.is_group,
            problems=tuple(problems),
            facts=shared_facts(line) | {key: value for key, value in facts.items() if value not in ("", [], {}, None)},
            role=Role.ENTRY if whom.members else Role.UNUSABLE,
        )

    def _common(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        reached_on, status = line.day(REACHED), line.text(STATUS)
        if status not in _STATUS:
            problems.append(Problem("status_unknown", f"{STATUS} is {status!r}, neither Ongoing nor Closed"))
        facts: dict[str, Any] = {
            "stage": self._event(line, STAGE, problems)[0],
            "stage_on": reached_on.isoformat() if reached_on else "",
            "status": _STATUS.get(status, ""),
            "submitters": line.lines(self.submitters),
        }
        facts |= {key: day.isoformat() for header, key in self.dates.items() if (day := line.day(header))}
        for key, headers in self.several_days.items():
            facts[key] = sorted({day for header in headers for day in days(line, header)})
        return facts | {key: bulleted(line, header) for header, key in self.texts.items()}

    def _event(self, line: Line, header: str, problems: list[Problem]) -> tuple[str, str]:
        printed = " ".join(line.text(header).split())
        if printed not in self.events:
            problems.append(Problem("event_unknown", f"{header} is {printed!r}, no event that is known"))
            return printed, ""
        words, step = self.events[printed]
        return words, step.value


def concerns_of(line: Line, header: str, problems: list[Problem]) -> list[str]:
    """The hazards in a cell, one a line, in its order; one that is not known is a problem."""
    found = []
    for printed in line.lines(header):
        try:
            found.append(hazard(printed).value)
        except NotUnderstood as error:
            problems.append(Problem("hazard_unknown", f"{header}: {error}"))
    return found


def hazards_of(line: Line, problems: list[Problem]) -> list[dict[str, str]]:
    """Hazards beside what became of them at this event: `hazard`, `outcome` as printed, `conclusion` where one is."""
    printed, outcomes = line.lines(HAZARD), line.lines(OUTCOME)
    if outcomes and len(outcomes) != len(printed):
        message = f"{HAZARD} and {OUTCOME} have different numbers of lines; which belong together is not clear"
        problems.append(Problem("outcomes_not_parallel", message))
        outcomes = []
    found = []
    for place, text in enumerate(printed):
        try:
            one = {"hazard": hazard(text).value}
            if outcomes:
                one["outcome"] = outcomes[place]
                one |= {"conclusion": said.value} if (said := outcome(outcomes[place])) else {}
            found.append(one)
        except NotUnderstood as error:
            problems.append(Problem("outcome_unknown", str(error)))
    return found
