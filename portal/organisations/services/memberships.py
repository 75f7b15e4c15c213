"""Who belongs to an organisation, in which role. Nobody is made a member without accepting (see `joining.py`).

Every change holds the organisation's row, so that changes come one after another and each sees the one before: of two
administrators who remove each other, the second is no administrator any more.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, Gone, NotAllowed, NotValid
from portal.organisations.models import Membership, Organisation, User
from portal.organisations.permissions import may_administer
from portal.organisations.services.trail import audit


@transaction.atomic
def change_role(*, by: User, organisation: Organisation, user: User, role: str) -> Membership:
    """The member in another role, given by one of the administrators, who remains one.

    Raises:
        NotAllowed: `by` is not one of them, or gives it to themselves: nobody locks themselves out.
        NotValid: an unknown role.
        Gone: the person does not belong to it (any more).
    """
    require_administrator(by, organisation)
    if role not in Membership.Role.values:
        raise NotValid(_("Choose a role."))
    _refuse_own(by, user)
    membership = _membership(organisation, user)
    if membership.role == role:
        return membership
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _end_invitations_of(user, organisation)
    _note("membership.set", by, organisation, user=str(user.pk), role=role, before=before)
    return membership


@transaction.atomic
def remove_member(*, by: User, organisation: Organisation, user: User) -> None:
    """Takes a member out of the organisation, with what invitations are open to or from them.

    Raises:
        NotAllowed: `by` is no administrator of it, or would remove themselves.
        Gone: the person does not belong to it (any more).
    """
    require_administrator(by, organisation)
    _refuse_own(by, user)
    _take_out(_membership(organisation, user), by=by, action="membership.removed")


@transaction.atomic
def leave_organisation(*, by: User, organisation: Organisation) -> None:
    """Takes the person out of an organisation by their own wish.

    Raises:
        Conflict: they are its last administrator.
        Gone: they do not belong to it (any more).
    """
    hold(organisation)
    membership = _membership(organisation, by)
    others = organisation.memberships.filter(role=Membership.Role.ADMIN, user__is_active=True).exclude(user=by)
    if membership.role == Membership.Role.ADMIN and not others.exists():
        raise Conflict(
            _("An organisation keeps at least one administrator. Make somebody else one before you leave."),
            code="last_administrator",
        )
    _take_out(membership, by=by, action="membership.left")


def hold(organisation: Organisation) -> None:
    """Keeps others from changing who belongs to it until the transaction ends."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def require_administrator(by: User, organisation: Organisation) -> None:
    """Holds the organisation, then looks: who was removed meanwhile decides nothing.

    Raises:
        NotAllowed: the person does not administer it.
    """
    hold(organisation)
    if not may_administer(by, organisation):
        raise NotAllowed(_("Only its administrators decide who belongs to an organisation."))


def _refuse_own(by: User, user: User) -> None:
    if by.pk == user.pk:
        raise NotAllowed(
            _("Another administrator changes your own part, so that nobody locks themselves out."),
            code="own_membership",
        )


def _membership(organisation: Organisation, user: User) -> Membership:
    membership = organisation.memberships.filter(user=user).first()
    if membership is None:
        raise Gone(_("This person does not belong to the organisation any more."), code="no_member")
    return membership


def _take_out(membership: Membership, *, by: User, action: str) -> None:
    user, organisation = membership.user, membership.organisation
    membership.delete()
    _end_invitations_of(user, organisation)
    _note(action, by, organisation, user=str(user.pk), role=membership.role)


def _end_invitations_of(user: User, organisation: Organisation) -> None:
    """Whoever loses their part neither comes back by an older invitation nor lets others in by one."""
    open_ones = organisation.invitations.open()
    open_ones.filter(Q(email__iexact=user.email) | Q(invited_by=user)).update(ended_at=timezone.now())


def _note(action: str, by: User, organisation: Organisation, **details: str) -> None:
    audit(by=by, action=action, subject_kind="organisation", subject_id=organisation.pk, **details)
