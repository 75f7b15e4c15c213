"""Rows of a release that name a substance which was split while the release was staged or waited."""

from __future__ import annotations

from typing import Any

from substances.models import (
    Entry,
    ListMembership,
    OpenMember,
    Release,
    Substance,
)
from substances.services.heirs import heirs
from substances.services.list_facts import forget, stated_in


def keep_open_what_was_split(release: Release) -> int:
    """Has each such row wait for a curator with the successors as candidates, and name nobody; how many rows.

    One short statement where none was split. Which successor a row means nobody knows: it is neither guessed nor
    dropped.
    """
    split = list(Substance.objects.filter(split_at__isnull=False).values_list("pk", flat=True))
    if not split:
        return 0
    rows = ListMembership.objects.filter(release=release, entry__isnull=False, substance__in=split)
    named = {(row.entry_id, row.substance_id): row for row in rows.select_related("entry", "substance")}
    led = heirs() if named else {}
    for row in named.values():
        if row.entry is not None:
            _keep_open(release, row.entry, row.substance, [str(pk) for pk in led[row.substance_id]])
    return len(named)


def _keep_open(release: Release, entry: Entry, gone: Substance, candidates: list[str]) -> None:
    said: dict[str, Any] = {"entry": entry, "substance": gone}
    why = {
        "code": "named_a_split_one",
        "message": f"{gone.name} was split while this release waited; which successor is meant is not known",
        "candidates": candidates,
    }
    decided = OpenMember.objects.filter(entry=entry, decision=gone)
    undone = {"remembered": None, "decided_by": None, "decided_at": None, "decision": None}
    if not decided.update(**undone, **why):
        OpenMember.objects.create(
            entry=entry,
            release=release,
            reported={"name": gone.name},
            states=stated_in(said),
            **why,
        )
    forget(entry, gone.pk)
