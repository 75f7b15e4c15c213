"""The way of a proposal: submitted, taken up, decided by somebody else, or withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.text import tidy
from portal.organisations.models import Organisation, User
from portal.organisations.permissions import may_curate
from portal.organisations.services import audit
from portal.review.errors import ReviewError
from portal.review.models import Proposal, Step
from portal.review.registry import kind_of

State = Proposal.State
WAITING = (State.SUBMITTED, State.IN_REVIEW)


@transaction.atomic
def submit_proposal(
    *,
    by: User,
    organisation: Organisation | None,
    kind: str,
    target_kind: str,
    target_id: uuid.UUID,
    payload: Mapping[str, Any],
    evidence: str,
    evidence_url: str = "",
) -> Proposal:
    """A new proposal that waits for review.

    Raises:
        ReviewError: the person may not bring it, there is no evidence, or it waits already.
    """
    if not kind_of(kind).may_propose(by, organisation):
        raise ReviewError(_("You cannot propose this for that organisation."), code="may_not_propose")
    evidence = tidy(evidence)
    if not evidence:
        raise ReviewError(_("Say what the evidence is: a proposal is judged by it."), code="no_evidence")
    try:
        URLValidator(schemes=["http", "https"])(evidence_url or "https://none.example")
    except ValidationError as error:
        raise ReviewError(_("Write the whole web address, from https:// on."), code="not_an_address") from error
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                kind=kind,
                target_kind=target_kind,
                target_id=target_id,
                payload=dict(payload),
                evidence=evidence,
                evidence_url=evidence_url,
                state=State.SUBMITTED,
                proposed_by=by,
                organisation=organisation,
                submitted_at=timezone.now(),
            )
    except IntegrityError as error:
        raise ReviewError(_("You have already proposed this; it is waiting for review."), code="open_once") from error
    _note(proposal, by=by, came_from="", remark="")
    return proposal


@transaction.atomic
def take_up_proposal(*, by: User, proposal: Proposal) -> Proposal:
    """The proposal, on this curator's desk; the others see who reads it, and may still decide when that takes long.

    Raises:
        ReviewError: they may not judge it, or somebody else was faster.
    """
    proposal = _locked(proposal)
    _require_judge(by, proposal)
    if proposal.state != State.SUBMITTED:
        raise ReviewError(_("Somebody else reads it already, or it is decided."), code="not_waiting")
    return _move(proposal, to=State.IN_REVIEW, by=by, remark="", reviewer=by)


@transaction.atomic
def accept_proposal(*, by: User, proposal: Proposal, reason: str) -> Proposal:
    """The proposal, accepted; what was proposed is done in the same transaction.

    Raises:
        ReviewError: they may not judge it, there is no reason, or it no longer waits.
    """
    proposal = _decide(proposal, to=State.ACCEPTED, by=by, reason=reason)
    kind_of(proposal.kind).on_accept(proposal, by)
    return proposal


@transaction.atomic
def reject_proposal(*, by: User, proposal: Proposal, reason: str) -> Proposal:
    """The proposal, not accepted; what its submission showed is taken back in the same transaction.

    Raises:
        ReviewError: they may not judge it, there is no reason, or it no longer waits.
    """
    proposal = _decide(proposal, to=State.REJECTED, by=by, reason=reason)
    kind_of(proposal.kind).on_refuse(proposal, by)
    return proposal


@transaction.atomic
def withdraw_proposal(*, by: User, proposal: Proposal, remark: str = "") -> Proposal:
    """The proposal, taken back by who brought it.

    Raises:
        ReviewError: it is not theirs, or it no longer waits.
    """
    proposal = _locked(proposal)
    if proposal.proposed_by_id != by.pk:
        raise ReviewError(_("Only who proposed it can withdraw it."), code="not_yours", status=403)
    if not may_withdraw(user=by, proposal=proposal):
        raise ReviewError(_("It is decided and cannot be withdrawn."), code="not_waiting")
    proposal = _move(proposal, to=State.WITHDRAWN, by=by, remark=tidy(remark))
    kind_of(proposal.kind).on_refuse(proposal, by)
    return proposal


def why_locked(*, user: User, proposal: Proposal) -> str:
    """Why this person cannot decide on the proposal, for people; empty when they can."""
    return reasons_locked(user=user, proposals=[proposal]).get(proposal.pk, "")


def reasons_locked(*, user: User, proposals: Iterable[Proposal]) -> dict[uuid.UUID, str]:
    """By proposal, why this person cannot decide on it; those they can are left out. One statement, however many."""
    theirs = _organisations_of(user)
    refusals = {proposal.pk: _refusal(user, proposal, theirs) for proposal in proposals}
    return {pk: refusal.message for pk, refusal in refusals.items() if refusal}


def may_withdraw(*, user: User, proposal: Proposal) -> bool:
    """Whether this person can take the proposal back now: who brought it, until it is decided."""
    return proposal.proposed_by_id == user.pk and proposal.state in WAITING


def _decide(proposal: Proposal, *, to: Proposal.State, by: User, reason: str) -> Proposal:
    proposal = _locked(proposal)
    _require_judge(by, proposal)
    reason = tidy(reason)
    if not reason:
        raise ReviewError(_("Give a reason; it is shown in public."), code="no_reason")
    return _move(
        proposal, to=to, by=by, remark=reason, decided_by=by, decided_at=timezone.now(), decision_reason=reason
    )


def _require_judge(by: User, proposal: Proposal) -> None:
    """Four eyes.

    Raises:
        ReviewError: not a curator, it is their own proposal or their organisation's, or it no longer waits.
    """
    if refusal := _refusal(by, proposal, _organisations_of(by)):
        raise refusal


def _refusal(user: User, proposal: Proposal, theirs: set[uuid.UUID]) -> ReviewError | None:
    """Why somebody who belongs to the organisations `theirs` cannot judge it; the one place that says so."""
    if proposal.proposed_by_id == user.pk:
        return ReviewError(_("You wrote it. Nobody decides on their own proposal."), code="own_proposal", status=403)
    if not may_curate(user):
        return ReviewError(_("Only curators decide on proposals."), code="not_a_curator", status=403)
    if proposal.organisation_id in theirs:
        message = _("Your organisation brought it. Somebody from outside decides.")
        return ReviewError(message, code="own_organisation", status=403)
    if proposal.state == State.WITHDRAWN:
        return ReviewError(_("It was withdrawn."), code="not_waiting")
    return None if proposal.state in WAITING else ReviewError(_("It is decided already."), code="not_waiting")


def _organisations_of(user: User) -> set[uuid.UUID]:
    """Those the person belongs to, in whatever role."""
    return set(user.memberships.values_list("organisation_id", flat=True))


def _locked(proposal: Proposal) -> Proposal:
    """The proposal as it stands now, kept from others until the transaction ends."""
    return Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)


def _move(proposal: Proposal, *, to: Proposal.State, by: User, remark: str, **fields: Any) -> Proposal:
    came_from = proposal.state
    for name, value in fields.items():
        setattr(proposal, name, value)
    proposal.state = to
    proposal.save(update_fields=["state", *fields])
    _note(proposal, by=by, came_from=came_from, remark=remark)
    return proposal


def _note(proposal: Proposal, *, by: User, came_from: str, remark: str) -> None:
    """One more step of the trail, and of the audit."""
    Step.objects.create(proposal=proposal, by=by, from_state=came_from, to_state=proposal.state, remark=remark)
    audit(
        by=by,
        action=f"proposal.{proposal.state}",
        subject_kind="proposal",
        subject_id=proposal.pk,
        kind=proposal.kind,
        target_kind=proposal.target_kind,
        target_id=str(proposal.target_id),
    )
