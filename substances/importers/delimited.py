"""Text files of rows (CSV, TSV) that strangers made, as rows under headers: the same `Line`s as a sheet's.

Nothing is dropped on the way. A stray quote that swallows rows, a row that ends too early, a cell under no header or a
letter that no encoding gives refuses the file with the line and what to do about it.

Row numbers are those a spreadsheet shows; where a cell holds line ends, lines of the text run ahead of them, so what
is wrong with the text itself names its line, too.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Self, TextIO

from substances.importers.base import Problem, WrongFile, find_header
from substances.importers.table import Line, cell_text
from substances.importers.text_encoding import LOST, readable_as, text_of

MAX_BYTES = 25 * 2**20
MAX_ROWS = 300_000
MAX_COLUMNS = 500
# What a spreadsheet allows a cell to hold, too.
MAX_CELL_CHARACTERS = 32_767
MAX_LINES_OF_A_ROW = 1_000
# What is held of the text at a time; a quote that is never closed would make a row of all the rest.
MAX_ROW_CHARACTERS = 2**19
DELIMITERS: Mapping[str, str] = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
_A_LOOK = 10_000
_OTHER_KINDS = (
    (b"PK\x03\x04", "this is a workbook or another zip file; save the list as CSV UTF-8"),
    (bytes.fromhex("d0cf11e0a1b11ae1"), "this is an old (.xls) workbook; save the list as CSV UTF-8"),
    (b"%PDF", "this is a PDF; get the list as CSV"),
)
_WEB_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|\?xml)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A text file whose header was found.

    Attributes:
        preamble: the rows above the header, cells without blanks at their ends.
        lines: the rows below, in their order, read as they are asked for.
        delimiter: what stands between cells.
    """

    preamble: tuple[tuple[str, ...], ...]
    lines: Iterator[Line]
    delimiter: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Record:
    """A row as its text gives it.

    Attributes:
        number: as a spreadsheet shows it; an empty line counts, and has no cells.
        begins, ends: lines of the text.
    """

    number: int
    begins: int
    ends: int
    cells: list[str]


def delimited_lines(
    path: Path,
    *,
    needed: Sequence[str],
    aliases: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    within: int = 20,
    keep_blank: bool = False,
) -> Iterator[Line]:
    """The rows of a text file under its header; see `delimited_table`."""
    table = delimited_table(
        path,
        needed=needed,
        aliases=aliases,
        delimiter=delimiter,
        encoding=encoding,
        within=within,
        keep_blank=keep_blank,
    )
    yield from table.lines


def delimited_table(
    path: Path,
    *,
    needed: Sequence[str],
    aliases: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    within: int = 20,
    keep_blank: bool = False,
) -> Table:
    """The preamble and the rows of a text file.

    Args:
        needed, aliases, within: as in `find_header`.
        delimiter: one of `DELIMITERS`; None where that under which the header is found is the right one.
        encoding: as in `text_encoding.readable_as`.
        keep_blank: whether a row of empty cells is a row; an empty line never is.

    Raises:
        WrongFile: at once, if the text cannot be read or has no such header; while reading, if a row cannot be right.
    """
    text = _text(path, encoding)
    delimiter, head = _headed(text, needed, aliases, delimiter, within)
    start, columns = find_header([one.cells for one in head], needed=needed, sheet="", aliases=aliases, within=within)
    layout = _Layout(columns, len(head[start].cells), max(columns[name] for name in needed) + 1, keep_blank)
    preamble = tuple(tuple(cell_text(cell) for cell in one.cells) for one in head[:start])
    below = islice(_records(text, delimiter), start + 1, None)
    return Table(preamble, _lines(below, layout, head[start].number), delimiter)


def damage(line: Line) -> tuple[Problem, ...]:
    """What a program on the way has lost: letters baked in as U+FFFD; each cell that has some, as a problem."""
    return tuple(
        Problem("letter_lost", f"{header}: a letter of {text[:80]!r} was lost before the file came to us ({LOST})")
        for header, text in line.cells.items()
        if LOST in text
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Text:
    """The bytes of a text file, looked at; decoded only as they are read, for its letters take four bytes each."""

    data: bytes
    codec: str

    def read(self) -> TextIO:
        """From its begin; line ends are "\\n"."""
        return text_of(self.data, self.codec)


def _text(path: Path, encoding: str | None) -> _Text:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise WrongFile(f"the file has more than {MAX_BYTES // 2**20} MiB, the most that is read")
    for mark, why in _OTHER_KINDS:
        if data.startswith(mark):
            raise WrongFile(why)
    text = _Text(data, readable_as(data, encoding))
    if _WEB_PAGE.match(text.read().read(_A_LOOK)):
        raise WrongFile("this is a web page or XML, not a list; download the file itself")
    return text


def _headed(
    text: _Text, needed: Sequence[str], aliases: Mapping[str, str] | None, delimiter: str | None, within: int
) -> tuple[str, list[_Record]]:
    """The delimiter under which the header is found, and the first rows so read."""
    refusals: dict[str, WrongFile] = {}
    for mark in DELIMITERS:
        try:
            head = list(islice(_records(text, mark), within))
            find_header([one.cells for one in head], needed=needed, sheet="", aliases=aliases, within=within)
        except WrongFile as error:
            refusals[mark] = error
            continue
        if delimiter not in (None, mark):
            raise WrongFile(
                f"cells are separated by {DELIMITERS[mark]}, not by {DELIMITERS.get(delimiter or '', repr(delimiter))}",
                line=head[0].number,
            )
        return mark, head
    likeliest = delimiter or max(DELIMITERS, key=text.read().read(_A_LOOK).count)
    raise refusals[likeliest]


@dataclasses.dataclass(frozen=True, slots=True)
class _Layout:
    """Where columns stand; `width` cells in the header, `reach` up to the last one that is needed."""

    columns: Mapping[str, int]
    width: int
    reach: int
    keep_blank: bool


def _lines(records: Iterator[_Record], layout: _Layout, header_line: int) -> Iterator[Line]:
    places = set(layout.columns.values())
    found = False
    for record in records:
        texts = [cell_text(cell) for cell in record.cells]
        _refuse_misfit(record, texts, layout, places)
        cells = {header: texts[place] if place < len(texts) else "" for header, place in layout.columns.items()}
        says_something = any(cells.values())
        found = found or says_something
        if says_something or (texts and layout.keep_blank):
            yield Line("", record.number, cells)
    if not found:
        raise WrongFile("the list has no rows", line=header_line)


def _refuse_misfit(record: _Record, texts: list[str], layout: _Layout, places: set[int]) -> None:
    """Refuses a row whose cells cannot stand under their headers."""
    place = f"line {record.begins} of the text"
    for index, text in enumerate(texts):
        if text and index not in places:
            raise WrongFile(
                f"{text[:80]!r} stands under no header ({place}); put a cell that holds the delimiter in quotes",
                line=record.number,
            )
    if record.ends > record.begins and len(texts) != layout.width:
        raise WrongFile(
            f"a quote that opens in {place} takes in lines up to {record.ends}, and the row has {len(texts)} cells "
            f"under {layout.width} headers then: close or remove the quote",
            line=record.number,
        )
    if 1 < len(texts) < layout.reach:
        raise WrongFile(
            f"the row ends after {len(texts)} of {layout.width} cells ({place}): it was cut off, or a line end "
            "stands in a cell without quotes",
            line=record.number,
        )


class _RowLines:
    """The lines of a text for the reader of rows, which takes as many as a quote spans: no more than a row may have.

    Attributes:
        row: number of the row that is read.
        begins: its first line.
    """

    def __init__(self, file: TextIO) -> None:
        self.row, self.begins, self._at, self._held, self._file = 0, 1, 0, 0, file

    def begin(self, row: int) -> int:
        """Its first line."""
        self.row, self.begins, self._held = row, self._at + 1, 0
        return self.begins

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self._at += 1
        self._held += len(line)
        if self._held > MAX_ROW_CHARACTERS or self._at - self.begins > MAX_LINES_OF_A_ROW:
            raise WrongFile(
                f"the row has more than {MAX_ROW_CHARACTERS:,} characters or {MAX_LINES_OF_A_ROW:,} lines, the most "
                f"that is read; look for a quote that is not closed in line {self.begins} of the text",
                line=self.row,
            )
        return line


def _records(text: _Text, delimiter: str) -> Iterator[_Record]:
    """The lines of the text as rows, empty ones without cells."""
    lines = _RowLines(text.read())
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number, width = 0, 0
    while True:
        begins = lines.begin(number + 1)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _unreadable(error, number + 1, begins, reader.line_num) from None
        if cells is None:
            return
        record = _Record(number + 1, begins, reader.line_num, cells)
        _refuse_extent(record)
        if record.ends > record.begins:
            _refuse_swallowed(record, width or len(cells), delimiter)
        number, width = record.number, max(width, len(cells))
        yield record


def _refuse_extent(record: _Record) -> None:
    if record.number > MAX_ROWS:
        raise WrongFile(f"the file has more than {MAX_ROWS:,} rows, the most that is read")
    if len(record.cells) > MAX_COLUMNS:
        raise WrongFile(f"the row has more than {MAX_COLUMNS} cells, the most that is read", line=record.number)
    lines = record.ends - record.begins
    if lines > MAX_LINES_OF_A_ROW or any(len(cell) > MAX_CELL_CHARACTERS for cell in record.cells):
        raise WrongFile(
            f"a cell has more than {MAX_CELL_CHARACTERS:,} characters or {MAX_LINES_OF_A_ROW} lines, the most that is "
            f"read; look for a quote that is not closed in line {record.begins} of the text",
            line=record.number,
        )


def _refuse_swallowed(record: _Record, width: int, delimiter: str) -> None:
    """Refuses a cell over several lines of the text if each of its lines could be a row of its own.

    A quote that opens by mistake takes in whole rows up to the next one; then lines and rows no longer add up. Every
    row between has one delimiter less than there are columns; so have, together, the two halves at the ends. Where
    there are only the halves, a delimiter before a blank is taken for prose, and an InChI for one that was broken.
    """
    for column, cell in enumerate(record.cells):
        first, *between = cell.split("\n")
        if not between or width < 2:
            continue
        *whole, last = between
        rows = [part for part in whole if part]
        if not rows and cell.startswith("InChI="):
            continue
        prose = "" if rows else f"{delimiter} "
        halves = [part.count(delimiter) - (part.count(prose) if prose else 0) for part in (first, last)]
        if halves == [width - 1 - column, column] and all(row.count(delimiter) == width - 1 for row in rows):
            raise WrongFile(
                f"a quote that opens in line {record.begins} of the text takes in {len(between)} more lines as one "
                "cell, which look like rows of their own: close or remove the quote, or take the line ends out",
                line=record.number,
            )


def _unreadable(error: csv.Error, number: int, begins: int, ends: int) -> WrongFile:
    said = str(error)
    if "unexpected end" in said:
        why = f"a quote that opens in line {begins} of the text is never closed; all up to the end is inside it"
    elif "field larger" in said:
        why = f"a cell that begins in line {begins} of the text is too long; look for a quote that is not closed"
    elif ends > begins:
        why = f"a quote that opens in line {begins} of the text takes in rows up to line {ends}"
    else:
        why = f"text stands behind a closing quote in line {begins} of the text; a quote inside a cell is written twice"
    return WrongFile(f"{why}: close or remove it", line=number)
