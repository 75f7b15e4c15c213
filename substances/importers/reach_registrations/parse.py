"""Reads the list of substances registered under REACH as ECHA publishes it. See the README beside this file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from substances.importers.base import Member, Problem, ReportedRow, Role, StatedConcern
from substances.importers.table import Line, sheet_lines

SHEET = "Substances list"
NAME, EC, CAS, LINK = "Name", "EC Number", "CAS Number", "Link to substance's overview page"
NEEDED = (NAME, EC, CAS)
# Printed in place of a name that is confidential or says nothing.
NO_NAME = "[No public or meaningful name is available]"


class ReachRegistrations:
    """The substances registered under Regulation (EC) No 1907/2006: an inventory, which states no concern."""

    slug = "reach-registrations"
    version = 1
    list_slug = "reach-registrations"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order.

        Raises:
            WrongFile: another workbook or header than this list has.
        """
        return (_row(line) for line in sheet_lines(path, SHEET, needed=NEEDED))

    def published_on(self, path: Path) -> dt.date | None:
        """The file does not say."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """None: being registered says nothing about harm."""
        return ()


def _row(line: Line) -> ReportedRow:
    printed = " ".join(line.text(NAME).split())
    ec, cas = line.text(EC), line.text(CAS)
    number = f"EC {ec}" if ec else f"CAS {cas}" if cas else ""
    named = printed not in ("", NO_NAME)
    problems: tuple[Problem, ...] = ()
    if not named and not number:
        problems = (Problem("nobody_named", "there is neither a public name nor a number"),)
    facts: dict[str, Any] = {"overview": line.text(LINK)} if line.text(LINK) else {}
    if not named:
        facts["name_is_withheld"] = True
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=printed or number,
        members=(Member(printed if named else number, cas, ec),) if named or number else (),
        problems=problems,
        facts=facts,
        role=Role.ENTRY if named or number else Role.UNUSABLE,
    )
