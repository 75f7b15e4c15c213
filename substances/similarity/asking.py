"""Asking for an index to be built by a worker."""

from __future__ import annotations

import time

from django.db import transaction

from portal.jobs.models import Job
from portal.jobs.services import request_job

INDEX_WORK = "substances.similarity.index"
DEADLINE_SECONDS = 6 * 3600
_NOT_AGAIN_WITHIN_S = 15.0

_asked: dict[str, float] = {}


def forget() -> None:
    """As if nobody had asked in this process."""
    _asked.clear()


def ask_for_index(collection: str) -> Job | None:
    """The job that builds what is due of a collection; None where one is open, or was asked for a moment ago here."""
    now = time.monotonic()
    if now - _asked.get(collection, -_NOT_AGAIN_WITHIN_S) < _NOT_AGAIN_WITHIN_S:
        return None
    _asked[collection] = now
    with transaction.atomic():
        if Job.objects.open().filter(name=INDEX_WORK, arguments__collection=collection).exists():
            return None
        return request_job(
            name=INDEX_WORK,
            arguments={"collection": collection},
            queue="batch",
            deadline_seconds=DEADLINE_SECONDS,
            lease_seconds=60,
        )
