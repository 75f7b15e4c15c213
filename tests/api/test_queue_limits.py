"""Who has too many searches open, or comes when too much waits, is told when to come back; nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.jobs.models import Job
from substances.models import StructureSearch
from tests.build import a_person

pytestmark = pytest.mark.django_db

FOREIGN = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"


@pytest.fixture
def stranger(settings: Settings) -> Client:
    """Somebody who is not signed in, and may have one search open."""
    settings.OPEN_JOBS_OF_A_STRANGER = 1
    cache.clear()
    return Client(REMOTE_ADDR="198.51.100.77")


def ask(client: Client) -> Any:
    return client.post("/api/v1/searches/", {"structure": FOREIGN}, content_type="application/json")


def test_rest_tells_when_to_come_back(stranger: Client) -> None:
    assert ask(stranger).status_code == 202
    answer = ask(stranger)
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (
        429,
        "application/problem+json",
        "5",
    )
    assert answer.json()["code"] == "too_many_open"
    assert StructureSearch.objects.count() == 1


def test_a_script_without_a_session_is_the_same_stranger_when_it_comes_again(stranger: Client) -> None:
    ask(stranger)
    assert ask(Client(REMOTE_ADDR="198.51.100.77")).status_code == 429
    assert ask(Client(REMOTE_ADDR="198.51.100.78")).status_code == 202


def test_the_page_says_the_same_and_keeps_what_was_typed(stranger: Client) -> None:
    ask(stranger)
    page = stranger.post(reverse("web:structure-search"), {"structure": FOREIGN})
    text = page.content.decode()
    assert (page.status_code, page["Retry-After"]) == (429, "5")
    assert FOREIGN in text
    assert "Wait until some have ended." in text


def test_strangers_alone_are_sent_away_when_too_much_waits(client: Client) -> None:
    cache.clear()
    waiting = [Job(name="x", owner_key=f"person:{number}", turn=0) for number in range(30)]
    Job.objects.bulk_create(waiting)
    answer = ask(client)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "30")
    client.force_login(a_person())
    assert ask(client).status_code == 202
