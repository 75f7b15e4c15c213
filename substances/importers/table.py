"""A publisher's sheet as rows of cells under headers, every cell once: what most importers begin with."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from substances.importers.base import MISSING, WrongFile, find_header
from substances.importers.values.days import NotADay, day
from substances.importers.workbook import rows_of_sheet

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet under its header.

    Attributes:
        number: counts from 1, as a spreadsheet shows it.
        cells: by header, as text: line ends are "\\n", non-breaking blanks blanks, real dates `04-Feb-2026`.
    """

    sheet: str
    number: int
    cells: Mapping[str, str]

    def text(self, header: str) -> str:
        """The cell; "" where it is missing, empty or means "none"."""
        text = self.cells.get(header, "")
        return "" if text in MISSING else text

    def lines(self, header: str) -> list[str]:
        """The lines of the cell that say something."""
        return [part for part in (part.strip() for part in self.text(header).split("\n")) if part not in MISSING]

    def day(self, header: str) -> dt.date | None:
        """The exact day in the cell; None where there is none.

        Raises:
            WrongFile: it is no exact day, with the place.
        """
        text = self.text(header)
        if not text:
            return None
        try:
            found = day(text)
        except NotADay as error:
            raise self.wrong(f"{error}, such as 04-Feb-2026", header) from None
        if not found.exact:
            raise self.wrong(f"{text!r} is a month, not a day", header)
        return found.first

    def wrong(self, why: str, header: str | None = None) -> WrongFile:
        """The refusal of the file because of this row."""
        return WrongFile(why, sheet=self.sheet, line=self.number, column=header)


def sheet_lines(
    path: Path, sheet: str, *, needed: Sequence[str], aliases: Mapping[str, str] | None = None, within: int = 20
) -> Iterator[Line]:
    """The rows of a workbook's sheet that hold anything, in its order.

    Args:
        needed, aliases, within: as in `find_header`.

    Raises:
        WrongFile: no such sheet or header, a cell under no header, or no row at all.
    """
    yield from lines_under(rows_of_sheet(path, sheet), sheet=sheet, needed=needed, aliases=aliases, within=within)


def lines_under(
    rows: Iterable[Sequence[object]],
    *,
    sheet: str,
    needed: Sequence[str],
    aliases: Mapping[str, str] | None = None,
    within: int = 20,
) -> Iterator[Line]:
    """As `sheet_lines`, of rows that are read already, or on the way."""
    behind = iter(rows)
    head = list(islice(behind, within))
    start, columns = find_header(head, needed=needed, sheet=sheet, aliases=aliases, within=within)
    places = set(columns.values())
    found = False
    for number, row in enumerate(chain(head[start + 1 :], behind), start + 2):
        texts = [cell_text(cell) for cell in row]
        stray = [text for place, text in enumerate(texts) if text and place not in places]
        if stray:
            raise WrongFile(f"{stray[0]!r} stands under no header", sheet=sheet, line=number)
        cells = {header: texts[place] for header, place in columns.items() if place < len(texts)}
        if any(cells.values()):
            found = True
            yield Line(sheet, number, cells)
    if not found:
        raise WrongFile("the list has no rows", sheet=sheet, line=start + 1)


def cell_text(cell: object) -> str:
    """A cell as text, without blanks at its ends; real dates as `04-Feb-2026`, whole numbers without a point."""
    if isinstance(cell, dt.date):  # a datetime, too
        return f"{cell.day:02d}-{_MONTHS[cell.month - 1]}-{cell.year}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\r\n", "\n").replace("\u00a0", " ").strip()
