"""The questions asked of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User
    from portal.watching.models import Event  # noqa: F401  # named in the string below


class EventQuerySet(models.QuerySet["Event"]):
    """Changes."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The public ones, and those of organisations the person belongs to."""
        visible = Q(organisation__isnull=True)
        if user.is_authenticated:
            visible |= Q(organisation__in=user.memberships.values("organisation"))
        return self.filter(visible)
