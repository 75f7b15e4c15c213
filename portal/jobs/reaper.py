"""What becomes of jobs whose worker died, whose doorbell was lost, or whose time is up."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from portal.jobs.models import Job
from portal.jobs.querysets import from_now
from portal.jobs.services import ring_anew, tell_of_next

TOO_LATE = gettext_noop("It did not end in the time it was given. You can ask again, perhaps for less at once.")
DIED = gettext_noop("It was stopped on our side each time it was tried. We have been told.")

#: A doorbell that nobody answered in this time may be lost; ringing twice does no harm.
SECONDS_TO_ANSWER = 30
#: Where a queue has not moved for so long, what waits in it past its deadline is over.
SECONDS_TO_MOVE = 60
#: So that a round stays short.
RINGS_A_ROUND = 20


@dataclass(frozen=True)
class Reaped:
    """What one round of the reaper did, in numbers of jobs."""

    too_late: int
    cancelled: int
    given_up: int
    requeued: int
    rung: int


def reap(*, watching_for_seconds: float = float("inf")) -> Reaped:
    """Sees to every job that no worker holds any more; safe to run in several processes at once.

    Args:
        watching_for_seconds: since when this process has been watching. What waited while the portal was down is given
            a minute to begin.

    Each step is one UPDATE that takes the token on, so that a worker that still believes it holds the job can write
    nothing more.
    """
    over = {"token": F("token") + 1, "lease_until": None, "finished_at": Now()}
    failed = {"state": Job.State.FAILED, "error_code": "too_late", "error_message": TOO_LATE}
    too_late = Job.objects.overdue().update(**failed, **over)
    if watching_for_seconds >= SECONDS_TO_MOVE:
        too_late += Job.objects.waited_past_deadline().filter(queue__in=_queues_at_rest()).update(**failed, **over)
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


def _queues_at_rest() -> list[str]:
    """The queues that wait for workers nobody hears of; in one that moves everybody's turn comes."""
    late = Job.objects.waited_past_deadline()
    jobs = Job.objects.moving(within_seconds=SECONDS_TO_MOVE)
    waiting = [queue for queue in settings.BROKER_QUEUES if late.filter(queue=queue).exists()]
    return [queue for queue in waiting if not jobs.filter(queue=queue).exists()]


def ring_again() -> int:
    """Rings for the jobs nobody was told of or whose doorbell is lost; how many. Stops when the broker is down."""
    rung = tell_of_next()
    for job in [lost for queue in settings.BROKER_QUEUES for lost in _unanswered(queue)][:RINGS_A_ROUND]:
        if not ring_anew(job):
            break
        rung += 1
    return rung


def _unanswered(queue: str) -> list[Job]:
    """The jobs of one queue whose doorbell is lost, the longest silent first.

    Doorbells are answered in the order they were rung. So a job that still waits when one rung later was answered was
    not heard; one that only stands in a long queue is not rung for again, however long it waits, or the queue would
    grow by its own doorbells. Where every doorbell is lost none is answered: after a silence the job that waits
    longest is rung for, and the answer to that shows which others were not heard.
    """
    jobs = Job.objects.filter(queue=queue)
    silent = jobs.silent(SECONDS_TO_ANSWER)
    if not silent.exists():
        return []
    last_answered = jobs.aggregate(last=Max("answered_ring_at"))["last"]
    if last_answered and (overtaken := list(silent.filter(rung_at__lt=last_answered)[:RINGS_A_ROUND])):
        return overtaken
    rung_lately = jobs.filter(state__in=Job.State.values, rung_at__gte=from_now(-SECONDS_TO_ANSWER))  # so by an index
    return [] if rung_lately.exists() else list(silent[:1])
