"""Proposals: what one person brings forward and another, never the same, decides."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.organisations.models import Organisation
from portal.review.querysets import ProposalQuerySet


class Proposal(models.Model):
    """A change somebody proposes, with the evidence for it and its way through review.

    What it is about is named by (target_kind, target_id); the room that owns the target registers the kind of
    proposal in `portal.review.registry` and says there what acceptance does.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        IN_REVIEW = "in_review", _("In review")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Not accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        CHALLENGED = "challenged", _("Challenged")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=40)
    target_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    evidence = models.TextField(_("evidence"))
    evidence_url = models.URLField(_("where the evidence can be read"), blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("public reason"), blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["submitted_at", "created_at"]
        constraints = [
            models.CheckConstraint(
                name="proposal_is_never_decided_by_its_proposer",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Nobody decides on their own proposal."),
            ),
            models.CheckConstraint(
                name="proposal_is_decided_by_somebody_at_some_time_for_a_reason",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision_reason="")),
                violation_error_message=_("A decision needs a public reason."),
            ),
            models.CheckConstraint(
                name="proposal_is_decided_when_its_state_says_so",
                condition=Q(state__in=["accepted", "rejected", "challenged"], decided_at__isnull=False)
                | Q(state__in=["draft", "submitted", "in_review", "withdrawn"], decided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="proposal_brings_evidence_when_submitted", condition=Q(state="draft") | ~Q(evidence="")
            ),
            models.UniqueConstraint(
                fields=["kind", "target_kind", "target_id", "payload", "proposed_by"],
                condition=Q(state__in=["submitted", "in_review"]),
                name="proposal_is_open_once_per_person",
                violation_error_message=_("You have already proposed this; it is waiting for review."),
            ),
        ]
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="proposal_by_target"),
            models.Index(fields=["state", "submitted_at"], name="proposal_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.target_kind} {self.target_id}: {self.state}"


class Step(models.Model):
    """One step of a proposal's way: who moved it, from where to where, with what words. Rows are only ever added."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    remark = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
