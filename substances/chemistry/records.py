"""Many structures in one text, as numbered records: SMILES lines, CSV, SD files. No RDKit, no chemistry: only text.

Every row of the text is one record, in its order, with the line it begins at; a row that cannot be one says why and
the others go on. A stray quote makes `csv.reader` return 3 rows of 7, so here a row never goes on in the next line.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal, TypeAlias, cast, get_args

from .messages import Note, StructureRefused
from .sdf_text import MAX_BLOCK_CHARACTERS, sdf_blocks

RecordsFormat: TypeAlias = Literal["smiles", "lines", "csv", "sdf"]
RecordNotation: TypeAlias = Literal["auto", "smiles", "inchi", "molfile", "cas", "name"]

MAX_LINE_CHARACTERS = 20_000
DELIMITERS = (",", ";", "\t", "|")
# Header words, folded; the surest first.
_COLUMNS: tuple[tuple[RecordNotation, tuple[str, ...]], ...] = (
    ("smiles", ("smiles", "canonicalsmiles", "isomericsmiles")),
    ("inchi", ("inchi", "standardinchi", "inchistring")),
    ("auto", ("structure", "inchikey", "identifier", "query")),
    ("cas", ("cas", "casrn", "casnumber", "casno")),
    ("name", ("name", "substance", "substancename", "chemicalname")),
)
_NAMES = ("id", "name", "title", "code", "number", "no", "row", "reference", "externalid", "cas", "casrn")


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """One row of what was given.

    Attributes:
        number: counts from 1, in the order of the text.
        line: of the text, where it begins; counts from 1.
        text: the structure as written; "" where the row is empty.
        notation: what to read it as.
        name: what the row is called, "" where it is not; at most 200 characters.
        problem: why nothing can be read from the row.
    """

    number: int
    line: int
    text: str
    notation: RecordNotation
    name: str = ""
    problem: Note | None = None


def records_format_named(name: str) -> RecordsFormat:
    """The format of that name.

    Raises:
        ValueError: there is none.
    """
    for known in get_args(RecordsFormat):
        if name == known:
            return cast(RecordsFormat, known)
    raise ValueError(f"{name!r} is no format of many structures; there are {', '.join(get_args(RecordsFormat))}")


def records_of(source: str | Iterable[str], format: RecordsFormat) -> Iterator[Record]:  # the word of the API
    """The rows of a text or of its lines, each once, in order.

    Empty lines between rows are rows, for one answer belongs to each row; empty lines at the end are none.

    Args:
        source: the text, or its lines (a file opened as text).
        format: `smiles` has a structure and perhaps a name on each line, `lines` anything that is searched for,
            `csv` a header row with a column SMILES, InChI, structure, CAS or name, `sdf` molfiles and `$$$$`.

    Raises:
        StructureRefused: `csv_header`, where no column can hold structures.
    """
    lines = io.StringIO(source, newline=None) if isinstance(source, str) else source
    if format == "sdf":
        return _sdf(lines)
    stripped = (line.rstrip("\r\n") for line in lines)
    first = next(stripped, None)
    if first is None:
        return iter(())
    first = first.removeprefix("\ufeff")
    if format == "csv":
        return _without_blank_end(_csv(_layout(first), stripped))
    if format == "smiles":
        return _without_blank_end(_smiles(chain([first], stripped)))
    rows = enumerate(chain([first], stripped), 1)
    return _without_blank_end(_checked(Record(n, n, line.strip(), "auto")) for n, line in rows)


def _without_blank_end(records: Iterable[Record]) -> Iterator[Record]:
    blank: list[Record] = []
    for record in records:
        if not record.text and not record.name and record.problem is None:
            blank.append(record)
            continue
        yield from blank
        blank.clear()
        yield record


def _checked(record: Record) -> Record:
    if len(record.text) <= MAX_LINE_CHARACTERS:
        return record
    long = Note("too_long", {"found": len(record.text), "limit": MAX_LINE_CHARACTERS})
    return dataclasses.replace(record, text="", problem=long)


def _smiles(lines: Iterable[str]) -> Iterator[Record]:
    number = 0
    for line_number, line in enumerate(lines, 1):
        text, name = _split(line)
        if line_number == 1 and _folded(text) in _COLUMNS[0][1]:
            continue
        number += 1
        yield _checked(Record(number, line_number, text, "smiles", name[:200]))


def _split(line: str) -> tuple[str, str]:
    """SMILES, with an extension `|…|` where one follows, and the name behind it."""
    text, _blank, rest = line.strip().replace("\t", " ").partition(" ")
    rest = rest.strip()
    if rest.startswith("|") and (end := rest.find("|", 1)) > 0:
        return f"{text} {rest[: end + 1]}", rest[end + 1 :].strip()
    return text, rest


@dataclasses.dataclass(frozen=True, slots=True)
class _Layout:
    """What stands where: columns with structures (the surest first), the column with names, how many there are."""

    delimiter: str
    columns: Sequence[tuple[RecordNotation, int]]
    name: int | None
    width: int


def _csv(layout: _Layout, lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_CHARACTERS:
            yield _checked(Record(number, number + 1, line, layout.columns[0][0]))
        else:
            yield _csv_row(line, number, layout)


def _csv_row(line: str, number: int, layout: _Layout) -> Record:
    place, width, first = number + 1, layout.width, layout.columns[0]
    cells = _cells(line, layout.delimiter)
    if cells is None:
        return Record(number, place, "", first[0], problem=Note("row_quote", {"line": place}))
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) > width:
        what = {"line": place, "found": len(cells), "limit": width}
        return Record(number, place, "", first[0], problem=Note("row_cells", what))
    cells += [""] * (width - len(cells))
    name = cells[layout.name][:200] if layout.name is not None else ""
    notation, column = next(((kind, at) for kind, at in layout.columns if cells[at]), first)
    return Record(number, place, cells[column], notation, name)


def _cells(line: str, delimiter: str) -> list[str] | None:
    """The cells of a row; None where a quote is not closed in it, or closes before its cell does."""
    try:
        row = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    return [cell.strip() for cell in row]


def _layout(header: str) -> _Layout:
    for delimiter in DELIMITERS:
        words = [_folded(cell) for cell in _cells(header, delimiter) or []]
        columns = [(kind, words.index(word)) for kind, known in _COLUMNS for word in known if word in words]
        if columns:
            taken = columns[0][1]
            names = [words.index(word) for word in _NAMES if word in words and words.index(word) != taken]
            return _Layout(delimiter, columns, names[0] if names else None, len(words))
    raise StructureRefused("csv_header", char=header[:80])


def _folded(word: str) -> str:
    return "".join(char for char in word.lower() if char.isalnum())


def _sdf(lines: Iterable[str]) -> Iterator[Record]:
    for number, block in enumerate(sdf_blocks(lines), 1):
        name = block.lines[0].strip()[:200] if block.lines else ""
        if block.too_long:
            long = Note("too_long_record", {"limit": MAX_BLOCK_CHARACTERS})
            yield Record(number, block.line, "", "molfile", name, long)
            continue
        text = block.molfile
        yield Record(number, block.line, text if text.strip() else "", "molfile", name)
