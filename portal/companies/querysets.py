"""The questions asked of companies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Prefetch

from substances.models import ConcernFlag
from substances.querysets import is_living

if TYPE_CHECKING:
    from portal.companies.models import Company  # noqa: F401  # named in the string below


class CompanyQuerySet(models.QuerySet["Company"]):
    """Companies."""

    def with_profile(self) -> Self:
        """With what it makes, imports or uses and what it promised, in a fixed number of queries.

        What stayed with a substance that was merged or split is history, and left out.
        """
        production, commitments = (
            self._related(name).objects.filter(is_living("substance__")) for name in ("production", "commitments")
        )
        flags = ConcernFlag.objects.standing().select_related("source")
        return self.prefetch_related(
            Prefetch("production", queryset=production.select_related("source", "substance")),
            "production__substance__identifiers",
            Prefetch("production__substance__flags", queryset=flags),
            Prefetch("commitments", queryset=commitments.select_related("substance", "group", "source")),
        )

    def _related(self, name: str) -> Any:
        """The model behind a relation: models import querysets, not the other way."""
        return self.model._meta.get_field(name).related_model
