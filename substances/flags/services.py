"""Concern flags brought by people: proposed, reviewed by somebody else, published or ended."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.organisations.models import Organisation, User
from portal.review.errors import ReviewError
from portal.review.models import Proposal
from portal.review.services import submit_proposal
from portal.watching.services import record_event
from substances.flags.rules import may_propose
from substances.impact import touched_by
from substances.models import ConcernFlag, Source, Substance
from substances.vocabulary import Authority, Checked, Concern, Strength

KIND = "substances.flag"
BY_PEOPLE = (Authority.NGO_PROPOSED, Authority.NGO_REVIEWED)


@transaction.atomic
def propose_flag(
    *,
    by: User,
    organisation: Organisation | None,
    substance: Substance,
    concern: str,
    strength: str,
    evidence: str,
    evidence_url: str = "",
) -> Proposal:
    """A proposal that waits for review, shown meanwhile as "NGO flag, proposed" and never as more.

    Args:
        by: who proposes it.
        organisation: the confirmed NGO they speak for.
        substance: what the concern is about.
        concern: one of `Concern`.
        strength: one of `Strength`.
        evidence: what was found, by whom, where.
        evidence_url: where it can be read, http or https, or "".

    Raises:
        ReviewError: they may not, a term is unknown, evidence is missing, or the organisation has said so already.
    """
    if not may_propose(by, organisation) or organisation is None:
        raise ReviewError(
            _("A concern is flagged in the name of an NGO that a curator has confirmed, by its editors."),
            code="may_not_propose",
        )
    if concern not in Concern.values or strength not in Strength.values:
        raise ReviewError(_("Choose a concern and how sure the evidence is."), code="unknown_term")
    _refuse_said_already(organisation, substance, concern, strength)
    proposal = submit_proposal(
        by=by,
        organisation=organisation,
        kind=KIND,
        target_kind="substance",
        target_id=substance.pk,
        payload={"concern": concern, "strength": strength},
        evidence=evidence,
        evidence_url=evidence_url,
    )
    _tell("flag.proposed", _proposed_flag(proposal, organisation, substance))
    return proposal


def _said_already() -> ReviewError:
    return ReviewError(_("Your organisation has flagged this already."), code="flagged_already")


def _refuse_said_already(organisation: Organisation, substance: Substance, concern: str, strength: str) -> None:
    same = substance.flags.filter(
        concern=concern,
        strength=strength,
        authority__in=BY_PEOPLE,
        until__isnull=True,
        proposal__organisation=organisation,
    )
    if same.exists():
        raise _said_already()


def _proposed_flag(proposal: Proposal, organisation: Organisation, substance: Substance) -> ConcernFlag:
    """The flag as it stands until somebody decides."""
    try:
        with transaction.atomic():
            return ConcernFlag.objects.create(
                substance=substance,
                concern=proposal.payload["concern"],
                strength=proposal.payload["strength"],
                authority=Authority.NGO_PROPOSED,
                legal_basis=organisation.name,
                since=timezone.localdate(),
                proposal=proposal,
                source=people_source(),
                checked=Checked.RECALLED,  # nobody has checked it yet
            )
    except IntegrityError as error:
        raise _said_already() from error


def publish_flag(proposal: Proposal, by: User) -> None:
    """Turns the proposed flag into a reviewed one, from the day of the decision. It never becomes official."""
    flag = ConcernFlag.objects.get(proposal=proposal)
    flag.authority = Authority.NGO_REVIEWED
    flag.since = timezone.localdate()
    flag.checked = Checked.REVIEWED
    flag.save(update_fields=["authority", "since", "checked"])
    _tell("flag.published", flag)


def end_flag(proposal: Proposal, by: User) -> None:
    """Ends the proposed flag from today on; one that stood for no whole day leaves only its proposal behind."""
    flag = ConcernFlag.objects.get(proposal=proposal)
    today = timezone.localdate()
    _tell("flag.ended", flag)
    if flag.since == today:
        flag.delete()
        return
    flag.until = today
    flag.save(update_fields=["until"])


def describe(proposal: Proposal) -> str:
    """What would change, in one line."""
    concern, strength = Concern(proposal.payload["concern"]), Strength(proposal.payload["strength"])
    return f"{concern.label} ({strength.label})"


def people_source() -> Source:
    """The source of what people proposed and reviewed here."""
    source, _made = Source.objects.get_or_create(
        key="people", defaults={"title": "Proposals reviewed on this portal", "kind": "portal"}
    )
    return source


def _tell(kind: str, flag: ConcernFlag) -> None:
    record_event(
        kind=kind,
        subject_kind="substance",
        subject_id=flag.substance_id,
        details={
            "concern": flag.concern,
            "strength": flag.strength,
            "proposal": str(flag.proposal_id),
            "touches": touched_by({flag.substance_id})[flag.substance_id],
        },
    )
