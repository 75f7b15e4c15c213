"""Tells review what can be proposed about a finding; to merge two is a kind of `substances/succession`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.review.registry import proposal_kind
from substances.registry_check import proposals
from substances.registry_check.kinds import RAISE_FLAG, REJECT_CLAIM, WITHDRAW_FLAG
from substances.succession.proposals import may_propose


def register() -> None:
    """Registers the kinds; called once, when the app is ready."""
    for slug, label, on_accept, describe in (
        (RAISE_FLAG, _("Raise a flag that a rule demands"), proposals.raise_flag, proposals.describe_raise),
        (WITHDRAW_FLAG, _("Withdraw a flag without a ground"), proposals.withdraw_flag, proposals.describe_withdraw),
        (REJECT_CLAIM, _("Mark a number or name as wrong"), proposals.reject, proposals.describe_reject),
    ):
        proposal_kind(
            proposals.PREFIX + slug,
            label=label,
            on_accept=on_accept,
            may_propose=may_propose,
            describe=describe,
        )
