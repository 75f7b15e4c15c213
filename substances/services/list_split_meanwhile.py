"""Rows of a release that name a substance which was split while the release was staged or waited."""

from __future__ import annotations

import uuid
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
from substances.services.list_producers import unname_split
from substances.services.list_staging import told


def keep_open_what_was_split(release: Release) -> int:
    """Has each such row wait for a curator with the successors as candidates, and name nobody; how many rows.

    One short statement where none was split. Which successor a row means nobody knows: it is neither guessed nor
    dropped. Who is said to make a split one is said to make somebody we do not know, which the release tells as a
    problem; the caller saves it.
    """
    split = list(Substance.objects.filter(split_at__isnull=False).values_list("pk", flat=True))
    if not split:
        return 0
    rows = ListMembership.objects.filter(release=release, entry__isnull=False, substance__in=split)
    named = {(row.entry_id, row.substance_id): row for row in rows.select_related("entry", "substance")}
    led = heirs() if named else {}
    for row in named.values():
        if row.entry is not None:
            _keep_open(row, row.entry, [str(pk) for pk in led[row.substance_id]])
    makers = unname_split(release, split)
    release.problems += [told(odd, row.line, file=release.file_name, sheet=row.sheet) for odd, row in makers]
    return len(named) + len(makers)


def _keep_open(row: ListMembership, entry: Entry, candidates: list[str]) -> None:
    gone = row.substance
    why = {
        "code": "named_a_split_one",
        "message": f"{gone.name} was split while this release waited; which successor is meant is not known",
        "candidates": candidates,
    }
    decided = OpenMember.objects.filter(entry=entry, decision__in=[gone.pk, *_merged_into(gone)])
    undone = {"remembered": None, "decided_by": None, "decided_at": None, "decision": None}
    if not decided.update(**undone, **why):
        OpenMember.objects.create(entry=entry, release_id=entry.release_id, **_printed(row, entry), **why)
    forget(entry, gone.pk)


def _printed(row: ListMembership, entry: Entry) -> dict[str, Any]:
    """What is reported, and stated, of whom the row names; of a member that it does not print only what is known."""
    if row.place is None:
        about = {"entry": entry, "substance": row.substance}
        return {"reported": {"name": row.substance.name}, "states": stated_in(entry, about)}
    # What it states of one it states of all; and what was dealt out when this one was split is the row's yet.
    return {"reported": entry.named[row.place], "states": stated_in(entry, {"entry": entry})}


def _merged_into(substance: Substance) -> list[uuid.UUID]:
    """Those for whom it stood, over any number of steps."""
    found: list[uuid.UUID] = []
    step = [substance.pk]
    while step := list(Substance.objects.filter(merged_into__in=step).values_list("pk", flat=True)):
        found += step
    return found
