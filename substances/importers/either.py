"""Lists that a publisher offers as a workbook and as a text file: the same rows under the same headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from substances.importers.base import WrongFile, find_header
from substances.importers.delimited import delimited_lines
from substances.importers.table import Line, lines_under
from substances.importers.workbook import opened


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
    refusals: list[WrongFile] = []
    fitting: dict[str, Iterator[Line]] = {}
    with opened(path) as book:
        for name in book.names:
            rows = book.rows(name)
            head = list(islice(rows, within))
            try:
                find_header(head, needed=needed, sheet=name, aliases=aliases, within=within)
            except WrongFile as error:
                refusals.append(error)
                continue
            whole = chain(head, rows)
            fitting[name] = lines_under(whole, sheet=name, needed=needed, aliases=aliases, within=within)
            if len(fitting) > 1:
                named = ", ".join(map(repr, fitting))
                raise WrongFile(f"the sheets {named} all have the header of this list; keep one")
    if not fitting:
        raise next(iter(refusals), WrongFile("the workbook has no sheet"))
    yield from next(iter(fitting.values()))


def is_workbook(path: Path) -> bool:
    """Whether the file begins as a zip file does, or as an old workbook; what it truly is, its reader finds out."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", bytes.fromhex("d0cf11e0"))
