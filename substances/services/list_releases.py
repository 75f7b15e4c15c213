"""The published releases of a list, and the rows of one of them as a publisher's table with our columns beside it."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from portal.common.spreadsheet import Cell
from substances.models import ChemicalList, Entry, Identifier, ListMembership, Release
from substances.vocabulary import IdentifierScheme

#: Our columns, behind the publisher's.
OURS = ("line", "role", "belongs_to", "listed_on", "valid_until", "reasons", "substances", "cas_rn", "url")
_PREFIX = "benigna:"
_AT_ONCE = 500


def published_releases(chemical_list: ChemicalList) -> QuerySet[Release]:
    """What was published of the list, newest first; without the bulk that only publishing needs."""
    rows = chemical_list.releases.filter(state=Release.State.PUBLISHED)
    return rows.order_by("-published_on", "-released_at").defer("learned")


def columns_of(release: Release) -> list[str]:
    """The publisher's columns, in the order in which its rows first print them."""
    found: dict[str, None] = {}
    for cells in Entry.objects.filter(release=release).order_by("sheet", "line").values_list("reported", flat=True):
        found.update(dict.fromkeys(cells))
    return list(found)


def rows_of(release: Release) -> Iterator[dict[str, Any]]:
    """Each row of the release: `printed`, the publisher's cells, and ours, a few hundred in memory at a time."""
    rows = Entry.objects.filter(release=release).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        last = batch[-1].pk
        named = _named([entry.pk for entry in batch])
        yield from (_row(entry, named.get(entry.pk, [])) for entry in batch)


def table_of(release: Release) -> Iterator[list[Cell]]:
    """The same as a table: a header, then the publisher's columns as printed, which are text, and ours."""
    printed = columns_of(release)
    yield [*printed, *(f"{_PREFIX}{name}" for name in OURS)]
    for row in rows_of(release):
        yield [*(_text(row["printed"].get(name)) for name in printed), *(_cell(row[name]) for name in OURS)]


def _row(entry: Entry, named: list[tuple[uuid.UUID, str, str]]) -> dict[str, Any]:
    return {
        "printed": entry.reported,
        "sheet": entry.sheet,
        "line": entry.line,
        "role": entry.role,
        "belongs_to": entry.belongs_to,
        "listed_on": entry.listed_on,
        "valid_until": entry.valid_until,
        "reasons": entry.reasons,
        "substances": [name for _, name, _ in named],
        "cas_rn": [cas for _, _, cas in named if cas],
        "url": [f"/substances/{pk}/" for pk, _, _ in named],
    }


def _named(entries: list[int]) -> dict[int, list[tuple[uuid.UUID, str, str]]]:
    """By entry, the substances it was tied to: id, name, first CAS number."""
    rows = ListMembership.objects.filter(entry__in=entries).order_by("pk")
    memberships = list(rows.values_list("entry_id", "substance_id", "substance__name"))
    numbers = Identifier.objects.filter(scheme=IdentifierScheme.CAS, substance__in={pk for _, pk, _ in memberships})
    cas: dict[uuid.UUID, str] = {}
    for pk, value in numbers.order_by("-pk").values_list("substance_id", "value"):
        cas[pk] = value
    found: dict[int, list[tuple[uuid.UUID, str, str]]] = defaultdict(list)
    for entry, pk, name in memberships:
        found[entry].append((pk, name, cas.get(pk, "")))
    return found


def about_release(release: Release) -> dict[str, Cell]:
    """Where a release comes from, as label and value, for files that are made of it."""
    retrieved = release.retrieved_at
    return {
        "List": release.chemical_list.name,
        "Publisher": release.chemical_list.publisher,
        "Release of": release.published_on,
        "Release": str(release.pk),
        "SHA-256 of the publisher's file": release.sha256,
        "Source": release.source_url or release.chemical_list.url,
        "Licence": release.licence or "not recorded",
        "Retrieved by us on": retrieved.date() if retrieved else None,
        "Rows": release.rows,
    }


def substances_of(release: Release) -> list[uuid.UUID]:
    """Whom its rows name, each once, in the order of the file."""
    named = ListMembership.objects.filter(release=release, entry__isnull=False).order_by("entry", "pk")
    return list(dict.fromkeys(named.values_list("substance_id", flat=True)))


def _cell(value: Any) -> Cell:
    """A value of ours as a cell; days and line numbers stay what they are."""
    return value if value is None or isinstance(value, dt.date | int) else _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict) else str(value)
