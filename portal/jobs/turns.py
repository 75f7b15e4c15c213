"""Whose turn it is: what may begin now, and what the broker is told of.

Each job gets a number when it is asked for: its own cost behind the last open one of its owner, or behind the head of
the queue where that is later. The least number is next. So of an owner with 10,000 jobs and one with a single job both
have one at the head (start-time fair queueing; P. Goyal, H. Vin, H. Cheng, SIGCOMM 1996), and since the head always
moves on, nobody waits for ever.

Hands are the jobs that all living workers can do at once. Of them
- background work, for which nobody sits and waits, takes half, and never the last; of that, files one at a time;
- one owner's searches take all but one.

The broker is told only of what may begin now. All else waits in the ledger: a hand that has done one job takes the next
in turn from there, without being told (`serving.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min, Sum
from django.db.models.functions import Now

from portal.jobs.models import Heartbeat, Job
from portal.jobs.querysets import JobQuerySet

INTERACTIVE, IMPORT = "interactive", "import"
#: Nobody sits and waits for what is in these.
BACKGROUND = frozenset(settings.BROKER_QUEUES) - {INTERACTIVE}
#: Where no worker has said how many it has: one may just be starting.
HANDS_UNKNOWN = 2
_LOCK = 0x62656E69676E61  # "benigna"; any number that nobody else uses


class Standing:
    """Who is at work at one moment.

    Attributes:
        running: queue and owner of each job that a living worker is at.
    """

    def __init__(self) -> None:
        running = Job.objects.filter(state=Job.State.RUNNING, lease_until__gte=Now())
        self.running: list[tuple[str, str]] = list(running.values_list("queue", "owner_key"))

    @cached_property
    def hands(self) -> int:
        """How many jobs all living workers can do at once."""
        told = Heartbeat.objects.fresh(kind="worker").aggregate(all=Sum("hands"))["all"]
        return int(told or HANDS_UNKNOWN)

    @cached_property
    def background_places(self) -> int:
        """How many more jobs of the background may begin."""
        half = max(1, -(-self.hands // 2))
        most = min(settings.BATCH_JOBS_AT_ONCE or half, max(1, self.hands - 1))
        return most - sum(queue in BACKGROUND for queue, _owner in self.running)

    def places(self, queue: str) -> int:
        """How many more jobs of a queue may begin."""
        if queue not in BACKGROUND:
            return self.hands - sum(other == queue for other, _owner in self.running)
        if queue != IMPORT:
            return self.background_places
        imports = sum(other == IMPORT for other, _owner in self.running)
        return min(self.background_places, settings.IMPORT_JOBS_AT_ONCE - imports)

    @cached_property
    def full_owners(self) -> frozenset[str]:
        """The owners of whom no more searches may begin, so that one hand is left to the others."""
        at_work = Counter(owner for queue, owner in self.running if owner and queue == INTERACTIVE)
        most = max(1, self.hands - 1) if at_work else 1
        return frozenset(owner for owner, jobs in at_work.items() if jobs >= most)

    def may_begin(self, job: Job) -> bool:
        """Whether a job that waits may begin."""
        if job.queue in BACKGROUND:
            return self.places(job.queue) > 0
        return job.owner_key not in self.full_owners

    def waiting(self, queue: str) -> JobQuerySet:
        """The jobs of a queue that may begin as far as their owners go, the next one first."""
        found = Job.objects.claimable().filter(queue=queue, state=Job.State.QUEUED)
        if queue == INTERACTIVE and self.full_owners:
            found = found.exclude(owner_key__in=self.full_owners)
        return found.order_by("turn", "created_at")


def next_turn(queue: str, owner_key: str, *, cost: int = 1) -> int:
    """The number of a job that is asked for now.

    Args:
        queue: that it waits in.
        owner_key: whose it is.
        cost: how much work it is, compared with others of its queue.
    """
    jobs = Job.objects.filter(queue=queue)
    head = jobs.filter(state=Job.State.QUEUED).aggregate(head=Min("turn"))["head"]
    last = jobs.open().filter(owner_key=owner_key).aggregate(last=Max("turn"))["last"]
    return int(max(head or 0, last or 0)) + cost


def is_idle(queue: str) -> bool:
    """Whether nothing waits in a queue of searches and nobody is at one: then it is anybody's turn."""
    return queue not in BACKGROUND and not Job.objects.open().filter(queue=queue).exists()


def is_told_at_once(queue: str, owner_key: str) -> bool:
    """Whether the broker is told of a job that is asked for now: a hand is free, or its owner has none at work.

    Where it is not, a hand that ends another job finds it.
    """
    standing = Standing()
    told = Job.objects.told(queue)
    places = standing.places(queue)
    if places > 0 and told.values("pk")[:places].count() < places:
        return True
    if queue in BACKGROUND or any(owner == owner_key for _queue, owner in standing.running):
        return False
    return not told.filter(owner_key=owner_key).exists()


def next_to_tell_of() -> list[Job]:
    """The jobs that wait untold and may begin now; of the background, the queue whose next has waited longest first."""
    if not Job.objects.filter(state=Job.State.QUEUED, rung_at__isnull=True).exists():
        return []
    standing = Standing()
    found = _untold(INTERACTIVE, standing)
    behind = sorted(filter(None, (_untold(queue, standing) for queue in BACKGROUND)), key=lambda own: own[0].created_at)
    told = sum(Job.objects.told(queue).count() for queue in BACKGROUND)
    return found + [job for own in behind for job in own][: max(0, standing.background_places - told)]


def _untold(queue: str, standing: Standing) -> list[Job]:
    places = standing.places(queue)
    if places <= 0:
        return []
    free = places - Job.objects.told(queue).values("pk")[:places].count()
    return list(standing.waiting(queue).filter(rung_at__isnull=True)[:free])


def next_for_the_hand_that_did(queue: str) -> Job | None:
    """The job that a hand goes on with when it has ended one of `queue`; None where it should wait to be told.

    What was tried before is left to the scheduler: whatever broke may need a moment.
    """
    if not Job.objects.filter(
        state=Job.State.QUEUED, queue__in=BACKGROUND if queue in BACKGROUND else [queue]
    ).exists():
        return None
    standing = Standing()
    if standing.places(queue) <= 0:
        return None
    own = standing.waiting(queue).filter(attempts=0).first()
    if own is None or queue not in BACKGROUND:
        return own
    others = (standing.waiting(other).first() for other in BACKGROUND - {queue} if standing.places(other) > 0)
    return None if any(other and other.created_at < own.created_at for other in others) else own


@contextmanager
def one_claim_at_a_time(queue: str) -> Iterator[None]:
    """While it lasts nobody else claims a job of the background: its places are counted, then taken."""
    if queue not in BACKGROUND:
        yield
        return
    with transaction.atomic():  # on SQLite this is all: it has one writer
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield
