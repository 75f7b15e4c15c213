"""Reads IARC's classification of agents. See the README beside this file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from substances.importers.base import Problem, ReportedRow, StatedConcern
from substances.importers.delimited import damage, delimited_lines
from substances.importers.table import Line
from substances.importers.values.circumstances import circumstance
from substances.importers.values.identifiers import cas_numbers, members
from substances.vocabulary import Authority

CAS, NAME, GROUP, VOLUMES, YEAR = "CAS", "description", "group", "volumes", "year"
NEEDED = (CAS, NAME, GROUP, VOLUMES, YEAR)
# As printed → normal form. The file numbers groups 2A and 2B 11 and 12.
GROUPS: Mapping[str, str] = {
    "1": "group 1",
    "2A": "group 2A",
    "11": "group 2A",
    "2B": "group 2B",
    "12": "group 2B",
    "3": "group 3",
    "4": "group 4",
}
_YEAR = re.compile(r"(\d{4})(?: online)?", re.ASCII)
_IN_PREPARATION = "In prep."
# Source: 29 CFR 1910.1200, Appendix F, Part D, which sets group 1 beside GHS category 1A, 2A beside 1B, 2B beside 2.
_STRENGTH = {"group 1": "known_or_presumed", "group 2A": "known_or_presumed", "group 2B": "suspected"}


class Iarc:
    """The table of agents classified by the IARC Monographs, as TSV."""

    slug = "iarc"
    version = 1
    list_slug = "iarc"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another file or header, or a group that IARC has not.
        """
        return (_row(line) for line in delimited_lines(path, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """The file does not say: its years are those of volumes."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the groups mean in terms of strength; groups 3 and 4, and circumstances, state no concern."""
        for group in row.reasons:
            if group in _STRENGTH and "circumstance" not in row.facts:
                yield StatedConcern(
                    "carcinogenic",
                    _STRENGTH[group],
                    Authority.AUTHORITY_ASSESSMENT,
                    f"IARC Monographs, {group}",
                    f"iarc/{group.replace(' ', '-')}",
                )


def _row(line: Line) -> ReportedRow:
    name, printed = line.text(NAME), line.text(GROUP).upper()
    if not name:
        raise line.wrong("the row has no name", NAME)
    if printed not in GROUPS:
        raise line.wrong(f"{line.text(GROUP)!r} is no group of IARC; there are 1, 2A (11), 2B (12), 3 and 4", GROUP)
    named, problems = members(name, cas_numbers(line.text(CAS)))
    facts, odd = _facts(line, has_number=bool(named[0].cas_rn))
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name,
        members=named,
        reasons=(GROUPS[printed],),
        problems=(*problems, *odd, *damage(line)),
        facts=facts,
    )


def _facts(line: Line, *, has_number: bool) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    facts: dict[str, Any] = {}
    if volumes := [part.strip() for part in line.text(VOLUMES).split(",") if part.strip()]:
        facts["volumes"] = volumes
    odd: tuple[Problem, ...] = ()
    if has_number and (found := circumstance(line.text(NAME))):
        facts["circumstance"] = found
        said = f"IARC speaks of {found!r}, not of the substance with this number: no concern of it is stated"
        odd = (Problem("circumstance", said),)
    year = line.text(YEAR)
    if match := _YEAR.fullmatch(year):
        facts["year_of_last_volume"] = int(match[1])
    elif year and year != _IN_PREPARATION:
        odd += (Problem("year_not_read", f"{year!r} is not a year"),)
    return facts, odd
