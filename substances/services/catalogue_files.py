"""Reads the files of a starter catalogue strictly: whatever is not understood is an error naming file, line and value.

CSV: UTF-8, comma, one header line, one line a fact. Every cell is one line of text without blanks around it, and
every reader of a cell says what would be right. A stray quote that would swallow lines is therefore always noticed.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from django.db import models

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR = re.compile(r"(?:18|19|20)\d{2}", re.ASCII)


class CatalogueError(ValueError):
    """A catalogue that cannot be loaded: where, what stands there, and what would be right."""

    def __init__(self, file: str, line: int | None, column: str, value: str, why: str) -> None:
        self.file, self.line, self.column, self.value = file, line, column, value
        place = file if line is None else f"{file}, line {line}"
        shown = f" {value[:120]!r}" if value or column else ""
        super().__init__(f"{place}: {column}{shown}: {why}" if column else f"{place}:{shown} {why}")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of one file, its cells by column. The readers raise `CatalogueError`."""

    file: str
    number: int
    cells: Mapping[str, str]

    def error(self, column: str, why: str) -> CatalogueError:
        """What is wrong with a cell of this line, ready to be raised."""
        return CatalogueError(self.file, self.number, column, self.cells.get(column, ""), why)

    def optional(self, column: str) -> str:
        """The cell, or "" where it is empty or the file has no such column."""
        return self.cells.get(column, "")

    def text(self, column: str, *, longest: int = 10_000) -> str:
        """The cell, which may not be empty nor longer than the database keeps."""
        value = self.optional(column)
        if not value:
            raise self.error(column, "may not be empty")
        if len(value) > longest:
            raise self.error(column, f"has {len(value)} characters; {longest} is the most")
        return value

    def slug(self, column: str) -> str:
        """A key: small ASCII letters, digits and single hyphens."""
        value = self.text(column, longest=120)
        if not _SLUG.fullmatch(value):
            raise self.error(column, "is not a slug: write small letters a-z, digits and single hyphens")
        return value

    def choice(self, column: str, terms: type[models.TextChoices], *, default: str | None = None) -> str:
        """A term of a vocabulary; an empty cell is `default` where there is one."""
        value = self.optional(column)
        if not value and default is not None:
            return default
        if value not in terms.values:
            raise self.error(column, f"is not one of {', '.join(terms.values)}")
        return value

    def day(self, column: str) -> dt.date | None:
        """A day, YYYY-MM-DD; None where the cell is empty."""
        value = self.optional(column)
        if not value:
            return None
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return dt.date.fromisoformat(value)
        except ValueError:
            raise self.error(column, "is not a day: write YYYY-MM-DD") from None

    def year(self, column: str) -> int | None:
        """A year of four digits; None where the cell is empty."""
        value = self.optional(column)
        if not value:
            return None
        if not _YEAR.fullmatch(value):
            raise self.error(column, "is not a year: write four digits")
        return int(value)

    def number_of(self, column: str) -> float | None:
        """A number of at least 0, with a point; None where the cell is empty."""
        value = self.optional(column)
        if not value:
            return None
        if not re.fullmatch(r"\d+(?:\.\d+)?", value, re.ASCII):
            raise self.error(column, "is not a number: write digits, with a point for decimals")
        return float(value)

    def known(self, column: str, things: Mapping[str, T], *, what: str) -> T:
        """The thing whose key the cell names."""
        value = self.text(column)
        if value not in things:
            raise self.error(column, f"names no {what}")
        return things[value]

    def known_or_none(self, column: str, things: Mapping[str, T], *, what: str) -> T | None:
        """The thing whose key the cell names; None where the cell is empty."""
        return self.known(column, things, what=what) if self.optional(column) else None


def read_lines(path: Path, *, columns: Collection[str], optional: Collection[str] = ()) -> list[Line]:
    """The lines of one CSV file, in its order.

    Args:
        path: the file; a missing one is an error.
        columns: must all be there, in any order.
        optional: may be there. Any other column is an error.

    Raises:
        CatalogueError: not UTF-8, a column missing, unknown or doubled, a line with too many or too few cells,
            a cell with a line break or blanks around it, an empty line.
    """
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CatalogueError(name, None, "", "", "is missing") from None
    except UnicodeDecodeError as error:
        raise CatalogueError(name, None, "", "", f"is not UTF-8 (byte {error.start})") from None
    reader = csv.reader(text.split("\n")[: -1 if text.endswith("\n") else None], strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise CatalogueError(name, reader.line_num, "", "", f"cannot be read as CSV: {error}") from None
    if not rows:
        raise CatalogueError(name, None, "", "", "is empty: its first line names the columns")
    header = rows[0][1]
    _check_header(name, header, columns, optional)
    return [_line(name, number, header, cells) for number, cells in rows[1:]]


def _check_header(name: str, header: list[str], columns: Collection[str], optional: Collection[str]) -> None:
    for column in header:
        if column not in columns and column not in optional:
            raise CatalogueError(name, 1, "column", column, f"is unknown; known are {', '.join([*columns, *optional])}")
        if header.count(column) > 1:
            raise CatalogueError(name, 1, "column", column, "is there twice")
    for column in columns:
        if column not in header:
            raise CatalogueError(name, 1, "column", column, "is missing")


def _line(name: str, number: int, header: list[str], cells: list[str]) -> Line:
    if len(cells) != len(header):
        raise CatalogueError(name, number, "", ",".join(cells), f"has {len(cells)} cells; the header has {len(header)}")
    line = Line(name, number, dict(zip(header, cells, strict=True)))
    for column, value in line.cells.items():
        if value != value.strip() or "\n" in value or "\r" in value or "\x00" in value:
            raise line.error(column, "has blanks around it or a line break in it (perhaps a stray quote)")
    return line


def unique(lines: Iterable[Line], *columns: str) -> None:
    """Refuses a key that stands in two lines.

    Raises:
        CatalogueError: naming the second line, and the first.
    """
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        key = tuple(line.optional(column) for column in columns)
        if key in seen:
            raise line.error(columns[0], f"is given twice ({', '.join(key)}): first in line {seen[key]}")
        seen[key] = line.number


def fingerprint_of(folder: Path, *versions: str) -> str:
    """SHA-256 over every CSV and YAML file of a folder, by name, and over `versions`: the same means nothing to do."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.yaml")]):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for version in versions:
        digest.update(f"\0{version}".encode())
    return digest.hexdigest()
