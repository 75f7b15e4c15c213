"""People and their organisations: sign-up, belonging, confirmation."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import AuditEvent, Membership, Organisation, User
from portal.organisations.permissions import may_act_for, may_administer, may_curate
from portal.organisations.services import confirm_organisation, create_organisation
from tests.build import a_curator, a_member, a_person, an_organisation

pytestmark = pytest.mark.django_db

PASSWORD = "a quiet river bends twice"
SIGN_UP = {"name": "Nadia", "email": "nadia@example.org", "password1": PASSWORD, "password2": PASSWORD}


def test_signing_up_asks_name_email_and_password_and_leads_to_ones_organisations(client: Client) -> None:
    answer = client.post(reverse("account_signup"), SIGN_UP)
    assert answer.headers["Location"] == reverse("organisations:mine")
    person = User.objects.get()
    assert (person.email, person.name, person.is_curator, person.is_staff) == (
        "nadia@example.org",
        "Nadia",
        False,
        False,
    )


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"name": " \u202e "}, id="no name"),
        pytest.param({"email": "nadia"}, id="no address"),
        pytest.param({"password1": "river", "password2": "river"}, id="a short password"),
        pytest.param({"password2": "another river bends"}, id="two passwords"),
    ],
)
def test_signing_up_is_refused_with(client: Client, change: dict[str, str]) -> None:
    assert client.post(reverse("account_signup"), SIGN_UP | change).status_code == 200
    assert not User.objects.exists()


def test_signing_up_cannot_make_a_curator(client: Client) -> None:
    client.post(reverse("account_signup"), SIGN_UP | {"is_curator": "on", "is_staff": "on", "is_superuser": "on"})
    person = User.objects.get()
    assert (person.is_curator, person.is_staff, person.is_superuser) == (False, False, False)


def test_addresses_differing_in_case_are_one_account(client: Client) -> None:
    a_person(email="nadia@example.org")
    client.post(reverse("account_signup"), SIGN_UP | {"email": "NADIA@example.org"})
    assert User.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        a_person(email="Nadia@Example.org")


def test_who_makes_an_organisation_administers_it_and_it_waits_to_be_confirmed() -> None:
    nadia = a_person()
    organisation = create_organisation(by=nadia, kind="ngo", name="  Clean   Rivers ", country="pl")
    assert (organisation.name, organisation.country, organisation.confirmed_at) == ("Clean Rivers", "PL", None)
    assert may_administer(nadia, organisation)
    assert AuditEvent.objects.get().action == "organisation.created"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"kind": "church"}, id="an unknown kind"),
        pytest.param({"name": " "}, id="no name"),
        pytest.param({"country": "Poland"}, id="a country in words"),
        pytest.param({"country": "П1"}, id="a country of other letters"),
    ],
)
def test_an_organisation_is_refused_with(given: dict[str, str]) -> None:
    with pytest.raises(NotValid):
        create_organisation(by=a_person(), **({"kind": "ngo", "name": "Clean Rivers"} | given))


def test_a_name_is_taken_whatever_the_case() -> None:
    an_organisation(name="Clean Rivers")
    with pytest.raises(Conflict, match="already"):
        create_organisation(by=a_person(), kind="ngo", name="CLEAN rivers")


def test_a_curator_confirms_an_organisation_once() -> None:
    organisation, curator = an_organisation(confirmed=False), a_curator()
    confirm_organisation(by=curator, organisation=organisation)
    first = organisation.confirmed_at
    confirm_organisation(by=a_curator(), organisation=organisation)
    assert (organisation.confirmed_at, organisation.confirmed_by) == (first, curator)
    assert AuditEvent.objects.filter(action="organisation.confirmed").count() == 1


def test_nobody_confirms_their_own_organisation() -> None:
    organisation, curator = an_organisation(confirmed=False), a_curator()
    Membership.objects.create(user=curator, organisation=organisation)
    with pytest.raises(NotAllowed, match="Another curator"):
        confirm_organisation(by=curator, organisation=organisation)


def test_only_curators_confirm() -> None:
    organisation = an_organisation(confirmed=False)
    with pytest.raises(NotAllowed):
        confirm_organisation(by=a_person(), organisation=organisation)


@pytest.mark.parametrize(
    ("role", "acts", "administers"), [("admin", True, True), ("editor", True, False), ("reader", False, False)]
)
def test_a_role_gives(role: str, acts: bool, administers: bool) -> None:
    organisation = an_organisation()
    member = a_member(of=organisation, role=role)
    assert (may_act_for(member, organisation), may_administer(member, organisation)) == (acts, administers)


def test_rights_end_at_the_organisations_border_and_with_the_account() -> None:
    organisation = an_organisation()
    closed = a_member(of=organisation, role="admin")
    closed.is_active = False
    for nobody in (a_member(role="admin"), a_curator(), AnonymousUser(), closed):
        assert not may_act_for(nobody, organisation)
        assert not may_administer(nobody, organisation)
    assert not may_act_for(a_person(), None)
    assert not may_curate(AnonymousUser())


def test_an_unconfirmed_organisation_is_seen_by_its_members_and_curators() -> None:
    waiting = an_organisation(confirmed=False)
    people: list[User | AnonymousUser] = [a_member(of=waiting), a_curator(), a_person(), AnonymousUser()]
    assert [Organisation.objects.visible_to(who).filter(pk=waiting.pk).exists() for who in people] == [
        True,
        True,
        False,
        False,
    ]


# --- Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine", "new", "waiting"])
def test_a_stranger_is_asked_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(f"organisations:{name}"))
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_a_person_adds_an_organisation_by_its_page(client: Client) -> None:
    client.force_login(a_person())
    answer = client.post(reverse("organisations:new"), {"kind": "ngo", "name": "Clean Rivers"}, follow=True)
    assert "Clean Rivers" in answer.content.decode()
    assert "waits to be confirmed" in answer.content.decode()


def test_the_page_shows_why_an_organisation_is_refused(client: Client) -> None:
    an_organisation(name="Clean Rivers")
    client.force_login(a_person())
    answer = client.post(reverse("organisations:new"), {"kind": "ngo", "name": "Clean Rivers"})
    assert answer.status_code == 422
    assert "here already" in answer.content.decode()


def test_a_curator_confirms_by_the_page(client: Client) -> None:
    organisation = an_organisation(confirmed=False, name="Clean Rivers")
    client.force_login(a_curator())
    assert "Clean Rivers" in client.get(reverse("organisations:waiting")).content.decode()
    client.post(reverse("organisations:confirm", args=[organisation.pk]))
    organisation.refresh_from_db()
    assert organisation.confirmed_at is not None


def test_who_is_no_curator_neither_sees_nor_confirms(client: Client) -> None:
    organisation = an_organisation(confirmed=False)
    client.force_login(a_person())
    assert client.get(reverse("organisations:waiting")).status_code == 403
    assert client.post(reverse("organisations:confirm", args=[organisation.pk])).status_code == 403
    organisation.refresh_from_db()
    assert organisation.confirmed_at is None
