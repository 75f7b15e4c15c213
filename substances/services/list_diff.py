"""What changed in a list between two of its releases: rows added, removed and changed, as the publisher printed them.

A comparison of rows that were loaded in a fixed number of statements. A row of the one release is paired with a row of
the other by what both print: numbers and name, then numbers alone, then name alone, and last by the substances both
were tied to. Every step treats both releases alike, so that the difference from B to A is that from A to B, reversed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import gc
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from substances.models import Entry, HazardClassification, ListMembership, Release
from substances.services import list_resolution
from substances.vocabulary import EntryRole

# A cell that holds numbers and nothing else; publishers name such columns in every language.
_NUMBERS = re.compile(r"(?:\d{2,7}-\d{2}-\d|[\dA]\d{2}-\d{3}-\d|[-,;/|\s])+", re.ASCII)
_CAS = re.compile(r"(?<![\d-])\d{2,7}-\d{2}-\d(?![\d-])", re.ASCII)
_EC = re.compile(r"(?<![\d-])[\dA]\d{2}-\d{3}-\d(?![\d-])", re.ASCII)
_NUMBERS_AT_MOST = 20_000  # characters of a cell that are looked at

# Each name is compared several times, and most stand in both releases.
folded = functools.lru_cache(maxsize=20_000)(list_resolution.folded)

#: What can differ, in the order it is told.
KINDS = ("name", "identifiers", "reason", "dates", "group", "classification", "details")

Numbers = frozenset[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One entry or member of a release, with what its continuations add; rows that repeat it are one with it.

    Attributes:
        pk: of its `Entry`, the first one where it is repeated.
        owner: the line of the entry it is a member of; None for an entry.
        numbers: (scheme, value) of the CAS and EC numbers printed.
        classified: hazard classes with their statements, as printed.
        substances: whom it was tied to.
    """

    pk: int
    sheet: str
    line: int
    name: str
    role: str
    owner: int | None
    numbers: Numbers
    reasons: tuple[str, ...]
    listed_on: dt.date | None
    valid_until: dt.date | None
    classified: frozenset[str]
    facts: Mapping[str, Any]
    substances: frozenset[uuid.UUID]

    def numbers_of(self, scheme: str) -> list[str]:
        """The numbers of one scheme, such as "cas", sorted."""
        return sorted(value for kind, value in self.numbers if kind == scheme)

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes two rows of the same name and numbers the same statement."""
        return (self.reasons, self.listed_on, self.valid_until, self.role, self.classified)

    @property
    def key(self) -> tuple[Any, ...]:
        """What two rows of one release have in common that repeat each other, such as one row for each decision."""
        return (self.sheet, self.owner, self.numbers, folded(self.name), self.content)


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs between two states of a row: before and after, as JSON; of `details` only what differs."""

    kind: str
    before: Any
    after: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Changed:
    """A row that is in both releases and says something else."""

    before: Row
    after: Row
    what: tuple[Difference, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class ListDiff:
    """From one release to another, each part in the order of its file.

    Attributes:
        unchanged: how many rows say the same in both.
    """

    before: Release
    after: Release
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Changed, ...]
    unchanged: int

    @property
    def substances(self) -> frozenset[uuid.UUID]:
        """Everybody whom a change touches."""
        rows = [*self.added, *self.removed, *(row for one in self.changed for row in (one.before, one.after))]
        return frozenset().union(*(row.substances for row in rows))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Rows are many, and refer to nothing that refers to them: walking through them all the while is a third of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_collector_paused()
def diff_of_releases(before: Release, after: Release) -> ListDiff:
    """What changed from one release to another of the same list, in either direction of time.

    Memberships that no row of the file states (carried over from the starter) are not rows and not compared.

    Raises:
        ValueError: they are of different lists.
    """
    if before.chemical_list_id != after.chemical_list_id:
        raise ValueError("Only releases of one list can be compared.")
    then = load_rows(before)
    now = then if before.pk == after.pk else load_rows(after)
    pairs, removed, added = paired(then, now)
    printed = _facts_of(then) & _facts_of(now)
    differences = [Changed(old, new, what) for old, new, what in _compared(pairs, printed) if what]
    differences.sort(key=lambda one: (one.after.sheet, one.after.line))
    return ListDiff(before, after, tuple(added), tuple(removed), tuple(differences), len(pairs) - len(differences))


_READ = (
    *("pk", "sheet", "line", "name", "role", "belongs_to"),
    *("reported", "reasons", "listed_on", "valid_until", "facts"),
)


def load_rows(release: Release) -> list[Row]:
    """The entries and members of a release in the order of its file, in three statements.

    Rows that cannot be used name nobody and are left out; continuations are part of what they continue.
    """
    named = _by_entry(ListMembership.objects.filter(release=release, entry__isnull=False), "substance_id")
    classified = _by_entry(HazardClassification.objects.filter(release=release, entry__isnull=False), "as_printed")
    entries = Entry.objects.filter(release=release).exclude(role=EntryRole.UNUSABLE).order_by("sheet", "line")
    all_entries: list[Any] = list(entries.values_list(*_READ, named=True))
    more: dict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for entry in all_entries:
        if entry.role == EntryRole.CONTINUATION and entry.belongs_to is not None:
            more[entry.sheet, entry.belongs_to] |= printed_numbers(entry.reported)
    rows = (
        Row(
            pk=entry.pk,
            sheet=entry.sheet,
            line=entry.line,
            name=entry.name,
            role=entry.role,
            owner=entry.belongs_to,
            numbers=printed_numbers(entry.reported) | more.get((entry.sheet, entry.line), frozenset()),
            reasons=tuple(sorted(entry.reasons)),
            listed_on=entry.listed_on,
            valid_until=entry.valid_until,
            classified=frozenset(classified.get(entry.pk, ())),
            facts=entry.facts,
            substances=frozenset(named.get(entry.pk, ())),
        )
        for entry in all_entries
        if entry.role != EntryRole.CONTINUATION
    )
    return _without_repeats(rows)


def _without_repeats(rows: Iterable[Row]) -> list[Row]:
    """Each statement once, where it stands first; of facts that differ between its rows every one is kept."""
    found: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.key].append(row)
    return [same[0] if len(same) == 1 else _as_one(same) for same in found.values()]


def _as_one(rows: Sequence[Row]) -> Row:
    facts: dict[str, Any] = {}
    for name in sorted({name for row in rows for name in row.facts}):
        said = [row.facts[name] for row in rows if name in row.facts]
        facts[name] = said[0] if all(one == said[0] for one in said) else said
    substances = frozenset[uuid.UUID]().union(*(row.substances for row in rows))
    return dataclasses.replace(rows[0], facts=facts, substances=substances)


def printed_numbers(cells: Mapping[str, Any]) -> Numbers:
    """The CAS and EC numbers that a row prints in cells of their own; check digits are not asked."""
    found = set()
    for cell in cells.values():
        if isinstance(cell, str) and "-" in cell and _NUMBERS.fullmatch(cell[:_NUMBERS_AT_MOST]):
            found |= {("cas", number) for number in _CAS.findall(cell)}
            found |= {("ec", number) for number in _EC.findall(cell)}
    return frozenset(found)


def paired(then: Sequence[Row], now: Sequence[Row]) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """The rows that are the same row in both, those only in `then`, and those only in `now`."""
    pairs: list[tuple[Row, Row]] = []
    old, new = list(then), list(now)
    for key in _KEYS:
        old, new = _pair_by(key, old, new, pairs)
    return pairs, old, new


_KEYS: tuple[Callable[[Row], Hashable], ...] = (
    lambda row: (row.numbers, folded(row.name), row.content),
    lambda row: (row.numbers, folded(row.name)),
    lambda row: row.numbers or None,
    lambda row: folded(row.name),
    lambda row: row.substances or None,
)


def _pair_by(
    key: Callable[[Row], Hashable], old: list[Row], new: list[Row], pairs: list[tuple[Row, Row]]
) -> tuple[list[Row], list[Row]]:
    """Pairs rows of the same key, the first with the first; what is left of both. A key of None pairs nobody."""
    there: dict[Hashable, list[Row]] = defaultdict(list)
    for row in old:
        there[key(row)].append(row)
    taken: set[int] = set()
    left = []
    for row in new:
        mine = key(row)
        waiting = there.get(mine) if mine is not None else None
        if waiting:
            first = waiting.pop(0)
            taken.add(id(first))
            pairs.append((first, row))
        else:
            left.append(row)
    return [row for row in old if id(row) not in taken], left


def _facts_of(rows: Iterable[Row]) -> frozenset[str]:
    """What the edition prints beside; where a document lies is moved by publishers and says nothing of the row."""
    return frozenset(name for row in rows for name in row.facts if not name.endswith("_url"))


def _compared(
    pairs: Sequence[tuple[Row, Row]], printed: frozenset[str]
) -> Iterable[tuple[Row, Row, tuple[Difference, ...]]]:
    """Each pair with what differs; a fact that one of the editions prints nowhere tells nothing of its rows."""
    became = {(old.sheet, old.line): (new.sheet, new.line) for old, new in pairs}
    names = {(new.sheet, new.line): new.name for _, new in pairs}, {(old.sheet, old.line): old.name for old, _ in pairs}
    for old, new in pairs:
        yield old, new, (*_differences(old, new, became, names), *_details(old, new, printed))


def _differences(
    old: Row, new: Row, became: Mapping[Any, Any], names: tuple[Mapping[Any, str], Mapping[Any, str]]
) -> Iterable[Difference]:
    if folded(old.name) != folded(new.name):
        yield Difference("name", old.name, new.name)
    if old.numbers != new.numbers:
        yield Difference("identifiers", _numbers(old), _numbers(new))
    if old.reasons != new.reasons:
        yield Difference("reason", list(old.reasons), list(new.reasons))
    if (old.listed_on, old.valid_until) != (new.listed_on, new.valid_until):
        yield Difference("dates", _days(old), _days(new))
    if _moved(old, new, became):
        yield Difference("group", _place(old, names[1]), _place(new, names[0]))
    if old.classified != new.classified:
        yield Difference("classification", sorted(old.classified), sorted(new.classified))


def _details(old: Row, new: Row, printed: frozenset[str]) -> Iterable[Difference]:
    keys = [key for key in sorted(printed) if old.facts.get(key) != new.facts.get(key)]
    if keys:
        was, now = ({key: row.facts.get(key) for key in keys} for row in (old, new))
        yield Difference("details", was, now)


def _moved(old: Row, new: Row, became: Mapping[Any, Any]) -> bool:
    """Whether it is listed otherwise, by name or as a member, or as a member of another entry."""
    if old.role != new.role:
        return True
    if old.owner is None or new.owner is None:
        return old.owner is not new.owner
    return bool(became.get((old.sheet, old.owner)) != (new.sheet, new.owner))


def _place(row: Row, names: Mapping[Any, str]) -> dict[str, Any]:
    of = names.get((row.sheet, row.owner)) if row.owner is not None else None
    return {"role": row.role, "of": of, "line": row.owner}


def _numbers(row: Row) -> dict[str, list[str]]:
    return {scheme: row.numbers_of(scheme) for scheme in ("cas", "ec")}


def _days(row: Row) -> dict[str, str | None]:
    return {
        "listed_on": row.listed_on.isoformat() if row.listed_on else None,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
    }


def _by_entry(rows: Any, value: str) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = defaultdict(set)
    for entry, stated in rows.order_by().values_list("entry_id", value):
        found[entry].add(stated)
    return found
