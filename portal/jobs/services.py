"""Asking for work, calling it off, and telling the broker about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

import structlog
from amqp.exceptions import AMQPError
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import KombuError

from portal.celery import app
from portal.jobs.models import Job
from portal.jobs.owners import owner_of
from portal.jobs.quotas import refuse_too_many
from portal.jobs.turns import is_idle, is_told_at_once, next_to_tell_of, next_turn
from portal.organisations.models import User

logger = structlog.get_logger(__name__)

#: What the broker can answer a doorbell with, other than success.
BROKER_ERRORS = (KombuError, AMQPError, OSError)
#: Seconds a worker's pool child may work on past the job's deadline before it is killed.
GRACE_SECONDS = 15


@transaction.atomic
def request_job(
    *,
    name: str,
    arguments: Mapping[str, str | int],
    by: User | None = None,
    client: str = "",
    queue: str = "interactive",
    deadline_seconds: int = 120,
    lease_seconds: int = 15,
) -> Job:
    """A new job, handed to the workers when its turn comes and the transaction has committed.

    A broker that is down costs two seconds at most and loses nothing: the scheduler rings again.

    Args:
        name: the registered work, such as substances.similarity.search.
        arguments: ids and numbers only; never a structure, never a secret.
        by: who asked; nobody for work of the portal itself or of a session.
        client: what tells one stranger from another; only a hash of it is kept.
        queue: one of the queues in the settings.
        deadline_seconds: from its turn on; past it the job is failed instead of tried again.
        lease_seconds: how long a worker may be silent before another takes over.

    Raises:
        ValueError: no worker listens to the queue.
        QueueFull: who asks has too many open already, or there is too much work for strangers.
    """
    (job,) = request_jobs(
        name=name,
        arguments=[arguments],
        by=by,
        client=client,
        queue=queue,
        deadline_seconds=deadline_seconds,
        lease_seconds=lease_seconds,
    )
    return job


@transaction.atomic
def request_jobs(
    *,
    name: str,
    arguments: Sequence[Mapping[str, str | int]],
    by: User | None = None,
    client: str = "",
    queue: str = "interactive",
    cost: int = 1,
    deadline_seconds: int = 120,
    lease_seconds: int = 15,
) -> list[Job]:
    """As `request_job`, one for each of `arguments`, in that order; all or none.

    Args:
        cost: how much work one of them is, compared with others of the queue.
    """
    if queue not in settings.BROKER_QUEUES:
        raise ValueError(f"No worker listens to {queue!r}; the queues are {', '.join(settings.BROKER_QUEUES)}.")
    owner = owner_of(by, client=client)
    idle = is_idle(queue)
    turn = cost if idle else next_turn(queue, owner, cost=cost)
    refuse_too_many(queue=queue, owner_key=owner, turn=turn, jobs=len(arguments), deadline_seconds=deadline_seconds)
    now = timezone.now()
    told = idle or is_told_at_once(queue, owner)
    jobs = Job.objects.bulk_create(
        Job(
            name=name,
            queue=queue,
            arguments=dict(own),
            requested_by=by,
            owner_key=owner,
            turn=turn + number * cost,
            lease_seconds=lease_seconds,
            deadline=now + dt.timedelta(seconds=deadline_seconds),
            deadline_seconds=deadline_seconds,
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
            rung_at=now if told and not number else None,  # taken back by `ring` when the broker does not answer
        )
        for number, own in enumerate(arguments)
    )
    transaction.on_commit(partial(_tell, jobs))
    return jobs


def _tell(jobs: list[Job]) -> None:
    """Tells the broker of the first job, and where that one has to wait or there are more, of what may begin by now.

    Only now, for a hand that ended its work before these jobs could be seen has not found them.
    """
    first = jobs[0]
    if first.rung_at is not None:
        heard = ring(job=first)
    else:
        heard = is_told_at_once(first.queue, first.owner_key) and ring_anew(first)
    if heard and len(jobs) > 1:
        tell_of_next()


def tell_of_next() -> int:
    """Tells the broker of the jobs that wait untold and may begin; how many. Stops when the broker is down."""
    rung = 0
    for job in next_to_tell_of():
        if not ring_anew(job):
            break
        rung += 1
    return rung


def ring_anew(job: Job) -> bool:
    """Rings for a job if it waits, and whether the broker answered."""
    job.rung_at = timezone.now()
    waits = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(rung_at=job.rung_at)
    return ring(job=job) if waits else True


def ring(*, job: Job) -> bool:
    """Tells the broker that `job` waits, and whether the broker heard it; if not, the job is marked as not rung."""
    seconds_left: float = settings.CELERY_TASK_TIME_LIMIT
    if job.started_at is None and job.deadline_seconds is not None:
        seconds_left = job.deadline_seconds
    elif job.deadline is not None:
        seconds_left = (job.deadline - timezone.now()).total_seconds()
    try:
        app.send_task(
            "portal.jobs.run",
            args=[str(job.pk), job.rung_at.isoformat() if job.rung_at else None],
            queue=job.queue,
            time_limit=max(0, seconds_left) + GRACE_SECONDS,
            retry=False,
        )
    except BROKER_ERRORS as error:
        logger.warning("jobs.broker_is_down", job_id=str(job.pk), error=type(error).__name__)
        Job.objects.filter(pk=job.pk).update(rung_at=None)
        return False
    return True


@transaction.atomic
def cancel_job(*, job: Job, by: User | None) -> Job:
    """The job, called off: at once while it waits, at the next check while it runs; an ended one stays as it is."""
    open_job = Job.objects.open().filter(pk=job.pk, cancel_requested_at__isnull=True)
    asked = open_job.update(cancel_requested_at=Now())
    Job.objects.filter(pk=job.pk, state="queued").update(state=Job.State.CANCELLED, finished_at=Now())
    if asked:
        logger.info("jobs.cancel_requested", job_id=str(job.pk), by=str(by.pk) if by else None)
    job.refresh_from_db()
    return job
