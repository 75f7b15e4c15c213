"""Who belongs to an organisation: roles, removal, leaving, invitations; an administrator always remains."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.common.errors import Conflict, DomainError, Gone, NotAllowed, NotValid
from portal.organisations.models import AuditEvent, Membership, MembershipInvitation, Organisation, User
from portal.organisations.permissions import may_act_for, may_administer
from portal.organisations.services import (
    change_role,
    invite_member,
    join_organisation,
    leave_organisation,
    open_invitation,
    remove_member,
    revoke_invitation,
)
from tests.build import a_curator, a_member, a_person, an_organisation

pytestmark = pytest.mark.django_db

Act = Callable[[User, Organisation, User], object]

ACTS: dict[str, Act] = {
    "change": lambda by, organisation, user: change_role(by=by, organisation=organisation, user=user, role="reader"),
    "remove": lambda by, organisation, user: remove_member(by=by, organisation=organisation, user=user),
    "invite": lambda by, organisation, user: invite_member(
        by=by, organisation=organisation, email="new@example.org", role="reader"
    ),
    "revoke": lambda by, organisation, user: revoke_invitation(
        by=by, organisation=organisation, invitation_id=MembershipInvitation.objects.get().pk
    ),
}


def an_administrator(of: Organisation, *, name: str = "") -> User:
    return a_member(of=of, role=Membership.Role.ADMIN, name=name)


def an_invitation(
    of: Organisation, *, to: str = "ada@example.org", by: User | None = None, role: str = "editor"
) -> str:
    """The secret of an invitation that is open."""
    return invite_member(by=by or an_administrator(of), organisation=of, email=to, role=role)


def roles_in(organisation: Organisation) -> dict[str, str]:
    return {membership.user.name: membership.role for membership in organisation.memberships.select_related("user")}


def test_an_administrator_changes_a_role_and_it_is_audited() -> None:
    ngo = an_organisation()
    boss, ada = an_administrator(ngo), a_member(of=ngo, role="reader")
    change_role(by=boss, organisation=ngo, user=ada, role="editor")
    assert may_act_for(ada, ngo)
    line = AuditEvent.objects.get(action="membership.set")
    assert (line.by, line.details) == (boss, {"user": str(ada.pk), "before": "reader", "role": "editor"})


def test_a_role_that_is_kept_leaves_no_line_in_the_trail() -> None:
    ngo = an_organisation()
    change_role(by=an_administrator(ngo), organisation=ngo, user=a_member(of=ngo, role="reader"), role="reader")
    assert not AuditEvent.objects.exists()


def test_an_unknown_role_is_refused() -> None:
    ngo = an_organisation()
    with pytest.raises(NotValid):
        change_role(by=an_administrator(ngo), organisation=ngo, user=a_member(of=ngo), role="king")


def test_an_administrator_removes_a_member_and_their_rights_end() -> None:
    ngo = an_organisation()
    boss, ada = an_administrator(ngo), a_member(of=ngo)
    remove_member(by=boss, organisation=ngo, user=ada)
    assert not may_act_for(ada, ngo)
    line = AuditEvent.objects.get(action="membership.removed")
    assert (line.by, line.details) == (boss, {"user": str(ada.pk), "role": "editor"})


@pytest.mark.parametrize("act", ["change", "remove"])
def test_nobody_is_made_a_member_by_an_act_on_who_is_none(act: str) -> None:
    ngo = an_organisation()
    with pytest.raises(Gone):
        ACTS[act](an_administrator(ngo), ngo, a_person())
    assert ngo.memberships.count() == 1


@pytest.mark.parametrize("act", ["change", "remove"])
def test_an_administrator_does_not_lock_themselves_out(act: str) -> None:
    ngo = an_organisation()
    boss = an_administrator(ngo)
    an_administrator(ngo)
    with pytest.raises(NotAllowed, match="Another administrator"):
        ACTS[act](boss, ngo, boss)
    assert may_administer(boss, ngo)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["editor", "reader", "of another", "curator", "closed"])
def test_who_does_not_administer_it_decides_nothing(act: str, who: str) -> None:
    ngo = an_organisation()
    an_invitation(ngo)
    by = {
        "editor": lambda: a_member(of=ngo, role="editor"),
        "reader": lambda: a_member(of=ngo, role="reader"),
        "of another": lambda: an_administrator(an_organisation()),
        "curator": lambda: a_curator(),
        "closed": lambda: an_administrator(ngo),
    }[who]()
    if who == "closed":
        User.objects.filter(pk=by.pk).update(is_active=False)
        by.refresh_from_db()
    with pytest.raises(NotAllowed, match="Only its administrators"):
        ACTS[act](by, ngo, a_member(of=ngo))


def test_a_member_leaves() -> None:
    ngo = an_organisation()
    an_administrator(ngo, name="Boss")
    leave_organisation(by=a_member(of=ngo, name="Ada"), organisation=ngo)
    assert roles_in(ngo) == {"Boss": "admin"}
    assert AuditEvent.objects.get().action == "membership.left"


def test_the_last_administrator_stays_until_somebody_else_is_one() -> None:
    ngo = an_organisation()
    boss, ada = an_administrator(ngo), a_member(of=ngo)
    with pytest.raises(Conflict, match="at least one administrator"):
        leave_organisation(by=boss, organisation=ngo)
    change_role(by=boss, organisation=ngo, user=ada, role="admin")
    leave_organisation(by=boss, organisation=ngo)
    assert may_administer(ada, ngo)


def test_an_administrator_whose_account_is_closed_does_not_count() -> None:
    ngo = an_organisation()
    boss, closed = an_administrator(ngo), an_administrator(ngo)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    with pytest.raises(Conflict):
        leave_organisation(by=boss, organisation=ngo)


def at_once(*acts: Callable[[], object]) -> list[bool]:
    """Runs all of them at the same time, each with a connection of its own; whether each was allowed."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> bool:
        try:
            start.wait()
            act()
        except DomainError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["change", "remove"])
def test_of_two_administrators_who_end_each_others_power_one_remains(act: str) -> None:
    ngo = an_organisation()
    ada, bob = an_administrator(ngo), an_administrator(ngo)
    done = at_once(lambda: ACTS[act](ada, ngo, bob), lambda: ACTS[act](bob, ngo, ada))
    assert sorted(done) == [False, True]
    assert ngo.memberships.filter(role="admin").count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_all_administrators_who_leave_together_one_remains() -> None:
    ngo = an_organisation()
    people = [an_administrator(ngo) for _ in range(4)]
    leaving = [lambda person=person: leave_organisation(by=person, organisation=ngo) for person in people]
    assert sum(at_once(*leaving)) == 3
    assert ngo.memberships.filter(role="admin").count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_an_invitation_followed_in_two_windows_at_once_is_accepted_once() -> None:
    ngo = an_organisation()
    token, ada = an_invitation(ngo), a_person(email="ada@example.org")
    assert sorted(at_once(*[lambda: join_organisation(token=token, by=ada)] * 2)) == [False, True]
    assert ngo.memberships.filter(user=ada).count() == 1


# --- Invitations ------------------------------------------------------------------------------------------------------


def test_who_is_invited_joins_in_the_role_they_were_invited_for() -> None:
    ngo = an_organisation()
    ada = a_person(email="ada@example.org")
    membership = join_organisation(token=an_invitation(ngo, role="reader"), by=ada)
    assert (membership.organisation, membership.role) == (ngo, "reader")
    assert [line.action for line in AuditEvent.objects.all()] == ["invitation.made", "invitation.accepted"]


def test_an_invitation_to_an_organisation_serves_once() -> None:
    ngo = an_organisation()
    token, ada = an_invitation(ngo), a_person(email="ada@example.org")
    join_organisation(token=token, by=ada)
    leave_organisation(by=ada, organisation=ngo)
    with pytest.raises(Gone):
        join_organisation(token=token, by=ada)


def test_an_invitation_is_accepted_by_the_invited_address_alone() -> None:
    ngo = an_organisation()
    token = an_invitation(ngo, to="Ada@Example.org")
    with pytest.raises(NotAllowed, match="another e-mail address"):
        join_organisation(token=token, by=a_person(email="eve@example.org"))
    assert open_invitation(token) is not None
    join_organisation(token=token, by=a_person(email="ada@example.org"))


@pytest.mark.parametrize(("days", "is_open"), [pytest.param(6, True, id="6 days"), pytest.param(7, False, id="7 days")])
def test_an_invitation_to_an_organisation_is_open_for_seven_days(days: int, is_open: bool) -> None:
    token = an_invitation(an_organisation())
    expires_at = MembershipInvitation.objects.get().expires_at
    MembershipInvitation.objects.update(expires_at=expires_at - dt.timedelta(days=days))
    assert (open_invitation(token) is not None) == is_open


def test_a_revoked_invitation_opens_nothing() -> None:
    ngo = an_organisation()
    boss, ada = an_administrator(ngo), a_person(email="ada@example.org")
    token = an_invitation(ngo, by=boss)
    for _ in range(2):
        revoke_invitation(by=boss, organisation=ngo, invitation_id=MembershipInvitation.objects.get().pk)
    with pytest.raises(Gone):
        join_organisation(token=token, by=ada)
    assert AuditEvent.objects.filter(action="invitation.revoked").count() == 1


def test_an_invitation_of_another_organisation_is_not_revoked() -> None:
    other, ngo = an_organisation(), an_organisation()
    token = an_invitation(other)
    with pytest.raises(Gone):
        ACTS["revoke"](an_administrator(ngo), ngo, a_person())
    assert open_invitation(token) is not None


def test_what_was_accepted_is_not_revoked() -> None:
    ngo = an_organisation()
    boss = an_administrator(ngo)
    join_organisation(token=an_invitation(ngo, by=boss), by=a_person(email="ada@example.org"))
    with pytest.raises(Gone, match="Remove the member"):
        ACTS["revoke"](boss, ngo, boss)


def test_a_new_invitation_to_an_address_ends_the_one_before() -> None:
    ngo = an_organisation()
    boss = an_administrator(ngo)
    first, second = an_invitation(ngo, by=boss), an_invitation(ngo, by=boss, to="ADA@example.org")
    assert open_invitation(first) is None
    assert open_invitation(second) is not None


@pytest.mark.parametrize("loses", ["remove", "change"])
def test_who_loses_their_part_keeps_no_invitation_to_or_from_them(loses: str) -> None:
    ngo = an_organisation()
    boss, ada = an_administrator(ngo), an_administrator(ngo)
    let_in = an_invitation(ngo, by=ada, to="friend@example.org")
    kept = an_invitation(ngo, by=boss, to="other@example.org")
    ACTS[loses](boss, ngo, ada)
    assert open_invitation(let_in) is None
    assert open_invitation(kept) is not None


def test_who_is_removed_does_not_come_back_by_an_older_invitation() -> None:
    ngo = an_organisation()
    boss, ada = an_administrator(ngo), a_member(of=ngo)
    address, ada.email = ada.email, "before-the-change@example.org"
    ada.save()
    token = an_invitation(ngo, by=boss, to=address)
    ada.email = address  # a member's address changed to one that was invited
    ada.save()
    remove_member(by=boss, organisation=ngo, user=ada)
    with pytest.raises(Gone):
        join_organisation(token=token, by=ada)


@pytest.mark.parametrize(
    ("email", "role", "error"),
    [
        pytest.param("ada", "reader", NotValid, id="no address"),
        pytest.param("ada@example.org", "king", NotValid, id="an unknown role"),
        pytest.param("MEMBER@example.org", "reader", Conflict, id="a member"),
    ],
)
def test_an_invitation_is_refused_for(email: str, role: str, error: type[DomainError]) -> None:
    ngo = an_organisation()
    Membership.objects.create(user=a_person(email="member@example.org"), organisation=ngo)
    with pytest.raises(error):
        an_invitation(ngo, to=email, role=role)
    assert not MembershipInvitation.objects.exists()


def test_a_hundred_invitations_may_be_open() -> None:
    ngo = an_organisation()
    boss = an_administrator(ngo)
    MembershipInvitation.objects.bulk_create(
        MembershipInvitation(
            organisation=ngo, email=f"{number}@example.org", role="reader", token_sha256=f"{number:064}",
            invited_by=boss, expires_at=timezone.now() + dt.timedelta(days=1),
        )
        for number in range(99)
    )  # fmt: skip
    an_invitation(ngo, by=boss, to="hundredth@example.org")
    with pytest.raises(NotValid, match="Too many"):
        an_invitation(ngo, by=boss, to="next@example.org")


def test_the_secret_of_an_invitation_into_an_organisation_is_not_kept() -> None:
    token = an_invitation(an_organisation())
    assert token not in str([*MembershipInvitation.objects.values(), *AuditEvent.objects.values()])


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"role": "king"}, id="role unknown"),
        pytest.param({"accepted_at": timezone.now()}, id="accepted by nobody"),
        pytest.param({"accepted": True, "ended_at": timezone.now()}, id="accepted and ended"),
    ],
)
def test_the_database_refuses_an_invitation(broken: dict[str, object]) -> None:
    an_invitation(an_organisation())
    if broken.pop("accepted", False):
        broken |= {"accepted_at": timezone.now(), "accepted_by": a_person()}
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipInvitation.objects.update(**broken)


def test_the_database_refuses_two_open_invitations_to_one_address() -> None:
    ngo = an_organisation()
    an_invitation(ngo)
    invitation = MembershipInvitation.objects.get()
    invitation.pk, invitation.token_sha256 = None, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        invitation.save(force_insert=True)


def test_a_stranger_administers_nothing() -> None:
    assert not may_administer(AnonymousUser(), an_organisation())
