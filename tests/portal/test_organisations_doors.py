"""The doors: the first curator's invitation, and signing in, counted for each account and each address."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.common.errors import Conflict, Gone
from portal.organisations.models import AuditEvent, Invitation, User
from portal.organisations.services import accept_invitation, invite_first_curator, is_open_invitation
from tests.build import a_curator, a_person

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet river bends twice"


def page_of(token: str) -> str:
    return reverse("organisations:invitation", args=[token])


def test_an_invitation_makes_the_first_curator() -> None:
    person = accept_invitation(token=invite_first_curator(), by=a_person())
    person.refresh_from_db()
    assert (person.is_curator, person.is_staff) == (True, True)
    assert AuditEvent.objects.get().action == "curator.made"


def test_an_invitation_serves_once() -> None:
    token = invite_first_curator()
    accept_invitation(token=token, by=a_person())
    late = a_person()
    with pytest.raises(Gone):
        accept_invitation(token=token, by=late)
    late.refresh_from_db()
    assert not late.is_curator


def test_the_secret_of_an_invitation_is_not_kept() -> None:
    token = invite_first_curator()
    assert token not in str(list(Invitation.objects.values()))


@pytest.mark.parametrize(("days", "is_open"), [pytest.param(6, True, id="6 days"), pytest.param(7, False, id="7 days")])
def test_an_invitation_is_open_for_seven_days(days: int, is_open: bool) -> None:
    token = invite_first_curator()
    expires_at = Invitation.objects.get().expires_at
    Invitation.objects.update(expires_at=expires_at - dt.timedelta(days=days))
    assert is_open_invitation(token) == is_open


def test_a_new_invitation_ends_the_one_before() -> None:
    first = invite_first_curator()
    second = invite_first_curator()
    assert (is_open_invitation(first), is_open_invitation(second)) == (False, True)


def test_there_is_no_invitation_once_there_is_a_curator() -> None:
    a_curator()
    with pytest.raises(Conflict):
        invite_first_curator()


def test_the_link_leads_through_sign_up_to_the_curators_door(client: Client) -> None:
    here = page_of(invite_first_curator())
    assert reverse("account_signup") in client.get(here).content.decode()
    answer = client.post(
        reverse("account_signup"),
        {"name": "Karol", "email": "karol@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert answer.headers["Location"] == here
    assert not User.objects.get().is_curator
    client.post(here)
    assert User.objects.get().is_curator


def test_opening_the_link_changes_nothing(client: Client) -> None:
    token = invite_first_curator()
    client.force_login(a_person())
    client.get(page_of(token))
    assert is_open_invitation(token)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_invitation_that_is_over_says_so(client: Client, method: str) -> None:
    client.force_login(a_person())
    answer = getattr(client, method)(page_of("never-made"))
    assert answer.status_code == 410
    assert "over" in answer.content.decode()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_who_follow_the_link_together_one_becomes_a_curator() -> None:
    token = invite_first_curator()
    people = [a_person() for _ in range(6)]
    start = threading.Barrier(len(people))

    def follow(person: User) -> bool:
        try:
            start.wait()
            accept_invitation(token=token, by=person)
        except Gone:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(people)) as threads:
        assert sum(threads.map(follow, people)) == 1
    assert User.objects.filter(is_curator=True).count() == 1


# --- Signing in -------------------------------------------------------------------------------------------------------


def sign_in(client: Client, email: str, password: str, *, address: str = "192.0.2.1", **headers: str) -> int:
    """The status of an attempt to sign in."""
    form = {"login": email, "password": password}
    return client.post(reverse("account_login"), form, REMOTE_ADDR=address, headers=headers).status_code


def test_ten_failures_close_an_account_to_everybody_whatever_the_case(client: Client) -> None:
    a_person(email="ola@example.org", password=PASSWORD)
    for attempt in range(10):
        sign_in(client, "Ola@Example.org" if attempt % 2 else "ola@example.org", "wrong", address=f"192.0.2.{attempt}")
    assert sign_in(client, "ola@example.org", PASSWORD, address="198.51.100.7") == 429


def test_ten_failures_close_an_address_to_every_account(client: Client) -> None:
    a_person(email="ola@example.org", password=PASSWORD)
    for attempt in range(10):
        sign_in(client, f"guess{attempt}@example.org", "wrong")
    assert sign_in(client, "ola@example.org", PASSWORD) == 429
    assert sign_in(client, "ola@example.org", PASSWORD, address="198.51.100.7") == 302


def test_a_forged_header_does_not_open_a_closed_address(client: Client) -> None:
    a_person(email="ola@example.org", password=PASSWORD)
    for attempt in range(10):
        sign_in(client, f"guess{attempt}@example.org", "wrong", **{"X-Forwarded-For": f"203.0.113.{attempt}"})
    assert sign_in(client, "ola@example.org", PASSWORD, **{"X-Forwarded-For": "203.0.113.99"}) == 429


def test_nine_failures_and_a_success_leave_the_account_open(client: Client) -> None:
    a_person(email="ola@example.org", password=PASSWORD)
    for _ in range(9):
        sign_in(client, "ola@example.org", "wrong")
    assert sign_in(client, "ola@example.org", PASSWORD) == 302


def test_a_known_and_an_unknown_account_are_answered_alike(client: Client) -> None:
    a_person(email="ola@example.org", password=PASSWORD)
    pages = []
    for email in ("ola@example.org", "nobody@example.org"):
        answer = Client().post(reverse("account_login"), {"login": email, "password": "wrong"})
        pages.append((answer.status_code, answer.context["form"].non_field_errors()))
    assert pages[0] == pages[1]


# --- Administration ---------------------------------------------------------------------------------------------------


def test_administration_is_closed_to_who_is_no_curator(client: Client) -> None:
    client.force_login(a_person())
    answer = client.get(reverse("admin:index"))
    assert answer.headers["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize(
    "model", ["jobs_job", "jobs_heartbeat", "watching_event", "review_proposal", "review_step", "organisations_user",
              "organisations_organisation", "organisations_auditevent", "organisations_invitation",
              "organisations_membershipinvitation"]
)  # fmt: skip
def test_the_ground_floor_is_looked_at_in_administration(client: Client, model: str) -> None:
    curator = accept_invitation(token=invite_first_curator(), by=a_person())
    client.force_login(curator)
    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 200


def test_rows_that_are_only_added_cannot_be_changed_in_administration(client: Client) -> None:
    curator = accept_invitation(token=invite_first_curator(), by=a_person())
    client.force_login(curator)
    event = AuditEvent.objects.get()
    page = reverse("admin:organisations_auditevent_change", args=[event.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"action": "nothing"}).status_code == 403
    assert client.post(reverse("admin:organisations_auditevent_delete", args=[event.pk])).status_code == 403
    assert admin.site.is_registered(AuditEvent)


def test_the_page_of_an_invitation_in_administration_shows_no_hash(client: Client) -> None:
    curator = accept_invitation(token=invite_first_curator(), by=a_person())
    client.force_login(curator)
    invitation = Invitation.objects.get()
    page = client.get(reverse("admin:organisations_invitation_change", args=[invitation.pk])).content.decode()
    assert invitation.token_sha256 not in page
    assert timezone.is_aware(invitation.created_at)
