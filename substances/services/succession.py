"""Substances that turn out to be one, or several: merged, split, and who stands for them since.

What releases said of a split substance stays with it, as history: nobody knows which of its successors a row meant. Its
numbers and names lead to all of them: search finds each, and a row of a later release that prints one of them waits for
a curator, with the successors as candidates.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import User
from portal.organisations.permissions import may_curate
from portal.organisations.services.trail import audit
from portal.watching.services import record_event
from substances.impact import touched_by
from substances.models import Fingerprint, GroupAssessment, GroupMembership, Structure, Substance, Successor
from substances.moving import move_along
from substances.services.search_terms import rebuild_for
from substances.vocabulary import How


def successors_of(substance: Substance) -> list[Substance]:
    """What a split substance was split into, with identifiers, by name. Two statements."""
    rows = Successor.objects.filter(split=substance).order_by("substance__name", "substance_id")
    return [row.substance for row in rows.select_related("substance").prefetch_related("substance__identifiers")]


def split_substance(*, by: User, substance: Substance, into: Collection[uuid.UUID], reason: str) -> Substance:
    """The substance, split: from now on its address answers 410 with its successors, and no search finds it.

    Args:
        into: ids of the substances that stand for it, at least two, all living.
        reason: why, for everybody who reads the audit trail.

    Raises:
        NotAllowed: they are no curator.
        NotValid: fewer than two successors, itself among them, or one that nobody knows; no reason.
        Conflict: it, or one of its successors, was merged or split meanwhile.
    """
    wanted = set(into)
    _check(by, reason)
    if len(wanted) < 2 or substance.pk in wanted:
        raise NotValid(_("Name at least two other substances that it was split into."), code="too_few_successors")
    with transaction.atomic():
        locked = _locked(substance.pk, wanted)
        found = locked.pop(substance.pk)
        found.split_at = timezone.now()
        found.save(update_fields=["split_at"])
        Fingerprint.objects.filter(structure__substance=found).delete()
        Successor.objects.bulk_create(Successor(split=found, substance=locked[pk]) for pk in sorted(locked))
        _settle("substance.split", by, found, list(locked.values()), reason)
    return found


def merge_substances(*, by: User, substance: Substance, into: uuid.UUID, reason: str) -> Substance:
    """The substance, merged into another: its address leads there, and so does what is said of it.

    Raises:
        NotAllowed: they are no curator.
        NotValid: the other is itself, or one that nobody knows; no reason.
        Conflict: one of the two was merged or split meanwhile.
    """
    _check(by, reason)
    if substance.pk == into:
        raise NotValid(_("Name another substance that it is merged into."), code="into_itself")
    with transaction.atomic():
        locked = _locked(substance.pk, {into})
        found, heir = locked[substance.pk], locked[into]
        found.merged_into = heir
        found.save(update_fields=["merged_into"])
        _give_structures(found, heir)
        move_along(found, heir)
        _settle("substance.merged", by, found, [heir], reason)
    return found


def _check(by: User, reason: str) -> None:
    if not may_curate(by):
        raise NotAllowed(_("Only curators merge and split substances."))
    if not reason.strip():
        raise NotValid(_("Say why: the reason stays in the audit trail."), code="no_reason")


def _locked(pk: uuid.UUID, others: Collection[uuid.UUID]) -> dict[uuid.UUID, Substance]:
    """All of them, locked in the order of their ids, so that two curators wait for one another and never for ever."""
    rows = Substance.objects.select_for_update().filter(pk__in={pk, *others}).order_by("pk")
    found = {row.pk: row for row in rows}
    if missing := {pk, *others} - set(found):
        raise NotValid(_("There is no substance %(id)s.") % {"id": sorted(missing)[0]}, code="unknown_substance")
    for row in found.values():
        if row.merged_into_id or row.split_at or row.staged_by_id:
            message = _("%(name)s was merged or split meanwhile, or is not published yet.") % {"name": row.name}
            raise Conflict(message, code="not_living")
    return found


def _give_structures(merged: Substance, heir: Substance) -> None:
    """Its structures become claims about the heir; the one shown first stays so only where the heir shows none.

    What group rules found of them is forgotten, so that they are asked again. A source that drew both leaves its
    drawing of the merged one behind.
    """
    has_own = Structure.objects.filter(substance=heir, is_current=True).exists()
    drawn_too = list(Structure.objects.filter(substance=heir).values_list("source", flat=True))
    GroupAssessment.objects.filter(substance=merged).delete()
    GroupMembership.objects.filter(substance=merged, how=How.INFERRED).delete()
    moved = Structure.objects.filter(substance=merged).exclude(source__in=drawn_too)
    if has_own:
        moved.update(is_current=False, substance=heir)
    else:
        moved.update(substance=heir)
    Fingerprint.objects.filter(structure__substance=merged).delete()


def _settle(kind: str, by: User, gone: Substance, heirs: list[Substance], reason: str) -> None:
    """What both have in common: entity tags, similarity, search, the news and the trail."""
    Substance.objects.filter(pk__in=[gone.pk, *(heir.pk for heir in heirs)]).update(revision=F("revision") + 1)
    rebuild_for([gone, *heirs])
    others = [str(heir.pk) for heir in heirs]
    touches = touched_by({gone.pk})[gone.pk]
    record_event(
        kind=kind, subject_kind="substance", subject_id=gone.pk, details={"others": others, "touches": touches}
    )
    audit(by=by, action=kind, subject_kind="substance", subject_id=gone.pk, others=others, reason=reason)
