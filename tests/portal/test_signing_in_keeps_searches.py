"""Whoever signs in keeps the structure searches begun before, and nobody else gets or keeps them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.jobs.models import Job
from portal.organisations.models import User
from substances.models import StructureSearch
from substances.searches.keeping import keep_searches
from substances.searches.request import request_search
from substances.services.search_terms import rebuild_for
from tests.build import a_person, a_substance

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet river bends twice"
FOREIGN = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"


def sign_in(client: Client, person: User) -> int:
    """By the page, as people do."""
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD}).status_code


def sign_up(client: Client, person: User | None = None) -> int:
    form = {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("account_signup"), form).status_code


def sign_in_to_administration(client: Client, person: User) -> int:
    User.objects.filter(pk=person.pk).update(is_staff=True)
    form = {"username": person.email, "password": PASSWORD}
    return client.post(reverse("admin:login"), form).status_code


def a_search(client: Client, structure: str = FOREIGN) -> str:
    """The address of a search that a browser has begun."""
    return str(client.post(reverse("web:structure-search"), {"structure": structure})["Location"])


def key_of(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.parametrize("way", [sign_in, sign_up, sign_in_to_administration])
def test_a_search_begun_before_is_read_after(client: Client, way: Callable[[Client, User], int]) -> None:
    ada = a_person(password=PASSWORD)
    result = a_search(client)
    assert way(client, ada) == 302
    assert client.get(result).status_code == 200
    assert StructureSearch.objects.get().owner == User.objects.get(pk=client.session["_auth_user_id"])


def test_a_search_that_became_ones_own_is_found_again_from_another_browser(client: Client) -> None:
    ada = a_person(password=PASSWORD)
    result = a_search(client)
    sign_in(client, ada)
    other = Client()
    sign_in(other, ada)
    assert other.get(result).status_code == 200


def test_its_job_becomes_ones_own_too(client: Client) -> None:
    ada = a_person(password=PASSWORD)
    a_search(client)
    sign_in(client, ada)
    assert [job.requested_by for job in Job.objects.all()] == [ada]


def test_a_known_substance_asked_before_is_kept_without_a_job(client: Client) -> None:
    ada = a_person(password=PASSWORD)
    rebuild_for([a_substance(name="Foulbrine", smiles="CCCCO")])
    result = a_search(client, "Foulbrine")
    sign_in(client, ada)
    assert client.get(result).status_code == 200


def test_after_signing_out_the_search_is_not_there_any_more(client: Client) -> None:
    result = a_search(client)
    sign_in(client, a_person(password=PASSWORD))
    client.post(reverse("account_logout"))
    assert client.get(result).status_code == 404


def test_the_key_of_before_opens_nothing_after(client: Client) -> None:
    result = a_search(client)
    before = key_of(client)
    sign_in(client, a_person(password=PASSWORD))
    assert key_of(client) != before
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get(result).status_code == 404


def test_searches_of_another_session_are_not_passed_on(client: Client) -> None:
    result = a_search(Client())
    a_search(client)
    sign_in(client, a_person(password=PASSWORD))
    assert client.get(result).status_code == 404
    assert StructureSearch.objects.filter(owner__isnull=True).count() == 1


def test_who_signs_in_over_somebody_else_gets_nothing_of_theirs(client: Client) -> None:
    ada, bob = a_person(password=PASSWORD), a_person(password=PASSWORD)
    before = a_search(client)
    sign_in(client, ada)
    after = a_search(client)
    sign_in_to_administration(client, bob)
    assert client.session["_auth_user_id"] == str(bob.pk)
    assert [client.get(result).status_code for result in (before, after)] == [404, 404]
    assert {search.owner for search in StructureSearch.objects.all()} == {ada}


def test_a_failed_attempt_passes_nothing_on_and_loses_nothing(client: Client) -> None:
    ada = a_person(password="another river bends twice")
    result = a_search(client)
    assert sign_in(client, ada) == 200
    assert client.get(result).status_code == 200
    assert StructureSearch.objects.get().owner is None


def test_who_comes_without_a_session_gets_no_search_of_nobody() -> None:
    request_search(by=None, access_token="a script's", text="CCCO", format="smiles")
    ada = a_person(password=PASSWORD)
    assert keep_searches(by=ada, session_key="") == 0
    assert sign_in(Client(), ada) == 302
    assert StructureSearch.objects.get().owner is None


def test_a_kept_search_is_nobodys_who_holds_its_old_address(client: Client) -> None:
    result = a_search(client)
    search = StructureSearch.objects.get()
    keep_searches(by=a_person(), session_key=key_of(client))
    search.refresh_from_db()
    assert (search.session_key, search.access_sha256) == ("", "")
    assert client.get(result).status_code == 404
