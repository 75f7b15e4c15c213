"""The answers of a batch as files: CSV, spreadsheet, JSON; a row for each row given, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

from portal.common.batches import batches
from portal.common.spreadsheet import Cell
from portal.common.tables import Table, json_file, table_file
from substances.batches.telling import Progress, Show, Told, rows_of, told
from substances.models import StructureSearch

FORMS = ("csv", "xlsx", "json")
_AT_ONCE = 500
CAUTION = "Similarity warns; it does not decide. Not listed is not the same as safe."


def batch_file(search: StructureSearch, progress: Progress, form: str, show: str = Show.ALL) -> StreamingHttpResponse:
    """The rows as a file, written while it is sent.

    Raises:
        ValueError: no such form.
    """
    about: dict[str, Cell] = {
        "Rows": progress.rows,
        "Rows answered": progress.answered,
        "Rows shown": str(Show(show).value),
        "Threshold (Tanimoto)": search.parameters["threshold"],
        "Fingerprint": search.fingerprint_key,
        "Data release": search.data_release,
        "Caution": CAUTION,
    }
    rows = _told_rows(search, show, ended=progress.has_ended)
    name = "structures"
    if form == "json":
        return json_file(about, "rows", (as_json(row) for row in rows), name=f"{name}.json")
    return table_file(Table(name, about, _cells(rows, int(search.parameters["limit"]))), form)


def _told_rows(search: StructureSearch, show: str, *, ended: bool) -> Iterator[Told]:
    for some in batches(rows_of(search, show, ended=ended).iterator(chunk_size=_AT_ONCE), _AT_ONCE):
        yield from told(some, ended=ended)


def as_json(one: Told) -> dict[str, Any]:
    """A row as REST and files tell it."""
    return {
        "row": one.row.number,
        "line": one.row.line,
        "id": one.row.given_id or None,
        "structure": one.row.typed,
        "outcome": str(one.outcome),
        "reason": one.reason or None,
        "smiles": one.read_as.get("smiles"),
        "inchikey": one.read_as.get("inchikey"),
        "changes": one.changes,
        "known": _named(one.known) if one.known else None,
        "known_listed": one.known_listed if one.known else None,
        "listed": one.listed,
        "hits": [
            {"substance": _named(hit.substance), "score": round(hit.score, 4), "listed": hit.listed} for hit in one.hits
        ],
    }


def _named(substance: Any) -> dict[str, Any]:
    return {"id": str(substance.pk), "name": substance.name, "cas": substance.cas_rn or None}


_HEADER = ("row", "line", "id", "structure", "outcome", "reason", "smiles", "inchikey", "changes")
_KNOWN = ("known substance", "known CAS RN", "it is listed", "it or a hit is listed")


def _cells(rows: Iterator[Told], hits: int) -> Iterator[Sequence[Cell]]:
    by_hit = [f"hit {number} {what}" for number in range(1, hits + 1) for what in ("name", "CAS RN", "score", "listed")]
    yield (*_HEADER, *_KNOWN, *by_hit)
    for one in rows:
        told_row = as_json(one)
        known = told_row["known"] or {}
        cells: list[Cell] = [told_row[name] for name in _HEADER[:8]]
        cells += ["; ".join(one.changes), known.get("name"), known.get("cas")]
        cells += [_yes(one.known_listed) if one.known else None, _yes(one.listed)]
        for hit in told_row["hits"][:hits]:
            cells += [hit["substance"]["name"], hit["substance"]["cas"], hit["score"], _yes(hit["listed"])]
        yield cells + [None] * (len(_HEADER) + len(_KNOWN) + len(by_hit) - len(cells))


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"
