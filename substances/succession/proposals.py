"""Merging and splitting as proposals: one curator brings them, another one accepts, and then it is done at once."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.common.text import tidy
from portal.organisations.models import Organisation, User
from portal.organisations.permissions import may_curate
from portal.review.models import Proposal
from portal.review.querysets import ProposalQuerySet
from portal.review.services import accept_proposal, submit_proposal
from substances.flags.services import people_source
from substances.models import Name, SplitPlan, Substance
from substances.services.search_terms import rebuild_for
from substances.services.succession import check_assigned, merge_substances, split_substance
from substances.services.succession_lines import lines_of, parts_of, seen_of
from substances.vocabulary import Checked, NameKind

MERGE, SPLIT = "substances.merge", "substances.split"
MOST_SUCCESSORS = 8
_LONGEST_NAME = 500
_TOLD = 60  # characters of a name in a line that names several


@dataclasses.dataclass(frozen=True, slots=True)
class Into:
    """One of those that a substance is split into: one that there is, or a new one by its name."""

    pk: uuid.UUID
    name: str
    is_new: bool = False


def may_propose(user: User, organisation: Organisation | None) -> bool:
    """Curators, in nobody's name."""
    return organisation is None and may_curate(user)


@transaction.atomic
def propose_merge(
    *,
    by: User,
    substance: Substance,
    into: uuid.UUID,
    reason: str,
    seen: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Proposal:
    """A proposal that one substance be merged into another; nothing changes until another curator accepts it.

    Args:
        reason: why they are the same, for whoever decides.
        seen: mark of what was compared; None: nobody compared.
        more: what else the proposal is to keep.

    Raises:
        NotAllowed: they are no curator.
        NotValid: the other is itself, or one that nobody knows.
        Conflict: one was merged or split meanwhile or waits to be, it waits to stand for another, or something changed
            since it was seen.
        ReviewError: see `submit_proposal`.
    """
    if substance.pk == into:
        raise NotValid(_("Name another substance that it is merged into."), code="into_itself")
    both = _for_proposing(by, substance, [into])
    if seen is not None and seen != seen_of(parts_of([substance.pk, into])):
        raise changed()
    payload = {
        "into": str(into),
        "kept": _short(both[into].name),
        "name": _short(both[substance.pk].name),
        **(more or {}),
    }
    return _submit(by, MERGE, substance, payload, reason)


@transaction.atomic
def propose_split(
    *,
    by: User,
    substance: Substance,
    into: Sequence[Into],
    assigned: Mapping[str, Collection[uuid.UUID]],
    reason: str,
    seen: str | None = None,
) -> Proposal:
    """A proposal that a substance be split; nothing changes until another curator accepts it.

    Args: see `split_substance`; of `into` those that are new are made when it is accepted.

    Raises:
        NotAllowed, NotValid, Conflict, ReviewError: see `propose_merge` and `split_substance`.
    """
    chosen = [dataclasses.replace(one, name=tidy(one.name)) for one in into]
    check_successors(substance, chosen)
    there = _for_proposing(by, substance, [one.pk for one in chosen if not one.is_new])
    parts = parts_of([substance.pk])
    if seen is not None and seen != seen_of(parts):
        raise changed()
    check_assigned(lines_of(parts[substance.pk]), assigned, {one.pk for one in chosen})
    named = [dataclasses.replace(one, name=there[one.pk].name) if one.pk in there else one for one in chosen]
    told = " + ".join(_short(one.name, _TOLD) for one in named)
    plan = SplitPlan(
        successors=[{"id": str(one.pk), "name": one.name, "is_new": one.is_new} for one in named],
        assigned={key: [str(pk) for pk in pks] for key, pks in assigned.items()},
    )
    payload = {"name": _short(there[substance.pk].name), "successors": told}
    plan.proposal = _submit(by, SPLIT, substance, payload, reason)
    plan.save()
    return plan.proposal


def check_successors(substance: Substance, into: Sequence[Into]) -> None:
    """Says no to successors that cannot be.

    Raises:
        NotValid: too few or too many, one named twice, itself, or a new one called as one that there is.
    """
    if not 2 <= len(into) <= MOST_SUCCESSORS:
        message = _("Name between two and %(most)s substances that it is split into.") % {"most": MOST_SUCCESSORS}
        raise NotValid(message, code="too_few_successors")
    if substance.pk in {one.pk for one in into} or len({one.pk for one in into}) < len(into):
        raise NotValid(_("Name each of them once, and not the one that is split."), code="named_twice")
    names = [one.name.casefold() for one in into if one.is_new]
    if len(set(names)) < len(names) or not all(names) or any(len(name) > _LONGEST_NAME for name in names):
        raise NotValid(_("Give each new substance a name of its own, of at most 500 characters."), code="no_name")
    for one in into:
        if one.is_new and Substance.objects.living().filter(name__iexact=one.name).exclude(pk=substance.pk).exists():
            raise NotValid(_("There is a substance called %(name)s already: choose that.") % {"name": one.name})


@transaction.atomic
def accept_as_seen(*, by: User, proposal: Proposal, reason: str, seen: str) -> Proposal:
    """The proposal, accepted and done, if nothing changed since whoever accepts looked at it.

    Raises:
        Conflict: something changed; or see `merge_substances` and `split_substance`.
        ReviewError: see `accept_proposal`.
    """
    locked = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    # All at once and by their ids, as whoever merges and splits locks them: so nobody waits for ever.
    list(Substance.objects.select_for_update().filter(pk__in=named_by(locked)).order_by("pk"))
    if seen != seen_of(parts_of(_about(locked))):
        raise changed()
    return accept_proposal(by=by, proposal=proposal, reason=reason)


def seen_now(proposal: Proposal) -> str:
    """The mark of all that a proposal's page shows of the substances it is about."""
    return seen_of(parts_of(_about(proposal)))


def _about(proposal: Proposal) -> list[uuid.UUID]:
    """The ids of the substances whose rows a proposal's page shows."""
    return [proposal.target_id, *([uuid.UUID(proposal.payload["into"])] if proposal.kind == MERGE else [])]


def named_by(proposal: Proposal) -> list[uuid.UUID]:
    """The ids of all substances that are there and that the proposal names: of a split the successors, too."""
    return [*_about(proposal), *(pk for plan in SplitPlan.objects.filter(proposal=proposal) for pk in _there(plan))]


def _there(plan: SplitPlan) -> list[uuid.UUID]:
    return [uuid.UUID(one["id"]) for one in plan.successors if not one["is_new"]]


def changed() -> Conflict:
    """That what somebody saw is not what there is."""
    return Conflict(
        _("What they carry changed since you looked. Nothing was done: here it is as it stands now; look again."),
        code="changed",
    )


def waiting_about(substance: uuid.UUID) -> Proposal | None:
    """The proposal that waits and names it, if there is one: to merge or split it, or to have it stand for another."""
    return waiting_to_end([substance]) or _waiting_for(substance)


def waiting_to_end(substances: Collection[uuid.UUID]) -> Proposal | None:
    """The first proposal that waits to merge or split one of these."""
    return _waiting().filter(target_kind="substance", target_id__in=substances).first()


def _waiting_for(substance: uuid.UUID) -> Proposal | None:
    """The first proposal that waits to have it stand for another. Two statements."""
    if (found := _waiting().filter(kind=MERGE, payload__into=str(substance)).first()) is not None:
        return found
    plans = SplitPlan.objects.filter(proposal__in=_waiting().order_by()).select_related("proposal")
    return next((plan.proposal for plan in plans if substance in _there(plan)), None)


def _waiting() -> ProposalQuerySet:
    return Proposal.objects.waiting().filter(kind__in=[MERGE, SPLIT])


def is_late(proposal: Proposal) -> bool:
    """Whether what it names was merged or split since, so that it cannot be done any more. Two statements."""
    named = set(named_by(proposal))
    return Substance.objects.living().filter(pk__in=named).count() < len(named)


def merge(proposal: Proposal, by: User) -> None:
    """Merges the substance into the other one."""
    gone = Substance.objects.get(pk=proposal.target_id)
    into = uuid.UUID(proposal.payload["into"])
    merge_substances(by=by, substance=gone, into=into, reason=_why(proposal), proposal=proposal)


def split(proposal: Proposal, by: User) -> None:
    """Makes those that are new, and splits the substance."""
    plan = SplitPlan.objects.get(proposal=proposal)
    into = [Into(uuid.UUID(one["id"]), one["name"], one["is_new"]) for one in plan.successors]
    gone = Substance.objects.get(pk=proposal.target_id)
    check_successors(gone, into)
    for one in into:
        if one.is_new:
            _make(one, proposal)
    split_substance(
        by=by,
        substance=gone,
        into=[one.pk for one in into],
        assigned={key: [uuid.UUID(pk) for pk in pks] for key, pks in plan.assigned.items()},
        reason=_why(proposal),
        proposal=proposal,
    )


def describe_merge(proposal: Proposal) -> str:
    """What would change, in one line."""
    said: dict[str, Any] = proposal.payload
    return _("Merge %(name)s into %(kept)s") % said


def describe_split(proposal: Proposal) -> str:
    """What would change, in one line."""
    said: dict[str, Any] = proposal.payload
    return _("Split %(name)s into %(successors)s") % said


def _why(proposal: Proposal) -> str:
    return f"{proposal.evidence}\n{proposal.decision_reason}"


def _make(one: Into, proposal: Proposal) -> None:
    made = Substance.objects.create(pk=one.pk, name=one.name)
    Name.objects.create(
        substance=made,
        text=one.name,
        kind=NameKind.PREFERRED,
        source=people_source(),
        locator=f"proposal {proposal.pk}",
        checked=Checked.REVIEWED,
    )
    rebuild_for([made])


def _for_proposing(by: User, substance: Substance, others: Collection[uuid.UUID]) -> dict[uuid.UUID, Substance]:
    """It and the others, all living, locked against others who propose the same."""
    if not may_curate(by):
        raise NotAllowed(_("Only curators merge and split substances."))
    wanted = {substance.pk, *others}
    rows = {row.pk: row for row in Substance.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    for pk in sorted(wanted):
        if pk not in rows or rows[pk].staged_by_id:
            raise NotValid(_("There is no substance %(id)s.") % {"id": pk}, code="unknown_substance")
        if rows[pk].merged_into_id or rows[pk].split_at:
            raise Conflict(_("%(name)s was merged or split meanwhile.") % {"name": rows[pk].name}, code="not_living")
    if waiting_about(substance.pk) is not None:
        raise Conflict(_("A proposal to merge or split it, or to have it stand for another, waits."), code="proposed")
    if (first := waiting_to_end(others)) is not None:
        message = _("A proposal to merge or split %(name)s waits.") % {"name": rows[first.target_id].name}
        raise Conflict(message, code="proposed")
    return rows


def _short(name: str, most: int = 200) -> str:
    """A payload is part of an index, which PostgreSQL keeps short."""
    return Truncator(name).chars(most)


def _submit(by: User, kind: str, substance: Substance, payload: Mapping[str, Any], reason: str) -> Proposal:
    return submit_proposal(
        by=by,
        organisation=None,
        kind=kind,
        target_kind="substance",
        target_id=substance.pk,
        payload=payload,
        evidence=reason,
    )
