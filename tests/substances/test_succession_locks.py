"""Curators who merge and split at once: what a proposal names is locked in one order, and one waits about each."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
