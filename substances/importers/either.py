"""Lists that a publisher offers as a workbook and as a text file: the same rows under the same headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from substances.importers.base import WrongFile, find_header
from substances.importers.delimited import delimited_lines
from substances.importers.table import Line, lines_under
from substances.importers.workbook import rows_of_sheet, sheet_names


def lines_of(
    path: Path, *, needed: Sequence[str], aliases: Mapping[str, str] | None = None, within: int = 20
) -> Iterator[Line]:
    """The rows of a text file, or of the one sheet of a workbook that has the header.

    Args:
        needed, aliases, within: as in `find_header`.

    Raises:
        WrongFile: no sheet has the header, or more than one.
    """
    if not is_workbook(path):
        yield from delimited_lines(path, needed=needed, aliases=aliases, within=within)
        return
    sheets = sheet_names(path)
    refusals: dict[str, WrongFile] = {}
    for name in sheets:
        head = list(islice(rows_of_sheet(path, name), within))
        try:
            find_header(head, needed=needed, sheet=name, aliases=aliases, within=within)
        except WrongFile as error:
            refusals[name] = error
    fitting = [name for name in sheets if name not in refusals]
    if len(fitting) > 1:
        raise WrongFile(f"the sheets {', '.join(map(repr, fitting))} all have the header of this list; keep one")
    if not fitting:
        raise next(iter(refusals.values()), WrongFile("the workbook has no sheet"))
    rows = rows_of_sheet(path, fitting[0])
    yield from lines_under(rows, sheet=fitting[0], needed=needed, aliases=aliases, within=within)


def is_workbook(path: Path) -> bool:
    """Whether the file begins as a zip file does, or as an old workbook; what it truly is, its reader finds out."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", bytes.fromhex("d0cf11e0"))
