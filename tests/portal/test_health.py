"""What /healthz and /readyz say, and to whom."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from portal.jobs.models import Heartbeat
from portal.web.health import what_is_missing
from substances.models import SearchTerm

pytestmark = pytest.mark.services


def a_worker_seen(seconds_ago: float) -> None:
    Heartbeat.objects.create(name="celery@test", kind="worker", at=timezone.now() - dt.timedelta(seconds=seconds_ago))


def test_healthz_needs_nothing(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_names_everything_an_empty_portal_lacks(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "missing": ["catalogue", "search index", "worker"]}


def test_readyz_is_content_with_a_seeded_portal_and_a_living_worker(catalogue: None, client: Client) -> None:
    a_worker_seen(seconds_ago=2)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "missing": []}


@pytest.mark.parametrize(
    ("seconds", "missing"),
    [pytest.param(9, [], id="just alive"), pytest.param(11, ["worker"], id="silent too long")],
)
def test_a_worker_is_missed_after_ten_seconds(catalogue: None, seconds: int, missing: list[str]) -> None:
    a_worker_seen(seconds_ago=0)
    now = Heartbeat.objects.get().at + dt.timedelta(seconds=seconds)
    assert what_is_missing(now=now) == missing


def test_a_search_index_that_is_gone_is_missed(catalogue: None) -> None:
    a_worker_seen(seconds_ago=0)
    SearchTerm.objects.all().delete()
    assert what_is_missing(now=timezone.now()) == ["search index"]


def test_health_is_told_whatever_host_is_asked_for(catalogue: None, client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.0.0.7:8000"}).status_code == 200


def test_readyz_asks_the_database_little(
    catalogue: None, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")
    with django_assert_max_num_queries(5):
        client.get("/readyz")
