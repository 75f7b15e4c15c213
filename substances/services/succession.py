"""Substances that turn out to be one, or several: merged, split, and who stands for them since.

Of a split substance each thing that is said of it goes to the successors that a curator names, or stays with it, as
history: nobody knows which of them a row meant. Numbers and names that stay lead to all of them: search finds each, and
a row of a later release that prints one of them waits for a curator, with the successors as candidates.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import User
from portal.organisations.permissions import may_curate
from portal.organisations.services.trail import audit
from portal.review.models import Proposal
from portal.watching.services import record_event
from substances.impact import touched_by
from substances.models import Fingerprint, GroupAssessment, GroupMembership, Structure, Substance, Successor
from substances.moving import STRUCTURES, Carried, barred, copy_row, move_along, move_row
from substances.services.search_terms import rebuild_for
from substances.services.succession_lines import Line, lines_of, parts_of
from substances.vocabulary import How

_TOLD = 5  # of things that were forgotten, quoted in a refusal


def successors_of(substance: Substance) -> list[Substance]:
    """What a split substance was split into, with identifiers, by name. Two statements."""
    rows = Successor.objects.filter(split=substance).order_by("substance__name", "substance_id")
    return [row.substance for row in rows.select_related("substance").prefetch_related("substance__identifiers")]


@transaction.atomic
def split_substance(
    *,
    by: User,
    substance: Substance,
    into: Collection[uuid.UUID],
    assigned: Mapping[str, Collection[uuid.UUID]],
    reason: str,
    proposal: Proposal | None = None,
) -> Substance:
    """The substance, split: from now on its address answers 410 with its successors, and no search finds it.

    Args:
        into: ids of the substances that stand for it, at least two, all living.
        assigned: for each line of what it carries (see `succession_lines`) the successors that it is said of from now
            on; none: it stays with the split one, as history.
        reason: why, for everybody who reads the audit trail.
        proposal: that was accepted, if any.

    Raises:
        NotAllowed: they are no curator.
        NotValid: fewer than two successors, itself among them, or one that nobody knows; no reason; a line goes to
            somebody else, to one of whom it makes no sense, or to several where it can be said of one only.
        Conflict: it, or one of its successors, was merged or split meanwhile; or it carries what is not assigned.
    """
    wanted = set(into)
    _check(by, reason)
    if len(wanted) < 2 or substance.pk in wanted:
        raise NotValid(_("Name at least two other substances that it was split into."), code="too_few_successors")
    locked = _locked(substance.pk, wanted)
    found = locked.pop(substance.pk)
    lines = lines_of(parts_of([found.pk])[found.pk])
    check_assigned(lines, assigned, wanted)
    touches = touched_by({found.pk})[found.pk]
    found.split_at = timezone.now()
    found.save(update_fields=["split_at"])
    GroupAssessment.objects.filter(substance=found).delete()
    GroupMembership.objects.filter(substance=found, how=How.INFERRED).delete()
    for key, (kind, line) in sorted(lines.items(), key=lambda one: not _is_shown_first(one[1][1])):
        _deal_out(kind, line, [locked[pk] for pk in dict.fromkeys(assigned[key])])
    Fingerprint.objects.filter(structure__substance=found).delete()
    Successor.objects.bulk_create(Successor(split=found, substance=locked[pk]) for pk in sorted(locked))
    _settle("substance.split", by, found, list(locked.values()), reason, proposal, touches)
    return found


def check_assigned(
    lines: Mapping[str, tuple[Carried, Line]],
    assigned: Mapping[str, Collection[uuid.UUID]],
    into: Collection[uuid.UUID],
) -> None:
    """Says no unless every line is assigned, and to successors only.

    Raises:
        NotValid, Conflict: see `split_substance`.
    """
    forgotten = [line.text for key, (_kind, line) in lines.items() if key not in assigned]
    if forgotten:
        message = ngettext(
            "Of one thing that it carries nobody said whose it is: %(said)s.",
            "Of %(n)s things that it carries nobody said whose they are: %(said)s.",
            len(forgotten),
        ) % {"n": len(forgotten), "said": few(forgotten)}
        raise Conflict(message, code="not_assigned")
    for key, (_kind, line) in lines.items():
        if not set(assigned[key]) <= set(into):
            raise NotValid(_("%(said)s: choose among the successors.") % {"said": line.text}, code="not_a_successor")
        if line.is_single and len(set(assigned[key])) > 1:
            message = _("%(said)s: it can be said of one successor only.") % {"said": line.text}
            raise NotValid(message, code="one_only")
    for kind in {kind.slug: kind for kind, _line in lines.values() if kind.barrier}.values():
        _check_barrier(kind, [line for other, line in lines.values() if other is kind], assigned, into)


def _check_barrier(
    kind: Carried, lines: Collection[Line], assigned: Mapping[str, Collection[uuid.UUID]], into: Collection[uuid.UUID]
) -> None:
    """Says no to what would make no sense of a successor. A statement for each of them."""
    for heir in into:
        kept = barred(kind, [pk for line in lines for pk in line.pks if heir in assigned[line.key]], heir)
        for line in lines:
            if kept & set(line.pks) and kind.barrier:
                name = Substance.objects.filter(pk=heir).values_list("name", flat=True).first()
                message = _("%(said)s cannot be said of %(name)s: %(why)s.")
                said = {"said": line.text, "name": name, "why": kind.barrier.why}
                raise NotValid(message % said, code="cannot_be_said")


def few(texts: Sequence[str]) -> str:
    """The first of these, for a refusal that names what it is about."""
    return "; ".join(texts[:_TOLD]) + ("; …" if len(texts) > _TOLD else "")


def _is_shown_first(line: Line) -> bool:
    """Whether it is the structure shown first, which a successor shows first, too."""
    return any(getattr(row, "is_current", False) for row in line.rows)


def _deal_out(kind: Carried, line: Line, heirs: list[Substance]) -> None:
    """Moves the rows of a line to the first successor and says the same of the others; where they say it, it stays."""
    for row in line.rows:
        for heir in heirs[1:]:
            copy_row(kind, row.pk, heir)
        if heirs and kind is STRUCTURES:
            _give_structure(row, heirs[0])
        elif heirs:
            move_row(kind, row.pk, heirs[0])


@transaction.atomic
def merge_substances(
    *, by: User, substance: Substance, into: uuid.UUID, reason: str, proposal: Proposal | None = None
) -> Substance:
    """The substance, merged into another: its address leads there, and so does what is said of it.

    Raises:
        NotAllowed: they are no curator.
        NotValid: the other is itself, or one that nobody knows; no reason.
        Conflict: one of the two was merged or split meanwhile.
    """
    _check(by, reason)
    if substance.pk == into:
        raise NotValid(_("Name another substance that it is merged into."), code="into_itself")
    locked = _locked(substance.pk, {into})
    found, heir = locked[substance.pk], locked[into]
    touches = touched_by({found.pk})[found.pk]
    found.merged_into = heir
    found.save(update_fields=["merged_into"])
    GroupAssessment.objects.filter(substance=found).delete()
    GroupMembership.objects.filter(substance=found, how=How.INFERRED).delete()
    for row in Structure.objects.filter(substance=found).order_by("-is_current", "pk"):
        _give_structure(row, heir)
    Fingerprint.objects.filter(structure__substance=found).delete()
    move_along(found, heir)
    _settle("substance.merged", by, found, [heir], reason, proposal, touches)
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


def _give_structure(row: Structure, heir: Substance) -> None:
    """A structure becomes a claim about the heir, shown first only where the heir shows none.

    What group rules found of it is forgotten by whoever calls, so that they are asked again. A source that drew both
    leaves its drawing of the one that is gone behind.
    """
    theirs = Structure.objects.filter(substance=heir)
    if not theirs.filter(source=row.source_id).exists():
        shows_one = theirs.filter(is_current=True).exists()
        Structure.objects.filter(pk=row.pk).update(substance=heir, is_current=not shows_one)


def _settle(
    kind: str,
    by: User,
    gone: Substance,
    heirs: list[Substance],
    reason: str,
    proposal: Proposal | None,
    touches: Mapping[str, int],
) -> None:
    """What both have in common: entity tags, similarity, search, the news and the trail."""
    Substance.objects.filter(pk__in=[gone.pk, *(heir.pk for heir in heirs)]).update(revision=F("revision") + 1)
    rebuild_for([gone, *heirs])
    said: dict[str, Any] = {"others": [str(heir.pk) for heir in heirs]}
    if proposal is not None:
        said["proposal"] = str(proposal.pk)
    record_event(kind=kind, subject_kind="substance", subject_id=gone.pk, details={**said, "touches": touches})
    audit(by=by, action=kind, subject_kind="substance", subject_id=gone.pk, reason=reason, **said)
