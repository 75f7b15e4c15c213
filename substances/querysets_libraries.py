"""Who may see which library."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from portal.organisations.models import Membership, User


class LibraryQuerySet(models.QuerySet[Any]):
    """Libraries."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of nobody in particular, and those of the person's organisations."""
        if not user.is_authenticated:
            return self.filter(organisation__isnull=True)
        own = Membership.objects.filter(user=user).values("organisation")
        return self.filter(Q(organisation__isnull=True) | Q(organisation__in=own))

    def ready(self) -> Self:
        """Those that can be searched."""
        return self.filter(state="ready")
