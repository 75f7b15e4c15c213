"""Asking for work, calling it off, and telling the broker about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
    queue: str = "interactive",
    deadline_seconds: int = 120,
    lease_seconds: int = 15,
) -> Job:
    """A new job, handed to the workers when the transaction commits.

    A broker that is down costs two seconds at most and loses nothing: the scheduler rings again.

    Args:
        name: the registered work, such as substances.similarity.search.
        arguments: ids and numbers only; never a structure, never a secret.
        by: who asked; nobody for work of the portal itself or of a session.
        queue: one of the queues in the settings.
        deadline_seconds: past it the job is failed instead of tried again.
        lease_seconds: how long a worker may be silent before another takes over.

    Raises:
        ValueError: no worker listens to the queue.
    """
    if queue not in settings.BROKER_QUEUES:
        raise ValueError(f"No worker listens to {queue!r}; the queues are {', '.join(settings.BROKER_QUEUES)}.")
    now = timezone.now()
    job = Job.objects.create(
        name=name,
        queue=queue,
        arguments=dict(arguments),
        requested_by=by,
        lease_seconds=lease_seconds,
        deadline=now + dt.timedelta(seconds=deadline_seconds),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
        rung_at=now,  # taken back by `ring` when the broker does not answer
    )
    transaction.on_commit(partial(ring, job=job))
    return job


def ring(*, job: Job) -> bool:
    """Tells the broker that `job` waits, and whether the broker heard it; if not, the job is marked as not rung."""
    seconds_left = (job.deadline - timezone.now()).total_seconds() if job.deadline else settings.CELERY_TASK_TIME_LIMIT
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
