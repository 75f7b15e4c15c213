"""What mends a finding: proposals that another curator accepts, and what acceptance does."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import User
from portal.organisations.permissions import may_curate
from portal.organisations.services import audit
from portal.review.models import Proposal
from portal.review.services import WAITING, submit_proposal
from portal.watching.services import record_event
from substances.importers.values.hazard_codes import CONCERN_RULES
from substances.models import ConcernFlag, HazardClassification, RegistryFinding, Substance
from substances.registry_check.kinds import KINDS, MERGE, RAISE_FLAG, REJECT_CLAIM, WITHDRAW_FLAG
from substances.services.claims import reject_claim
from substances.succession.proposals import propose_merge
from substances.vocabulary import Authority, Checked, Concern, ListEffect, Strength

PREFIX = "substances.registry."


@dataclasses.dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that can be proposed about a finding.

    Attributes:
        about: the substance that would change.
        into: of a merge, the one that stands for both.
    """

    slug: str
    about: Substance
    payload: dict[str, Any]
    into: Substance | None = None


def remedies(finding: RegistryFinding) -> list[Remedy]:
    """Everything that can be proposed about a finding, for either of its substances."""
    both = [one for one in (finding.substance, finding.other) if one is not None]
    details = finding.details
    found = []
    for slug in KINDS[finding.kind].remedies if finding.kind in KINDS else ():
        if slug == RAISE_FLAG and both:
            payload = {key: details.get(key) for key in ("concern", "strength", "rule", "classification", "printed")}
            found.append(Remedy(slug, both[0], payload))
        elif slug == WITHDRAW_FLAG and both:
            found.append(Remedy(slug, both[0], {key: details.get(key) for key in ("flag", "concern", "authority")}))
        elif slug == REJECT_CLAIM:
            claim = {"scheme": details.get("in"), "value": details.get("value")}
            found += [Remedy(slug, one, claim) for one in both]
        elif slug == MERGE and len(both) == 2:
            found += [Remedy(slug, gone, {}, kept) for gone, kept in ((both[0], both[1]), (both[1], both[0]))]
    return found


@transaction.atomic
def propose_remedy(*, by: User, finding: RegistryFinding, remedy: str, about: UUID) -> Proposal:
    """A proposal that waits for another curator; nothing changes until they accept it.

    Args:
        remedy: one of the kind's.
        about: which of the finding's substances would change.

    Raises:
        NotAllowed: they are no curator.
        NotValid: nothing of the kind can be proposed about it.
        Conflict: a proposal about it waits already, or it no longer stands.
        ReviewError: see `submit_proposal`.
    """
    if not may_curate(by):
        raise NotAllowed(_("Only curators decide on findings."))
    locked = RegistryFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if locked.gone_at is not None:
        raise Conflict(_("It no longer holds."), code="gone")
    if locked.proposal is not None and locked.proposal.state in WAITING:
        raise Conflict(_("A proposal about it waits for review already."), code="proposed")
    chosen = next((one for one in remedies(locked) if (one.slug, one.about.pk) == (remedy, about)), None)
    if chosen is None:
        raise NotValid(_("This cannot be proposed about it."), code="no_remedy")
    proposal = _submit(by, locked, chosen)
    locked.proposal = proposal
    locked.save(update_fields=["proposal"])
    return proposal


def _submit(by: User, finding: RegistryFinding, chosen: Remedy) -> Proposal:
    with translation.override("en"):
        evidence = f"{KINDS[finding.kind].label}. {KINDS[finding.kind].sentence(finding.details)}"
    found = {"finding": str(finding.pk)}
    if chosen.slug == MERGE and chosen.into is not None:
        return propose_merge(by=by, substance=chosen.about, into=chosen.into.pk, reason=evidence, more=found)
    return submit_proposal(
        by=by,
        organisation=None,
        kind=PREFIX + chosen.slug,
        target_kind="substance",
        target_id=chosen.about.pk,
        payload=chosen.payload | found | {"name": chosen.about.name},
        evidence=evidence,
    )


def raise_flag(proposal: Proposal, by: User) -> None:
    """Raises the flag that the rule demands of a class that still stands; it lives as long as the class's row.

    Raises:
        Conflict: the class no longer stands, or somebody raised the flag meanwhile.
    """
    said = proposal.payload
    rows = HazardClassification.objects.standing().filter(pk=said["classification"], substance=proposal.target_id)
    one = rows.select_related("source", "release__chemical_list").first()
    rule = next((rule for rule in CONCERN_RULES if rule.rule == said["rule"]), None)
    if one is None or rule is None:
        raise Conflict(_("The classification no longer stands; the registry has changed."), code="changed")
    is_law = one.release is None or one.release.chemical_list.effect == ListEffect.CLASSIFICATION
    try:
        with transaction.atomic():
            ConcernFlag.objects.create(
                substance_id=proposal.target_id,
                concern=rule.concern,
                strength=rule.strength,
                authority=Authority.HARMONISED if is_law else Authority.SCREENING_LIST,
                legal_basis=f"{rule.source}: {one.as_printed}"[:300],
                rule=rule.rule,
                since=one.valid_from,
                until=one.valid_until,
                release=one.release,
                entry_id=one.entry_id,
                source=one.source,
                locator=one.locator,
                checked=Checked.REVIEWED,
            )
    except IntegrityError as error:
        raise Conflict(_("The flag stands already."), code="changed") from error
    _done(proposal, by, "flag.published", concern=rule.concern)


def withdraw_flag(proposal: Proposal, by: User) -> None:
    """Ends the flag from today on; one that has stood for no whole day leaves only the proposal behind.

    Raises:
        Conflict: it no longer stands.
    """
    today = timezone.localdate()
    flags = ConcernFlag.objects.standing().filter(pk=proposal.payload["flag"], substance=proposal.target_id)
    flag = flags.first()
    if flag is None:
        raise Conflict(_("The flag no longer stands; the registry has changed."), code="changed")
    if flag.since is not None and flag.since >= today:
        flag.delete()
    else:
        flag.until, flag.checked = today, Checked.REVIEWED
        flag.save(update_fields=["until", "checked"])
    _done(proposal, by, "flag.ended", concern=flag.concern)


def reject(proposal: Proposal, by: User) -> None:
    """Takes the number or name from the substance, for good."""
    said = proposal.payload
    reject_claim(substance=proposal.target_id, scheme=said["scheme"], value=said["value"], proposal=proposal)
    _done(proposal, by, "substance.claim_rejected", scheme=said["scheme"], value=said["value"])


def _done(proposal: Proposal, by: User, kind: str, **details: Any) -> None:
    """News of it, and a line of the audit."""
    said = {**details, "proposal": str(proposal.pk)}
    Substance.objects.filter(pk=proposal.target_id).update(revision=F("revision") + 1)
    record_event(kind=kind, subject_kind="substance", subject_id=proposal.target_id, details=said)
    audit(by=by, action=kind, subject_kind="substance", subject_id=proposal.target_id, **said)


def describe_raise(proposal: Proposal) -> str:
    """What would change, in one line."""
    said = proposal.payload
    strength = f" ({Strength(said['strength']).label})" if said.get("strength") else ""
    return _("Raise the flag %(concern)s%(strength)s, by the rule %(rule)s") % {
        "concern": Concern(said["concern"]).label,
        "strength": strength,
        "rule": said["rule"],
    }


def describe_withdraw(proposal: Proposal) -> str:
    """What would change, in one line."""
    said = proposal.payload
    about = {"concern": Concern(said["concern"]).label, "authority": Authority(said["authority"]).label}
    return _("Withdraw the flag %(concern)s (%(authority)s)") % about


def describe_reject(proposal: Proposal) -> str:
    """What would change, in one line."""
    said: dict[str, Any] = proposal.payload
    return _("Mark %(value)s as wrong for %(name)s") % said
