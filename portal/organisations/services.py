"""What people do about organisations and rights, each with its line in the audit trail."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, Gone, NotAllowed, NotValid
from portal.common.text import tidy
from portal.organisations.models import AuditEvent, Invitation, Membership, Organisation, User
from portal.organisations.permissions import may_administer, may_curate

INVITATION_DAYS = 7


def audit(*, by: User | None, action: str, subject_kind: str, subject_id: object, **details: object) -> AuditEvent:
    """A new line in the audit trail.

    Args:
        by: who did it; None: the portal itself.
        action: what was done, such as organisation.confirmed.
        subject_kind: what it was done to, such as organisation.
        subject_id: which one.
        details: what a later reader needs; JSON, no secrets.
    """
    return AuditEvent.objects.create(
        by=by, action=action, subject_kind=subject_kind, subject_id=str(subject_id), details=details
    )


@transaction.atomic
def create_organisation(*, by: User, kind: str, name: str, country: str = "", website: str = "") -> Organisation:
    """A new organisation that waits to be confirmed, with its maker as administrator.

    Args:
        by: who makes it.
        kind: one of `Organisation.Kind`.
        name: unique, whatever the case.
        country: ISO 3166-1, two letters, or "".
        website: its home page, or "".

    Raises:
        NotValid: an unknown kind, no name, or a country that is not two letters.
        Conflict: the name is taken.
    """
    name = " ".join(tidy(name).split())
    country = country.strip().upper()
    if kind not in Organisation.Kind.values:
        raise NotValid(_("Choose what kind of organisation it is."))
    if not name:
        raise NotValid(_("Give the organisation's name."))
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise NotValid(_("“%(country)s” is not a country: write two letters, such as PL.") % {"country": country})
    taken = _("An organisation with this name is here already. Ask a curator to add you.")
    if Organisation.objects.filter(name__iexact=name).exists():
        raise Conflict(taken, code="name_taken")
    try:
        with transaction.atomic():
            organisation = Organisation.objects.create(kind=kind, name=name, country=country, website=website)
    except IntegrityError as error:
        raise Conflict(taken, code="name_taken") from error
    Membership.objects.create(user=by, organisation=organisation, role=Membership.Role.ADMIN)
    audit(by=by, action="organisation.created", subject_kind="organisation", subject_id=organisation.pk, kind=kind)
    return organisation


@transaction.atomic
def confirm_organisation(*, by: User, organisation: Organisation) -> Organisation:
    """The organisation, confirmed to be who it says; confirming twice changes nothing.

    Raises:
        NotAllowed: not a curator, or a member of it: nobody confirms their own.
    """
    if not may_curate(by):
        raise NotAllowed(_("Only curators confirm organisations."))
    if organisation.memberships.filter(user=by).exists():
        raise NotAllowed(_("You belong to it. Another curator confirms it."), code="own_organisation")
    confirmed = Organisation.objects.filter(pk=organisation.pk, confirmed_at__isnull=True).update(
        confirmed_at=timezone.now(), confirmed_by=by
    )
    if confirmed:
        audit(by=by, action="organisation.confirmed", subject_kind="organisation", subject_id=organisation.pk)
    organisation.refresh_from_db()
    return organisation


@transaction.atomic
def set_membership(*, by: User, organisation: Organisation, user: User, role: str) -> Membership:
    """The person's part in the organisation, given or changed by one of its administrators.

    Raises:
        NotAllowed: `by` is not one of them.
        NotValid: an unknown role.
        Conflict: it would leave the organisation without an administrator.
    """
    if not may_administer(by, organisation):
        raise NotAllowed(_("Only its administrators decide who belongs to an organisation."))
    if role not in Membership.Role.values:
        raise NotValid(_("Choose a role."))
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    others = organisation.memberships.filter(role=Membership.Role.ADMIN).exclude(user=user)
    if role != Membership.Role.ADMIN and not others.exists():
        raise Conflict(_("An organisation keeps at least one administrator."), code="last_administrator")
    membership, _made = Membership.objects.update_or_create(
        user=user, organisation=organisation, defaults={"role": role}
    )
    audit(
        by=by,
        action="membership.set",
        subject_kind="organisation",
        subject_id=organisation.pk,
        user=str(user.pk),
        role=role,
    )
    return membership


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite_first_curator() -> str:
    """The secret of a new one-time invitation; earlier ones that were not used end now. Only its hash is kept.

    Raises:
        Conflict: there is a curator already, who can name others.
    """
    if User.objects.filter(is_curator=True).exists():
        raise Conflict(_("There is a curator already."), code="curator_exists")
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    Invitation.objects.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    Invitation.objects.create(token_sha256=_hash(token), expires_at=now + dt.timedelta(days=INVITATION_DAYS))
    return token


def is_open_invitation(token: str) -> bool:
    """Whether the invitation can still be accepted."""
    return Invitation.objects.filter(
        token_sha256=_hash(token), used_at__isnull=True, expires_at__gt=timezone.now()
    ).exists()


@transaction.atomic
def accept_invitation(*, token: str, by: User) -> User:
    """The person, now a curator who may use the administration pages; an invitation serves once.

    Raises:
        Gone: it was used, is too old, or never existed.
    """
    # One UPDATE decides: of two people who follow the link together, one is first.
    accepted = Invitation.objects.filter(
        token_sha256=_hash(token), used_at__isnull=True, expires_at__gt=timezone.now()
    ).update(used_at=timezone.now(), used_by=by)
    if not accepted:
        raise Gone(_("This invitation was used already or is too old. Ask for a new one."), code="invitation_over")
    by.is_curator = by.is_staff = by.is_superuser = True
    by.save(update_fields=["is_curator", "is_staff", "is_superuser"])
    audit(by=by, action="curator.made", subject_kind="user", subject_id=by.pk, way="invitation")
    return by
