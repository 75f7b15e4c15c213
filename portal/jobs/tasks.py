"""The Celery task that does jobs, and a chore. Only workers and the scheduler import this module."""

from __future__ import annotations

import datetime as dt
import time
from importlib import import_module
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

from portal.jobs.folder_broker import sweep
from portal.jobs.heartbeat import Pulse
from portal.jobs.registry import every
from portal.jobs.serving import serve
from portal.organisations.services.request_keys import forget_old_keys

_pulses: dict[str, Pulse] = {}


@shared_task(name="portal.jobs.run")  # type: ignore[untyped-decorator]  # celery ships no types
def run(job_id: str, rung_at: str | None = None) -> None:
    """Does the job if it is there to be done, then others in turn; delivered twice it works once, lost it is resent.

    Args:
        job_id: of the job.
        rung_at: when this doorbell was rung, ISO 8601; it shows which earlier ones were lost.
    """
    serve(job_id, rung_at=dt.datetime.fromisoformat(rung_at) if rung_at else None)


@worker_ready.connect  # type: ignore[untyped-decorator]  # celery ships no types
def start_pulse(sender: Any, **_: Any) -> None:
    """The worker hears the broker and has its pool: it says that it lives, from its parent process."""
    pulse = _pulses[sender.hostname] = Pulse(name=sender.hostname, kind="worker", hands=sender.controller.concurrency)
    pulse.start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]  # celery ships no types
def stop_pulses(**_: Any) -> None:
    """The worker takes no more work."""
    while _pulses:
        _pulses.popitem()[1].stop()


@every(86_400)
def forget_expired_sessions() -> None:
    """Sessions past their date are deleted: a search without an account begins one."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@every(600)
def forget_keys_of_requests() -> None:
    """Under which key somebody sent a request is known for a day."""
    forget_old_keys()


@every(3600)
def sweep_messages_of_the_dead() -> None:
    """What killed processes left in the folder of messages is deleted an hour later."""
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        sweep(settings.BROKER_DIR / "messages", before=time.time() - 3600)
