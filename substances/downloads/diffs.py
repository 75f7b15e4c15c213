"""What changed between two releases, as rows of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from portal.common.batches import batches
from portal.common.spreadsheet import Cell
from substances.downloads.rows import cell_of
from substances.models import Substance
from substances.services.list_diff import Difference, ListDiff, Row

COLUMNS = (
    *("change", "name", "role", "sheet", "line", "cas_rn", "ec_number", "reasons", "listed_on", "valid_until"),
    *("what_differs", "before", "after", "substances", "urls"),
)
_AT_ONCE = 500


def diff_rows(diff: ListDiff) -> Iterator[dict[str, Any]]:
    """One row for each thing that differs: added, removed, then changed rows, each in the order of its file.

    A changed row has one for each of its differences. `before` and `after` are as JSON.
    """
    flat: list[tuple[str, Row, Difference | None]] = [
        *(("added", row, None) for row in diff.added),
        *(("removed", row, None) for row in diff.removed),
        *(("changed", one.after, what) for one in diff.changed for what in one.what),
    ]
    for some in batches(flat, _AT_ONCE):
        yield from _told(some)


def diff_table(diff: ListDiff) -> Iterator[list[Cell]]:
    """The same as a table, the header first."""
    yield list(COLUMNS)
    for row in diff_rows(diff):
        cells = {name: _words(row[name]) if name in ("before", "after") else cell_of(row[name]) for name in COLUMNS}
        yield [cells[name] for name in COLUMNS]


def _told(flat: Iterable[tuple[str, Row, Difference | None]]) -> Iterator[dict[str, Any]]:
    wanted = {pk for _, row, _ in flat for pk in row.substances}
    names = dict(Substance.objects.seen().filter(pk__in=wanted).values_list("pk", "name"))
    for change, row, what in flat:
        named = [pk for pk in sorted(row.substances) if pk in names]
        yield {
            "change": change,
            "name": row.name,
            "role": row.role,
            "sheet": row.sheet,
            "line": row.line,
            "cas_rn": row.numbers_of("cas"),
            "ec_number": row.numbers_of("ec"),
            "reasons": list(row.reasons),
            "listed_on": row.listed_on,
            "valid_until": row.valid_until,
            "what_differs": what.kind if what else "",
            "before": what.before if what else None,
            "after": what.after if what else None,
            "substances": [names[pk] for pk in named],
            "urls": [f"/substances/{pk}/" for pk in named],
        }


def _words(value: Any) -> Cell:
    """A state of a row as one cell."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(str(_words(one)) for one in value)
    return "" if value is None else str(value)
