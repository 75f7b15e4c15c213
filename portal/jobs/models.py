"""The ledger of work done outside the request. The broker only rings a doorbell; what is owed stands here."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jobs.querysets import HeartbeatQuerySet, JobQuerySet


class Job(models.Model):
    """One piece of work, named by string, with everything needed to finish it whatever dies."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, help_text=_("The registered work, such as substances.similarity.search."))
    queue = models.CharField(max_length=20, default="interactive")
    arguments = models.JSONField(default=dict, help_text=_("Ids only: never a structure, never a secret."))
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    token = models.PositiveIntegerField(
        default=0, help_text=_("Fencing: grows with each claim; an older one may not write.")
    )
    owner_key = models.CharField(
        max_length=50, blank=True, help_text=_("On whose behalf; see portal.jobs.owners. Empty: the portal itself.")
    )
    turn = models.PositiveBigIntegerField(default=0, help_text=_("Of those that wait in a queue the least is next."))
    lease_seconds = models.PositiveSmallIntegerField(default=15)
    lease_until = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True, help_text=_("Past it the job is failed, not tried again."))
    deadline_seconds = models.PositiveIntegerField(
        null=True, help_text=_("How long it may take from its turn on; the deadline counts anew when it begins.")
    )
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    rung_at = models.DateTimeField(null=True, help_text=_("When the broker was last told."))
    answered_ring_at = models.DateTimeField(
        null=True, help_text=_("When the doorbell was rung that the last claim answered; null: a claim without one.")
    )
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="job_state_is_known",
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
            ),
            models.CheckConstraint(
                name="job_is_leased_exactly_while_running",
                condition=Q(state="running", lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_is_finished_exactly_when_it_ended",
                condition=Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="job_that_failed_says_why", condition=~Q(state="failed") | ~Q(error_message="")
            ),
            models.CheckConstraint(
                name="job_attempts_stay_within_bounds", condition=Q(attempts__lte=models.F("max_attempts"))
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_by_state_and_lease"),
            models.Index(fields=["name", "created_at"], name="job_by_name_and_age"),
            models.Index(fields=["state", "queue", "rung_at"], name="job_by_state_queue_and_ring"),
            models.Index(fields=["queue", "answered_ring_at"], name="job_by_queue_and_answer"),
            # The owner stands in it so that those of one who has enough in hand are passed over without being read.
            models.Index(fields=["queue", "state", "turn", "created_at", "owner_key"], name="job_by_queue_and_turn"),
            models.Index(fields=["owner_key", "state", "queue", "turn"], name="job_by_owner_and_turn"),
            models.Index(fields=["queue", "finished_at"], name="job_by_queue_and_end"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id} {self.state}"

    @property
    def has_ended(self) -> bool:
        """Whether it is done, failed or cancelled, and will not change again."""
        return self.state in {self.State.DONE, self.State.FAILED, self.State.CANCELLED}


class Heartbeat(models.Model):
    """When a worker or the scheduler last said that it lives; `/readyz` reads it."""

    name = models.CharField(primary_key=True, max_length=80)
    kind = models.CharField(max_length=20)
    hands = models.PositiveSmallIntegerField(default=0, help_text=_("Of a worker: how many jobs it can do at once."))
    at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
