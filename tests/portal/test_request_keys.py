"""What was sent under an Idempotency-Key is done once: sent again, sent twice at once, sent with something else."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.common.errors import DomainError
from portal.jobs.registry import chores
from portal.jobs.tasks import forget_keys_of_requests
from portal.organisations.models import RequestKey
from portal.organisations.services.request_keys import forget_old_keys, once
from substances.models import StructureSearch
from tests.build import a_person, a_substance

pytestmark = pytest.mark.django_db

SEARCHES = "/api/v1/searches/"
BODY = {"structure": "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"}
_addresses = (f"198.51.100.{n}" for n in itertools.cycle(range(1, 255)))


@pytest.fixture
def script() -> Client:
    cache.clear()
    return Client(REMOTE_ADDR=next(_addresses))


def send(client: Client, key: str | None, body: dict[str, Any] | None = None, **headers: str) -> Any:
    headers = {**headers, **({"idempotency-key": key} if key is not None else {})}
    return client.post(SEARCHES, body or BODY, content_type="application/json", headers=headers)


def made(names: list[str], *, key: str = "k", body: object = "b", sender: str = "somebody") -> str:
    return once(sender=sender, key=key, body=body, make=lambda: names.pop(0))[0]


def test_the_same_request_makes_one_thing() -> None:
    names = ["first", "second"]
    assert [made(names), made(names)] == ["first", "first"]
    assert names == ["second"]


@pytest.mark.parametrize("other", [{"key": "another"}, {"sender": "somebody else"}])
def test_another_key_or_sender_makes_another_thing(other: dict[str, str]) -> None:
    names = ["first", "second"]
    assert [made(names), made(names, **other)] == ["first", "second"]


def test_the_same_key_with_another_body_is_refused() -> None:
    made(["first"])
    with pytest.raises(DomainError) as raised:
        made(["second"], body="another")
    assert (raised.value.status, raised.value.code) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", " " * 0, "x" * 256, "zażółć", "a\nb"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(DomainError) as raised:
        made(["first"], key=key)
    assert raised.value.status == 400


def test_what_failed_can_be_sent_again() -> None:
    def fails() -> str:
        raise DomainError("no")

    with pytest.raises(DomainError):
        once(sender="somebody", key="k", body="b", make=fails)
    assert made(["first"]) == "first"


def test_after_a_day_a_key_is_forgotten() -> None:
    names = ["first", "second"]
    made(names)
    RequestKey.objects.update(created_at=timezone.now() - dt.timedelta(hours=24, seconds=1))
    assert made(names, body="another") == "second"
    assert forget_old_keys() == 0
    assert forget_old_keys(now=timezone.now() + dt.timedelta(hours=25)) == 1
    assert not RequestKey.objects.exists()
    assert forget_keys_of_requests in [chore.function for chore in chores()]


def test_nothing_of_key_and_body_is_kept_in_plain() -> None:
    made(["first"], key="my-key", body={"structure": "CCO"})
    row = RequestKey.objects.get()
    assert not any(secret in f"{vars(row)}" for secret in ("my-key", "CCO", "somebody"))


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_thing() -> None:
    both, found = threading.Barrier(2), []

    def ask(n: int) -> None:
        both.wait()
        try:
            found.append(once(sender="somebody", key="k", body="b", make=lambda: f"made by {n}"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({name for name, _now in found}) == 1
    assert sorted(now for _name, now in found) == [False, True]


# --- Over REST ----------------------------------------------------------------------------------------------------


@pytest.mark.services
def test_a_search_sent_again_is_the_same_search_at_the_same_address(script: Client) -> None:
    first, second = send(script, "a-key"), send(script, "a-key")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first["Location"] == second["Location"]
    assert StructureSearch.objects.count() == 1
    assert script.get(second["Location"].removeprefix("http://testserver")).status_code == 200


def test_a_search_sent_again_with_another_body_is_422(script: Client) -> None:
    send(script, "a-key")
    refused = send(script, "a-key", BODY | {"limit": 3})
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert refused["Content-Type"] == "application/problem+json"
    assert StructureSearch.objects.count() == 1


def test_two_people_may_send_the_same_key() -> None:
    cache.clear()
    for _ in range(2):
        client = Client()
        client.force_login(a_person())
        assert send(client, "a-key").status_code == 202
    assert StructureSearch.objects.count() == 2


def test_a_key_that_is_none_is_named(script: Client) -> None:
    assert send(script, "x" * 300).json()["code"] == "idempotency_key"


def test_a_search_that_was_deleted_meanwhile_is_gone(script: Client) -> None:
    send(script, "a-key")
    StructureSearch.objects.all().delete()
    assert send(script, "a-key").status_code == 410


def test_a_refused_search_leaves_its_key_free(script: Client) -> None:
    assert send(script, "a-key", {"structure": "c1cccc"}).status_code == 400
    a_substance(name="ethanol", smiles="CCO")
    assert send(script, "a-key").status_code == 202
