"""Batches for tests: asked, and answered in this process by the real sandbox."""

from __future__ import annotations

from typing import Any

from portal.jobs.running import run_job
from portal.organisations.models import User
from substances import tasks  # noqa: F401  # registers the work
from substances.batches.asking import format_of, records_in, request_batch
from substances.batches.telling import Told, progress_of, rows_of, told
from substances.models import StructureSearch


def a_batch(text: str, *, by: User | None = None, file_name: str = "", **parameters: Any) -> StructureSearch:
    """A batch of these rows, its parts waiting."""
    records = records_in(text, format_of(text, file_name))
    return request_batch(by=by, session_key="a-session", records=records, parameters=parameters, file_name=file_name)


def an_answered_batch(text: str, **more: Any) -> StructureSearch:
    """A batch whose parts were all done."""
    search = a_batch(text, **more)
    for part in search.parts.all():
        assert run_job(part.job_id) == "done"
    search.refresh_from_db()
    return search


def rows_told(search: StructureSearch, show: str = "all") -> list[Told]:
    """Its rows, as a page tells them."""
    ended = progress_of(search).has_ended
    return list(told(rows_of(search, show, ended=ended), ended=ended))
