"""How long searches are kept, and for whom."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from portal.jobs.models import Job
from portal.organisations.models import User
from substances.models import BatchPart, StructureSearch

KEPT_FOR = dt.timedelta(hours=24)
_DELETED_AT_ONCE = 500


@transaction.atomic
def keep_searches(*, by: User, session_key: str) -> int:
    """How many searches of nobody, asked in this session, now belong to the person; from then on to them alone.

    The session opens them no more, be its key known to somebody else; nor do they age away after a day. A search that
    belongs to a person already stays theirs.

    Args:
        by: who has signed in.
        session_key: of the session they had before; "" for none.
    """
    if not session_key:
        return 0
    found = StructureSearch.objects.filter(session_key=session_key, owner__isnull=True)
    jobs = list(found.exclude(job=None).values_list("job", flat=True))
    kept = found.update(owner=by, session_key="", access_sha256="")
    Job.objects.filter(pk__in=jobs, requested_by__isnull=True).update(requested_by=by)
    return kept


def delete_old_searches(*, now: dt.datetime | None = None) -> int:
    """Deletes searches that belong to no person once they are 24 hours old, with their jobs; how many that were.

    500 at a time. A job that still runs then finds that it holds nothing any more, and writes nothing.
    """
    old = StructureSearch.objects.filter(owner__isnull=True, created_at__lt=(now or timezone.now()) - KEPT_FOR)
    rows = list(old.order_by("created_at").values_list("pk", "job")[:_DELETED_AT_ONCE])
    searches = [search for search, _job in rows]
    with transaction.atomic():
        jobs = list(BatchPart.objects.filter(search__in=searches).values_list("job", flat=True))
        StructureSearch.objects.filter(pk__in=searches).delete()
        Job.objects.filter(pk__in=[*jobs, *(job for _search, job in rows if job)]).delete()
    return len(rows)
