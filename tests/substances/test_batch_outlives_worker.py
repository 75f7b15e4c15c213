"""A batch whose worker or sandbox is killed in the middle, with real processes: no row is lost, none is doubled."""

from __future__ import annotations

import os
import signal

import pytest
from django.db import transaction

from portal.jobs.models import Job
from substances.batches import asking
from substances.batches.asking import cancel_batch
from substances.batches.telling import progress_of
from substances.models import BatchAnswer, StructureSearch
from tests.build import a_substance
from tests.processes import LiveWorker, Running, children_of, command_line, wait_until
from tests.substances.made_batches import a_batch, rows_told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

ROWS = 90


@pytest.fixture
def batch(worker: LiveWorker, monkeypatch: pytest.MonkeyPatch) -> StructureSearch:
    """A batch of three parts, handed over to a real worker, whose leases are short."""
    a_substance(name="bisphenol A", smiles="CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
    monkeypatch.setattr(asking, "ROWS_A_PART", 30)
    with transaction.atomic():
        search = a_batch("\n".join(f"CC(C)(c1ccc(O{'C' * n})cc1)c1ccc(O)cc1" for n in range(1, ROWS + 1)))
        Job.objects.update(lease_seconds=2)
    return search


def sandboxes(worker: LiveWorker) -> list[int]:
    owned = [pid for child in worker.pool_children() for pid in children_of(child)]
    return [pid for pid in owned if "substances.chemistry.sandbox" in command_line(pid)]


def first_part_begun() -> bool:
    return Job.objects.filter(state="running", progress_total__isnull=False).exists() or BatchAnswer.objects.exists()


def every_row_is_answered_once(search: StructureSearch) -> None:
    wait_until(lambda: progress_of(search).has_ended, seconds=120, what="the end of the batch")
    progress = progress_of(search)
    assert (progress.state, progress.answered, BatchAnswer.objects.count()) == ("done", ROWS, ROWS)
    assert [one.row.number for one in rows_told(search)] == list(range(1, ROWS + 1))


def test_a_batch_goes_on_where_it_was_when_its_worker_is_killed(
    batch: StructureSearch, worker: LiveWorker, scheduler: Running
) -> None:
    wait_until(first_part_begun, what="the first part")
    worker.kill()
    worker.restart()
    every_row_is_answered_once(batch)
    assert progress_of(batch).not_assessed == 0


def test_the_other_rows_go_on_when_a_sandbox_is_killed(batch: StructureSearch, worker: LiveWorker) -> None:
    wait_until(first_part_begun, what="the first part")
    for pid in sandboxes(worker):
        os.kill(pid, signal.SIGKILL)
    every_row_is_answered_once(batch)
    assert progress_of(batch).not_assessed <= 1


def test_a_batch_is_called_off_while_its_sandbox_is_silent(batch: StructureSearch, worker: LiveWorker) -> None:
    wait_until(first_part_begun, what="the first part")
    for pid in sandboxes(worker):
        os.kill(pid, signal.SIGSTOP)
    cancel_batch(search=batch, by=None)
    wait_until(lambda: progress_of(batch).has_ended, what="the end of the batch")
    assert progress_of(batch).state == "cancelled"
    assert BatchAnswer.objects.count() % 30 == 0
