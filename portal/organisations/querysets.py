"""The questions asked of organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import Organisation, User  # noqa: F401  # one is named in the string below


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
