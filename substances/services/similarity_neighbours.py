"""What a known substance resembles, answered from stored fingerprints."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.common.kept import Kept
from portal.common.prepared import Prepared
from substances.clocks import Clocks, now
from substances.models import ConcernFlag, ListMembership, Structure, Substance
from substances.services.hit_rows import substances_of_hits
from substances.similarity import store
from substances.similarity.store import NOT_COMPARED, Near, StoredFingerprints
from substances.vocabulary import Authority, ListEffect, SubstanceKind

DEFAULT_THRESHOLD = Decimal("0.5")
CWC_LIST = "cwc-schedules"
# Schedule 1 and 2A of the Annex on Chemicals: toxic chemicals that no search leads to.
_RESTRICTED_REASON = re.compile(r"(?:schedule\s*)?(?:1|2\s*A)(?!\d)", re.ASCII | re.IGNORECASE)
# Whose flag counts as a listing: an authority's, in law or by assessment.
AUTHORITIES = (Authority.HARMONISED, Authority.AUTHORITY_ASSESSMENT)

_KEPT = Kept("substances")

_REASONS = {
    "no_structure": gettext_noop("No structure is known, so similarity is not computable."),
    SubstanceKind.POLYMER: gettext_noop("A polymer has no single structure, so similarity is not computable."),
    SubstanceKind.UVCB: gettext_noop("Its composition varies, so similarity is not computable."),
    SubstanceKind.MIXTURE: gettext_noop("A mixture has no single structure, so similarity is not computable."),
    SubstanceKind.GROUP: gettext_noop("A group has no single structure; look at its members."),
    "parent_metal": gettext_noop("It contains a metal or metalloid: compared by group and element only."),
    "parent_inorganic": gettext_noop("It has no organic part: compared by group and element only."),
    "restricted": gettext_noop(
        "This chemical is in schedule 1 or 2A of the Chemical Weapons Convention: its duties are shown, "
        "chemicals like it are not."
    ),
    "index_rebuilding": gettext_noop(
        "The index of structures is being rebuilt, so similarity is not assessed just now. Ask again in some minutes."
    ),
    "no_fingerprint": gettext_noop("Its fingerprint is not stored yet; similarity is not assessed."),
}


class NotComputable(Exception):  # an answer, not an error
    """Similarity says nothing here; never to be read as "nothing similar".

    Attributes:
        code: no_structure, parent_metal, parent_inorganic, restricted, no_fingerprint, or one with a reason of its own.
        reason: English sentence; `message` has it in the reader's language.
    """

    def __init__(self, code: str, *, kind: str = "", reason: str = "") -> None:
        self.code = code
        self.reason = reason or (_REASONS.get(kind, _REASONS[code]) if code == "no_structure" else _REASONS[code])
        super().__init__(self.reason)

    @property
    def message(self) -> str:
        """Why, in the reader's language."""
        return _(self.reason)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A substance, how many bits its fingerprint shares with the question's, and whether it is listed today."""

    substance: Substance
    score_shared: int
    score_united: int
    listed: bool

    @property
    def score(self) -> float:
        """Tanimoto coefficient, dimensionless, in [0, 1]; for display."""
        return self.score_shared / self.score_united if self.score_united else 0.0


def similar_to(
    substance: Substance,
    *,
    limit: int = 10,
    threshold: Decimal = DEFAULT_THRESHOLD,
    listed_only: bool = False,
) -> list[Neighbour]:
    """Other substances at least `threshold` alike, best first, with what a hit shows.

    The question is the parent's fingerprint where one is stored (the acid of a salt), else its own; where its structure
    is disputed, each source's. Nine statements, however many are found.

    Args:
        limit: how many at most.
        threshold: Tanimoto coefficient, in [0, 1].
        listed_only: only substances that are listed today.

    Raises:
        NotComputable: there is nothing to compare, or nothing that may be shown.
    """
    restricted = restricted_ids()
    if substance.pk in restricted:
        raise NotComputable("restricted")
    index = index_now()
    asked = fingerprints_of(substance, index)
    left_out = restricted | {substance.pk}
    found = index.nearest_of(asked, threshold=threshold, limit=None if listed_only else limit, without=left_out)
    listed = listed_ids(among=[near.substance_id for near in found])
    if listed_only:
        found = [near for near in found if near.substance_id in listed][:limit]
    return neighbours(found, listed)


def neighbours(found: list[Near], listed: Collection[UUID], *, drawn: bool = True) -> list[Neighbour]:
    """The same with their substances and what a hit shows of them; `drawn` as for `substances_of_hits`."""
    rows = substances_of_hits([near.substance_id for near in found], drawn=drawn)
    return [Neighbour(rows[near.substance_id], near.shared, near.united, near.substance_id in listed) for near in found]


def index_now(family: str = store.DEFAULT_FAMILY) -> StoredFingerprints:
    """The fingerprints that are stored, ready to be compared with.

    Raises:
        NotComputable: their index is being rebuilt.
    """
    try:
        return store.stored(family)
    except store.IndexRebuilding:
        raise NotComputable("index_rebuilding") from None


def fingerprints_of(substance: Substance, index: StoredFingerprints) -> list[bytes]:
    """The bits a substance is compared by: its parent's, else its own; of each structure where it is disputed.

    Raises:
        NotComputable: it has none, and why.
    """
    asked = index.questions_of(substance.pk)
    if asked:
        return asked
    reasons = Structure.objects.filter(substance=substance, is_current=True).values_list("parent_reason", flat=True)
    raise why_not_computable(substance.kind, reasons.first())


def why_not_computable(kind: str, parent_reason: str | None) -> NotComputable:
    """Why a substance without a fingerprint to compare has none.

    Args:
        kind: of the substance.
        parent_reason: of its current structure; None where it has none.
    """
    if parent_reason is None:
        return NotComputable("no_structure", kind=kind)
    return NotComputable(parent_reason if parent_reason in NOT_COMPARED else "no_fingerprint")


def resembling(
    substance_id: UUID, *, threshold: Decimal = DEFAULT_THRESHOLD, without: Collection[UUID]
) -> list[Near] | None:
    """Every other substance at least `threshold` alike, best first; None where it has no fingerprint. One statement.

    For a caller who asks `is_listed` in a query of their own, and who leaves out `restricted_ids`.

    Raises:
        NotComputable: the index is being rebuilt.
    """
    index = index_now()
    asked = index.questions_of(substance_id)
    return index.nearest_of(asked, threshold=threshold, without={substance_id, *without}) if asked else None


def is_listed(when: Clocks | dt.date | None = None) -> Q:
    """The condition on substances that `listed_ids` answers, on a day or by the clocks given (today, if none are)."""
    clocks = when if isinstance(when, Clocks) else now(when)
    named = ListMembership.objects.at(clocks).filter(chemical_list__effect=ListEffect.CONCERN)
    flagged = ConcernFlag.objects.at(clocks).filter(authority__in=AUTHORITIES)
    return Q(Exists(named.filter(substance=OuterRef("pk")))) | Q(Exists(flagged.filter(substance=OuterRef("pk"))))


def restricted_ids() -> frozenset[UUID]:
    """Substances of schedules 1 and 2A of the Chemical Weapons Convention, by any release or claim, ever.

    As they are at each search, not kept in the index: what is added to the list today is left out today.
    """
    return _KEPT.get("restricted", _restricted_ids)


def _restricted_ids() -> frozenset[UUID]:
    rows = ListMembership.objects.filter(chemical_list__slug=CWC_LIST).values_list("substance_id", "reason")
    return frozenset(pk for pk, reason in rows if _RESTRICTED_REASON.match(reason.strip()))


def listed_ids(day: dt.date | None = None, *, among: Collection[UUID] | None = None) -> frozenset[UUID]:
    """Substances that are listed on `day` (today, if none is given).

    Listed is: named, on that day, by a list whose effect is concern, or flagged by an authority.

    Args:
        among: only these are looked at; None for all.
    """
    day = day or timezone.localdate()
    if among is None:
        return frozenset(_listed(day, Q()))
    return frozenset(_LISTED_AMONG.ask(day=day, ids=list(among)))


def _listed(day: dt.date, within: Q) -> QuerySet[Any, UUID]:
    memberships = ListMembership.objects.in_force().on(day).filter(within, chemical_list__effect=ListEffect.CONCERN)
    flags = ConcernFlag.objects.standing(day).filter(within, authority__in=AUTHORITIES)
    # Unordered: the models' own order would be sorted for nothing.
    named = memberships.order_by().values_list("substance_id", flat=True)
    return named.union(flags.order_by().values_list("substance_id", flat=True))


_LISTED_AMONG = Prepared(lambda day, ids: _listed(day, Q(substance__in=ids)))
