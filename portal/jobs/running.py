"""Doing a job: claim it, keep the lease, write the result once, record how it ended."""

from __future__ import annotations

import datetime as dt
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_noop

from portal.jobs.lease import LeaseKeeper
from portal.jobs.models import Job
from portal.jobs.querysets import from_now
from portal.jobs.registry import handler_of, interrupt_all
from portal.jobs.turns import Standing, one_claim_at_a_time

logger = structlog.get_logger(__name__)

WAITS = "waits its turn"
GAVE_UP = gettext_noop("It stopped with an error on our side, also when tried again. We have been told.")


class Stopped(Exception):
    """This claim must not go on."""


class Superseded(Stopped):
    """Another claim has taken the job over, or it has ended: nothing more may be written."""


class Cancelled(Stopped):
    """Somebody called the job off."""


class WorkFailed(Exception):
    """The work cannot be done, and trying again would not help.

    Args:
        code: for programs, such as structure_unreadable.
        message: for people; says what to do next and quotes no secret.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Work:
    """One claim of one job, as its handler sees it."""

    def __init__(self, job: Job) -> None:
        self._token = job.token
        self._lease_seconds = job.lease_seconds
        self.job_id: uuid.UUID = job.pk
        self.arguments: dict[str, Any] = dict(job.arguments)
        self.attempt = job.attempts
        self.is_finished = False

    def check(self) -> None:
        """Does nothing while this claim may go on.

        Raises:
            Superseded: another claim took over, or the job was ended.
            Cancelled: somebody called it off.
        """
        self._write()

    def progress(self, done: int, total: int | None = None) -> None:
        """Tells how far the work is and renews the lease: one UPDATE, so call it a few times a second at most.

        Args:
            done: finished units.
            total: all units, if known.

        Raises:
            Superseded, Cancelled: as in `check`.
        """
        self._write(progress_done=done, progress_total=total)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction for a part of the result, which commits only while this claim holds the job.

        Raises:
            Superseded, Cancelled: as in `check`; nothing is written.
        """
        with transaction.atomic():
            self._write()
            yield

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """One transaction that writes the result and sets the job done: both, once, or neither.

        Raises:
            Superseded, Cancelled: as in `check`; nothing is written.
        """
        with transaction.atomic():
            # First, so that the row is locked against another claim until the commit.
            self._write(state=Job.State.DONE, lease_until=None, finished_at=Now())
            yield
        self.is_finished = True

    def _write(self, **changes: Any) -> None:
        """Updates the job if this claim still holds it, renewing the lease unless `changes` say otherwise."""
        changes = {"lease_until": from_now(self._lease_seconds)} | changes
        held = Job.objects.held_by(self.job_id, self._token)
        if held.filter(cancel_requested_at__isnull=True).update(**changes):
            return
        if held.exists():
            raise Cancelled(f"The job {self.job_id} was called off.")
        raise Superseded(f"The claim {self._token} of the job {self.job_id} holds no longer.")


def claim(job_id: uuid.UUID | str, *, rung_at: dt.datetime | None = None) -> Job | None:
    """The job, taken by a compare-and-swap of its token; None when there is nothing to take, or it is not its turn.

    One UPDATE changes the row only if it is claimable and nobody claimed it since we looked; each claim counts as an
    attempt, so that work which kills its worker cannot come back for ever.

    Args:
        job_id: of the job.
        rung_at: when the doorbell was rung that this claim answers.
    """
    seen = Job.objects.claimable().filter(pk=job_id).first()
    if seen is None:
        return None
    with one_claim_at_a_time(seen.queue):
        if not (Standing().may_begin(seen) and _take(seen, rung_at)):
            return None
    return Job.objects.held_by(job_id, seen.token + 1).first()


def _take(seen: Job, rung_at: dt.datetime | None) -> int:
    """How many rows the claim changed: one, or none where another was faster. The deadline counts from the first on."""
    first = seen.started_at is None and seen.deadline_seconds is not None
    return (
        Job.objects.claimable()
        .filter(pk=seen.pk, token=seen.token)
        .update(
            state=Job.State.RUNNING,
            token=F("token") + 1,
            attempts=F("attempts") + 1,
            lease_until=from_now(seen.lease_seconds),
            answered_ring_at=rung_at,
            started_at=Coalesce("started_at", Now()),
            deadline=from_now(seen.deadline_seconds) if first and seen.deadline_seconds else F("deadline"),
        )
    )


def run_job(job_id: uuid.UUID | str, *, rung_at: dt.datetime | None = None) -> str:
    """Does one job if it is there to be done, and says how that went; safe to call any number of times.

    What a handler raises is recorded on the job and logged here. It goes no further: Celery would log its text, which
    may quote a structure, and structures are their owners' secrets.
    """
    job = claim(job_id, rung_at=rung_at)
    if job is None:
        # It is told of again when it may begin.
        waits = Job.objects.claimable().filter(pk=job_id, state=Job.State.QUEUED).update(rung_at=None)
        return WAITS if waits else "nothing to do"
    with structlog.contextvars.bound_contextvars(job_id=str(job.pk), job=job.name, request_id=job.request_id):
        return _run(job)


def _run(job: Job) -> str:
    work = Work(job)
    try:
        with LeaseKeeper(job, interrupt=interrupt_all):
            handler_of(job.name)(work)
        if not work.is_finished:
            with work.finishing():
                pass
    except Superseded:
        logger.warning("jobs.superseded", token=job.token)
        return "superseded"
    except Cancelled:
        _end(job, state=Job.State.CANCELLED)
        return "cancelled"
    except WorkFailed as failure:
        _end(job, state=Job.State.FAILED, error_code=failure.code, error_message=failure.message)
        return "failed"
    except Exception as error:  # noqa: BLE001  # a handler may raise anything; the job must hear of it
        where = traceback.format_tb(error.__traceback__)
        logger.error("jobs.handler_raised", error=type(error).__name__, attempt=job.attempts, where=where)
        _record_error(job)
        return "error"
    return "done"


def _record_error(job: Job) -> None:
    """Puts the job back for another attempt, or fails it when there is none left."""
    if not connection.in_atomic_block:
        close_old_connections()  # it may be the connection that broke
    try:
        if job.attempts < job.max_attempts:
            # The scheduler rings again at its next round: what broke may need a moment.
            held = Job.objects.held_by(job.pk, job.token).filter(cancel_requested_at__isnull=True)
            if not held.update(state=Job.State.QUEUED, lease_until=None, rung_at=None):
                _end(job, state=Job.State.CANCELLED)
        else:
            _end(job, state=Job.State.FAILED, error_code="gave_up", error_message=GAVE_UP)
    except DatabaseError as error:
        logger.error("jobs.error_not_recorded", error=type(error).__name__)  # the lease runs out; the reaper sees it


def _end(job: Job, **changes: Any) -> None:
    """Ends the job, if this claim still holds it: cancelled, whatever else it came to, where it was called off."""
    held = Job.objects.held_by(job.pk, job.token)
    over: dict[str, Any] = {"lease_until": None, "finished_at": Now()}
    if not held.filter(cancel_requested_at__isnull=False).update(state=Job.State.CANCELLED, **over):
        held.update(**over | changes)
