"""The questions asked of organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import (  # noqa: F401  # some are named in strings below
        MembershipInvitation,
        Organisation,
        User,
    )


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations."""

    def confirmed(self) -> Self:
        """Those a curator has confirmed to be who they say."""
        return self.filter(confirmed_at__isnull=False)

    def unconfirmed(self) -> Self:
        """Those that wait for a curator, oldest first."""
        return self.filter(confirmed_at__isnull=True).order_by("created_at")

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Confirmed ones are public; others are seen by their members and by curators."""
        if not user.is_authenticated:
            return self.confirmed()
        if user.is_active and user.is_curator:
            return self.all()
        return self.filter(Q(confirmed_at__isnull=False) | Q(pk__in=user.memberships.values("organisation")))

    def belonging_to(self, user: User) -> Self:
        """Those the person is a member of, in whatever role."""
        return self.filter(memberships__user=user)


class MembershipInvitationQuerySet(models.QuerySet["MembershipInvitation"]):
    """Invitations to join an organisation."""

    def unanswered(self) -> Self:
        """Those neither accepted nor revoked, be they too old."""
        return self.filter(accepted_at__isnull=True, ended_at__isnull=True)

    def open(self) -> Self:
        """Those that can be accepted now."""
        return self.unanswered().filter(expires_at__gt=timezone.now())
