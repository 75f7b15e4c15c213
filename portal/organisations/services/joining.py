"""Joining an organisation: an administrator invites an address, its holder accepts. The portal itself writes to nobody.

The link is given to the administrator, who passes it on: a portal that mailed whatever addresses it is given would
serve those who want to bother others.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, Gone, NotAllowed, NotValid
from portal.organisations.models import Membership, MembershipInvitation, Organisation, User
from portal.organisations.services.memberships import hold, require_administrator
from portal.organisations.services.tokens import INVITATION_DAYS, hash_of, new_token
from portal.organisations.services.trail import audit

MOST_OPEN = 100


@transaction.atomic
def invite_member(*, by: User, organisation: Organisation, email: str, role: str) -> str:
    """The secret of a new invitation; an earlier one to the same address ends. Only its hash is kept.

    Args:
        by: one of the organisation's administrators.
        organisation: where to.
        email: whom; only an account with this address can accept.
        role: one of `Membership.Role`.

    Raises:
        NotAllowed: `by` does not administer it.
        NotValid: not an e-mail address, an unknown role, or too many invitations are open.
        Conflict: somebody with this address belongs to it.
    """
    require_administrator(by, organisation)
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise NotValid(_("Write a whole e-mail address, such as ada@example.org."), code="not_an_address") from error
    if role not in Membership.Role.values:
        raise NotValid(_("Choose a role."))
    if organisation.members.filter(email__iexact=email).exists():
        raise Conflict(_("Somebody with this address belongs to the organisation already."), code="member_already")
    now = timezone.now()
    # Older ones that were never accepted too: one line an address.
    organisation.invitations.unanswered().filter(email=email).update(ended_at=now)
    if organisation.invitations.open().count() >= MOST_OPEN:
        raise NotValid(_("Too many invitations are open. Revoke some first."), code="too_many_invitations")
    token = new_token()
    invitation = MembershipInvitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        token_sha256=hash_of(token),
        invited_by=by,
        expires_at=now + dt.timedelta(days=INVITATION_DAYS),
    )
    _note("invitation.made", by, invitation)
    return token


@transaction.atomic
def revoke_invitation(*, by: User, organisation: Organisation, invitation_id: uuid.UUID) -> None:
    """Ends an invitation that was not accepted; ending it twice changes nothing.

    Raises:
        NotAllowed: `by` does not administer the organisation.
        Gone: it was accepted already, or was never made.
    """
    require_administrator(by, organisation)
    invitation = organisation.invitations.filter(pk=invitation_id, accepted_at__isnull=True).first()
    if invitation is None:
        raise Gone(_("This invitation was accepted already. Remove the member instead."), code="invitation_over")
    if invitation.ended_at is None:
        invitation.ended_at = timezone.now()
        invitation.save(update_fields=["ended_at"])
        _note("invitation.revoked", by, invitation)


def open_invitation(token: str) -> MembershipInvitation | None:
    """The invitation this secret belongs to, with its organisation, while it can be accepted."""
    return (
        MembershipInvitation.objects.open().select_related("organisation").filter(token_sha256=hash_of(token)).first()
    )


@transaction.atomic
def join_organisation(*, token: str, by: User) -> Membership:
    """The person's part in the organisation that invited them; an invitation serves once.

    Raises:
        Gone: it was used, revoked, is too old, or never existed.
        NotAllowed: it was made out to another address.
    """
    over = Gone(_("This invitation was used already, was revoked or is too old. Ask for a new one."), code="over")
    invitation = open_invitation(token)
    if invitation is None:
        raise over
    if invitation.email != by.email.lower():
        raise NotAllowed(_("This invitation is for another e-mail address than that of your account."), code="not_you")
    hold(invitation.organisation)
    # Asked again under the lock: it may have been revoked, or accepted in another window, while we waited.
    accepted = MembershipInvitation.objects.open().filter(pk=invitation.pk)
    if not accepted.update(accepted_at=timezone.now(), accepted_by=by):
        raise over
    membership, _made = Membership.objects.get_or_create(
        user=by, organisation=invitation.organisation, defaults={"role": invitation.role}
    )
    _note("invitation.accepted", by, invitation)
    return membership


def _note(action: str, by: User, invitation: MembershipInvitation) -> None:
    """A line in the trail of the organisation; the address stands on the invitation, not there."""
    audit(
        by=by,
        action=action,
        subject_kind="organisation",
        subject_id=invitation.organisation_id,
        invitation=str(invitation.pk),
        role=invitation.role,
    )
