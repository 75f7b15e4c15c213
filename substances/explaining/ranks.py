"""Where each fingerprint ranks one substance among those that are listed, by likeness to another structure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from substances.models import Substance
from substances.services.similarity_neighbours import NotComputable, fingerprints_of, listed_ids, restricted_ids
from substances.similarity import store


def ranks(
    second: UUID, *, first: Substance | None, read: Mapping[str, Any] | None, scores: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """For each fingerprint compared by: bits shared and in either, the rank among listed substances, and of how many.

    Args:
        second: the substance that is ranked.
        first: the substance it is likened to; None where it is the structure of a search.
        read: that structure, as the sandbox read it.
        scores: bits of the two by family, where no index has them.
    """
    listed = listed_ids() - restricted_ids() - {second}
    return [_rank(family, second, first, read, scores.get(family), listed) for family in store.COMPARED]


def _rank(
    family: str,
    second: UUID,
    first: Substance | None,
    read: Mapping[str, Any] | None,
    bits: list[int] | None,
    listed: frozenset[UUID],
) -> dict[str, Any]:
    told: dict[str, Any] = {"family": family, "shared": None, "united": None, "rank": None, "among": None}
    if bits:
        told |= {"shared": bits[0], "united": bits[1]}
    index = store.stored(family)
    questions = _questions(index, first, read)
    if not questions:
        return told
    left_out = restricted_ids() | ({first.pk} if first else set())
    found = index.nearest_of(questions, without=left_out)
    own = next((near for near in found if near.substance_id == second), None)
    if own is None:
        return told
    before = [near for near in found if near.substance_id in listed]
    better = sum(near.shared * own.united > own.shared * near.united for near in before)
    # The ranked one stands among them, whether it is listed or would be.
    return told | {"shared": own.shared, "united": own.united, "rank": better + 1, "among": len(before) + 1}


def _questions(index: Any, first: Substance | None, read: Mapping[str, Any] | None) -> list[bytes]:
    if first is not None:
        try:
            return fingerprints_of(first, index)
        except NotComputable:
            return []
    made = (read or {}).get("parent_fingerprints") or (read or {}).get("fingerprints") or {}
    return [base64.b64decode(made[index.key])] if made.get(index.key) else []
