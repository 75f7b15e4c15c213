"""What becomes of jobs whose worker died, whose doorbell was lost, or whose time is up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from portal.jobs.models import Job
from portal.jobs.querysets import from_now
from portal.jobs.services import ring

TOO_LATE = gettext_noop("It did not end in the time it was given. You can ask again, perhaps for less at once.")
DIED = gettext_noop("It was stopped on our side each time it was tried. We have been told.")

#: A doorbell that nobody answered in this time may be lost; ringing twice does no harm.
SECONDS_TO_ANSWER = 30
#: So that a long queue is not drowned in its own doorbells.
RINGS_A_ROUND = 20


@dataclass(frozen=True)
class Reaped:
    """What one round of the reaper did, in numbers of jobs."""

    too_late: int
    cancelled: int
    given_up: int
    requeued: int
    rung: int


def reap() -> Reaped:
    """Sees to every job that no worker holds any more; safe to run in several processes at once.

    Each step is one UPDATE that takes the token on, so that a worker that still believes it holds the job can write
    nothing more.
    """
    over = {"token": F("token") + 1, "lease_until": None, "finished_at": Now()}
    too_late = Job.objects.overdue().update(
        state=Job.State.FAILED, error_code="too_late", error_message=TOO_LATE, **over
    )
    unheld = Job.objects.filter(Q(state="queued") | Q(state="running", lease_until__lt=Now()))
    cancelled = unheld.filter(cancel_requested_at__isnull=False).update(state=Job.State.CANCELLED, **over)
    given_up = (
        Job.objects.abandoned()
        .filter(attempts__gte=F("max_attempts"))
        .update(state=Job.State.FAILED, error_code="worker_died", error_message=DIED, **over)
    )
    requeued = Job.objects.abandoned().update(
        state=Job.State.QUEUED, token=F("token") + 1, lease_until=None, rung_at=None
    )
    return Reaped(too_late, cancelled, given_up, requeued, ring_again())


def ring_again() -> int:
    """Rings for the jobs nobody was told of, or nobody answered for; how many. Stops when the broker is down."""
    unheard = Q(rung_at__isnull=True) | Q(rung_at__lt=from_now(-SECONDS_TO_ANSWER))
    waiting = Job.objects.filter(unheard, state="queued").order_by(F("rung_at").asc(nulls_first=True), "created_at")
    rung = 0
    for job in waiting[:RINGS_A_ROUND]:
        Job.objects.filter(pk=job.pk, state="queued").update(rung_at=Now())
        if not ring(job=job):
            break
        rung += 1
    return rung
