"""When the registry is checked by itself: after releases have come and calmed down, and every night."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from portal.jobs.models import Job
from portal.jobs.running import Work
from portal.jobs.services import request_job
from portal.review.models import Proposal
from substances.models import RegistryCheck, Release
from substances.registry_check.proposals import PREFIX
from substances.registry_check.services import check_registry

CHECK_WORK = "substances.check_registry"
# Several lists are often imported in a row; the check waits until none has come for so long.
CALM = dt.timedelta(minutes=2)
NIGHT_HOUR = 2  # UTC
_DEADLINE_SECONDS = 1800


def is_due(
    now: dt.datetime, *, last: dt.datetime | None, released: dt.datetime | None, decided: dt.datetime | None
) -> bool:
    """Whether the registry is to be checked now.

    Args:
        last: when the last check began; None: there was none.
        released, decided: when the newest release was published, and the newest proposal about a finding accepted.
    """
    news = max((moment for moment in (released, decided) if moment is not None), default=None)
    if news is not None and (last is None or news >= last):
        return now - news >= CALM
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    night = night if now >= night else night - dt.timedelta(days=1)
    return last is not None and last < night


def request_check_when_due() -> Job | None:
    """A job that checks, if it is time and none waits or runs already. Three short statements, else."""
    if Job.objects.open().filter(name=CHECK_WORK).exists():
        return None
    last = RegistryCheck.objects.values_list("started_at", flat=True).first()
    released = Release.objects.filter(state=Release.State.PUBLISHED).order_by("-released_at")
    accepted = Proposal.objects.filter(kind__startswith=PREFIX, state=Proposal.State.ACCEPTED).order_by("-decided_at")
    due = is_due(
        timezone.now(),
        last=last,
        released=released.values_list("released_at", flat=True).first(),
        decided=accepted.values_list("decided_at", flat=True).first(),
    )
    if not due:
        return None
    return request_job(name=CHECK_WORK, arguments={}, queue="import", deadline_seconds=_DEADLINE_SECONDS)


def run_check(task: Work) -> None:
    """Checks the registry; may be done twice, finding the same."""
    check_registry(progress=lambda seen: task.progress(seen))
