"""Saying what changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone

from portal.organisations.models import Organisation
from portal.watching.models import Event


def record_event(
    *,
    kind: str,
    subject_kind: str,
    subject_id: uuid.UUID,
    occurred_on: dt.date | None = None,
    topic: str = "",
    details: Mapping[str, Any] | None = None,
    organisation: Organisation | None = None,
) -> Event:
    """A new row about one change, in the transaction of the change itself.

    Args:
        kind: what happened, such as flag.published.
        subject_kind: what it happened to, such as substance.
        subject_id: which one.
        occurred_on: the day the change is about; today (UTC) unless said otherwise.
        topic: what else it belongs to, such as list:reach-candidate-list.
        details: what feeds and mails need to say it without reading more.
        organisation: only its members see the event; None: everybody does.
    """
    return Event.objects.create(
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        topic=topic,
        occurred_on=occurred_on or timezone.now().date(),
        details=dict(details or {}),
        organisation=organisation,
    )


def record_events(
    told: Iterable[tuple[str, uuid.UUID, Mapping[str, Any]]],
    *,
    subject_kind: str,
    occurred_on: dt.date,
    topic: str = "",
    once: Callable[[str, uuid.UUID, Mapping[str, Any]], str] | None = None,
) -> None:
    """Public rows about many changes of one day at once.

    Args:
        told: of each change its kind, whom it is about, and its details, as in `record_event`.
        once: the key under which each is told, so that work done again tells nothing again; None where it is not.
    """
    rows = [
        Event(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=pk,
            topic=topic,
            once=once(kind, pk, details) if once else None,
            occurred_on=occurred_on,
            details=dict(details),
        )
        for kind, pk, details in told
    ]
    Event.objects.bulk_create(rows, batch_size=500, ignore_conflicts=once is not None)
