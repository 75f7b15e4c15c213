"""What a release changes against the one that answers today: who enters, who leaves, which flags appear and vanish."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django.db.models import QuerySet

from substances.models import ConcernFlag, ListMembership, Release

# A file that takes away more than this share of a list is more likely broken than true.
MOST_LEAVE_UNASKED = 0.05

Flag = tuple[uuid.UUID, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """The difference, in substances.

    Attributes:
        entered, left: substances.
        flags_raised, flags_ended: (substance, concern), of what the list itself states.
        named_before: how many substances it named.
    """

    entered: frozenset[uuid.UUID]
    left: frozenset[uuid.UUID]
    flags_raised: frozenset[Flag]
    flags_ended: frozenset[Flag]
    named_before: int

    def doubts(self) -> list[dict[str, Any]]:
        """Why a person should look before the portal answers from it; empty where nobody needs to."""
        found: list[dict[str, Any]] = []
        if len(self.left) > MOST_LEAVE_UNASKED * self.named_before:
            found.append({"code": "many_leave", "left": len(self.left), "of": self.named_before})
        if self.flags_ended:
            found.append({"code": "flags_vanish", "flags": len(self.flags_ended)})
        return found


def answers_today(release: Release, before: Release | None) -> bool:
    """Whether a release takes the place of `before`, the one that answers; an older one changes history only.

    Before the first release the starter catalogue answers: an edition from before its newest entry is older than it.
    """
    if before is not None:
        return before.published_on <= release.published_on
    starters = ListMembership.objects.filter(chemical_list=release.chemical_list_id, release=None)
    return not starters.filter(valid_from__gt=release.published_on).exists()


def changes(release: Release, before: Release | None) -> Changes:
    """Against `before`; None: nothing was known of the list, so nothing leaves and nothing vanishes. Five statements.

    The database compares: of two releases with 25,000 substances only those that differ are read.
    """
    now, states = _named(release), _stated(release)
    if before is None:
        return Changes(frozenset(now), frozenset(), frozenset(states), frozenset(), 0)
    then, stated = _named(before), _stated(before)
    return Changes(
        entered=frozenset(now.difference(then)),
        left=frozenset(then.difference(now)),
        flags_raised=frozenset(states.difference(stated)),
        flags_ended=frozenset(stated.difference(states)),
        named_before=then.distinct().count(),
    )


def _named(release: Release) -> QuerySet[ListMembership, uuid.UUID]:
    return ListMembership.objects.filter(release=release).order_by().values_list("substance_id", flat=True)


def _stated(release: Release) -> QuerySet[ConcernFlag, Flag]:
    return ConcernFlag.objects.filter(release=release).order_by().values_list("substance_id", "concern")
