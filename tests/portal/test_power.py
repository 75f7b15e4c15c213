"""Power over the portal: each way to give or take it leaves a line in the audit trail, with who and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.common.errors import NotAllowed
from portal.organisations.models import AuditEvent, Organisation, User
from portal.organisations.services import RIGHTS, accept_invitation, correct_organisation, invite_first_curator
from tests.build import a_curator, a_member, a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator() -> User:
    """The first curator, who may use the administration pages."""
    return accept_invitation(token=invite_first_curator(), by=a_person())


@pytest.fixture
def desk(curator: User) -> Client:
    """The curator's browser."""
    client = Client()
    client.force_login(curator)
    return client


def form_of(page: Any) -> dict[str, Any]:
    """What the form of an administration page would send unchanged, with its empty table of members."""
    form = page.context["adminform"].form
    sent = {name: form.initial.get(name) for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        sent |= {management.add_prefix(name): value for name, value in management.initial.items()}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def change(desk: Client, thing: User | Organisation, **changed: Any) -> int:
    """Changes a person or an organisation on its administration page; the status of the answer."""
    kind = "user" if isinstance(thing, User) else "organisation"
    path = reverse(f"admin:organisations_{kind}_change", args=[thing.pk])
    sent = form_of(desk.get(path)) | changed
    return desk.post(path, {name: value for name, value in sent.items() if value is not False}).status_code


def last_line() -> AuditEvent:
    found = AuditEvent.objects.last()
    assert found
    return found


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_given_or_taken_in_administration_is_audited(desk: Client, curator: User, right: str) -> None:
    person = a_person()
    before = getattr(person, right)
    assert change(desk, person, **{right: not before}) == 302
    person.refresh_from_db()
    assert getattr(person, right) is not before
    line = last_line()
    assert (line.by, line.action, line.subject_id) == (curator, "rights.changed", str(person.pk))
    assert line.details == {right: [before, not before]}
    assert timezone.now() - line.at < dt.timedelta(minutes=1)


def test_a_name_corrected_in_administration_gives_no_power_and_no_line(desk: Client) -> None:
    person, lines = a_person(name="Adda"), AuditEvent.objects.count()
    assert change(desk, person, name="Ada") == 302
    person.refresh_from_db()
    assert (person.name, AuditEvent.objects.count()) == ("Ada", lines)


def test_a_superuser_made_by_command_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a quiet river bends twice")
    call_command("createsuperuser", interactive=False, email="root@example.org", verbosity=0)
    person, line = User.objects.get(), AuditEvent.objects.get()
    assert (line.by, line.action, line.subject_id) == (None, "rights.changed", str(person.pk))
    assert line.details["is_superuser"] == [False, True]
    assert line.details["way"] == "command"


def test_the_kind_of_an_organisation_that_waits_can_be_corrected_and_that_is_audited(
    desk: Client, curator: User
) -> None:
    waiting = an_organisation(kind="company", confirmed=False)
    assert change(desk, waiting, kind="ngo") == 302
    waiting.refresh_from_db()
    assert waiting.kind == "ngo"
    line = last_line()
    assert (line.by, line.action, line.details) == (curator, "organisation.changed", {"kind": ["company", "ngo"]})


def test_the_kind_of_a_confirmed_organisation_cannot_be_changed_in_administration(desk: Client) -> None:
    company = an_organisation(kind="company")
    assert change(desk, company, kind="ngo") == 302
    company.refresh_from_db()
    assert company.kind == "company"


def test_the_kind_of_an_organisation_confirmed_meanwhile_is_not_changed() -> None:
    company = an_organisation(kind="company")
    with pytest.raises(NotAllowed, match="confirmed"):
        correct_organisation(by=a_curator(), organisation=company, kind="ngo")
    company.refresh_from_db()
    assert company.kind == "company"


def test_confirmation_is_not_given_in_administration(desk: Client) -> None:
    waiting = an_organisation(confirmed=False)
    change(desk, waiting, name="Another name", confirmed_at="2026-01-01")
    waiting.refresh_from_db()
    assert (waiting.name, waiting.confirmed_at) == ("Another name", None)
    assert last_line().action == "organisation.changed"


def test_members_are_looked_at_in_administration_not_changed(desk: Client, curator: User) -> None:
    ngo = an_organisation()
    ada = a_member(of=ngo)
    page = desk.get(reverse("admin:organisations_organisation_change", args=[ngo.pk]))
    assert ada.name in page.content.decode()
    row = ngo.memberships.get()
    change(
        desk, ngo,
        **{"memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 1, "memberships-0-id": row.pk,
           "memberships-0-user": str(ada.pk), "memberships-0-role": "admin", "memberships-0-DELETE": "on",
           "memberships-1-user": str(curator.pk), "memberships-1-role": "admin"},
    )  # fmt: skip
    assert [(m.user, m.role) for m in ngo.memberships.all()] == [(ada, "editor")]


def test_an_organisation_is_not_added_in_administration(desk: Client) -> None:
    assert desk.get(reverse("admin:organisations_organisation_add")).status_code == 403


@pytest.mark.parametrize(("confirmed", "status"), [(True, 403), (False, 302)])
def test_only_an_organisation_that_waits_can_be_deleted_and_that_is_audited(
    desk: Client, curator: User, confirmed: bool, status: int
) -> None:
    ngo = an_organisation(name="Spam (test)", confirmed=confirmed)
    path = reverse("admin:organisations_organisation_delete", args=[ngo.pk])
    assert desk.post(path, {"post": "yes"}).status_code == status
    assert Organisation.objects.filter(pk=ngo.pk).exists() is confirmed
    if not confirmed:
        assert (last_line().by, last_line().details) == (curator, {"name": "Spam (test)", "kind": "ngo"})


def test_many_organisations_are_not_deleted_at_once(desk: Client) -> None:
    ngo = an_organisation(confirmed=False)
    path = reverse("admin:organisations_organisation_changelist")
    desk.post(path, {"action": "delete_selected", "_selected_action": [str(ngo.pk)], "post": "yes"})
    assert Organisation.objects.filter(pk=ngo.pk).exists()
