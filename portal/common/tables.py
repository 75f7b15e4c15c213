"""Tables that leave the portal as files, written while they are sent: CSV, spreadsheets, JSON, and whole texts."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse

from portal.common.spreadsheet import FORMULA_STARTS, Cell, Sheet, workbook_parts

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table that can leave as CSV or as a spreadsheet.

    Attributes:
        name: of the file, without its ending.
        about: where it comes from, as label and value; the second sheet of a spreadsheet.
        rows: the header first; asked for while the file is sent, once.
    """

    name: str
    about: Mapping[str, Cell]
    rows: Iterable[Sequence[Cell]]


class FileFormat:
    """The ending of an address under which a table is downloaded."""

    regex = "csv|xlsx|json|sdf"

    def to_python(self, value: str) -> str:
        """The ending."""
        return value

    def to_url(self, value: str) -> str:
        """The ending."""
        return value


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def guarded(cell: str) -> str:
    """The cell as a spreadsheet shows it without running it: an apostrophe stands before what would be a formula.

    A lone dash is how publishers say that there is nothing, and no formula; it stays.
    """
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and cell != "-" else cell


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file, guarded; the first begins with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([guarded(cell) if isinstance(cell, str) else _plain(cell) for cell in row])


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def csv_file(rows: Iterable[Sequence[Cell]], *, name: str) -> StreamingHttpResponse:
    """A CSV file, written while it is sent."""
    return _download(csv_lines(rows), "text/csv; charset=utf-8", name)


def table_file(table: Table, form: str) -> StreamingHttpResponse:
    """The table as "csv" or "xlsx", written while it is sent.

    Raises:
        ValueError: another format.
    """
    if form == "csv":
        return csv_file(table.rows, name=f"{table.name}.csv")
    if form == "xlsx":
        sheets = [Sheet(table.name, table.rows), Sheet("About", _about(table.about))]
        return _download(workbook_parts(sheets), XLSX, f"{table.name}.xlsx")
    raise ValueError(f"a table leaves as csv or xlsx, not as {form!r}")


def _about(about: Mapping[str, Cell]) -> Iterator[Sequence[Cell]]:
    yield ("About this file", "")
    yield from about.items()


def json_lines(about: Mapping[str, Any], key: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The text of one JSON object: what `about` says, and the rows under `key`."""
    head = json.dumps(dict(about), cls=DjangoJSONEncoder, ensure_ascii=False)
    yield f"{head[:-1]}{', ' if about else ''}{json.dumps(key)}: ["
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{json.dumps(dict(row), cls=DjangoJSONEncoder, ensure_ascii=False)}"
    yield "\n]}\n"


def json_file(
    about: Mapping[str, Any], key: str, rows: Iterable[Mapping[str, Any]], *, name: str
) -> StreamingHttpResponse:
    """A JSON file, written while it is sent."""
    return _download(json_lines(about, key, rows), "application/json", name)


def text_file(parts: Iterator[str], kind: str, *, name: str) -> StreamingHttpResponse:
    """A file of another kind, written while it is sent."""
    return _download(parts, kind, name)


def _download(parts: Iterator[str] | Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
