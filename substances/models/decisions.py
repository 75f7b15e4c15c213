"""What curators decided about rows that named nobody for sure, remembered for the next release of the same list."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from substances.models.lists import ChemicalList
from substances.models.substance import Substance


class MemberDecision(models.Model):
    """Whom a list means by what it prints: one of the candidates, a substance of its own, or nobody we know."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chemical_list = models.ForeignKey(ChemicalList, on_delete=models.PROTECT, related_name="member_decisions")
    key = models.CharField(max_length=64, help_text=_("SHA-256 of the numbers and the name as reported."))
    reported = models.JSONField(help_text=_("Name and numbers as printed."))
    decision = models.ForeignKey(Substance, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_new = models.BooleanField(default=False, help_text=_("Whether the substance was made by this decision."))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["chemical_list", "key"],
                condition=Q(revoked_at__isnull=True),
                name="member_decision_stands_once_for_what_is_reported",
            ),
            models.CheckConstraint(
                name="member_decision_is_revoked_by_somebody_for_a_reason",
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True, revoked_reason="")
                | (Q(revoked_by__isnull=False, revoked_at__isnull=False) & ~Q(revoked_reason="")),
                violation_error_message=_("To revoke a decision needs a reason."),
            ),
            models.CheckConstraint(
                name="member_decision_made_a_substance_only_where_it_names_one",
                condition=Q(is_new=False) | Q(decision__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reported.get('name', '')}: {self.decision or '–'}"
