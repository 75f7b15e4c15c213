"""Organisations: brought in by their people, confirmed by a curator, corrected in administration."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.common.text import tidy
from portal.organisations.models import Membership, Organisation, User
from portal.organisations.permissions import may_curate
from portal.organisations.services.trail import audit


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
    taken = _("An organisation with this name is here already. Ask one of its administrators to invite you.")
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
def correct_organisation(*, by: User, organisation: Organisation, **changes: str) -> Organisation:
    """The organisation with other words about itself, as a curator corrects them in administration.

    Args:
        by: who corrects it.
        organisation: which one.
        changes: new values of kind, name, country or website; one that is the same as before is no change.

    Raises:
        NotAllowed: another kind once it is confirmed: what was confirmed is what it may do.
    """
    now = Organisation.objects.select_for_update().get(pk=organisation.pk)
    changed = {name: [getattr(now, name), new] for name, new in changes.items() if getattr(now, name) != new}
    if "kind" in changed and now.confirmed_at is not None:
        raise NotAllowed(_("It is confirmed as what it is; its kind cannot be changed any more."), code="confirmed")
    if changed:
        Organisation.objects.filter(pk=now.pk).update(**{name: new for name, (_old, new) in changed.items()})
        audit(by=by, action="organisation.changed", subject_kind="organisation", subject_id=now.pk, **changed)
    now.refresh_from_db()
    return now
