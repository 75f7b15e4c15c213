"""Tells review what a flag is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.review.registry import proposal_kind
from substances.flags import rules, services


def register() -> None:
    """Registers the kind; called once, when the app is ready."""
    proposal_kind(
        services.KIND,
        label=_("Flag"),
        on_accept=services.publish_flag,
        on_refuse=services.end_flag,
        may_propose=rules.may_propose,
        describe=services.describe,
        is_public=True,
    )
