"""The difference between two releases, one change after another, for pages and REST: what changed, what it touches."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from substances.impact import impact_of, impact_providers
from substances.models import Substance
from substances.services.list_diff import Difference, ListDiff, Row

MOST_SUBSTANCES = 20  # told of one row: a group may name hundreds


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """One change.

    Attributes:
        what: "added", "removed" or "changed".
        row: as it is now, or as it was last.
        differences: what differs, of a changed row.
        substances: whom it names, the first `MOST_SUBSTANCES`; `substances_count` has all.
        touches: by impact provider, how much these substances carry.
    """

    what: str
    row: Row
    differences: tuple[Difference, ...]
    substances: tuple[Substance, ...]
    substances_count: int
    touches: Mapping[str, int]

    @property
    def touched(self) -> list[dict[str, Any]]:
        """What is touched, in words; nothing where there is none."""
        labels = {provider.slug: provider.label for provider in impact_providers()}
        return [{"label": labels[slug], "count": count} for slug, count in self.touches.items() if count]


def changes_count(diff: ListDiff) -> int:
    """How many changes there are in all."""
    return len(diff.added) + len(diff.removed) + len(diff.changed)


def changes_told(diff: ListDiff, *, start: int, limit: int) -> list[Told]:
    """The changes from the one at `start`, at most `limit`: added, removed, changed, each in the order of its file.

    A fixed number of statements, one for the substances and one for each impact provider.
    """
    flat: list[tuple[str, Row, tuple[Difference, ...]]] = [
        *(("added", row, ()) for row in diff.added),
        *(("removed", row, ()) for row in diff.removed),
        *(("changed", one.after, one.what) for one in diff.changed),
    ]
    page = flat[start : start + limit]
    shown = {row.pk: sorted(row.substances)[:MOST_SUBSTANCES] for _, row, _ in page}
    wanted = {pk for pks in shown.values() for pk in pks}
    known = Substance.objects.seen().filter(pk__in=wanted).in_bulk()
    impact = impact_of(wanted)
    return [
        Told(
            what=what,
            row=row,
            differences=differences,
            substances=tuple(known[pk] for pk in shown[row.pk] if pk in known),
            substances_count=len(row.substances),
            touches=_sums(shown[row.pk], impact),
        )
        for what, row, differences in page
    ]


def _sums(substances: list[uuid.UUID], impact: Mapping[str, Mapping[uuid.UUID, int]]) -> dict[str, int]:
    return {slug: sum(counts.get(pk, 0) for pk in substances) for slug, counts in impact.items()}
