"""What the registry contradicts itself in, as findings for curators; and claims that people found to be wrong."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from substances.models.lists import Entry, Release
from substances.models.provenance import Source
from substances.models.substance import Substance
from substances.querysets_findings import FindingQuerySet
from substances.vocabulary import Checked


class RegistryCheck(models.Model):
    """One run over the whole registry that was finished."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    substances = models.PositiveIntegerField()
    by_kind = models.JSONField(default=dict, help_text=_("How many findings of each kind there were."))
    found = models.PositiveIntegerField(help_text=_("Findings that were new."))
    gone = models.PositiveIntegerField(help_text=_("Findings of earlier runs that no longer hold."))

    class Meta:
        ordering = ["-started_at"]
        get_latest_by = "started_at"

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class RegistryFinding(models.Model):
    """One contradiction. Its key is made of what contradicts what, so that finding it again is the same row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, unique=True)
    # Set null: a finding outlives what it speaks of, and the next run says that it is gone.
    substance = models.ForeignKey(Substance, null=True, on_delete=models.SET_NULL, related_name="+")
    other = models.ForeignKey(Substance, null=True, on_delete=models.SET_NULL, related_name="+")
    release = models.ForeignKey(Release, null=True, on_delete=models.SET_NULL, related_name="+")
    entry = models.ForeignKey(Entry, null=True, on_delete=models.SET_NULL, related_name="+")
    details = models.JSONField(default=dict, help_text=_("What the sentence of its kind is filled with."))
    found_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True)
    dismissed_reason = models.TextField(_("reason"), blank=True)
    # The newest proposal made from it (portal.review).
    proposal = models.ForeignKey("review.Proposal", null=True, on_delete=models.PROTECT, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "key"]
        constraints = [
            models.CheckConstraint(
                name="finding_is_dismissed_by_somebody_at_some_time_for_a_reason",
                condition=Q(dismissed_by__isnull=True, dismissed_at__isnull=True, dismissed_reason="")
                | (Q(dismissed_by__isnull=False, dismissed_at__isnull=False) & ~Q(dismissed_reason="")),
                violation_error_message=_("A dismissal needs a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["gone_at", "dismissed_at", "kind"], name="finding_by_state_and_kind"),
            models.Index(fields=["substance"], name="finding_by_substance"),
        ]

    def __str__(self) -> str:
        return self.key


class RejectedClaim(models.Model):
    """A number or name found to be wrong of a substance: kept as its source gave it, never learned again."""

    substance = models.ForeignKey(Substance, on_delete=models.PROTECT, related_name="rejected_claims")
    scheme = models.CharField(max_length=10, help_text=_("An identifier's scheme, or name."))
    value = models.CharField(max_length=1000)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    locator = models.CharField(max_length=200, blank=True)
    checked = models.CharField(max_length=10, choices=Checked)
    rejected_at = models.DateTimeField(auto_now_add=True)
    proposal = models.ForeignKey("review.Proposal", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["substance", "scheme", "value", "source"], name="rejected_claim_is_kept_once_of_a_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"
