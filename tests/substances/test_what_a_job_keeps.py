"""What is kept of a structure that somebody typed: nothing on the job, and nothing of nobody's after a day."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.jobs.models import Job
from portal.jobs.running import run_job
from portal.organisations.models import User
from substances import tasks  # noqa: F401  # registers the work these tests ask for
from substances.models import StructureSearch
from substances.searches.keeping import delete_old_searches
from substances.searches.request import request_search
from substances.searches.results import results
from tests.build import a_person

pytestmark = pytest.mark.django_db

FIVE_BONDS = "CC(C)(C)(C)C"
FOREIGN = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"


def asked(text: str, *, by: User | None = None) -> StructureSearch:
    return request_search(by=by, session_key="a-session", text=text, format="smiles")


def test_a_job_says_that_it_could_not_read_and_the_search_says_why() -> None:
    search = asked(FIVE_BONDS)
    assert search.job is not None
    run_job(search.job.pk)
    search = StructureSearch.objects.select_related("job").get(pk=search.pk)
    assert search.job is not None
    assert (search.job.error_code, search.job.error_message) == ("valence_at", "We could not read this structure.")
    assert "Atom 2 (C, character 2) has 5 bonds" in search.read_as["error"]["message"]
    assert "Atom 2 (C, character 2) has 5 bonds" in results(search).error


@pytest.mark.parametrize("has_run", [True, False])
def test_the_job_of_a_search_of_nobody_goes_with_it_after_a_day(has_run: bool) -> None:
    search, another = asked(FIVE_BONDS), asked(FOREIGN, by=a_person())
    assert search.job is not None
    if has_run:
        run_job(search.job.pk)
    delete_old_searches(now=search.created_at + dt.timedelta(hours=23))
    assert Job.objects.count() == 2
    assert delete_old_searches(now=search.created_at + dt.timedelta(hours=25)) == 1
    assert list(StructureSearch.objects.all()) == [another]
    assert list(Job.objects.all()) == [another.job]
    assert run_job(search.job.pk) == "nothing to do"
