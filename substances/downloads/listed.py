"""Whom a list names, as rows of a file: each with what the list says of it and what its publisher printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from portal.common.batches import batches
from portal.common.spreadsheet import Cell
from substances.downloads.rows import Beside
from substances.models import ListMembership, Release
from substances.services.list_releases import columns_of

COLUMNS = ("listed_how", "listed_reason", "listed_from", "listed_until", "listed_line")
#: Before a publisher's column, so that none is taken for ours.
PRINTED = "printed:"
_AT_ONCE = 400


def listed_beside(release: Release | None, named: QuerySet[ListMembership]) -> tuple[Iterator[Beside], list[str]]:
    """A row for each statement that names a substance, in the order of the file; and the columns beside ours.

    Args:
        release: the list's; None where the starter catalogue's claims stand in.
        named: statements of that list.
    """
    printed = columns_of(release) if release else []
    ids = list(named.order_by("entry__line", "pk").values_list("pk", flat=True))
    return _beside(ids), [*COLUMNS, *(f"{PRINTED}{name}" for name in printed)]


def _beside(ids: list[int]) -> Iterator[Beside]:
    for some in batches(ids, _AT_ONCE):
        rows = ListMembership.objects.select_related("entry").in_bulk(some)
        for pk in some:
            if pk in rows:
                yield rows[pk].substance_id, _cells(rows[pk])


def _cells(row: ListMembership) -> dict[str, Cell]:
    printed: dict[str, Any] = row.entry.reported if row.entry else {}
    return {
        "listed_how": row.how,
        "listed_reason": row.reason,
        "listed_from": row.valid_from,
        "listed_until": row.valid_until,
        "listed_line": row.entry.line if row.entry else None,
        **{f"{PRINTED}{name}": str(value) for name, value in printed.items()},
    }
