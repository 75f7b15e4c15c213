"""Jobs whose worker died: by the reaper alone, and with real workers killed in the middle of their work."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from portal.jobs.heartbeat import beat, stop_beating
from portal.jobs.models import Heartbeat, Job
from portal.jobs.querysets import from_now
from portal.jobs.reaper import reap
from portal.jobs.registry import PeriodicChore
from portal.jobs.running import Superseded, Work, claim, run_job
from portal.jobs.scheduler import Scheduler
from portal.jobs.services import cancel_job, request_job
from portal.watching.models import Event
from tests.portal import work_for_tests  # noqa: F401  # registers the work these tests ask for
from tests.processes import LiveWorker, Running, is_alive, wait_until

pytestmark = pytest.mark.django_db


def a_running_job(*, silent: bool, **fields: object) -> Job:
    """A job a worker has claimed, and perhaps said nothing more of for longer than its lease."""
    job = Job.objects.create(name="tests.at_once", rung_at=timezone.now(), **fields)
    assert claim(job.pk) is not None
    if silent:
        Job.objects.filter(pk=job.pk).update(lease_until=from_now(-1))
    job.refresh_from_db()
    return job


def test_a_job_whose_worker_is_silent_waits_again_and_is_rung_for() -> None:
    job = a_running_job(silent=True)
    reaped = reap()
    job.refresh_from_db()
    assert (job.state, reaped.requeued, reaped.rung) == ("queued", 1, 1)


def test_a_job_whose_worker_speaks_is_left_alone() -> None:
    job = a_running_job(silent=False)
    reap()
    job.refresh_from_db()
    assert job.state == "running"


def test_a_job_that_killed_its_worker_three_times_fails_with_a_reason() -> None:
    job = a_running_job(silent=True, attempts=2)
    reap()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "worker_died")


def test_a_job_called_off_while_its_worker_died_is_cancelled() -> None:
    job = a_running_job(silent=True)
    cancel_job(job=job, by=None)
    reap()
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_job_past_its_deadline_fails_with_a_reason(state: str) -> None:
    job = a_running_job(silent=False) if state == "running" else Job.objects.create(name="tests.at_once")
    Job.objects.filter(pk=job.pk).update(deadline=from_now(-1))
    reap()
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "too_late")


def test_work_whose_job_was_ended_by_the_reaper_writes_nothing() -> None:
    job = a_running_job(silent=False)
    Job.objects.filter(pk=job.pk).update(deadline=from_now(-1))
    reap()
    with pytest.raises(Superseded):
        Work(job).check()


@pytest.mark.parametrize(
    ("rung_seconds_ago", "rung"),
    [
        pytest.param(None, 1, id="nobody was told"),
        pytest.param(31, 1, id="nobody answered"),
        pytest.param(1, 0, id="just told"),
    ],
)
def test_the_doorbell_is_rung_again_when(rung_seconds_ago: float | None, rung: int) -> None:
    job = Job.objects.create(name="tests.at_once")
    Job.objects.filter(pk=job.pk).update(rung_at=None if rung_seconds_ago is None else from_now(-rung_seconds_ago))
    assert reap().rung == rung


def a_job_rung_for(seconds_ago: float, **fields: object) -> Job:
    return Job.objects.create(
        name="tests.at_once", rung_at=timezone.now() - dt.timedelta(seconds=seconds_ago), **fields
    )


def a_job_that_has_waited_too_long(**fields: object) -> Job:
    return Job.objects.create(name="tests.at_once", deadline=timezone.now(), deadline_seconds=120, **fields)


def test_a_job_that_only_waited_is_not_too_late_while_its_queue_moves() -> None:
    job = a_job_that_has_waited_too_long()
    a_running_job(silent=False)
    assert reap().too_late == 0
    assert run_job(job.pk) == "done"


def test_a_job_that_waited_in_a_queue_where_nobody_works_fails_with_a_reason() -> None:
    job = a_job_that_has_waited_too_long(queue="batch")
    a_running_job(silent=False)
    assert reap(watching_for_seconds=10).too_late == 0
    assert reap(watching_for_seconds=60).too_late == 1
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "too_late")


def test_the_deadline_counts_from_the_turn_of_a_job_and_not_again_when_it_is_tried_again() -> None:
    job = a_job_that_has_waited_too_long()
    assert claim(job.pk) is not None
    job.refresh_from_db()
    first = job.deadline
    assert first is not None
    assert first > timezone.now() + dt.timedelta(seconds=100)
    Job.objects.filter(pk=job.pk).update(lease_until=from_now(-1), deadline=first)
    assert claim(job.pk) is not None
    job.refresh_from_db()
    assert job.deadline == first


def rung_in_a_round() -> list[Job]:
    """The jobs that one round of the reaper rings for."""
    before = dict(Job.objects.values_list("pk", "rung_at"))
    reap()
    return [job for job in Job.objects.order_by("created_at") if job.rung_at != before[job.pk]]


def answered(job: Job) -> None:
    """A worker hears the doorbell of this job as it was rung last, and does the job."""
    job.refresh_from_db()
    assert run_job(job.pk, rung_at=job.rung_at) == "done"


def test_a_long_queue_is_not_rung_for_again() -> None:
    first, *waiting = [a_job_rung_for(1000 - number) for number in range(50)]
    answered(first)
    assert rung_in_a_round() == waiting[:1]
    answered(waiting[1])
    assert rung_in_a_round() == []


def test_a_job_that_was_rung_for_again_and_begins_by_its_first_doorbell_overtakes_nobody() -> None:
    first, *_waiting = [a_job_rung_for(100 - number) for number in range(5)]
    first_rung_at = first.rung_at
    assert rung_in_a_round() == [first]
    assert run_job(first.pk, rung_at=first_rung_at) == "done"
    assert rung_in_a_round() == []


def test_a_job_that_was_overtaken_by_one_rung_later_is_rung_for_again() -> None:
    lost, heard, waiting = [a_job_rung_for(100 - number) for number in range(3)]
    answered(heard)
    assert rung_in_a_round() == [lost]
    assert rung_in_a_round() == []
    assert waiting.state == "queued"


def test_a_job_of_another_queue_overtakes_nobody() -> None:
    a_job_rung_for(100)
    a_job_rung_for(10)
    answered(a_job_rung_for(20, queue="batch"))
    assert rung_in_a_round() == []


def test_a_broker_that_lost_every_doorbell_is_told_all_again() -> None:
    jobs = [a_job_rung_for(100 - number / 10) for number in range(30)]
    assert rung_in_a_round() == jobs[:1]
    answered(jobs[0])
    assert rung_in_a_round() == jobs[1:21]
    assert rung_in_a_round() == jobs[21:]


def test_the_scheduler_does_a_chore_when_it_is_due_and_survives_its_failure() -> None:
    done: list[str] = []

    def fails() -> None:
        done.append("tried")
        raise LookupError("nothing there")

    scheduler = Scheduler(name="scheduler@test")
    scheduler._due = {
        PeriodicChore("fails", 10, fails): 0.0,
        PeriodicChore("works", 10, lambda: done.append("done")): 0.0,
    }
    for now in (1.0, 5.0, 11.0):
        scheduler.tick(now)
    assert done == ["tried", "done", "tried", "done"]


def test_a_heartbeat_is_fresh_until_it_is_ten_seconds_old() -> None:
    beat(name="w", kind="worker")
    assert Heartbeat.objects.fresh(kind="worker").exists()
    assert not Heartbeat.objects.fresh(kind="scheduler").exists()
    Heartbeat.objects.update(at=from_now(-11))
    assert not Heartbeat.objects.fresh(kind="worker").exists()
    stop_beating(name="w")
    assert not Heartbeat.objects.exists()


# --- Real processes -------------------------------------------------------------------------------------------------


def a_job_in_mid_work(tmp_path: Path) -> Job:
    """A job with a short lease whose handler has begun in a real worker and goes on until the worker is killed."""
    mark = tmp_path / "begun"
    job = request_job(name="tests.wait_to_be_killed", arguments={"path": str(mark)}, lease_seconds=2)
    wait_until(mark.exists, what="the beginning of the work")
    return job


def the_job_ends_done_once(job: Job) -> None:
    wait_until(lambda: Job.objects.get(pk=job.pk).has_ended, what=f"the end of {job}")
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert Event.objects.filter(kind="test.result", subject_id=job.pk).count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_done_once_when_its_pool_child_is_killed(
    worker: LiveWorker, scheduler: Running, tmp_path: Path
) -> None:
    job = a_job_in_mid_work(tmp_path)
    worker.kill_children()
    the_job_ends_done_once(job)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_done_once_when_its_worker_is_killed_and_started_again(
    worker: LiveWorker, scheduler: Running, tmp_path: Path
) -> None:
    job = a_job_in_mid_work(tmp_path)
    worker.kill()
    worker.restart()
    the_job_ends_done_once(job)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_done_when_its_doorbell_was_lost(worker: LiveWorker, scheduler: Running) -> None:
    job = Job.objects.create(name="tests.at_once")
    wait_until(lambda: Job.objects.get(pk=job.pk).has_ended, what=f"the end of {job}")
    assert Job.objects.get(pk=job.pk).state == "done"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_called_off_in_mid_work(worker: LiveWorker, tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    job = request_job(name="tests.wait_to_be_cancelled", arguments={"path": str(mark)})
    wait_until(mark.exists, what="the beginning of the work")
    cancel_job(job=job, by=None)
    wait_until(lambda: Job.objects.get(pk=job.pk).state == "cancelled", what="the end of the work")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_called_off_does_not_wait_for_an_answer_of_the_sandbox(worker: LiveWorker, tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    job = request_job(name="tests.ask_a_stopped_sandbox", arguments={"path": str(mark)}, deadline_seconds=900)
    wait_until(mark.exists, what="the beginning of the work")
    cancel_job(job=job, by=None)
    after = request_job(name="tests.ask_the_sandbox", arguments={})
    wait_until(lambda: Job.objects.get(pk=after.pk).has_ended, what="the work of the next job")
    assert [Job.objects.get(pk=one.pk).state for one in (job, after)] == ["cancelled", "done"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_worker_and_scheduler_beat_and_end_cleanly(worker: LiveWorker, scheduler: Running) -> None:
    for kind, process in {"worker": worker, "scheduler": scheduler}.items():
        wait_until(Heartbeat.objects.fresh(kind=kind).exists, what=f"a beat of the {kind}")
        process.process.terminate()
        assert process.process.wait(60) == 0
        assert not is_alive(process.pid)
        assert not Heartbeat.objects.filter(kind=kind).exists()
