"""The questions asked of jobs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, Q
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
        """Those that have not ended by their deadline."""
        return self.open().filter(deadline__lte=Now())

    def claimable(self) -> Self:
        """Those a worker may take now: queued or abandoned, with an attempt left, before their deadline, in turn."""
        free = Q(state="queued") | Q(state="running", lease_until__lt=Now())
        in_time = Q(deadline__isnull=True) | Q(deadline__gt=Now())
        wanted = self.filter(free, in_time, attempts__lt=F("max_attempts"), cancel_requested_at__isnull=True)
        return wanted.exclude(self._must_wait())

    def waiting_their_turn(self) -> Self:
        """Queued ones of the batch queue, while as many of it run as may."""
        return self.filter(self._must_wait(), state="queued")

    def _must_wait(self) -> Q:
        """Work that nobody sits and waits for leaves the workers' other hands to those who do."""
        running = self.model._default_manager.filter(queue="batch", state="running", lease_until__gte=Now())
        last_place = settings.BATCH_JOBS_AT_ONCE - 1
        return Q(Q(queue="batch"), Exists(running.order_by("pk")[last_place : last_place + 1]))

    def silent(self, seconds: float) -> Self:
        """Those that wait although the broker was told of them more than `seconds` ago, the first told of first."""
        return self.filter(state="queued", rung_at__lt=from_now(-seconds)).order_by("rung_at")

    def held_by(self, job_id: object, token: int) -> Self:
        """The job while the claim numbered `token` holds it; empty when another took over or it has ended."""
        return self.filter(pk=job_id, token=token, state="running")


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    """Signs of life."""

    def fresh(self, *, kind: str, seconds: float = 10, now: dt.datetime | None = None) -> Self:
        """Those of a kind ("worker", "scheduler") younger than `seconds`, at `now` or by the database's clock."""
        since = from_now(-seconds) if now is None else now - dt.timedelta(seconds=seconds)
        return self.filter(kind=kind, at__gt=since)
