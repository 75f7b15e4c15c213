"""What curators decided about rows that named nobody for sure, for the next release of the same list to take over."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping

from substances.importers.base import Member
from substances.models import MemberDecision, Substance
from substances.services.heirs import heirs
from substances.services.list_resolution import folded

BY_CURATOR = "curator"


def as_reported(member: Member) -> dict[str, str]:
    """Name and numbers as printed, without those that are not."""
    return {name: value for name in member.__slots__ if (value := getattr(member, name))}


def key_of(reported: Mapping[str, str]) -> str:
    """The same for the same numbers and name, however blanks and capitals of the name are printed."""
    said = {name: value.strip() for name, value in reported.items() if name != "name" and value.strip()}
    said["name"] = folded(reported.get("name", ""))
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class Decided:
    """A decision that stands: whom it names (None: nobody we know), and who decided when.

    Attributes:
        doubt: where whoever it named was split since, why a curator has to decide anew; "" where it holds.
        candidates: those that the one it named was split into.
    """

    pk: uuid.UUID
    substance: uuid.UUID | None
    by: uuid.UUID
    at: dt.datetime
    doubt: str = ""
    candidates: tuple[uuid.UUID, ...] = ()


def standing_decisions(chemical_list: int) -> dict[str, Decided]:
    """Decisions about a list that nobody has revoked, by what is reported. Four statements at most.

    A merged substance is followed to the one that stands. Where one was split, nobody knows which of its successors the
    row means, so the decision names nobody and says so.
    """
    rows = MemberDecision.objects.filter(chemical_list=chemical_list, revoked_at__isnull=True)
    found = list(rows.select_related("decision"))
    led = heirs() if found else {}
    ends = {pk for row in found for pk in _ends(row, led)}
    names = dict(Substance.objects.filter(pk__in=ends).values_list("pk", "name"))
    return {row.key: _standing(row, _ends(row, led), names) for row in found}


def _ends(row: MemberDecision, led: Mapping[uuid.UUID, tuple[uuid.UUID, ...]]) -> tuple[uuid.UUID, ...]:
    """Those that stand for whom it names today."""
    return led.get(row.decision_id, (row.decision_id,)) if row.decision_id else ()


def _standing(row: MemberDecision, ends: tuple[uuid.UUID, ...], names: Mapping[uuid.UUID, str]) -> Decided:
    if row.decision is None or len(ends) == 1:
        return Decided(row.pk, ends[0] if ends else None, row.decided_by_id, row.decided_at)
    into = ", ".join(sorted(names[pk] for pk in ends))
    doubt = f"decided on {row.decided_at:%Y-%m-%d} to be {row.decision.name}, which was split since into {into}"
    return Decided(row.pk, None, row.decided_by_id, row.decided_at, doubt, ends)
