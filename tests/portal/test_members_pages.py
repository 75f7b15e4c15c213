"""The page of an organisation's members, and the door into an organisation."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.organisations.models import Membership, MembershipInvitation, Organisation, User
from portal.organisations.services import invite_member
from tests.build import a_curator, a_member, a_person, an_organisation

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet river bends twice"


def page_of(organisation: Organisation) -> str:
    return reverse("organisations:members", args=[organisation.pk])


def address(name: str, organisation: Organisation, *more: object) -> str:
    return reverse(f"organisations:{name}", args=[organisation.pk, *more])


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said_on(client: Client, path: str) -> str:
    return html.unescape(client.get(path).content.decode())


@pytest.fixture
def ngo() -> Organisation:
    return an_organisation(name="Clean Rivers (test)")


@pytest.fixture
def boss(ngo: Organisation) -> Client:
    """The administrator's browser."""
    return signed_in(a_member(of=ngo, role=Membership.Role.ADMIN, name="Boss"))


def link_in(page: str) -> str:
    found = re.search(r'<code[^>]*id="link">https?://[^/]+(/organisations/join/[\w-]+/)</code>', page)
    assert found
    return found[1]


def invited(boss: Client, ngo: Organisation, *, email: str = "ada@example.org", role: str = "editor") -> str:
    """The address that an invitation's link leads to, as the administrator's page shows it."""
    return link_in(boss.post(address("invite", ngo), {"email": email, "role": role}).content.decode())


def test_the_account_page_leads_to_the_members(ngo: Organisation, boss: Client) -> None:
    assert page_of(ngo) in said_on(boss, reverse("organisations:mine"))


def test_an_administrator_sees_members_with_addresses_and_open_invitations(ngo: Organisation, boss: Client) -> None:
    nadia = a_member(of=ngo, name="Nadia")
    invited(boss, ngo, email="ada@example.org")
    said = said_on(boss, page_of(ngo))
    assert all(words in said for words in ("Nadia", nadia.email, "ada@example.org"))


def test_a_member_sees_names_and_roles_and_can_change_nothing(ngo: Organisation, boss: Client) -> None:
    nadia = a_member(of=ngo, name="Nadia")
    invited(boss, ngo, email="ada@example.org")
    said = said_on(signed_in(a_member(of=ngo)), page_of(ngo))
    assert "Nadia" in said
    assert not [words for words in (nadia.email, "ada@example.org", "/remove/", "/role/", "/revoke/") if words in said]


@pytest.mark.parametrize("who", [a_person, a_curator, a_member])
def test_for_who_does_not_belong_to_it_the_page_is_not_there(ngo: Organisation, who: type[User]) -> None:
    client, nadia = signed_in(who()), a_member(of=ngo)
    assert client.get(page_of(ngo)).status_code == 404
    for path in (
        address("change-role", ngo, nadia.pk),
        address("remove-member", ngo, nadia.pk),
        address("invite", ngo),
        address("leave", ngo),
    ):
        assert client.post(path, {"role": "reader", "email": "x@example.org"}).status_code == 404
    assert ngo.memberships.get().role == "editor"


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_a_member_who_is_no_administrator_is_refused(ngo: Organisation, boss: Client, role: str) -> None:
    invited(boss, ngo)
    client, nadia = signed_in(a_member(of=ngo, role=role)), a_member(of=ngo)
    for path in (
        address("change-role", ngo, nadia.pk),
        address("remove-member", ngo, nadia.pk),
        address("invite", ngo),
        address("revoke-invitation", ngo, MembershipInvitation.objects.get().pk),
    ):
        assert client.post(path, {"role": "reader", "email": "x@example.org"}).status_code == 403
    assert nadia.memberships.get().role == "editor"
    assert MembershipInvitation.objects.open().count() == 1


def test_an_administrator_gives_a_role_by_the_page(ngo: Organisation, boss: Client) -> None:
    nadia = a_member(of=ngo, name="Nadia", role="reader")
    page = boss.post(address("change-role", ngo, nadia.pk), {"role": "admin"}, follow=True)
    assert "Nadia has another role now." in page.content.decode()
    assert nadia.memberships.get().role == "admin"


def test_a_role_that_does_not_exist_is_told(ngo: Organisation, boss: Client) -> None:
    page = boss.post(address("change-role", ngo, a_member(of=ngo).pk), {"role": "king"})
    assert page.status_code == 422
    assert "Choose a role." in page.content.decode()


def test_an_administrator_removes_a_member_by_the_page(ngo: Organisation, boss: Client) -> None:
    nadia = a_member(of=ngo, name="Nadia")
    page = boss.post(address("remove-member", ngo, nadia.pk), follow=True)
    assert "Nadia does not belong to it any more." in page.content.decode()
    assert signed_in(nadia).get(page_of(ngo)).status_code == 404


def test_an_administrator_is_offered_nothing_about_themselves_and_refused_it(ngo: Organisation, boss: Client) -> None:
    own = User.objects.get(name="Boss")
    assert str(own.pk) not in said_on(boss, page_of(ngo))
    page = boss.post(address("remove-member", ngo, own.pk))
    assert page.status_code == 403
    assert "Another administrator changes your own part" in page.content.decode()


def test_the_last_administrator_who_wants_to_leave_is_told_what_to_do_first(ngo: Organisation, boss: Client) -> None:
    page = boss.post(address("leave", ngo))
    assert page.status_code == 409
    assert "Make somebody else one before you leave." in page.content.decode()


def test_a_member_leaves_by_the_page(ngo: Organisation) -> None:
    page = signed_in(a_member(of=ngo)).post(address("leave", ngo), follow=True)
    assert "You do not belong to Clean Rivers (test) any more." in page.content.decode()
    assert not ngo.memberships.exists()


def test_the_link_of_an_invitation_is_shown_once(ngo: Organisation, boss: Client) -> None:
    answer = boss.post(address("invite", ngo), {"email": "ada@example.org", "role": "reader"})
    assert "no-store" in answer["Cache-Control"]
    link = link_in(answer.content.decode())
    assert link not in said_on(boss, page_of(ngo))


def test_an_invitation_that_cannot_be_made_keeps_what_was_typed(ngo: Organisation, boss: Client) -> None:
    page = boss.post(address("invite", ngo), {"email": "ada at example", "role": "reader"})
    assert page.status_code == 422
    assert 'value="ada at example"' in page.content.decode()


def test_an_administrator_revokes_an_invitation_by_the_page(ngo: Organisation, boss: Client) -> None:
    link = invited(boss, ngo)
    boss.post(address("revoke-invitation", ngo, MembershipInvitation.objects.get().pk))
    assert "ada@example.org" not in said_on(boss, page_of(ngo))
    assert Client().get(link).status_code == 410


def test_who_follows_the_link_signs_up_comes_back_and_joins(ngo: Organisation, boss: Client, client: Client) -> None:
    link = invited(boss, ngo)
    assert "Clean Rivers (test)" in said_on(client, link)
    form = {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(reverse("account_signup"), form)["Location"] == link
    assert not ngo.members.filter(name="Ada").exists()
    page = client.post(link, follow=True)
    assert "You belong to Clean Rivers (test) now." in html.unescape(page.content.decode())
    assert ngo.memberships.get(user__name="Ada").role == "editor"


def test_opening_the_link_makes_nobody_a_member(ngo: Organisation, boss: Client) -> None:
    link = invited(boss, ngo)
    signed_in(a_person(email="ada@example.org")).get(link)
    assert ngo.memberships.count() == 1


def test_somebody_else_with_the_link_is_refused_and_not_told_whom_it_is_for(ngo: Organisation, boss: Client) -> None:
    link = invited(boss, ngo)
    page = signed_in(a_person(email="eve@example.org")).post(link)
    assert page.status_code == 403
    assert "another e-mail address" in page.content.decode()
    assert "ada@example.org" not in page.content.decode()


def test_a_link_that_was_never_made_says_that_it_is_over(client: Client) -> None:
    assert client.get(reverse("organisations:join", args=["never-made"])).status_code == 410


def test_a_change_needs_the_forms_token(ngo: Organisation) -> None:
    client, nadia = Client(enforce_csrf_checks=True), a_member(of=ngo)
    client.force_login(a_member(of=ngo, role="admin"))
    assert client.post(address("remove-member", ngo, nadia.pk)).status_code == 403
    assert ngo.memberships.filter(user=nadia).exists()


def test_the_pages_queries_do_not_grow_with_members_and_invitations(ngo: Organisation, boss: Client) -> None:
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            boss.get(page_of(ngo))
        counts.append(len(captured))
        for n in range(5):
            a_member(of=ngo)
            invite_member(
                by=User.objects.get(name="Boss"), organisation=ngo, email=f"{number}{n}@example.org", role="reader"
            )
    assert counts[0] == counts[1] <= 8
