"""What happened to a substance, on one line: dated statements of lists → sorted, merged happenings. Pure.

Two sorts of statement go in. A *state* holds from a day until another (named by a list, classified), and every release
says it anew; what a later release no longer says has ended by the day it came out. A *point* is a day on which
something happened or will happen. No day is invented: what is not dated stands apart.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _


class What(models.TextChoices):
    """What happened; in this order where several things happened on one day."""

    GROUP_CONCERN = "group_concern", _("Concern about its group is public")
    STEP = "step", _("Step of a process")
    CONCLUDED = "concluded", _("Assessed")
    LISTED = "listed", _("Put on the list")
    REASON_ADDED = "reason_added", _("Listed for another reason, too")
    AMENDED = "amended", _("Entry amended")
    CLASSIFIED = "classified", _("Classified")
    FLAGGED = "flagged", _("Concern raised")
    ADAPTED = "adapted", _("Taken over into law")
    APPLIES = "applies", _("Applies from this day")
    EXPECTED = "expected", _("Expected by this day")
    COMMENTS_UNTIL = "comments_until", _("Comments taken until this day")
    APPLY_BY = "apply_by", _("Last day to apply for authorisation")
    SUNSET = "sunset", _("Sunset: no use without authorisation")
    DECLASSIFIED = "declassified", _("No longer classified so")
    REASON_ENDED = "reason_ended", _("No longer listed for this reason")
    FLAG_ENDED = "flag_ended", _("Concern ended")
    LEFT = "left", _("Left the list")


class Precision(models.TextChoices):
    """How certain the day is."""

    DAY = "day", _("on this day")
    OR_EARLIER = "or_earlier", _("on this day or earlier")
    MONTH = "month", _("in this month")
    YEAR = "year", _("in this year")


_ORDER = {what: place for place, what in enumerate(What.values)}
# Days that were only looked forward to: told while they are still to come.
_FORESEEN = frozenset({What.EXPECTED, What.COMMENTS_UNTIL})


@dataclasses.dataclass(frozen=True, slots=True)
class ListRef:
    """A list, by what a line says of it."""

    slug: str
    name: str
    effect: str


@dataclasses.dataclass(frozen=True, slots=True)
class ReleaseRef:
    """One published release of a list."""

    id: uuid.UUID
    published_on: dt.date


@dataclasses.dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a statement stands."""

    key: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What one release (or the starter catalogue: None) of a list says to hold.

    Attributes:
        what: LISTED or CLASSIFIED.
        text: the reason in normal form, or the class as printed; "" where none is given.
        end: the first day on which it no longer holds.
    """

    what: What
    list: ListRef
    release: ReleaseRef | None
    text: str
    start: dt.date | None
    end: dt.date | None
    source: SourceRef
    precision: Precision = Precision.DAY


@dataclasses.dataclass(frozen=True, slots=True)
class Happening:
    """One thing on the line. Points go in as such, too.

    Attributes:
        day: None where it is not dated.
        details: reasons in normal form, classes as printed, or words of the process.
        concerns: what it says against the substance (`substances.vocabulary.Concern`).
        list, release: None where no list, or no release, says it.
        coming: whether the day is still to come.
        as_amended: the entry was amended since: its details and concerns are those it has now, not those of that day.
    """

    what: What
    day: dt.date | None
    precision: Precision
    source: SourceRef
    details: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    list: ListRef | None = None
    release: ReleaseRef | None = None
    coming: bool = False
    as_amended: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, oldest first, and what is known without a day."""

    happenings: tuple[Happening, ...]
    undated: tuple[Happening, ...]


def timeline_of(
    states: Iterable[State],
    points: Iterable[Happening],
    releases: Mapping[str, Sequence[ReleaseRef]],
    *,
    today: dt.date,
) -> Timeline:
    """Everything on one line, each thing said once.

    Args:
        states: of every published release, and of no release.
        points: days as their sources give them.
        releases: by the list's slug, all that were published, oldest first.
    """
    by_list: dict[tuple[str, What], list[State]] = defaultdict(list)
    for state in states:
        by_list[state.list.slug, state.what].append(state)
    found = [one for point in points if (one := _foreseen_is_past(point, today)) is not None]
    for (slug, _what), said in by_list.items():
        found += _of_a_list(said, releases.get(slug, ()))
    found = _listed_before_its_deadlines(found)
    merged = _merged(dataclasses.replace(one, coming=one.day is not None and one.day > today) for one in found)
    merged = _as_amended(merged)
    dated = sorted((one for one in merged if one.day is not None), key=_place)
    return Timeline(tuple(dated), tuple(one for one in merged if one.day is None))


def _foreseen_is_past(point: Happening, today: dt.date) -> Happening | None:
    return None if point.what in _FORESEEN and point.day is not None and point.day <= today else point


def _listed_before_its_deadlines(found: Sequence[Happening]) -> list[Happening]:
    """A list cannot have named a substance after its deadline for it: then the day printed is that of a later act."""
    deadlines: dict[str, dt.date] = {}
    for one in found:
        if one.what in (What.APPLY_BY, What.SUNSET) and one.list and one.day:
            deadlines[one.list.slug] = min(one.day, deadlines.get(one.list.slug, one.day))
    return [
        dataclasses.replace(one, precision=Precision.OR_EARLIER)
        if one.what == What.LISTED and one.list and one.day and one.day > deadlines.get(one.list.slug, one.day)
        else one
        for one in found
    ]


def _as_amended(found: Sequence[Happening]) -> list[Happening]:
    """Publishers print an entry's reasons as they are now beside its first day: that is said."""
    amended: dict[str, dt.date] = {}
    for one in found:
        if one.what == What.AMENDED and one.list and one.day:
            amended[one.list.slug] = max(one.day, amended.get(one.list.slug, one.day))
    return [
        dataclasses.replace(one, as_amended=True)
        if one.what == What.LISTED and one.list and one.day and one.day < amended.get(one.list.slug, one.day)
        else one
        for one in found
    ]


def _place(one: Happening) -> tuple[dt.date, bool, int, str]:
    assert one.day is not None  # noqa: S101 - for the type checker; the caller left the others out
    return one.day, one.precision != Precision.OR_EARLIER, _ORDER[one.what], one.list.name if one.list else ""


def _of_a_list(said: Sequence[State], releases: Sequence[ReleaseRef]) -> list[Happening]:
    """When one list began and ceased to say each thing, of one sort of state."""
    place = {release.id: number for number, release in enumerate(releases)}
    by_text: dict[str, list[State]] = defaultdict(list)
    for state in said:
        by_text[state.text].append(state)
    spoken_at = {_number(state, place) for state in said}
    begins, ends = [], []
    for text, stated in by_text.items():
        numbers = {_number(state, place) for state in stated}
        newest = [state for state in stated if _number(state, place) == max(numbers)]
        begins += _begins(newest, releases, first=min(numbers))
        ends += _ends(text, newest, _newest_of_list(said, place), releases, last=max(numbers), spoken_at=spoken_at)
    if said[0].what == What.LISTED:
        begins = _first_and_further(begins, ends)
    return [*begins, *ends]


def _newest_of_list(said: Sequence[State], place: Mapping[uuid.UUID, int]) -> list[State]:
    """The states of the newest release that says any of them."""
    last = max(_number(state, place) for state in said)
    return [state for state in said if _number(state, place) == last]


def _number(state: State, place: Mapping[uuid.UUID, int]) -> int:
    """The place of the state's release among the list's; before all of them without one."""
    return place.get(state.release.id, -1) if state.release else -1


def _begins(newest: Sequence[State], releases: Sequence[ReleaseRef], *, first: int) -> list[Happening]:
    """Where a text begins to hold; begun on the day another row of it ends, it goes on and begins not."""
    ended_on = {state.end for state in newest if state.end}
    found = []
    for state in newest:
        if state.start is None and first > 0:
            # Not in an older release, in this one without a day: it came between the two.
            seen = releases[first]
            found.append(_happening(state, state.what, seen.published_on, Precision.OR_EARLIER, seen))
        elif state.start is None or state.start not in ended_on:
            found.append(_happening(state, state.what, state.start, state.precision, state.release))
    return found


def _ends(
    text: str,
    newest: Sequence[State],
    today_says: Sequence[State],
    releases: Sequence[ReleaseRef],
    *,
    last: int,
    spoken_at: set[int],
) -> list[Happening]:
    """Where it ceases to hold: by its own end, or by a later release that no longer says it."""
    begun_on = {state.start for state in newest if state.start}
    found = []
    for state in newest:
        listed = state.what == What.LISTED
        if state.end is not None and state.end not in begun_on:
            goes_on = any(other.text != text and _holds(other, state.end) for other in today_says)
            what = (What.REASON_ENDED if goes_on else What.LEFT) if listed else What.DECLASSIFIED
            if not (listed and goes_on and not text):
                found.append(_happening(state, what, state.end, Precision.DAY, state.release))
        elif state.end is None and 0 <= last < len(releases) - 1:
            silent = releases[last + 1]
            still_named = last + 1 in spoken_at
            what = (What.REASON_ENDED if still_named else What.LEFT) if listed else What.DECLASSIFIED
            if not (listed and still_named and not text):
                found.append(_happening(state, what, silent.published_on, Precision.OR_EARLIER, silent))
    return found


def _holds(state: State, day: dt.date) -> bool:
    return (state.start is None or state.start <= day) and (state.end is None or state.end > day)


def _happening(
    state: State, what: What, day: dt.date | None, precision: Precision, release: ReleaseRef | None
) -> Happening:
    details = (state.text,) if state.text else ()
    return Happening(what, day, precision, state.source, details, list=state.list, release=release)


def _first_and_further(begins: list[Happening], ends: list[Happening]) -> list[Happening]:
    """The first day is the listing; a later one is a further reason, unless the substance had left meanwhile."""
    left = sorted(one.day for one in ends if one.what == What.LEFT and one.day is not None)
    days = sorted({one.day for one in begins if one.day is not None})
    listed = {
        day for number, day in enumerate(days) if number == 0 or any(days[number - 1] <= gone <= day for gone in left)
    }
    return [
        one if one.day is None or one.day in listed else dataclasses.replace(one, what=What.REASON_ADDED)
        for one in begins
    ]


def _merged(found: Iterable[Happening]) -> list[Happening]:
    """What one list did on one day in one way is one happening; a concern it states then stands with it."""
    by_key: dict[tuple[object, ...], list[Happening]] = defaultdict(list)
    for one in found:
        own = one.list.slug if one.list else (one.source.key, one.details, one.concerns)
        by_key[one.day, one.precision, one.what, own].append(one)
    merged = [_as_one(same) for same in by_key.values()]
    return _with_their_concerns(merged)


def _as_one(same: Sequence[Happening]) -> Happening:
    details = dict.fromkeys(detail for one in same for detail in one.details)
    concerns = dict.fromkeys(concern for one in same for concern in one.concerns)
    return dataclasses.replace(same[-1], details=tuple(details), concerns=tuple(concerns))


def _with_their_concerns(merged: Sequence[Happening]) -> list[Happening]:
    """Flags that a list states are told with what it did that day, where it did something."""
    states = {What.LISTED, What.REASON_ADDED, What.CLASSIFIED, What.CONCLUDED}
    bearers = {(one.day, one.list.slug): one for one in reversed(merged) if one.list and one.what in states}
    flags: dict[int, list[Happening]] = defaultdict(list)
    left = []
    for one in merged:
        bearer = bearers.get((one.day, one.list.slug)) if one.list and one.what == What.FLAGGED else None
        if bearer is None:
            left.append(one)
        else:
            flags[id(bearer)].append(one)
    return [
        dataclasses.replace(one, concerns=tuple(dict.fromkeys(c for f in [one, *flags[id(one)]] for c in f.concerns)))
        if id(one) in flags
        else one
        for one in left
    ]
