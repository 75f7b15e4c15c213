"""How much one owner may have open, and when strangers are told to come back later."""

from __future__ import annotations

import math

from django.conf import settings
from django.utils.translation import gettext as _

from portal.common.errors import DomainError
from portal.jobs.models import Job
from portal.jobs.owners import is_stranger
from portal.jobs.querysets import from_now

#: What one hand does at the very least, where nothing has ended lately: as long as a sandbox may take.
SLOWEST_JOB_SECONDS = 5
_LOOKED_BACK_SECONDS = 60
_LONGEST_WAIT_SECONDS = 3600


class QueueFull(DomainError):
    """Too much is open already.

    Attributes:
        seconds: after which it may be tried again, by how fast jobs ended lately.
    """

    status = 429

    def __init__(self, message: str, *, code: str, seconds: float, status: int = 0) -> None:
        self.seconds = min(_LONGEST_WAIT_SECONDS, max(1, math.ceil(seconds)))
        super().__init__(message, code=code, status=status, headers={"Retry-After": str(self.seconds)})


def refuse_too_many(*, queue: str, owner_key: str, turn: int, jobs: int, deadline_seconds: int) -> None:
    """Does nothing while an owner may ask for `jobs` more in a queue; the portal itself always may.

    Raises:
        QueueFull: they would have too many open; or they are strangers, and what is before them would take longer than
            the work itself may.
    """
    if not owner_key:
        return
    stranger = is_stranger(owner_key)
    most = settings.OPEN_JOBS_OF_A_STRANGER if stranger else settings.OPEN_JOBS
    open_jobs = Job.objects.filter(owner_key=owner_key, queue=queue).open().values("pk")[: most + 1].count()
    if open_jobs + jobs > most:
        message = _("%(open)s of your searches are still open; at most %(most)s may be. Wait until some have ended.")
        seconds = (open_jobs + jobs - most) / _ended_a_second(queue, owner_key=owner_key)
        raise QueueFull(message % {"open": open_jobs, "most": most}, code="too_many_open", seconds=seconds)
    if stranger:
        _refuse_strangers_when_busy(queue, turn, deadline_seconds)


def _refuse_strangers_when_busy(queue: str, turn: int, deadline_seconds: int) -> None:
    before = Job.objects.filter(queue=queue, state=Job.State.QUEUED, turn__lt=turn).count()
    if not before:
        return
    seconds = before / _ended_a_second(queue)
    if seconds > deadline_seconds:
        message = _(
            "So many searches wait that yours would take too long. Come back later; what you wrote is kept here."
        )
        raise QueueFull(message, code="busy", seconds=seconds - deadline_seconds, status=503)


def _ended_a_second(queue: str, **fields: str) -> float:
    """How many jobs ended each second of the last minute; at least what one slow hand does."""
    ended = Job.objects.filter(queue=queue, finished_at__gte=from_now(-_LOOKED_BACK_SECONDS), **fields).count()
    return max(ended / _LOOKED_BACK_SECONDS, 1 / SLOWEST_JOB_SECONDS)
