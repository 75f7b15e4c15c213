"""Opens workbooks that strangers made: looked at before they are unpacked, refused when they could do harm.

An .xlsx file is a zip of XML. What is refused: more than 64 MiB unpacked, a ratio above 50, more than 200 members,
encryption, macros, a DOCTYPE, and cells so far out that a reader would fill memory with the emptiness between. What a
part is called or where it lies says nothing: a workbook may name any part as a sheet, so every part is looked at.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers import expat

import python_calamine

from substances.importers.base import WrongFile

MAX_UNPACKED_BYTES = 64 * 2**20
MAX_RATIO = 50
MAX_MEMBERS = 200
MAX_ROWS = 300_000
MAX_COLUMNS = 500
MAX_CELLS = 5_000_000
# A ratio says nothing about small members: a few kB of blanks pack 1000 to 1.
_RATIO_COUNTS_FROM_BYTES = 2**20
_CHUNK = 2**16
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_DOCTYPE = re.compile(rb"<!\s*DOCTYPE|<!\s*ENTITY", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_ROW = re.compile(r"\d{1,7}", re.ASCII)
# No reader finds cells in a part without this tag.
_SHEET = b"sheetData"
_OTHER_FORMATS = ("workbook.bin", "content.xml")
_MACROS = ("vbaproject.bin", "vbadata.xml", "activex", "macrosheets")


class OpenWorkbook:
    """A workbook that stands open, looked at once: the names of its sheets, in its order, and their rows."""

    def __init__(self, book: python_calamine.CalamineWorkbook) -> None:
        self._book = book
        self.names = tuple(book.sheet_names)

    def rows(self, name: str) -> Iterator[list[object]]:
        """As `rows_of_sheet`. The sheet is parsed at once; its rows are there when the workbook is closed, too."""
        if name not in self.names:
            there = ", ".join(repr(sheet) for sheet in self.names)
            raise WrongFile(f"there is no sheet {name!r}; there is {there}")
        sheet = self._book.get_sheet_by_name(name)
        # Rows come from the first of the sheet, cells only from the first column that holds anything.
        left: list[object] = [""] * (sheet.start[1] if sheet.start else 0)
        return (_storable([*left, *row], name, number) for number, row in enumerate(sheet.iter_rows(), 1))


@contextmanager
def opened(path: Path) -> Iterator[OpenWorkbook]:
    """The workbook, looked at and opened once, however many of its sheets are read.

    Raises:
        WrongFile: not a workbook, or one that is refused.
    """
    inspect(path)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            yield OpenWorkbook(book)
    except (python_calamine.CalamineError, OSError) as error:
        raise WrongFile(f"the workbook cannot be read: {error}") from error


def rows_of_sheet(path: Path, name: str) -> Iterator[list[object]]:
    """Every cell of one sheet, row by row from the first; empty cells are "". One row in Python's memory at a time.

    Raises:
        WrongFile: not a workbook, one that is refused, or one without this sheet; a cell with a zero character.
    """
    with opened(path) as book:
        yield from book.rows(name)


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets of a workbook, in its order.

    Raises:
        WrongFile: not a workbook, or one that is refused.
    """
    with opened(path) as book:
        return book.names


def _storable(row: list[object], sheet: str, line: int) -> list[object]:
    """The row, unless a cell holds a zero character, which a spreadsheet writes `_x0000_` and no database keeps."""
    for cell in row:
        if isinstance(cell, str) and "\0" in cell:
            seen = cell.replace("\0", "").strip()
            why = f"the cell {seen[:80]!r} holds a zero character (_x0000_), which no list needs; type the cell anew"
            raise WrongFile(why, sheet=sheet, line=line)
    return row


def inspect(path: Path) -> None:
    """Refuses what could do harm, by looking at each member as a stream; nothing is kept.

    Raises:
        WrongFile: with the reason.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        raise WrongFile("this is an encrypted or old (.xls) workbook; save it as .xlsx without a password")
    if not head.startswith(b"PK"):
        raise WrongFile("this is not an .xlsx workbook")
    try:
        with zipfile.ZipFile(path) as archive:
            _inspect_members(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError) as error:
        raise WrongFile(f"this is not an .xlsx workbook, or a damaged one: {error}") from error


def _inspect_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise WrongFile(f"the workbook has {len(members)} members; {MAX_MEMBERS} is the most that is read")
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise WrongFile("the workbook has two members of one name")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise WrongFile("this is a zip file, but no .xlsx workbook")
    if any(name.lower().endswith(_OTHER_FORMATS) for name in names):
        raise WrongFile("this is a zip file, but no .xlsx workbook")
    left = MAX_UNPACKED_BYTES
    for member in members:
        if member.flag_bits & 1:
            raise WrongFile("the workbook is encrypted; save it without a password")
        if any(mark in member.filename.lower() for mark in _MACROS):
            raise WrongFile(f"the workbook has macros ({member.filename}); save it as .xlsx without them")
        left -= _inspect_member(archive, member, left)


def _inspect_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """How many bytes a member truly unpacks to; its header is not believed."""
    extent = _Extent(member.filename) if member.filename.lower().endswith(".xml") else None
    size, tail = 0, b""
    for chunk in _chunks(archive, member):
        size += len(chunk)
        if size > left:
            raise WrongFile(f"the workbook unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MiB")
        if size > _RATIO_COUNTS_FROM_BYTES and size > MAX_RATIO * max(member.compress_size, 1):
            raise WrongFile(f"{member.filename} unpacks to more than {MAX_RATIO} times its size")
        # Without zero bytes all this is found in UTF-16, too.
        _refuse_words((tail + chunk).replace(b"\0", b""), member.filename)
        if extent is not None:
            extent.feed(chunk)
        tail = chunk[-64:]
    return size


def _refuse_words(text: bytes, filename: str) -> None:
    if _DOCTYPE.search(text):
        raise WrongFile(f"{filename} has a document type declaration, which no workbook needs")
    if filename == "[Content_Types].xml" and b"macroEnabled" in text:
        raise WrongFile("the workbook has macros; save it as .xlsx without them")
    if _SHEET in text and not filename.lower().endswith(".xml"):
        raise WrongFile(f"{filename} holds a sheet, but is not called .xml")


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


class _Extent:
    """How far out the cells of a sheet reach; readers allocate everything up to there."""

    def __init__(self, filename: str) -> None:
        self.filename, self.rows, self.columns = filename, 0, 0
        self._cells_in_row = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Reads on; refuses once the cells reach too far."""
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise WrongFile(f"{self.filename} is not XML: {error}") from error
        if self.rows > MAX_ROWS or self.columns > MAX_COLUMNS or self.rows * self.columns > MAX_CELLS:
            raise WrongFile(
                f"{self.filename} reaches to row {self.rows} and column {self.columns}; {MAX_ROWS:,} rows, "
                f"{MAX_COLUMNS} columns and {MAX_CELLS:,} cells are the most that is read"
            )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        given = attributes.get("r", "")
        if kind == "row":
            self._cells_in_row = 0
            self.rows = max(self.rows + 1, int(self._place(_ROW, given)[0]) if given else 0)
        elif kind == "c":
            self._cells_in_row += 1
            match = self._place(_REFERENCE, given) if given else None
            self.columns = max(self.columns, _number(match[1]) if match else self._cells_in_row)
            self.rows = max(self.rows, int(match[2]) if match else 0)

    def _place(self, pattern: re.Pattern[str], given: str) -> re.Match[str]:
        """A row or cell as it must be written; readers make of others what they like."""
        match = pattern.fullmatch(given)
        if match is None:
            raise WrongFile(f"{self.filename} has a cell or row at {given[:40]!r}, which is no place in a sheet")
        return match


def _number(letters: str) -> int:
    """Column number of its letters: A is 1, XFD 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
