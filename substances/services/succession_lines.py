"""What substances carry, told in lines: for those who compare two before a merge, or deal out one that is split."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import translation

from substances.models import Substance
from substances.moving import Carried, carried


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """Something that is said of a substance, by one row or by several.

    Attributes:
        key: the same for the same words of the same kind, whatever the reader's language.
        text: in the reader's language.
        rows: the rows that say so; never empty.
        is_single: it can be said of one successor only.
    """

    key: str
    text: str
    rows: tuple[Any, ...]
    is_single: bool

    @property
    def pks(self) -> tuple[Any, ...]:
        """The rows' keys."""
        return tuple(row.pk for row in self.rows)


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """All lines of one kind, by their words."""

    kind: Carried
    lines: tuple[Line, ...]


def parts_of(substances: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Part]]:
    """By substance, what it carries; kinds of which it carries nothing too. A statement for each kind."""
    found: dict[uuid.UUID, list[Part]] = {pk: [] for pk in substances}
    for kind in carried():
        rows: dict[uuid.UUID, list[Any]] = defaultdict(list)
        named = kind.rows.filter(**{f"{kind.field}__in": list(found)}).select_related(*kind.reads).order_by("pk")
        for row in named:
            rows[getattr(row, f"{kind.field}_id")].append(row)
        for pk, parts in found.items():
            parts.append(Part(kind, tuple(_lines(kind, rows[pk]))))
    return found


def lines_of(parts: Iterable[Part]) -> dict[str, tuple[Carried, Line]]:
    """Each line under its key."""
    return {line.key: (part.kind, line) for part in parts for line in part.lines}


def seen_of(parts: Mapping[uuid.UUID, Iterable[Part]]) -> str:
    """A mark of what these substances carry: another one as soon as anything came, went or says something else."""
    said = sorted(
        f"{pk} {line.key} {len(line.rows)}" for pk, kinds in parts.items() for part in kinds for line in part.lines
    )
    said += sorted(f"{pk} {name}" for pk, name in Substance.objects.filter(pk__in=parts).values_list("pk", "name"))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def _lines(kind: Carried, rows: list[Any]) -> list[Line]:
    alike: dict[str, list[Any]] = defaultdict(list)
    with translation.override("en"):
        for row in rows:
            alike[hashlib.sha256(f"{kind.slug} {kind.says(row)}".encode()).hexdigest()[:20]].append(row)
    lines = [
        Line(key, kind.says(same[0]), tuple(same), any(kind.is_single(row) for row in same))
        for key, same in alike.items()
    ]
    return sorted(lines, key=lambda line: line.text.casefold())
