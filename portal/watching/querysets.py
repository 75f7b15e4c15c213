"""The questions asked of events."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

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

    def public(self) -> Self:
        """Those for everybody."""
        return self.filter(organisation__isnull=True)

    def about(self, subject_kind: str, subjects: Collection[uuid.UUID] | models.QuerySet[Any]) -> Self:
        """Those that happened to one of these subjects."""
        return self.filter(subject_kind=subject_kind, subject_id__in=subjects)
