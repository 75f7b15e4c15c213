"""Proposals: four eyes, one decision, a trail nobody skips."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.organisations.models import AuditEvent, Membership, Organisation, User
from portal.review import registry, services
from portal.review.errors import ReviewError
from portal.review.models import Proposal
from tests.build import a_curator, a_member, a_person, an_organisation

pytestmark = pytest.mark.django_db

PUBLIC, CONFIDENTIAL = "tests.public", "tests.confidential"
Decide = Callable[..., Proposal]


@pytest.fixture(autouse=True)
def told() -> Iterator[list[str]]:
    """Two kinds anybody may propose; the list tells which of their functions were called."""
    told: list[str] = []
    for slug in (PUBLIC, CONFIDENTIAL):
        registry.proposal_kind(
            slug,
            label="Test",
            on_accept=lambda proposal, by: told.append("accepted"),
            on_refuse=lambda proposal, by: told.append("refused"),
            may_propose=lambda user, organisation: True,
            describe=lambda proposal: "A change",
            is_public=slug == PUBLIC,
        )
    yield told
    for slug in (PUBLIC, CONFIDENTIAL):
        registry._kinds.pop(slug)


def a_proposal(*, by: User | None = None, kind: str = PUBLIC, of: Organisation | None = None) -> Proposal:
    """A proposal that waits for review."""
    return services.submit_proposal(
        by=by or a_person(),
        organisation=of,
        kind=kind,
        target_kind="thing",
        target_id=uuid.UUID(int=1),
        payload={"to": "better"},
        evidence="A study of 2020.",
    )


def test_a_curator_accepts_what_somebody_else_proposed(told: list[str]) -> None:
    curator = a_curator()
    proposal = services.accept_proposal(by=curator, proposal=a_proposal(), reason="Well shown.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, proposal.decision_reason) == ("accepted", curator, "Well shown.")
    assert told == ["accepted"]


def test_a_curator_rejects_and_what_was_shown_is_taken_back(told: list[str]) -> None:
    assert services.reject_proposal(by=a_curator(), proposal=a_proposal(), reason="Not shown.").state == "rejected"
    assert told == ["refused"]


def test_a_proposer_withdraws_and_what_was_shown_is_taken_back(told: list[str]) -> None:
    proposal = a_proposal()
    assert services.withdraw_proposal(by=proposal.proposed_by, proposal=proposal).state == "withdrawn"
    assert told == ["refused"]


@pytest.mark.parametrize("decide", [services.accept_proposal, services.reject_proposal])
def test_nobody_decides_on_their_own_proposal(decide: Decide, told: list[str]) -> None:
    curator = a_curator()
    with pytest.raises(ReviewError, match="You wrote it"):
        decide(by=curator, proposal=a_proposal(by=curator), reason="Of course.")
    assert told == []


@pytest.mark.parametrize("decide", [services.accept_proposal, services.reject_proposal])
def test_nobody_decides_on_a_proposal_of_their_own_organisation(decide: Decide, told: list[str]) -> None:
    organisation, curator = an_organisation(), a_curator()
    Membership.objects.create(user=curator, organisation=organisation, role=Membership.Role.READER)
    proposal = a_proposal()
    Proposal.objects.filter(pk=proposal.pk).update(organisation=organisation)
    proposal.refresh_from_db()
    with pytest.raises(ReviewError, match="outside"):
        decide(by=curator, proposal=proposal, reason="Of course.")
    assert told == []
    assert "outside" in services.why_locked(user=curator, proposal=proposal)


@pytest.mark.parametrize("decide", [services.accept_proposal, services.reject_proposal])
def test_who_is_no_curator_decides_nothing(decide: Decide) -> None:
    with pytest.raises(ReviewError, match="Only curators"):
        decide(by=a_person(), proposal=a_proposal(), reason="Why not.")


def test_a_curator_whose_account_is_closed_decides_nothing() -> None:
    curator = a_curator()
    curator.is_active = False
    with pytest.raises(ReviewError, match="Only curators"):
        services.accept_proposal(by=curator, proposal=a_proposal(), reason="Well shown.")


@pytest.mark.parametrize("decide", [services.accept_proposal, services.reject_proposal])
def test_a_decision_needs_a_public_reason(decide: Decide) -> None:
    with pytest.raises(ReviewError, match="reason"):
        decide(by=a_curator(), proposal=a_proposal(), reason=" \u200b\n".replace("\u200b", ""))


def test_a_proposal_is_decided_once(told: list[str]) -> None:
    proposal = a_proposal()
    services.accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.")
    for step in (services.accept_proposal, services.reject_proposal):
        with pytest.raises(ReviewError, match="decided already"):
            step(by=a_curator(), proposal=proposal, reason="Again.")
    with pytest.raises(ReviewError, match="cannot be withdrawn"):
        services.withdraw_proposal(by=proposal.proposed_by, proposal=proposal)
    assert told == ["accepted"]


def test_only_its_proposer_withdraws_a_proposal() -> None:
    with pytest.raises(ReviewError, match="Only who proposed it"):
        services.withdraw_proposal(by=a_curator(), proposal=a_proposal())


def test_one_curator_takes_up_a_proposal_and_another_may_still_decide() -> None:
    proposal = a_proposal()
    reader = a_curator()
    services.take_up_proposal(by=reader, proposal=proposal)
    with pytest.raises(ReviewError, match="reads it already"):
        services.take_up_proposal(by=a_curator(), proposal=proposal)
    assert services.accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.").reviewer == reader


def test_a_proposal_without_evidence_is_refused() -> None:
    with pytest.raises(ReviewError, match="evidence"):
        services.submit_proposal(
            by=a_person(),
            organisation=None,
            kind=PUBLIC,
            target_kind="thing",
            target_id=uuid.uuid4(),
            payload={},
            evidence=" \n",
        )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/a", "example.org"])
def test_evidence_is_linked_by_a_web_address_alone(address: str) -> None:
    with pytest.raises(ReviewError, match="https://"):
        services.submit_proposal(
            by=a_person(),
            organisation=None,
            kind=PUBLIC,
            target_kind="thing",
            target_id=uuid.uuid4(),
            payload={},
            evidence="A study.",
            evidence_url=address,
        )


def test_the_same_proposal_waits_once_for_a_person() -> None:
    person = a_person()
    a_proposal(by=person)
    with pytest.raises(ReviewError, match="already proposed"):
        a_proposal(by=person)
    assert Proposal.objects.count() == 1


def test_every_step_is_kept_with_who_made_it_and_audited() -> None:
    proposal, curator = a_proposal(), a_curator()
    services.take_up_proposal(by=curator, proposal=proposal)
    services.reject_proposal(by=curator, proposal=proposal, reason="Not shown.")
    steps = [(step.by, step.from_state, step.to_state, step.remark) for step in proposal.steps.all()]
    assert steps == [
        (proposal.proposed_by, "", "submitted", ""),
        (curator, "submitted", "in_review", ""),
        (curator, "in_review", "rejected", "Not shown."),
    ]
    audited = AuditEvent.objects.filter(subject_id=str(proposal.pk)).values_list("action", flat=True)
    assert list(audited) == ["proposal.submitted", "proposal.in_review", "proposal.rejected"]


def test_an_acceptance_that_cannot_be_done_leaves_the_proposal_waiting() -> None:
    def fail(proposal: Proposal, by: User) -> None:
        raise LookupError("gone")

    registry.proposal_kind(
        PUBLIC, label="Test", on_accept=fail, may_propose=lambda *_: True, describe=str, is_public=True
    )
    proposal = a_proposal()
    with pytest.raises(LookupError):
        services.accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.steps.count()) == ("submitted", 1)


def test_the_queue_is_oldest_first_and_leaves_out_what_is_decided() -> None:
    first, second, third = a_proposal(), a_proposal(), a_proposal()
    services.reject_proposal(by=a_curator(), proposal=second, reason="Not shown.")
    assert list(Proposal.objects.waiting()) == [first, third]


def test_a_curator_sees_their_own_in_the_queue_and_why_it_is_locked() -> None:
    curator = a_curator()
    own, other = a_proposal(by=curator), a_proposal()
    locked = services.reasons_locked(user=curator, proposals=Proposal.objects.waiting())
    assert list(locked) == [own.pk]
    assert "You wrote it" in locked[own.pk]
    assert services.why_locked(user=curator, proposal=other) == ""
    assert "Only curators" in services.why_locked(user=a_person(), proposal=other)


def test_what_no_longer_waits_is_locked_and_says_how_it_ended() -> None:
    withdrawn, decided = a_proposal(), a_proposal()
    withdrawn = services.withdraw_proposal(by=withdrawn.proposed_by, proposal=withdrawn)
    decided = services.reject_proposal(by=a_curator(), proposal=decided, reason="Not shown.")
    assert "withdrawn" in services.why_locked(user=a_curator(), proposal=withdrawn)
    assert "decided" in services.why_locked(user=a_curator(), proposal=decided)


def test_why_a_queue_is_locked_costs_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    curator, waiting = a_curator(), [a_proposal(), a_proposal(), a_proposal()]
    with django_assert_num_queries(1):
        assert services.reasons_locked(user=curator, proposals=waiting) == {}


def test_a_public_proposal_is_seen_by_everybody() -> None:
    proposal = a_proposal()
    assert [Proposal.objects.visible_to(who).count() for who in (AnonymousUser(), a_person())] == [1, 1]
    Proposal.objects.filter(pk=proposal.pk).update(state="draft")
    seen = [Proposal.objects.visible_to(who).count() for who in (AnonymousUser(), a_curator(), proposal.proposed_by)]
    assert seen == [0, 0, 1]


def test_a_confidential_proposal_is_seen_by_its_people_and_curators() -> None:
    ours, theirs = an_organisation(), an_organisation()
    proposal = a_proposal(by=a_member(of=ours), of=ours, kind=CONFIDENTIAL)
    insiders = [proposal.proposed_by, a_member(of=ours), a_curator()]
    assert [Proposal.objects.visible_to(who).count() for who in insiders] == [1, 1, 1]
    outsiders: list[User | AnonymousUser] = [a_member(of=theirs), AnonymousUser()]
    assert [Proposal.objects.visible_to(who).count() for who in outsiders] == [0, 0]


def test_the_database_refuses_a_decision_by_the_proposer() -> None:
    proposal = a_proposal()
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            state="accepted", decided_by=proposal.proposed_by, decided_at=timezone.now(), decision_reason="Mine."
        )


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"state": "accepted"}, id="accepted by nobody"),
        pytest.param({"evidence": ""}, id="waiting without evidence"),
        pytest.param({"decided_at": timezone.now()}, id="decided while it waits"),
    ],
)
def test_the_database_refuses_a_proposal(broken: dict[str, object]) -> None:
    proposal = a_proposal()
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(**broken)
