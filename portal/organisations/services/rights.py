"""Who has power over the portal itself: the first curator's invitation, and rights given or taken later."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, Gone
from portal.organisations.models import Invitation, User
from portal.organisations.services.tokens import INVITATION_DAYS, hash_of, new_token
from portal.organisations.services.trail import audit

#: What gives power over the portal, or with `is_active` takes all of it.
RIGHTS = ("is_curator", "is_staff", "is_superuser", "is_active")


@transaction.atomic
def invite_first_curator() -> str:
    """The secret of a new one-time invitation; earlier ones that were not used end now. Only its hash is kept.

    Raises:
        Conflict: there is a curator already, who can name others.
    """
    if User.objects.filter(is_curator=True).exists():
        raise Conflict(_("There is a curator already."), code="curator_exists")
    token = new_token()
    now = timezone.now()
    Invitation.objects.filter(used_at__isnull=True, expires_at__gt=now).update(expires_at=now)
    Invitation.objects.create(token_sha256=hash_of(token), expires_at=now + dt.timedelta(days=INVITATION_DAYS))
    return token


def is_open_invitation(token: str) -> bool:
    """Whether the invitation can still be accepted."""
    return Invitation.objects.filter(
        token_sha256=hash_of(token), used_at__isnull=True, expires_at__gt=timezone.now()
    ).exists()


@transaction.atomic
def accept_invitation(*, token: str, by: User) -> User:
    """The person, now a curator who may use the administration pages; an invitation serves once.

    Raises:
        Gone: it was used, is too old, or never existed.
    """
    # One UPDATE decides: of two people who follow the link together, one is first.
    accepted = Invitation.objects.filter(
        token_sha256=hash_of(token), used_at__isnull=True, expires_at__gt=timezone.now()
    ).update(used_at=timezone.now(), used_by=by)
    if not accepted:
        raise Gone(_("This invitation was used already or is too old. Ask for a new one."), code="invitation_over")
    by.is_curator = by.is_staff = by.is_superuser = True
    by.save(update_fields=["is_curator", "is_staff", "is_superuser"])
    audit(by=by, action="curator.made", subject_kind="user", subject_id=by.pk, way="invitation")
    return by


@transaction.atomic
def set_rights(*, by: User, user: User, **rights: bool) -> User:
    """The person with the rights given: of `RIGHTS`, those that are named. What changes is audited, old and new.

    Args:
        by: who gives or takes them.
        user: whose they are.
        rights: new values by name; one that is the same as before is no change.
    """
    now = User.objects.select_for_update().get(pk=user.pk)
    changed = {name: [getattr(now, name), new] for name, new in rights.items() if getattr(now, name) != new}
    if changed:
        User.objects.filter(pk=now.pk).update(**{name: new for name, (_old, new) in changed.items()})
        audit(by=by, action="rights.changed", subject_kind="user", subject_id=now.pk, **changed)
    now.refresh_from_db()
    return now
