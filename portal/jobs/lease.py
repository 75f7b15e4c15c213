"""Keeping the lease of a running job while its handler is busy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from django.db import DatabaseError, connection

from portal.jobs.models import Job
from portal.jobs.querysets import from_now

logger = structlog.get_logger(__name__)


#: How often it is asked whether the job was called off.
SECONDS_BETWEEN_LOOKS = 1.0


class LeaseKeeper:
    """A thread that renews the lease of a claimed job three times per lease, for as long as the block lasts.

    It also notices that the job was called off, or is held by somebody else by now, and then ends what the handler may
    be waiting for: the handler hears of it at its next step.

    Args:
        job: claimed.
        interrupt: called once, from the thread, when the handler should stop.
    """

    def __init__(self, job: Job, *, interrupt: Callable[[], None]) -> None:
        self._job_id = job.pk
        self._token = job.token
        self._seconds = job.lease_seconds
        self._interrupt = interrupt
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease of {job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        looks_a_renewal = max(1, int(self._seconds / 3 / SECONDS_BETWEEN_LOOKS))
        pause = self._seconds / 3 / looks_a_renewal
        look = 0
        try:
            while not self._ended.wait(pause):
                look += 1
                if not self._goes_on(renew=look % looks_a_renewal == 0):
                    self._interrupt()
                    return
        finally:
            connection.close()  # this thread's own

    def _goes_on(self, *, renew: bool) -> bool:
        """Whether the claim holds and nobody called the job off; a database that is away for a moment ends nothing.

        Nor does a job that is not to be seen: it was deleted, and its handler will find that out.
        """
        try:
            if renew:
                Job.objects.held_by(self._job_id, self._token).update(lease_until=from_now(self._seconds))
            seen = Job.objects.filter(pk=self._job_id).only("token", "state", "cancel_requested_at").first()
            if seen is None:
                return True
            return (seen.token, seen.state, seen.cancel_requested_at) == (self._token, Job.State.RUNNING, None)
        except DatabaseError as error:
            logger.warning("jobs.lease_not_renewed", job_id=str(self._job_id), error=type(error).__name__)
            connection.close()
            return True
