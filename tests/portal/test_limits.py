"""How often one client may ask: one budget for page and REST, kept where nobody else's counters push it out."""

from __future__ import annotations

import datetime as dt
import html
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.common.client_address import client_key
from portal.common.rest.throttles import READS, counter_key
from portal.jobs.registry import chores
from portal.jobs.tasks import forget_expired_sessions
from substances.models import StructureSearch
from tests.build import a_person

PAGE, REST = "/search/structure/", "/api/v1/searches/"
TYPED = "bisphenol A"


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet(request: pytest.FixtureRequest) -> None:
    if "catalogue" in request.fixturenames:
        request.getfixturevalue("catalogue")
        cache.clear()


def by_page(client: Client) -> int:
    return client.post(PAGE, {"structure": TYPED}).status_code


def by_rest(client: Client) -> int:
    return client.post(REST, {"structure": TYPED}, content_type="application/json").status_code


def test_an_eleventh_search_by_the_page_waits_and_the_text_is_kept(catalogue: None) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    assert [by_page(client) for _ in range(10)] == [302] * 10
    refused = client.post(PAGE, {"structure": TYPED, "threshold": "0.7"})
    said = html.unescape(refused.content.decode())
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Too many searches" in said
    assert f"send it again in {refused['Retry-After']} s" in said
    assert TYPED in said
    assert 'value="0.7"' in said
    assert StructureSearch.objects.count() == 10
    assert client.get(PAGE).status_code == 200


def test_a_read_too_many_waits_and_its_counter_costs_no_query(
    catalogue: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    asks = RequestFactory(REMOTE_ADDR="198.51.100.7").get("/")
    asks.user = AnonymousUser()
    caches["process"].set(counter_key(asks, scope=READS), [time.time()] * 299)
    client = Client(REMOTE_ADDR="198.51.100.7")
    with django_assert_max_num_queries(3):
        assert client.get("/api/v1/lists/").status_code == 200
    refused = client.get("/api/v1/lists/")
    assert (refused.status_code, refused.json()["status"]) == (429, 429)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert Client(REMOTE_ADDR="198.51.100.8").get("/api/v1/lists/").status_code == 200


def test_a_client_turned_away_is_given_no_session(catalogue: None) -> None:
    for _ in range(10):
        by_page(Client(REMOTE_ADDR="198.51.100.7"))
    sessions = Session.objects.count()
    assert by_page(Client(REMOTE_ADDR="198.51.100.7")) == 429
    assert Session.objects.count() == sessions


def test_page_and_rest_share_one_budget(catalogue: None) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    assert [by_page(client) for _ in range(4)] == [302] * 4
    assert [by_rest(client) for _ in range(6)] == [202] * 6
    assert (by_page(client), by_rest(client)) == (429, 429)
    assert by_page(Client(REMOTE_ADDR="198.51.100.8")) == 302


def test_a_person_has_a_budget_of_their_own(catalogue: None) -> None:
    passer_by, person = Client(REMOTE_ADDR="198.51.100.7"), Client(REMOTE_ADDR="198.51.100.7")
    person.force_login(a_person())
    assert [by_page(passer_by) for _ in range(10)] == [302] * 10
    assert (by_page(passer_by), by_page(person)) == (429, 302)


def test_another_address_of_the_same_ipv6_network_is_the_same_client(catalogue: None) -> None:
    assert [by_page(Client(REMOTE_ADDR=f"2001:db8:0:1::{n:x}")) for n in range(1, 11)] == [302] * 10
    assert by_page(Client(REMOTE_ADDR="2001:db8:0:1:ffff::1")) == 429
    assert by_page(Client(REMOTE_ADDR="2001:db8:0:2::1")) == 302


@pytest.mark.parametrize(
    ("address", "key"),
    [
        pytest.param("198.51.100.7", "198.51.100.7", id="IPv4"),
        pytest.param("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64", id="IPv6 by its network"),
        pytest.param("2001:DB8:0:1::", "2001:db8:0:1::/64", id="IPv6 written otherwise"),
        pytest.param("fe80::1%eth0", "fe80::/64", id="IPv6 with a zone"),
        pytest.param("::ffff:198.51.100.7", "198.51.100.7", id="IPv4 within IPv6"),
        pytest.param("", "", id="a socket without an address"),
        pytest.param("unknown", "unknown", id="no address"),
    ],
)
def test_a_client_is_known_by(address: str, key: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.user = AnonymousUser()
    assert client_key(request) == key


@pytest.mark.django_db
def test_a_counter_outlives_four_hundred_other_clients() -> None:
    cache.set("throttle-searches-a", [1.0], 60)
    for n in range(400):
        cache.set(f"throttle-searches-other-{n}", [1.0], 60)
    assert cache.get("throttle-searches-a") == [1.0]


@pytest.mark.django_db
def test_expired_sessions_are_forgotten_daily_and_others_kept() -> None:
    now = timezone.now()
    Session.objects.create(session_key="past", session_data="", expire_date=now - dt.timedelta(seconds=1))
    Session.objects.create(session_key="present", session_data="", expire_date=now + dt.timedelta(days=1))
    forget_expired_sessions()
    assert [session.session_key for session in Session.objects.all()] == ["present"]
    assert [c.seconds for c in chores() if c.function is forget_expired_sessions] == [86_400]
