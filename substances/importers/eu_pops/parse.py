"""Reads the substances subject to the EU POPs Regulation as ECHA exports them. See the README beside this file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.echa import export_lines, exported_on, named, shared_facts
from substances.importers.table import Line
from substances.vocabulary import Authority, Concern

LISTED, ANNEX = "Date of inclusion", "POPs Regulation Annex"
NEEDED = (LISTED, ANNEX)
_ANNEX = re.compile(r"Annex (I|II|III|IV|V)(?:, part ([AB]))?", re.ASCII)
_BASIS = "Regulation (EU) 2019/1021 (persistent organic pollutants)"
# Parts that hold what the Stockholm Convention lists; the others are measures, or hold what only the Protocol to the
# Convention on Long-Range Transboundary Air Pollution lists. Source: Regulation (EU) 2019/1021, Annexes I and III.
_CONVENTION = {"annex i, part a": "annex-i-a", "annex iii, part a": "annex-iii-a"}


class EuPops:
    """ECHA's list of substances subject to the EU POPs Regulation."""

    slug = "eu-pops"
    version = 1
    list_slug = "eu-pops"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook, header, annex or date than this list has.
        """
        return (_row(line) for line in export_lines(path, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """Today's export does not say."""
        return exported_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """PBT or vPvB of what the Stockholm Convention lists; why so, and why no more: the README."""
        annexes = [_CONVENTION[reason] for reason in row.reasons if reason in _CONVENTION]
        if annexes:
            rule = f"eu-pops/{annexes[0]}"
            yield StatedConcern(Concern.PBT_VPVB, "", Authority.AUTHORITY_ASSESSMENT, _BASIS, rule)


def _row(line: Line) -> ReportedRow:
    whom = named(line)
    problems = list(whom.problems)
    listed_on = line.day(LISTED)
    if listed_on is None:
        problems.append(Problem("no_date", f"there is no {LISTED.lower()}"))
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=whom.name,
        members=whom.members,
        reasons=_annexes(line),
        listed_on=listed_on,
        is_group=whom.is_group,
        problems=tuple(problems),
        facts=shared_facts(line),
        role=Role.ENTRY if whom.members else Role.UNUSABLE,
    )


def _annexes(line: Line) -> tuple[str, ...]:
    printed = [" ".join(part.split()) for part in line.lines(ANNEX)]
    for part in printed:
        if _ANNEX.fullmatch(part) is None:
            raise line.wrong(f"{part!r} is no annex of the POPs Regulation, such as 'Annex I, part A'", ANNEX)
    if not printed:
        raise line.wrong("the row has no annex", ANNEX)
    return tuple(sorted({part.lower() for part in printed}))
