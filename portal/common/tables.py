"""Tables that leave the portal as files: CSV that a spreadsheet opens unharmed, and streamed JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse

#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def guarded(cell: str) -> str:
    """The cell as a spreadsheet shows it without running it: an apostrophe stands before what would be a formula.

    A lone dash is how publishers say that there is nothing, and no formula; it stays.
    """
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and cell != "-" else cell


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file, guarded; the first begins with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([guarded(cell) for cell in row])


def csv_file(rows: Iterable[Sequence[str]], *, name: str) -> StreamingHttpResponse:
    """A CSV file, written while it is sent."""
    return _download(csv_lines(rows), "text/csv; charset=utf-8", name)


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


def _download(parts: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
