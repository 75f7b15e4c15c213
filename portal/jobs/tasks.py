"""The Celery task that does jobs. Only workers import this module."""

from __future__ import annotations

from celery import shared_task

from portal.jobs.running import run_job


@shared_task(name="portal.jobs.run")  # type: ignore[untyped-decorator]  # celery ships no types
def run(job_id: str) -> None:
    """Does the job if it is there to be done: delivered twice it works once, lost it is sent again."""
    run_job(job_id)
