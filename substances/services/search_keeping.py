"""Searches that were begun before somebody signed in become theirs."""

from __future__ import annotations

from django.db import transaction

from portal.jobs.models import Job
from portal.organisations.models import User
from substances.models import StructureSearch


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
