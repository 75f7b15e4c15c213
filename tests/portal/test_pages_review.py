"""The page of a proposal: who is offered the decision, who is told why not, who may take it back."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from portal.organisations.models import Membership, Organisation, User
from portal.review.models import Proposal
from portal.review.services import accept_proposal
from portal.watching.models import Event
from substances.flags.services import propose_flag
from substances.models import ConcernFlag
from tests.build import a_curator, a_member, a_person, a_source, a_substance, an_organisation

pytestmark = pytest.mark.django_db

DECISION = {"decision": "accept", "reason": "The measurements are sound and public."}


def a_proposed_flag(*, by: User | None = None) -> Proposal:
    """A concern that an NGO's editor has brought and that waits."""
    by = by or a_member()
    return propose_flag(
        by=by,
        organisation=by.organisations.get(),
        substance=a_substance(),
        concern="reprotoxic",
        strength="suspected",
        evidence="Two studies on rats, both with a dose response.",
    )


def page_of(proposal: Proposal) -> str:
    return reverse("web:proposal", args=[proposal.pk])


def withdrawal_of(proposal: Proposal) -> str:
    return reverse("web:proposal-withdraw", args=[proposal.pk])


def said_to(person: User, proposal: Proposal) -> str:
    """What the page says to a person."""
    client = Client()
    client.force_login(person)
    return html.unescape(client.get(page_of(proposal)).content.decode())


def a_curator_of(organisation: Organisation | None, *, role: str = Membership.Role.READER) -> User:
    """A curator who belongs to the organisation."""
    curator = a_member(of=organisation, role=role)
    curator.is_curator = True
    curator.save(update_fields=["is_curator"])
    return curator


def test_a_curator_from_outside_is_offered_the_decision() -> None:
    said = said_to(a_curator(), a_proposed_flag())
    assert "Accept and publish" in said
    assert "You do not decide" not in said


def test_who_may_not_decide_is_told_why_and_offered_no_form() -> None:
    proposal = a_proposed_flag()
    reasons = {
        "Your organisation brought it.": a_curator_of(proposal.organisation),
        "You wrote it.": proposal.proposed_by,
        "Only curators decide": a_person(),
    }
    proposal.proposed_by.is_curator = True
    proposal.proposed_by.save()
    for reason, person in reasons.items():
        said = said_to(person, proposal)
        assert reason in said
        assert "Accept and publish" not in said


@pytest.mark.parametrize("way", ["page", "queue"])
def test_a_curator_of_the_proposing_organisation_is_told_so_by_the(way: str, client: Client) -> None:
    proposal = a_proposed_flag()
    client.force_login(a_curator_of(proposal.organisation))
    answer = client.get(page_of(proposal) if way == "page" else reverse("web:review"))
    assert "Your organisation brought it. Somebody from outside decides." in answer.content.decode()


def test_a_decision_that_is_locked_is_refused_with_the_reason_whatever_is_sent(client: Client) -> None:
    proposal = a_proposed_flag()
    client.force_login(a_curator_of(proposal.organisation))
    answer = client.post(page_of(proposal), DECISION)
    assert answer.status_code == 403
    assert "Your organisation brought it." in answer.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_a_decision_that_comes_second_is_told_how_the_first_ended(client: Client) -> None:
    proposal = a_proposed_flag()
    accept_proposal(by=a_curator(), proposal=proposal, reason="Somebody was faster than you.")
    client.force_login(a_curator())
    answer = client.post(page_of(proposal), DECISION)
    assert answer.status_code == 409
    assert "Somebody was faster than you." in answer.content.decode()
    assert "Accept and publish" not in answer.content.decode()


def test_a_decision_without_a_reason_keeps_the_form(client: Client) -> None:
    client.force_login(a_curator())
    answer = client.post(page_of(a_proposed_flag()), {"decision": "accept", "reason": "Short."})
    assert answer.status_code == 400
    assert "Accept and publish" in answer.content.decode()
    assert "Short." in answer.content.decode()


def test_the_page_says_what_would_change_and_does_not_take_it_for_known(client: Client) -> None:
    proposal = a_proposed_flag()
    client.force_login(a_curator())
    page = client.get(page_of(proposal))
    said = html.unescape(page.content.decode())
    assert "<ins>Toxic to reproduction</ins>" in said
    assert "<ins>Suspected</ins>" in said
    assert "No other concern is recorded here." in said
    ConcernFlag.objects.create(
        substance_id=proposal.target_id, concern="carcinogenic", strength="suspected", authority="screening_list",
        since="2020-01-01", source=a_source(), checked="made_up",
    )  # fmt: skip
    assert [flag.concern for flag in client.get(page_of(proposal)).context["known"]] == ["carcinogenic"]


def test_a_proposer_withdraws_by_the_page_and_the_flag_goes(client: Client) -> None:
    proposal = a_proposed_flag()
    client.force_login(proposal.proposed_by)
    assert withdrawal_of(proposal) in client.get(page_of(proposal)).content.decode()
    page = client.post(withdrawal_of(proposal), {"remark": "The second study was retracted."}, follow=True)
    said = html.unescape(page.content.decode())
    assert "Withdrawn. Its history stays on this page." in said
    assert "The second study was retracted." in said
    assert withdrawal_of(proposal) not in said
    assert not ConcernFlag.objects.exists()


def test_a_withdrawal_is_told_to_those_who_watch(client: Client) -> None:
    proposal = a_proposed_flag()
    client.force_login(proposal.proposed_by)
    client.post(withdrawal_of(proposal))
    event = Event.objects.get(kind="flag.ended")
    assert (event.subject_id, event.details["proposal"]) == (proposal.target_id, str(proposal.pk))


@pytest.mark.parametrize("who", ["a colleague", "a curator", "a person"])
def test_only_its_proposer_is_offered_and_may_withdraw(who: str, client: Client) -> None:
    proposal = a_proposed_flag()
    colleague = a_member(of=proposal.organisation, role=Membership.Role.ADMIN)
    person = {"a colleague": colleague, "a curator": a_curator(), "a person": a_person()}[who]
    assert withdrawal_of(proposal) not in said_to(person, proposal)
    client.force_login(person)
    refused = client.post(withdrawal_of(proposal))
    assert refused.status_code == 403
    assert "Only who proposed it can withdraw it." in refused.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_what_is_decided_is_not_withdrawn(client: Client) -> None:
    proposal = a_proposed_flag()
    accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.")
    client.force_login(proposal.proposed_by)
    assert withdrawal_of(proposal) not in client.get(page_of(proposal)).content.decode()
    assert client.post(withdrawal_of(proposal)).status_code == 409
    assert ConcernFlag.objects.get().authority == "ngo_reviewed"


def test_a_withdrawal_needs_the_forms_token() -> None:
    proposal, client = a_proposed_flag(), Client(enforce_csrf_checks=True)
    client.force_login(proposal.proposed_by)
    assert client.post(withdrawal_of(proposal)).status_code == 403
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_opening_the_address_of_a_withdrawal_withdraws_nothing(client: Client) -> None:
    proposal = a_proposed_flag()
    client.force_login(proposal.proposed_by)
    assert client.get(withdrawal_of(proposal)).status_code == 405


def test_the_history_names_states_in_words_and_people_by_their_names(client: Client) -> None:
    proposal = a_proposed_flag(by=a_member(of=an_organisation(), name="Nadia of the rivers"))
    said = said_to(a_person(), proposal)
    assert "Waiting for review · Nadia of the rivers" in said
    assert proposal.proposed_by.email not in said


def test_a_person_finds_their_proposals_and_nobody_elses(client: Client) -> None:
    own, other = a_proposed_flag(), a_proposed_flag()
    client.force_login(own.proposed_by)
    page = client.get(reverse("web:my-proposals")).content.decode()
    assert page_of(own) in page
    assert page_of(other) not in page


@pytest.mark.parametrize("room", ["web:review", "web:my-proposals"])
def test_every_proposal_is_reached_over_pages(client: Client, room: str) -> None:
    person = a_member()
    person.is_curator = True
    person.save(update_fields=["is_curator"])
    ids = {str(a_proposed_flag(by=person).pk) for _ in range(3)}
    client.force_login(person)
    address, found = reverse(room) + "?limit=2", []
    while address:
        answer = client.get(address)
        found += [pk for pk in ids if f"/review/{pk}/" in answer.content.decode()]
        address = answer.context["page"].next_url
    assert sorted(found) == sorted(ids)


def test_a_curator_says_that_they_read_it_and_the_others_see_who_does() -> None:
    proposal = a_proposed_flag()
    ada, client = a_curator(name="Ada"), Client()
    client.force_login(ada)
    assert "I am reading it" in said_to(ada, proposal)
    assert client.post(page_of(proposal), {"decision": "take_up"}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.reviewer, proposal.state) == (ada, Proposal.State.IN_REVIEW)
    assert "Ada reads it." in said_to(a_curator(), proposal)
    assert client.post(page_of(proposal), {"decision": "take_up"}).status_code == 409
