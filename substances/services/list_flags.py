"""Concern flags that a list states: raised by the release that names a reason, ended by the one that no longer does.

Only what an import raised (checked=imported, of the list's own source) is ended. Flags of the starter catalogue about
the same list (checked file, text or recalled) have sources of their own, were read by other means and stay as they are
until the catalogue says otherwise.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import QuerySet

from portal.watching.services import record_event
from substances.models import ConcernFlag, Release, Source
from substances.services.list_release import FlagKey, Plan
from substances.vocabulary import Authority, Checked


def raise_flags(release: Release, plan: Plan, source: Source) -> None:
    """Stores the planned flags, in the transaction of the caller.

    A flag that had ended and is stated again is a new one, from the day of the release: the day printed in the list
    lies before the time in which it did not hold.
    """
    last = _last_days(source)
    rows = []
    for key, flag in plan.flags.items():
        ended = last.get(key)
        again = ended is not None and (flag.since is None or flag.since < ended)
        rows.append(
            ConcernFlag(
                substance_id=flag.substance,
                concern=flag.concern,
                strength=flag.strength,
                authority=Authority.AUTHORITY_ASSESSMENT,
                legal_basis=flag.legal_basis,
                since=release.published_on if again else flag.since,
                locator=f"release of {release.published_on}, line {flag.line}",
                source=source,
                checked=Checked.IMPORTED,
            )
        )
    ConcernFlag.objects.bulk_create(rows)


def end_flags(release: Release, plan: Plan, source: Source) -> set[uuid.UUID]:
    """Ends what earlier releases stated and this one does not, from its day on, each with an event; of whom.

    A flag that stood for no whole day is deleted, as `flags.services.end_flag` does. A release from the past ends
    nothing.
    """
    if plan.stated is None:
        return set()
    touched = set()
    for flag in _imported(source).filter(until=None):
        if (flag.substance_id, flag.concern, flag.legal_basis) in plan.stated:
            continue
        touched.add(flag.substance_id)
        _tell(flag, release)
        if flag.since is not None and flag.since >= release.published_on:
            flag.delete()
        else:
            flag.until = release.published_on
            flag.save(update_fields=["until"])
    return touched


def _imported(source: Source) -> QuerySet[ConcernFlag]:
    return ConcernFlag.objects.filter(source=source, checked=Checked.IMPORTED, authority=Authority.AUTHORITY_ASSESSMENT)


def _last_days(source: Source) -> dict[FlagKey, dt.date]:
    """The day from which each ended flag of the list no longer held; the last one, if it ended more than once."""
    ended = _imported(source).filter(until__isnull=False).order_by("until")
    return {(one.substance_id, one.concern, one.legal_basis): one.until for one in ended if one.until}


def _tell(flag: ConcernFlag, release: Release) -> None:
    record_event(
        kind="flag.ended",
        subject_kind="substance",
        subject_id=flag.substance_id,
        occurred_on=release.published_on,
        details={
            "concern": flag.concern,
            "strength": flag.strength,
            "list": release.chemical_list.slug,
            "release": str(release.pk),
        },
    )
