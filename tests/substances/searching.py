"""Searches asked and answered in a test, by a worker in this process where they need one."""

from __future__ import annotations

from typing import Any

from portal.jobs.running import run_job
from portal.organisations.models import User
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import StructureSearch
from substances.searches.request import request_search
from substances.searches.results import FoundHit, SearchResults, results


def searched(
    text: str, kind: str = "similarity", *, format: str = "smiles", by: User | None = None, **parameters: Any
) -> StructureSearch:
    """A search with its answer."""
    search = request_search(
        by=by, session_key="" if by else "a-session", text=text, kind=kind, format=format, parameters=parameters
    )
    if search.job is not None:
        run_job(search.job.pk)
    return StructureSearch.objects.select_related("job", "known_substance").get(pk=search.pk)


def answer_to(text: str, kind: str = "similarity", *, format: str = "smiles", **parameters: Any) -> SearchResults:
    """The answer alone."""
    return results(searched(text, kind, format=format, **parameters))


def hits_of(text: str, kind: str, **more: Any) -> list[FoundHit]:
    """The hits alone."""
    return answer_to(text, kind, **more).hits
