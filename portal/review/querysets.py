"""The questions asked of proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from portal.review.registry import kinds

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.organisations.models import User
    from portal.review.models import Proposal  # noqa: F401  # named in the string below


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Public kinds once submitted; one's own and one's organisations'; to curators all that was submitted."""
        submitted = ~Q(state="draft")
        visible = submitted & Q(kind__in=[kind.slug for kind in kinds() if kind.is_public])
        if user.is_authenticated:
            visible |= Q(proposed_by=user)
            visible |= submitted & Q(organisation__in=user.memberships.values("organisation"))
            if user.is_active and user.is_curator:
                visible |= submitted
        return self.filter(visible)

    def waiting(self) -> Self:
        """Those that wait for a decision, oldest first."""
        return self.filter(state__in=["submitted", "in_review"]).order_by("submitted_at", "id")

    def about(self, target_kind: str, target_id: object) -> Self:
        """Those about one thing."""
        return self.filter(target_kind=target_kind, target_id=target_id)
