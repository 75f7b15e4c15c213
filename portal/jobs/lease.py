"""Keeping the lease of a running job while its handler is busy."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import structlog
from django.db import DatabaseError, connection

from portal.jobs.models import Job
from portal.jobs.querysets import from_now

logger = structlog.get_logger(__name__)


class LeaseKeeper:
    """A thread that renews the lease of a claimed job three times per lease, for as long as the block lasts."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self._token = job.token
        self._seconds = job.lease_seconds
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
        try:
            while not self._ended.wait(self._seconds / 3):
                if not self._renew():
                    return
        finally:
            connection.close()  # this thread's own

    def _renew(self) -> bool:
        """Whether the claim still holds; a database that is away for a moment does not end it."""
        try:
            held = Job.objects.held_by(self._job_id, self._token)
            return bool(held.update(lease_until=from_now(self._seconds)))
        except DatabaseError as error:
            logger.warning("jobs.lease_not_renewed", job_id=str(self._job_id), error=type(error).__name__)
            connection.close()
            return True
