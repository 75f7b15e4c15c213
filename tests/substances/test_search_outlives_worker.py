"""A search whose worker is killed in the middle of it, with real processes: it ends, once, with the right hits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from portal.jobs.models import Job
from substances.models import SearchHit, StructureSearch
from substances.searches.request import request_search
from substances.searches.results import results
from tests.build import a_substance
from tests.conftest import COPIES
from tests.processes import LiveWorker, Running, start_worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def patient_worker(transactional_db: None) -> Iterator[LiveWorker]:
    """A real worker whose searches wait for the sandbox for longer than any test."""
    live = start_worker(database_url=COPIES.url, including="tests.substances.patient_reading")
    yield live
    live.stop()


def a_search_in_its_middle(worker: LiveWorker) -> tuple[StructureSearch, Job]:
    """A search that the worker has begun and cannot end: the sandbox that reads its structure is stopped."""
    worker.stop_sandboxes()
    with transaction.atomic():
        text = "Oc1ccc(cc1)C(C)(C)c1ccc(O)cc1"
        search = request_search(by=None, session_key="a-session", text=text, format="smiles")
        assert search.job is not None
        job = search.job
        Job.objects.filter(pk=job.pk).update(lease_seconds=2)
    wait_until(Job.objects.filter(pk=job.pk, state="running").exists, what="the beginning of the search")
    return search, job


def test_a_search_is_answered_once_when_its_worker_is_killed_in_mid_search(
    patient_worker: LiveWorker, scheduler: Running
) -> None:
    a_substance(name="bisphenol A", smiles="CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
    a_substance(name="bisphenol F", smiles="Oc1ccc(Cc2ccc(O)cc2)cc1")
    a_substance(name="ethanol", smiles="CCO")
    search, job = a_search_in_its_middle(patient_worker)
    patient_worker.kill()
    assert not SearchHit.objects.exists()
    patient_worker.restart()
    wait_until(Job.objects.filter(pk=job.pk, finished_at__isnull=False).exists, what="the end of the search")
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    found = results(StructureSearch.objects.select_related("job").get(pk=search.pk)).hits
    assert [hit.name for hit in found] == ["bisphenol A", "bisphenol F"]
    assert SearchHit.objects.count() == 2
