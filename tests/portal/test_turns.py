"""Whose turn it is: owners take turns, the background leaves hands free, and nobody has too much open."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.common.client_address import client_key
from portal.jobs.heartbeat import beat
from portal.jobs.models import Job
from portal.jobs.owners import is_stranger, owner_of
from portal.jobs.quotas import QueueFull
from portal.jobs.reaper import reap
from portal.jobs.running import claim, run_job
from portal.jobs.services import request_job, request_jobs
from portal.jobs.serving import serve
from portal.organisations.models import Membership, User
from tests.build import a_person, an_organisation
from tests.portal import work_for_tests  # noqa: F401  # registers the work these tests ask for
from tests.processes import LiveWorker, wait_until

pytestmark = pytest.mark.django_db

WORK = "tests.at_once"


def asked(by: User | None, jobs: int = 1, *, queue: str = "interactive", cost: int = 1, client: str = "") -> list[Job]:
    """Jobs that somebody asked for."""
    return request_jobs(name=WORK, arguments=[{}] * jobs, by=by, client=client, queue=queue, cost=cost)


def there_are(hands: int) -> None:
    beat(name="worker", kind="worker", hands=hands)


def in_turn(queue: str = "interactive") -> list[Job]:
    return list(Job.objects.filter(queue=queue, state="queued").order_by("turn", "created_at"))


def begun(job: Job) -> bool:
    return claim(job.pk) is not None


# --- Whose it is ----------------------------------------------------------------------------------------------------


def test_who_belongs_to_an_organisation_shares_its_turns() -> None:
    ola, nadia, alone = a_person(), a_person(), a_person()
    company = an_organisation()
    for person in (ola, nadia):
        Membership.objects.create(user=person, organisation=company)
    assert owner_of(ola) == owner_of(nadia) == f"organisation:{company.pk.hex}"
    assert owner_of(alone) == f"person:{alone.pk.hex}"


def test_an_address_is_not_kept_in_clear(rf: RequestFactory) -> None:
    request = rf.get("/", REMOTE_ADDR="192.0.2.7")
    owner = owner_of(None, client=client_key(request))
    assert is_stranger(owner)
    assert "192" not in owner
    assert owner == owner_of(None, client="192.0.2.7") != owner_of(None, client="192.0.2.8")


def test_nobody_is_the_portal_itself() -> None:
    assert owner_of(None) == ""
    assert not is_stranger("")


# --- Whose turn it is -----------------------------------------------------------------------------------------------


def test_a_single_job_is_next_but_one_however_many_another_owner_has_waiting() -> None:
    many = asked(a_person(), 1000)
    (single,) = asked(a_person())
    assert in_turn()[:3] == [many[0], many[1], single]


def test_owners_with_many_jobs_take_turns() -> None:
    ola, nadia = a_person(), a_person()
    asked(ola, 50)
    asked(nadia, 50)
    owners = [job.requested_by_id for job in in_turn()]
    assert [owners[place : place + 10].count(nadia.pk) for place in (1, 11, 21)] == [5, 5, 5]


def test_pieces_that_are_more_work_come_up_less_often() -> None:
    ola, nadia = a_person(), a_person()
    asked(ola, 20, queue="batch", cost=100)
    asked(nadia, 20, queue="batch", cost=20)
    first = [job.requested_by_id for job in in_turn("batch")[:19]]
    assert (first.count(nadia.pk), first.count(ola.pk)) == (15, 4)


def test_newcomers_without_end_do_not_keep_the_second_job_of_an_owner_waiting() -> None:
    _first, second = asked(a_person(), 2)
    for _ in range(5):
        asked(a_person())
        run_job(in_turn()[0].pk)
    second.refresh_from_db()
    assert second.state == "done"


def test_the_broker_is_told_only_of_what_may_begin(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    there_are(hands=3)
    with django_capture_on_commit_callbacks(execute=True):
        many = asked(a_person(), 100)
    with django_capture_on_commit_callbacks(execute=True):
        (single,) = asked(a_person())
    told = Job.objects.filter(rung_at__isnull=False)
    assert set(told) == {*many[:3], single}
    assert reap().rung == 0


def test_a_hand_goes_on_with_what_is_next_without_being_told() -> None:
    many = asked(a_person(), 5)
    (single,) = asked(a_person())
    assert serve(str(many[0].pk)) == 5
    ended = Job.objects.filter(state="done").order_by("finished_at")
    assert list(ended)[:3] == [many[0], many[1], single]


def test_a_hand_leaves_what_broke_to_the_scheduler() -> None:
    broken, after = request_job(name="tests.raise", arguments={}), asked(None)[0]
    serve(str(broken.pk))
    broken.refresh_from_db()
    after.refresh_from_db()
    assert (broken.state, broken.attempts, after.state) == ("queued", 1, "done")


def test_an_owner_leaves_one_hand_to_the_others() -> None:
    there_are(hands=3)
    first, second, third = asked(a_person(), 3)
    (other,) = asked(a_person())
    assert [begun(job) for job in (first, second, third, other)] == [True, True, False, True]


@pytest.mark.parametrize(
    ("hands", "batch", "imports"),
    [
        pytest.param(1, 1, 0, id="the only hand"),
        pytest.param(2, 1, 0, id="one of two"),
        pytest.param(3, 1, 1, id="two of three"),
        pytest.param(8, 3, 1, id="half of many, and files one at a time"),
    ],
)
def test_the_background_leaves_hands_to_those_who_wait_before_a_page(hands: int, batch: int, imports: int) -> None:
    there_are(hands)
    pieces, files = asked(None, 3, queue="batch"), asked(None, 3, queue="import")
    assert sum(begun(job) for job in pieces[:batch]) == batch
    assert sum(begun(job) for job in files) == imports
    assert begun(asked(None)[0])


def test_a_file_that_has_waited_longer_goes_before_the_next_piece_of_a_list(settings: Settings) -> None:
    there_are(hands=2)
    piece, next_piece = asked(a_person(), 2, queue="batch")
    (file,) = asked(a_person(), queue="import")
    Job.objects.filter(pk=file.pk).update(created_at=timezone.now().replace(year=2000), rung_at=None)
    assert serve(str(piece.pk)) == 0
    file.refresh_from_db()
    next_piece.refresh_from_db()
    assert file.rung_at is not None
    assert next_piece.rung_at is None


# --- How much one may have open -------------------------------------------------------------------------------------


def test_an_owner_has_only_so_many_open_and_hears_when_to_come_back(settings: Settings) -> None:
    settings.OPEN_JOBS = 5
    ola = a_person()
    asked(ola, 5)
    with pytest.raises(QueueFull) as refusal:
        asked(ola)
    assert (refusal.value.status, refusal.value.more["headers"]) == (429, {"Retry-After": "5"})
    assert Job.objects.count() == 5
    run_job(in_turn()[0].pk)
    asked(ola)


def test_when_to_come_back_follows_from_how_fast_theirs_end(settings: Settings) -> None:
    settings.OPEN_JOBS = 120
    ola = a_person()
    asked(ola, 120)
    Job.objects.filter(pk__in=[job.pk for job in in_turn()[:60]]).update(state="done", finished_at=timezone.now())
    with pytest.raises(QueueFull) as refusal:
        asked(ola, 70)
    assert refusal.value.seconds == 10


def test_a_stranger_has_fewer_open() -> None:
    asked(None, 20, client="192.0.2.7")
    with pytest.raises(QueueFull):
        asked(None, client="192.0.2.7")
    asked(None, client="192.0.2.8")


def test_strangers_are_asked_to_come_back_when_what_is_before_them_takes_too_long() -> None:
    for number in range(2):
        asked(None, 20, client=f"192.0.2.{number}")
    assert len(asked(None, client="192.0.2.99")) == 1
    Job.objects.update(turn=0)
    with pytest.raises(QueueFull) as refusal:
        asked(None, client="192.0.2.100")
    assert (refusal.value.status, refusal.value.seconds) == (503, 85)
    assert len(asked(a_person())) == 1


def test_the_portal_itself_is_never_refused(settings: Settings) -> None:
    settings.OPEN_JOBS = 1
    assert len(asked(None, 50)) == 50


# --- With a real worker ---------------------------------------------------------------------------------------------


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_one_search_does_not_wait_for_the_many_of_another(worker: LiveWorker) -> None:
    busy, single = a_person(), a_person()
    asked(busy, 400)
    wait_until(Job.objects.filter(state="done").exists, what="the first of many")
    (job,) = asked(single)
    wait_until(lambda: Job.objects.get(pk=job.pk).has_ended, what="the single one")
    job.refresh_from_db()
    before_it = Job.objects.filter(requested_by=busy, started_at__gt=job.created_at, started_at__lt=job.started_at)
    assert job.state == "done"
    assert before_it.count() <= 3
    wait_until(lambda: not Job.objects.open().exists(), what="the end of all")
    assert Job.objects.filter(state="done", attempts=1).count() == 401


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_waits_in_every_queue(worker: LiveWorker) -> None:
    for queue in ("interactive", "batch", "import", "mail"):
        asked(a_person(), 5, queue=queue)
    wait_until(lambda: not Job.objects.open().exists(), what="the end of all")
    assert Job.objects.filter(state="done", attempts=1).count() == 20
