"""Days that lists print and that are to come: sunset dates, last days to apply, ends of consultations and validity.

Read from the entries of the releases that answer today; nothing is computed that a publisher did not print. The
restriction list prints no days of application, so none are told; see docs/rest.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from substances.models import Entry, GroupMembership, ListMembership
from substances.services.list_resolution import folded
from substances.vocabulary import ListEffect

#: A day stays in the calendar for a while after it came, so that a program which asks once a month has seen it.
KEPT = dt.timedelta(days=31)
#: The soonest are told; more than these no person reads.
MOST = 1000

#: By fact of an entry, what its day is.
FACTS: Mapping[str, Promise | str] = {
    "sunset_on": gettext_lazy("Sunset date"),
    "apply_by": gettext_lazy("Last day to apply for authorisation"),
    "applies_from": gettext_lazy("Applies from"),
    "comments_until": gettext_lazy("Consultation ends"),
    "evidence_until": gettext_lazy("Call for evidence ends"),
    "expected_on": gettext_lazy("Proposal expected"),
    "opinion_due_on": gettext_lazy("Opinion due"),
}
#: Of days that are not plain facts: parts of one, and the entry's own.
OTHERS: Mapping[str, Promise | str] = {
    "consultation": gettext_lazy("Consultation ends"),
    "adaptation": gettext_lazy("Harmonised classification applies from"),
    "valid_until": gettext_lazy("No longer holds from"),
    "listed_on": gettext_lazy("Holds from"),
}
_KEYS = [*FACTS, "consultations", "adaptation"]


@dataclass(frozen=True, slots=True)
class ComingDay:
    """One day of one entry.

    Attributes:
        uid: stays the same from release to release while the entry keeps its name, also when the day is moved.
        kind: a key of `FACTS` or `OTHERS`.
    """

    uid: str
    on: dt.date
    kind: str
    entry: Entry

    @property
    def words(self) -> str:
        """What the day is, in the reader's language."""
        return str({**FACTS, **OTHERS}[self.kind])


def entries() -> QuerySet[Entry]:
    """Those of every release that answers today."""
    return Entry.objects.filter(release=F("release__chemical_list__current_release"))


def entries_of_list(slug: str) -> QuerySet[Entry]:
    """Those of a list's release that answers today."""
    return entries().filter(release__chemical_list__slug=slug)


def entries_of_substance(pk: UUID) -> QuerySet[Entry]:
    """Those that name a substance."""
    named = ListMembership.objects.filter(substance=pk, entry__isnull=False).order_by()
    return entries().filter(pk__in=named.values("entry"))


def entries_of_group(slug: str) -> QuerySet[Entry]:
    """Those that name a member of a group."""
    members = GroupMembership.objects.filter(group__slug=slug).order_by().values("substance")
    named = ListMembership.objects.filter(substance__in=members, entry__isnull=False).order_by()
    return entries().filter(pk__in=named.values("entry"))


def coming_days(rows: QuerySet[Entry], *, today: dt.date) -> list[ComingDay]:
    """The days of these entries from `KEPT` before `today` on, the soonest first, at most `MOST`. One statement."""
    since = today - KEPT
    printed = Q(facts__has_any_keys=_KEYS) & Q(
        release__chemical_list__effect__in=[ListEffect.DUTY, ListEffect.WORK_LIST]
    )
    dated = rows.filter(printed | Q(valid_until__gte=since) | Q(listed_on__gt=today))
    found: dict[tuple[str, str, str, dt.date], Entry] = {}
    for entry in dated.select_related("release__chemical_list").defer("reported").order_by("pk"):
        slug = entry.release.chemical_list.slug
        for kind, day in _days_of(entry, today):
            if day >= since:
                # A process prints the same day beside each of its events.
                found.setdefault((slug, kind, folded(entry.name), day), entry)
    days = _with_uids(found)
    return sorted(days, key=lambda one: (one.on, one.entry.name, one.uid))[:MOST]


def _days_of(entry: Entry, today: dt.date) -> Iterator[tuple[str, dt.date]]:
    for kind in FACTS:
        said = entry.facts.get(kind)
        for text in said if isinstance(said, list) else [said]:
            yield from _read(kind, text)
    for one in entry.facts.get("consultations") or []:
        yield from _read("consultation", one.get("until"))
    yield from _read("adaptation", (entry.facts.get("adaptation") or {}).get("applies_from"))
    if entry.valid_until is not None:
        yield "valid_until", entry.valid_until
    if entry.listed_on is not None and entry.listed_on > today:
        yield "listed_on", entry.listed_on


def _read(kind: str, text: Any) -> Iterator[tuple[str, dt.date]]:
    if isinstance(text, str) and text:
        yield kind, dt.date.fromisoformat(text)


def _with_uids(found: Mapping[tuple[str, str, str, dt.date], Entry]) -> Iterator[ComingDay]:
    """Numbered where a list prints several days of one kind under one name, in their order."""
    alike: dict[tuple[str, str, str], list[dt.date]] = defaultdict(list)
    for slug, kind, name, day in sorted(found):
        alike[slug, kind, name].append(day)
    for (slug, kind, name), days in alike.items():
        for place, day in enumerate(days):
            key = hashlib.sha256("\n".join((slug, kind, name, str(place))).encode()).hexdigest()[:32]
            yield ComingDay(f"{slug}-{key}", day, kind, found[slug, kind, name, day])
