"""Curators who merge and split at once: what a proposal names is locked in one order, and one waits about each."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.common.errors import Conflict
from portal.review.models import Proposal
from portal.review.services import reject_proposal
from substances.models import Substance
from substances.succession.proposals import Into, accept_as_seen, propose_merge, propose_split, seen_now
from tests.build import a_curator, all_of_it_stays

pytestmark = [pytest.mark.django_db, pytest.mark.services]
WHY = "The register keeps them apart."


@pytest.fixture
def three() -> list[Substance]:
    """By their ids."""
    ids = sorted(uuid.uuid4() for _ in range(3))
    return [Substance.objects.create(pk=pk, name=f"made {place}") for place, pk in enumerate(ids)]


def first_read(captured: CaptureQueriesContext) -> str:
    """The first statement that reads substances, its ids in one form."""
    return next(q["sql"] for q in captured if 'FROM "substances_substance"' in q["sql"]).replace("-", "")


@pytest.mark.parametrize("kind", ["merge", "split"])
def test_all_that_a_proposal_names_is_locked_at_once_and_by_id(three: list[Substance], kind: str) -> None:
    others, gone = three[:2], three[2]
    if kind == "merge":
        others = others[:1]
        proposal = propose_merge(by=a_curator(), substance=gone, into=others[0].pk, reason=WHY)
    else:
        into = [*(Into(one.pk, one.name) for one in others), Into(uuid.uuid4(), "new", is_new=True)]
        assigned = all_of_it_stays(gone)
        proposal = propose_split(by=a_curator(), substance=gone, into=into, assigned=assigned, reason=WHY)
    curator, seen = a_curator(), seen_now(proposal)
    with CaptureQueriesContext(connection) as captured:
        accept_as_seen(by=curator, proposal=proposal, reason="Looked at it.", seen=seen)
    lock = first_read(captured)
    assert all(one.pk.hex in lock for one in (*others, gone))
    assert 'ORDER BY "substances_substance"."id" ASC' in lock
    assert lock.rstrip().endswith("FOR UPDATE") or connection.vendor == "sqlite"


def propose(three: list[Substance], what: str) -> None:
    """Proposes `a>b`, a merge, or `a>b+c`, a split, each letter one of the three."""
    named = dict(zip("abc", three, strict=True))
    gone, _, kept = what.partition(">")
    if "+" in kept:
        there = [Into(named[letter].pk, letter) for letter in kept.split("+") if letter in named]
        into = [*there, Into(uuid.uuid4(), "new", is_new=True)][:2]
        assigned = all_of_it_stays(named[gone])
        propose_split(by=a_curator(), substance=named[gone], into=into, assigned=assigned, reason=WHY)
    else:
        propose_merge(by=a_curator(), substance=named[gone], into=named[kept].pk, reason=WHY)


@pytest.mark.parametrize(
    ("waits", "proposed"),
    [
        pytest.param("a>b", "a>c", id="to be merged, and into another"),
        pytest.param("a>b", "b>a", id="to be merged, and the other way round"),
        pytest.param("a>b", "b>c", id="to stand for one, and to be merged"),
        pytest.param("a>b", "b>c+new", id="to stand for one, and to be split"),
        pytest.param("a>b", "c>a", id="to be merged, and to stand for one"),
        pytest.param("a>b", "c>a+new", id="to be merged, and to be a successor"),
        pytest.param("a>b+new", "b>c", id="to be a successor, and to be merged"),
        pytest.param("a>b+c", "b>c+new", id="to be a successor, and to be split"),
        pytest.param("a>b+new", "c>a", id="to be split, and to stand for one"),
    ],
)
def test_of_two_proposals_of_which_one_could_be_done_one_waits(
    three: list[Substance], waits: str, proposed: str
) -> None:
    propose(three, waits)
    with pytest.raises(Conflict, match="waits"):
        propose(three, proposed)
    assert Proposal.objects.waiting().count() == 1


@pytest.mark.parametrize(("waits", "proposed"), [("a>b", "c>b"), ("a>b+new", "c>b"), ("a>b", "c>b+new")])
def test_several_may_wait_to_lead_to_one(three: list[Substance], waits: str, proposed: str) -> None:
    propose(three, waits)
    propose(three, proposed)
    assert Proposal.objects.waiting().count() == 2


def test_what_was_decided_keeps_nobody_waiting(three: list[Substance]) -> None:
    propose(three, "a>b+new")
    reject_proposal(by=a_curator(), proposal=Proposal.objects.get(), reason="They are one.")
    propose(three, "b>c")
