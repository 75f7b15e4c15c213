"""Concern flags by people: proposed by an NGO, judged by somebody else, never official."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.organisations.models import Membership, Organisation, User
from portal.review.errors import ReviewError
from portal.review.models import Proposal
from portal.review.registry import kind_of
from portal.review.services import accept_proposal, reject_proposal, withdraw_proposal
from portal.watching.models import Event
from substances.flags.rules import may_flag_for
from substances.flags.services import propose_flag
from substances.models import ConcernFlag, Substance
from tests.build import a_curator, a_member, a_person, a_substance, an_organisation
from tests.people import karol_the_curator, nadia_of_an_ngo, ola_of_a_company, stranger

pytestmark = pytest.mark.django_db


def a_flag_proposed(
    *, by: User | None = None, substance: Substance | None = None, concern: str = "reprotoxic"
) -> Proposal:
    """A concern an NGO's editor has brought."""
    by = by or a_member()
    return propose_flag(
        by=by,
        organisation=by.organisations.get(),
        substance=substance or a_substance(),
        concern="reprotoxic",
        strength="suspected",
        evidence="Two studies on rats, both with a dose response.",
        evidence_url="https://example.org/study",
    )


def standing_for(days: int, proposal: Proposal) -> None:
    """The flag was proposed that many days ago."""
    ConcernFlag.objects.filter(proposal=proposal).update(since=timezone.localdate() - dt.timedelta(days=days))


def test_a_proposed_concern_is_shown_as_proposed() -> None:
    proposal = a_flag_proposed(by=nadia_of_an_ngo())
    flag = ConcernFlag.objects.get(proposal=proposal)
    assert (flag.authority, flag.concern, flag.strength) == ("ngo_proposed", "reprotoxic", "suspected")
    assert (flag.since, flag.until, flag.legal_basis) == (timezone.localdate(), None, "Clean Rivers (test)")


def test_an_accepted_concern_is_an_ngo_flag_reviewed_from_the_day_of_the_decision() -> None:
    proposal = a_flag_proposed()
    standing_for(5, proposal)
    accept_proposal(by=karol_the_curator(), proposal=proposal, reason="Well shown.")
    flag = ConcernFlag.objects.get(proposal=proposal)
    assert (flag.authority, flag.since, flag.checked) == ("ngo_reviewed", timezone.localdate(), "reviewed")
    assert flag.source.key == "people"


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_a_refused_concern_ends_on_that_day(end: str) -> None:
    proposal = a_flag_proposed()
    standing_for(5, proposal)
    if end == "reject":
        reject_proposal(by=a_curator(), proposal=proposal, reason="Not shown.")
    else:
        withdraw_proposal(by=proposal.proposed_by, proposal=proposal)
    flag = ConcernFlag.objects.get(proposal=proposal)
    assert (flag.authority, flag.until) == ("ngo_proposed", timezone.localdate())


def test_a_concern_refused_on_its_first_day_stands_on_no_day() -> None:
    proposal = a_flag_proposed()
    reject_proposal(by=a_curator(), proposal=proposal, reason="Not shown.")
    assert not ConcernFlag.objects.exists()
    assert Proposal.objects.get().state == "rejected"


def test_who_proposed_a_concern_cannot_accept_it() -> None:
    nadia = nadia_of_an_ngo()
    nadia.is_curator = True
    nadia.save()
    proposal = a_flag_proposed(by=nadia)
    with pytest.raises(ReviewError, match="You wrote it"):
        accept_proposal(by=nadia, proposal=proposal, reason="Of course.")
    assert ConcernFlag.objects.get().authority == "ngo_proposed"


def test_a_concern_accepted_twice_is_one_flag() -> None:
    proposal = a_flag_proposed()
    accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.")
    with pytest.raises(ReviewError, match="decided already"):
        accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.")
    assert ConcernFlag.objects.count() == 1


def test_what_happens_to_a_flag_is_told() -> None:
    proposal = a_flag_proposed()
    accept_proposal(by=a_curator(), proposal=proposal, reason="Well shown.")
    events = Event.objects.filter(subject_id=proposal.target_id).order_by("recorded_at")
    assert list(events.values_list("kind", flat=True)) == ["flag.proposed", "flag.published"]


def test_an_organisation_flags_a_concern_once() -> None:
    ngo, substance = an_organisation(), a_substance()
    a_flag_proposed(by=a_member(of=ngo), substance=substance)
    with pytest.raises(ReviewError, match="already"):
        a_flag_proposed(by=a_member(of=ngo), substance=substance)


def test_two_organisations_flag_the_same_concern_each_on_its_own_ground() -> None:
    substance = a_substance()
    for _ in range(2):
        accept_proposal(by=a_curator(), proposal=a_flag_proposed(substance=substance), reason="Well shown.")
    assert substance.flags.filter(authority="ngo_reviewed").count() == 2


def test_a_refused_concern_may_be_brought_again() -> None:
    nadia, substance = nadia_of_an_ngo(), a_substance()
    reject_proposal(by=a_curator(), proposal=a_flag_proposed(by=nadia, substance=substance), reason="Not shown.")
    assert a_flag_proposed(by=nadia, substance=substance).state == "submitted"


def reader_of_an_ngo() -> User:
    return a_member(role=Membership.Role.READER)


def member_of_an_unconfirmed_ngo() -> User:
    return a_member(of=an_organisation(confirmed=False))


@pytest.mark.parametrize("who", [ola_of_a_company, reader_of_an_ngo, member_of_an_unconfirmed_ngo])
def test_nobody_but_an_editor_of_a_confirmed_ngo_proposes(who: object) -> None:
    assert callable(who)
    with pytest.raises(ReviewError, match="confirmed"):
        a_flag_proposed(by=who())
    assert not Proposal.objects.exists()


def test_nobody_proposes_for_an_ngo_they_do_not_belong_to() -> None:
    ngo = an_organisation(kind=Organisation.Kind.NGO)
    for somebody in (stranger(), nadia_of_an_ngo(), a_person()):
        with pytest.raises(ReviewError, match="confirmed"):
            propose_flag(
                by=somebody,
                organisation=ngo,
                substance=a_substance(),
                concern="reprotoxic",
                strength="suspected",
                evidence="A study.",
            )


def test_the_form_offers_the_organisations_one_may_flag_for() -> None:
    nadia = nadia_of_an_ngo()
    assert list(may_flag_for(nadia)) == list(nadia.organisations.all())
    assert not may_flag_for(ola_of_a_company()).exists()


@pytest.mark.parametrize(("concern", "strength"), [("dangerous", "suspected"), ("reprotoxic", "sure")])
def test_a_term_that_is_not_in_the_vocabulary_is_refused(concern: str, strength: str) -> None:
    nadia = nadia_of_an_ngo()
    with pytest.raises(ReviewError, match="Choose"):
        propose_flag(
            by=nadia,
            organisation=nadia.organisations.get(),
            substance=a_substance(),
            concern=concern,
            strength=strength,
            evidence="A study.",
        )


def test_a_proposal_says_in_one_line_what_would_change() -> None:
    proposal = a_flag_proposed()
    assert kind_of(proposal.kind).describe(proposal) == "Toxic to reproduction (Suspected)"


def test_the_database_refuses_an_ngo_flag_without_its_proposal() -> None:
    a_flag_proposed()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConcernFlag.objects.update(proposal=None)


def test_the_database_refuses_an_official_flag_made_of_a_proposal() -> None:
    a_flag_proposed()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConcernFlag.objects.update(authority="harmonised")


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_one_of_two_curators_accepting_together_decides() -> None:
    proposal = a_flag_proposed()
    curators = [a_curator(), a_curator()]
    start = threading.Barrier(2)

    def accept(curator: User) -> str:
        try:
            start.wait()
            accept_proposal(by=curator, proposal=proposal, reason="Well shown.")
        except ReviewError as error:
            return error.code
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(accept, curators)) == ["accepted", "not_waiting"]
    assert ConcernFlag.objects.get().authority == "ngo_reviewed"
    assert Event.objects.filter(kind="flag.published").count() == 1
