"""The timeline of a substance, gathered from lists, classifications, flags and groups: a fixed number of queries."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from substances.models import ConcernFlag, Entry, GroupMembership, HazardClassification, ListMembership, Release
from substances.timeline import (
    Happening,
    ListRef,
    Precision,
    ReleaseRef,
    SourceRef,
    State,
    Timeline,
    What,
    timeline_of,
)
from substances.vocabulary import EntryRole, ListEffect

_PUBLISHED = Q(release__state=Release.State.PUBLISHED)
# Fact of an entry → what the day is. Days of the process itself are the entry's own day.
_DAYS = {
    "sunset_on": What.SUNSET,
    "apply_by": What.APPLY_BY,
    "expected_on": What.EXPECTED,
    "opinion_due_on": What.EXPECTED,
}
_SEVERAL_DAYS = {"comments_until": What.COMMENTS_UNTIL, "evidence_until": What.COMMENTS_UNTIL}


def timeline_of_substance(pk: uuid.UUID, *, today: dt.date) -> Timeline:
    """What every list ever said of it by its published releases, and what else is known with a day; six queries.

    Of a list never imported the starter catalogue's claims stand in.
    """
    memberships = _memberships(pk)
    classifications = list(
        HazardClassification.objects.filter(
            _PUBLISHED | Q(pk__in=HazardClassification.objects.in_force().values("pk")), substance=pk
        )
        .select_related("source", "entry", "release__chemical_list")
        .defer("entry__reported", "release__learned", "release__problems")
    )
    classified = {(row.release_id, row.entry_id) for row in classifications}
    states = [*_named(memberships, classified), *_classified(classifications)]
    points = [
        *_points_of(memberships),
        *_amendments(memberships),
        *(
            _point(row, What.CLASSIFIED, row.valid_from, (row.as_printed,))
            for row in classifications
            if not row.release_id
        ),
        *_flags(pk),
        *_groups(pk),
    ]
    return timeline_of(states, points, _releases(memberships), today=today)


def row_of(one: Happening) -> dict[str, Any]:
    """One happening as files and REST tell it."""
    return {
        "day": one.day,
        "precision": one.precision.value if one.day else None,
        "coming": one.coming,
        "what": one.what.value,
        "list": one.list.slug if one.list else None,
        "list_name": one.list.name if one.list else None,
        "effect": one.list.effect if one.list else None,
        "details": list(one.details),
        "concerns": list(one.concerns),
        "as_amended": one.as_amended,
        "source": one.source.key,
        "release": one.release.id if one.release else None,
        "release_published_on": one.release.published_on if one.release else None,
    }


def _memberships(pk: uuid.UUID) -> list[ListMembership]:
    standing_in = Q(release__isnull=True, chemical_list__current_release__isnull=True)
    rows = ListMembership.objects.filter(_PUBLISHED | standing_in, substance=pk).order_by("pk")
    return list(
        rows.select_related("chemical_list", "source", "entry", "release").defer(
            "entry__reported", "release__learned", "release__problems"
        )
    )


def _releases(memberships: Iterable[ListMembership]) -> dict[str, list[ReleaseRef]]:
    """Every published release of the lists that ever named it, oldest first."""
    lists = {row.chemical_list_id for row in memberships if row.release_id}
    rows = Release.objects.filter(chemical_list__in=lists, state=Release.State.PUBLISHED)
    found: dict[str, list[ReleaseRef]] = defaultdict(list)
    for slug, release, day in rows.order_by("published_on", "released_at").values_list(
        "chemical_list__slug", "pk", "published_on"
    ):
        found[slug].append(ReleaseRef(release, day))
    return dict(found)


def _named(memberships: Iterable[ListMembership], classified: set[tuple[Any, Any]]) -> Iterator[State]:
    """What holds from a day on: named, for each reason. Events of work-lists and assessments are points."""
    for row in memberships:
        effect = row.chemical_list.effect
        is_state = effect not in (ListEffect.WORK_LIST, ListEffect.ASSESSMENT)
        if is_state and (row.release_id, row.entry_id) not in classified:
            for reason in _reasons(row) or ("",):
                yield State(
                    What.LISTED,
                    _list_of(row.chemical_list),
                    _release_of(row.release),
                    reason,
                    row.valid_from,
                    row.valid_until,
                    _source_of(row.source),
                    _precision(row.entry, row.valid_from),
                )


def _classified(rows: Iterable[HazardClassification]) -> Iterator[State]:
    for row in rows:
        if row.release is not None:
            yield State(
                What.CLASSIFIED,
                _list_of(row.release.chemical_list),
                _release_of(row.release),
                row.as_printed,
                row.valid_from,
                row.valid_until,
                _source_of(row.source),
                _precision(row.entry, row.valid_from),
            )


def _points_of(memberships: Iterable[ListMembership]) -> Iterator[Happening]:
    """Events, conclusions, and every other day that an entry tells."""
    for row in memberships:
        effect, facts = row.chemical_list.effect, row.entry.facts if row.entry else {}
        if effect == ListEffect.WORK_LIST:
            reasons = (*_reasons(row), *(facts.get("proposed_reasons") or ()))
            yield _point(row, What.STEP, row.valid_from, reasons, row.entry)
        elif effect == ListEffect.ASSESSMENT:
            what = What.CONCLUDED if row.reason else What.STEP
            details = _reasons(row) or tuple(text for text in [facts.get("stage", "")] if text)
            yield _point(row, what, row.valid_from, details, row.entry)
            if row.valid_until:
                yield _point(row, What.LEFT, row.valid_until, ())
        yield from _days_told(row, facts)


def _days_told(row: ListMembership, facts: Mapping[str, Any]) -> Iterator[Happening]:
    for key, what in _DAYS.items():
        yield from _at(row, what, facts.get(key), ())
    for key, what in _SEVERAL_DAYS.items():
        for day in facts.get(key) or ():
            yield from _at(row, what, day, ())
    decided = _day(facts.get("decided_on"))
    if decided and row.valid_from and decided > row.valid_from:
        yield _point(row, What.AMENDED, decided, ())
    adaptation = facts.get("adaptation") or {}
    number = (f"ATP {adaptation['number']}",) if "number" in adaptation else ()
    yield from _at(row, What.ADAPTED, adaptation.get("published_on"), number)
    yield from _at(row, What.APPLIES, adaptation.get("applies_from"), number)
    for consultation in facts.get("consultations") or ():
        yield from _at(row, What.STEP, consultation.get("from"), (f"consultation on the {consultation['on']}",))
        yield from _at(row, What.COMMENTS_UNTIL, consultation.get("until"), ())
    yield from _at(row, What.STEP, facts.get("recommended_on"), ("recommendation to the Conference of the Parties",))
    yield from _at(row, What.STEP, facts.get("notified_on"), ("notification by the depositary",))


def _amendments(memberships: Sequence[ListMembership]) -> Iterator[Happening]:
    """Rows that continue the entry it is named by, such as later acts on a restriction, with their own days."""
    own = {
        (row.release_id, row.entry.sheet, row.entry.line): row
        for row in memberships
        if row.entry and row.release and row.release.continuations_count
    }
    if not own:
        return
    rows = Entry.objects.filter(
        release__in={release for release, _, _ in own},
        belongs_to__in={line for _, _, line in own},
        role=EntryRole.CONTINUATION,
        listed_on__isnull=False,
    )
    for entry in rows.defer("reported").order_by("line"):
        row = own.get((entry.release_id, entry.sheet, entry.belongs_to or 0))
        if row is not None:
            yield _point(row, What.AMENDED, entry.listed_on, tuple(entry.reasons), entry)


def _flags(pk: uuid.UUID) -> Iterator[Happening]:
    """Concerns in force, those that have ended, too; of lists and of others."""
    rows = ConcernFlag.objects.in_force().filter(substance=pk)
    for row in rows.select_related("source", "entry", "release__chemical_list").defer(
        "entry__reported", "release__learned", "release__problems"
    ):
        flag = _point(row, What.FLAGGED, row.since, (row.legal_basis,), row.entry)
        if row.release is not None:
            flag = dataclasses.replace(flag, list=_list_of(row.release.chemical_list))
        flag = dataclasses.replace(flag, concerns=(row.concern,))
        yield flag
        if row.until is not None:
            yield dataclasses.replace(flag, what=What.FLAG_ENDED, day=row.until, precision=Precision.DAY)


def _groups(pk: uuid.UUID) -> Iterator[Happening]:
    rows = GroupMembership.objects.filter(substance=pk, group__concern_public_since__isnull=False)
    for row in rows.select_related("group__source"):
        first = dt.date(row.group.concern_public_since or 1, 1, 1)
        source = _source_of(row.group.source)
        yield Happening(What.GROUP_CONCERN, first, Precision.YEAR, source, (row.group.name,))


def _point(
    row: Any, what: What, day: dt.date | None, details: tuple[str, ...], entry: Entry | None = None
) -> Happening:
    chemical_list = getattr(row, "chemical_list", None)
    return Happening(
        what,
        day,
        _precision(entry, day),
        _source_of(row.source),
        tuple(detail for detail in details if detail),
        list=_list_of(chemical_list) if chemical_list else None,
        release=_release_of(row.release),
    )


def _at(row: ListMembership, what: What, told: str | None, details: tuple[str, ...]) -> Iterator[Happening]:
    """A point at a day that facts tell, where they do."""
    day = _day(told)
    if day is not None:
        yield _point(row, what, day, details)


def _day(told: object) -> dt.date | None:
    return dt.date.fromisoformat(told) if isinstance(told, str) and told else None


def _precision(entry: Entry | None, day: dt.date | None) -> Precision:
    """How certain the importer said the entry's own day is; see the READMEs of the importers."""
    facts = entry.facts if entry else {}
    if day is not None and facts.get("listed_on_or_before") == day.isoformat():
        return Precision.OR_EARLIER
    return Precision.MONTH if facts.get("listed_on_precision") == "month" else Precision.DAY


def _reasons(row: ListMembership) -> tuple[str, ...]:
    return tuple(part.strip() for part in row.reason.split(";") if part.strip())


def _list_of(chemical_list: Any) -> ListRef:
    return ListRef(chemical_list.slug, chemical_list.name, chemical_list.effect)


def _release_of(release: Release | None) -> ReleaseRef | None:
    return ReleaseRef(release.pk, release.published_on) if release else None


def _source_of(source: Any) -> SourceRef:
    return SourceRef(source.key, source.title)
