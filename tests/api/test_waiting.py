"""`Prefer: wait`: it is short, and those who wait leave threads for the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.core.cache import cache
from django.test import Client

from substances.api import searches
from substances.api.searches import preferred_wait

SEARCHES = "/api/v1/searches/"
FOREIGN = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"


@pytest.fixture
def as_many_wait_as_may(catalogue: None) -> Iterator[None]:
    """Every place to wait in is taken."""
    cache.clear()
    with ExitStack() as places:
        for _ in range(searches.MOST_WAITING):
            places.enter_context(searches.WAITING)
        yield


@pytest.mark.parametrize(("header", "seconds"), [("wait=1", 1), ("wait=2", 2), ("wait=5", 2), ("wait=99999999999", 2)])
def test_a_wait_is_two_seconds_at_most(header: str, seconds: float) -> None:
    assert preferred_wait(header) == seconds


def test_who_would_be_the_third_to_wait_is_answered_without_waiting(as_many_wait_as_may: None, client: Client) -> None:
    body = {"structure": FOREIGN}
    answer = client.post(SEARCHES, body, content_type="application/json", headers={"prefer": "wait=2"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert "Preference-Applied" not in answer


def test_a_place_is_free_again_after_the_wait(catalogue: None, client: Client) -> None:
    cache.clear()
    for _ in range(searches.MOST_WAITING + 1):
        body = {"structure": FOREIGN}
        answer = client.post(SEARCHES, body, content_type="application/json", headers={"prefer": "wait=0"})
        assert answer["Preference-Applied"] == "wait=0"
