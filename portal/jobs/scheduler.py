"""The process that sees that nothing owed is forgotten: reaper, heartbeat, and the rooms' chores."""

from __future__ import annotations

import time

import structlog
from django.db import DatabaseError, connection

from portal.jobs.heartbeat import SECONDS_BETWEEN, beat
from portal.jobs.models import Heartbeat
from portal.jobs.querysets import from_now
from portal.jobs.reaper import reap
from portal.jobs.registry import PeriodicChore, chores, every

logger = structlog.get_logger(__name__)


class Scheduler:
    """Does each chore when it is due, one after the other. Several may run; what they do is safe to do twice."""

    def __init__(self, *, name: str) -> None:
        self.name = name
        self._began = time.monotonic()
        own = [
            PeriodicChore("heartbeat", SECONDS_BETWEEN, lambda: beat(name=name, kind="scheduler")),
            PeriodicChore("reaper", 0, self._reap),
        ]
        self._due = dict.fromkeys([*own, *chores()], 0.0)

    def tick(self, now: float | None = None) -> None:
        """Does what is due at `now`, in seconds of a clock that only goes forward."""
        now = time.monotonic() if now is None else now
        for chore, due in self._due.items():
            if due <= now:
                self._due[chore] = now + chore.seconds
                self._do(chore)

    def _do(self, chore: PeriodicChore) -> None:
        """One chore's failure is logged and does not keep the others waiting; it is tried again when next due."""
        try:
            chore.function()
        except DatabaseError as error:
            logger.warning("scheduler.database_is_away", chore=chore.name, error=type(error).__name__)
            connection.close()
        except Exception as error:  # a room's chore may raise anything; the reaper must go on
            logger.exception("scheduler.chore_failed", chore=chore.name, error=type(error).__name__)

    def _reap(self) -> None:
        reaped = reap(watching_for_seconds=time.monotonic() - self._began)
        if any(vars(reaped).values()):
            logger.info("scheduler.reaped", **vars(reaped))


@every(3600)
def forget_silent_heartbeats() -> None:
    """Heartbeats of processes that ended without a word a day ago are deleted."""
    Heartbeat.objects.filter(at__lt=from_now(-86_400)).delete()
