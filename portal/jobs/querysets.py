"""The questions asked of jobs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.jobs.models import Heartbeat, Job  # noqa: F401  # named in the strings below
    from portal.organisations.models import User


def from_now(seconds: float) -> Combinable:
    """The moment `seconds` after now by the database's clock, which all workers share."""
    return ExpressionWrapper(Now() + dt.timedelta(seconds=seconds), output_field=models.DateTimeField())


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The jobs this person asked for. What a session asked for is found through the thing the job works on."""
        return self.filter(requested_by=user) if user.is_authenticated else self.none()

    def open(self) -> Self:
        """Those that have not ended."""
        return self.filter(state__in=["queued", "running"])

    def abandoned(self) -> Self:
        """Those whose worker has not renewed its lease in time."""
        return self.filter(state="running", lease_until__lt=Now())

    def overdue(self) -> Self:
        """Those that have begun and have not ended by their deadline."""
        return self.open().filter(deadline__lte=Now()).exclude(self._has_only_waited())

    def waited_past_deadline(self) -> Self:
        """Those whose turn has not come by their deadline."""
        return self.filter(self._has_only_waited(), state="queued", deadline__lte=Now())

    def _has_only_waited(self) -> Q:
        return Q(started_at__isnull=True, deadline_seconds__isnull=False)

    def claimable(self) -> Self:
        """Those a worker may take: queued or abandoned, with an attempt left, and in time.

        What has only waited so far is in time: its deadline counts from its turn on.
        """
        free = Q(state="queued") | Q(state="running", lease_until__lt=Now())
        in_time = Q(deadline__isnull=True) | Q(deadline__gt=Now()) | self._has_only_waited()
        return self.filter(free, in_time, attempts__lt=F("max_attempts"), cancel_requested_at__isnull=True)

    def told(self, queue: str) -> Self:
        """Those of a queue that wait and of which the broker was told."""
        return self.filter(queue=queue, state="queued", rung_at__isnull=False)

    def silent(self, seconds: float) -> Self:
        """Those that wait although the broker was told of them more than `seconds` ago, the first told of first."""
        return self.filter(state="queued", rung_at__lt=from_now(-seconds)).order_by("rung_at")

    def moving(self, *, within_seconds: float) -> Self:
        """Those that are being done by a living worker, or ended a moment ago."""
        at_work = Q(state="running", lease_until__gte=Now())
        return self.filter(at_work | Q(finished_at__gte=from_now(-within_seconds)))

    def held_by(self, job_id: object, token: int) -> Self:
        """The job while the claim numbered `token` holds it; empty when another took over or it has ended."""
        return self.filter(pk=job_id, token=token, state="running")


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Signs of life."""

    def fresh(self, *, kind: str, seconds: float = 10, now: dt.datetime | None = None) -> Self:
        """Those of a kind ("worker", "scheduler") younger than `seconds`, at `now` or by the database's clock."""
        since = from_now(-seconds) if now is None else now - dt.timedelta(seconds=seconds)
        return self.filter(kind=kind, at__gt=since)
