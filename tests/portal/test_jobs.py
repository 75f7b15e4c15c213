"""The promises of the ledger, on the test's own database and without a broker."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from portal.jobs.heartbeat import beat
from portal.jobs.lease import LeaseKeeper
from portal.jobs.models import Job
from portal.jobs.querysets import from_now
from portal.jobs.reaper import reap
from portal.jobs.running import Cancelled, Superseded, Work, claim, run_job
from portal.jobs.services import cancel_job, request_job
from portal.watching.models import Event
from portal.watching.services import record_event
from tests.build import a_person
from tests.conftest import COPIES
from tests.portal import work_for_tests  # noqa: F401  # registers the work these tests ask for
from tests.processes import wait_until

pytestmark = pytest.mark.django_db


def a_job(name: str = "tests.at_once", **fields: object) -> Job:
    """A queued job nobody was told of."""
    return Job.objects.create(name=name, **fields)


def claimed(job: Job) -> Work:
    """The work on a job by a worker that has just claimed it."""
    taken = claim(job.pk)
    assert taken is not None
    return Work(taken)


def the_lease_ran_out(job: Job) -> None:
    """The worker of the job has been silent for longer than its lease."""
    Job.objects.filter(pk=job.pk).update(lease_until=from_now(-1))


def results_of(job: Job) -> int:
    return Event.objects.filter(kind="test.result", subject_id=job.pk).count()


def test_run_job_does_the_work_and_ends_the_job() -> None:
    job = a_job()
    assert run_job(job.pk) == "done"
    job.refresh_from_db()
    assert (job.state, job.attempts, job.token, results_of(job)) == ("done", 1, 1, 1)
    assert job.finished_at is not None


def test_run_job_delivered_twice_works_once() -> None:
    job = a_job()
    assert [run_job(job.pk), run_job(job.pk)] == ["done", "nothing to do"]
    assert results_of(job) == 1


def test_run_job_of_an_unknown_id_does_nothing() -> None:
    assert run_job(uuid.uuid4()) == "nothing to do"


def test_a_job_is_not_claimed_while_its_lease_holds() -> None:
    job = a_job()
    claimed(job)
    assert claim(job.pk) is None


def test_a_job_is_claimed_again_when_its_lease_ran_out() -> None:
    job = a_job()
    claimed(job)
    the_lease_ran_out(job)
    again = claim(job.pk)
    assert again is not None
    assert (again.token, again.attempts) == (2, 2)


def test_batch_jobs_take_turns_and_nobody_who_waits_for_a_page_waits_for_them() -> None:
    first, second, search = a_job(queue="batch"), a_job(queue="batch", rung_at=timezone.now()), a_job()
    running = claimed(first)
    assert run_job(second.pk) == "waits its turn"
    assert run_job(search.pk) == "done"
    second.refresh_from_db()
    assert (second.state, second.attempts, second.rung_at) == ("queued", 0, None)
    assert reap().rung == 0

    with running.finishing():
        pass
    assert reap().rung == 1
    assert run_job(second.pk) == "done"


def test_a_batch_job_whose_worker_died_keeps_no_other_waiting() -> None:
    first, second = a_job(queue="batch"), a_job(queue="batch")
    claimed(first)
    the_lease_ran_out(first)
    assert run_job(second.pk) == "done"
    assert run_job(first.pk) == "done"


def test_as_many_batch_jobs_run_as_the_operator_says(settings: Settings) -> None:
    beat(name="worker", kind="worker", hands=4)
    settings.BATCH_JOBS_AT_ONCE = 3
    *begun, last = (a_job(queue="batch") for _ in range(4))
    for job in begun:
        claimed(job)
    assert run_job(last.pk) == "waits its turn"


def test_a_superseded_claim_writes_nothing() -> None:
    job = a_job()
    slow = claimed(job)
    the_lease_ran_out(job)
    quick = claimed(job)
    with pytest.raises(Superseded), transaction.atomic(), slow.finishing():
        record_event(kind="test.result", subject_kind="job", subject_id=job.pk)
    with quick.finishing():
        record_event(kind="test.result", subject_kind="job", subject_id=job.pk)
    with pytest.raises(Superseded), transaction.atomic(), slow.writing():
        record_event(kind="test.result", subject_kind="job", subject_id=job.pk)
    assert results_of(job) == 1


def test_a_result_that_cannot_be_written_leaves_the_job_unfinished() -> None:
    job = a_job()
    work = claimed(job)

    def write_a_result_and_break() -> None:
        with work.finishing():
            record_event(kind="test.result", subject_kind="job", subject_id=job.pk)
            raise LookupError

    with pytest.raises(LookupError), transaction.atomic():
        write_a_result_and_break()
    job.refresh_from_db()
    assert (job.state, results_of(job)) == ("running", 0)


def test_progress_renews_the_lease() -> None:
    job = a_job(lease_seconds=100)
    work = claimed(job)
    the_lease_ran_out(job)
    work.progress(3, 10)
    job.refresh_from_db()
    assert (job.progress_done, job.progress_total) == (3, 10)
    assert claim(job.pk) is None


def test_a_job_that_waits_is_cancelled_at_once() -> None:
    job = cancel_job(job=a_job(), by=None)
    assert job.state == "cancelled"
    assert run_job(job.pk) == "nothing to do"


@pytest.mark.parametrize("step", ["check", "progress", "finishing"])
def test_a_job_that_runs_is_cancelled_at_its_next_step(step: str) -> None:
    job = a_job()
    work = claimed(job)
    assert cancel_job(job=job, by=None).state == "running"
    steps = {"check": work.check, "progress": lambda: work.progress(1), "finishing": work.finishing().__enter__}
    with pytest.raises(Cancelled), transaction.atomic():
        steps[step]()


def test_a_job_that_ended_is_not_cancelled() -> None:
    job = a_job()
    run_job(job.pk)
    assert cancel_job(job=job, by=None).state == "done"


def test_work_that_cannot_be_done_fails_with_its_reason_and_is_not_tried_again() -> None:
    job = a_job("tests.cannot")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert (job.error_code, job.error_message) == ("not_possible", "It cannot be done. Try another.")


def test_work_that_breaks_is_tried_three_times_then_fails_with_a_reason() -> None:
    job = a_job("tests.raise")
    assert [run_job(job.pk) for _ in range(4)] == ["error", "error", "error", "nothing to do"]
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error_code) == ("failed", 3, "gave_up")
    assert "secret" not in job.error_message


def test_the_log_of_broken_work_does_not_quote_what_it_worked_on(caplog: pytest.LogCaptureFixture) -> None:
    run_job(a_job("tests.raise").pk)
    assert "ZeroDivisionError" in caplog.text
    assert "c1ccccc1 is a secret" not in caplog.text.replace('raise ZeroDivisionError("c1ccccc1 is a secret")', "")


def test_the_log_of_a_job_carries_the_id_of_the_request_that_asked_for_it(caplog: pytest.LogCaptureFixture) -> None:
    run_job(a_job("tests.raise", request_id="request-7").pk)
    assert "request-7" in caplog.text


def test_work_nobody_knows_fails_with_a_reason() -> None:
    job = a_job("tests.nowhere", max_attempts=1)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error_code) == ("failed", "gave_up")


def test_a_job_past_its_deadline_is_not_begun() -> None:
    job = a_job()
    Job.objects.filter(pk=job.pk).update(deadline=from_now(-1))
    assert claim(job.pk) is None


def test_a_job_is_refused_for_a_queue_nobody_listens_to() -> None:
    with pytest.raises(ValueError, match="interactive, batch, import, mail"):
        request_job(name="tests.at_once", arguments={}, queue="nowhere")


def test_a_job_is_seen_by_who_asked_for_it_alone() -> None:
    ola, nadia = a_person(), a_person()
    job = request_job(name="tests.at_once", arguments={}, by=ola)
    assert [Job.objects.visible_to(who).filter(pk=job.pk).count() for who in (ola, nadia, AnonymousUser())] == [1, 0, 0]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"state": "waiting"}, id="an unknown state"),
        pytest.param({"state": "running"}, id="running without a lease"),
        pytest.param({"state": "done"}, id="done at no time"),
        pytest.param({"attempts": 4}, id="a fourth attempt"),
    ],
)
def test_the_database_refuses_a_job_with(broken: dict[str, object]) -> None:
    job = a_job()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**broken)


def test_the_database_refuses_a_failure_without_a_reason() -> None:
    job = a_job()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(state="failed", finished_at=from_now(0))


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_one_of_many_claims_at_once_takes_the_job() -> None:
    job = a_job()
    start = threading.Barrier(8)

    def claim_together(_: int) -> bool:
        try:
            start.wait()
            return claim(job.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(claim_together, range(8))) == [False] * 7 + [True]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_silent_handler_keeps_its_lease() -> None:
    job = a_job(lease_seconds=1)
    taken = claim(job.pk)
    assert taken is not None
    first = taken.lease_until
    with LeaseKeeper(taken, interrupt=fail):
        wait_until(lambda: Job.objects.filter(pk=job.pk, lease_until__gt=first).exists(), what="the lease's renewal")
    assert reap().requeued == 0


def fail() -> None:
    """Nothing was called off here."""
    raise AssertionError


def asked_for_elsewhere(*, broker: str) -> tuple[Job, list[str]]:
    """A job that another process asked for over that broker, and the modules which that took."""
    script = (
        "import sys, django; django.setup()\n"
        "from portal.jobs.services import request_job\n"
        "print(request_job(name='tests.at_once', arguments={}).pk, *sys.modules)\n"
    )
    environment = {"DATABASE_URL": COPIES.url, "CELERY_BROKER_URL": broker, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    pk, *modules = ran.stdout.split()
    return Job.objects.get(pk=pk), modules


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_accepted_while_the_broker_is_down() -> None:
    job, _ = asked_for_elsewhere(broker="amqp://127.0.0.1:1//")
    assert (job.state, job.rung_at) == ("queued", None)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_accepted_while_the_broker_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        job, _ = asked_for_elsewhere(broker=f"amqp://127.0.0.1:{silent.getsockname()[1]}//")
    assert (job.state, job.rung_at) == ("queued", None)


def turn_away(server: socket.socket) -> None:
    """Answers one caller as RabbitMQ does who names no virtual host of its: start, then close (AMQP 0-9-1)."""

    def frame(method: int, arguments: bytes) -> bytes:
        payload = struct.pack(">HH", 10, method) + arguments
        return struct.pack(">BHI", 1, 0, len(payload)) + payload + b"\xce"

    caller, _ = server.accept()
    with caller:
        caller.recv(8)
        caller.sendall(frame(10, struct.pack(">BBI", 0, 9, 0) + b"\0\0\0\x05PLAIN" + b"\0\0\0\x05en_US"))
        caller.recv(4096)
        caller.sendall(frame(50, struct.pack(">HB", 530, 11) + b"NOT_ALLOWED" + struct.pack(">HH", 10, 40)))
        caller.recv(4096)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_job_is_accepted_while_the_broker_turns_us_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as beside:
        answered = beside.submit(turn_away, server)
        job, _ = asked_for_elsewhere(broker=f"amqp://127.0.0.1:{server.getsockname()[1]}/no-such-host")
        answered.result()
    assert (job.state, job.rung_at) == ("queued", None)


@pytest.mark.django_db(transaction=True)
def test_asking_for_a_job_loads_neither_tasks_nor_chemistry() -> None:
    job, modules = asked_for_elsewhere(broker="memory://")
    assert job.rung_at is not None
    ours = ("portal.", "substances.", "substitution.", "tests.")
    assert [m for m in modules if m == "rdkit" or (m.startswith(ours) and m.endswith(".tasks"))] == []
