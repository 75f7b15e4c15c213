"""The questions asked of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from substances.models import RegistryFinding  # noqa: F401  # named in the string below


class FindingQuerySet(models.QuerySet["RegistryFinding"]):
    """Findings of the registry check."""

    def standing(self) -> Self:
        """Those that still held when the registry was last checked."""
        return self.filter(gone_at__isnull=True)

    def open(self) -> Self:
        """Those that stand and that nobody has dismissed."""
        return self.standing().filter(dismissed_at__isnull=True)

    def dismissed(self) -> Self:
        """Those that stand, and that somebody said are none, or are to stay."""
        return self.standing().filter(dismissed_at__isnull=False)

    def gone(self) -> Self:
        """Those that no longer hold."""
        return self.filter(gone_at__isnull=False)

    def with_what_is_shown(self) -> Self:
        """With substances, row, release, list and proposal, in one query."""
        wide = ("entry__reported", "entry__facts", "release__problems", "release__learned")
        return self.select_related(
            "substance", "other", "entry", "release__chemical_list", "proposal", "dismissed_by"
        ).defer(*wide)
