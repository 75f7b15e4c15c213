"""Signs of life of workers and scheduler, as rows."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from portal.jobs.models import Heartbeat

logger = structlog.get_logger(__name__)

SECONDS_BETWEEN = 3.0

# A process must not fork while a thread of it is inside the database library: the child would inherit locks that
# nobody in it will ever release. Forking waits until a beat is over, and the other way round.
_not_while_forking = threading.Lock()
os.register_at_fork(
    before=_not_while_forking.acquire,
    after_in_parent=_not_while_forking.release,
    after_in_child=_not_while_forking.release,
)


def beat(*, name: str, kind: str, hands: int = 0) -> None:
    """Says that `name`, a "worker" with so many hands or a "scheduler", lives now."""
    Heartbeat.objects.update_or_create(name=name[:80], defaults={"kind": kind, "hands": hands, "at": Now()})


def stop_beating(*, name: str) -> None:
    """Takes back what `name` said; it ends of its own will."""
    Heartbeat.objects.filter(name=name[:80]).delete()


class Pulse:
    """A thread that beats for a process that forks; no connection is open between two beats."""

    def __init__(self, *, name: str, kind: str, hands: int = 0) -> None:
        self._name = name
        self._kind = kind
        self._hands = hands
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beats from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Beats no more, and says so."""
        self._ended.set()
        self._thread.join()
        self._with_connection(lambda: stop_beating(name=self._name))

    def _run(self) -> None:
        self._with_connection(self._beat)
        while not self._ended.wait(SECONDS_BETWEEN):
            self._with_connection(self._beat)

    def _beat(self) -> None:
        beat(name=self._name, kind=self._kind, hands=self._hands)

    def _with_connection(self, write: Callable[[], None]) -> None:
        with _not_while_forking:
            try:
                write()
            except DatabaseError as error:
                logger.warning("jobs.heartbeat_not_written", error=type(error).__name__)
            finally:
                connection.close()
