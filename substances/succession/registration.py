"""Tells review what merging and splitting are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.review.registry import proposal_kind
from substances.succession import proposals


def register() -> None:
    """Registers the kinds; called once, when the app is ready."""
    for slug, label, on_accept, describe in (
        (proposals.MERGE, _("Merge two substances"), proposals.merge, proposals.describe_merge),
        (proposals.SPLIT, _("Split a substance"), proposals.split, proposals.describe_split),
    ):
        proposal_kind(slug, label=label, on_accept=on_accept, may_propose=proposals.may_propose, describe=describe)
