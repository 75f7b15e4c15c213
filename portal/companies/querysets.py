"""The questions asked of companies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Prefetch

from substances.models import ConcernFlag

if TYPE_CHECKING:
    from portal.companies.models import Company  # noqa: F401  # named in the string below


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies."""

    def with_profile(self) -> Self:
        """With what it makes, imports or uses and what it promised, in a fixed number of queries."""
        return self.prefetch_related(
            "production__source",
            "production__substance__identifiers",
            Prefetch("production__substance__flags", queryset=ConcernFlag.objects.standing().select_related("source")),
            "commitments__substance",
            "commitments__group",
            "commitments__source",
        )
