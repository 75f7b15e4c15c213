"""Events: what changed, seen by whom it concerns."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from portal.watching.models import Event
from portal.watching.services import record_event
from tests.build import a_curator, a_member, a_person, an_organisation

pytestmark = pytest.mark.django_db


def test_an_event_is_about_today_unless_said_otherwise() -> None:
    event = record_event(kind="flag.published", subject_kind="substance", subject_id=uuid.uuid4())
    assert event.occurred_on == timezone.now().date()


def test_a_public_event_is_seen_by_everybody() -> None:
    record_event(kind="flag.published", subject_kind="substance", subject_id=uuid.uuid4())
    assert [Event.objects.visible_to(who).count() for who in (AnonymousUser(), a_person())] == [1, 1]


def test_an_organisations_event_is_seen_by_its_members_alone() -> None:
    ours, theirs = an_organisation(), an_organisation()
    record_event(kind="plan.due", subject_kind="plan", subject_id=uuid.uuid4(), organisation=ours)
    seen = [
        Event.objects.visible_to(who).count()
        for who in (a_member(of=ours), a_member(of=theirs), a_curator(), AnonymousUser())
    ]
    assert seen == [1, 0, 0, 0]
