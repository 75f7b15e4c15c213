"""A hand at work: the job it was told of, then others in turn."""

from __future__ import annotations

import datetime as dt
import time

from portal.jobs.models import Job
from portal.jobs.running import WAITS, run_job
from portal.jobs.services import tell_of_next
from portal.jobs.turns import next_for_the_hand_that_did

#: For so long a hand goes on without being told; the hard limit of its message counts from the first job.
SECONDS_WITHOUT_BEING_TOLD = 5.0


def serve(job_id: str, *, rung_at: dt.datetime | None = None) -> int:
    """Does the job it was told of, then the next in turn of the same queue for a while; how many those were.

    Args:
        job_id: of the first job.
        rung_at: when the doorbell was rung for it.
    """
    began, done = time.monotonic(), 0
    run_job(job_id, rung_at=rung_at)
    first = Job.objects.filter(pk=job_id).only("queue", "deadline_seconds").first()
    while first is not None and time.monotonic() - began < SECONDS_WITHOUT_BEING_TOLD:
        job = next_for_the_hand_that_did(first.queue)
        if job is None or (job.deadline_seconds or 0) > (first.deadline_seconds or 0):
            break
        if run_job(job.pk) == WAITS:
            break
        done += 1
    tell_of_next()
    return done
