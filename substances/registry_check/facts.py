"""What the checks look at: rows as plain values, and what they find. No database here.

Days are calendar days; an interval is half-open: `until` is the first day on which it no longer holds, None unknown.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID


def holds(since: dt.date | None, until: dt.date | None, day: dt.date) -> bool:
    """Whether `day` is within [since, until); an unknown bound does not exclude."""
    return (since is None or since <= day) and (until is None or day < until)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A row of a release; None where the starter catalogue speaks."""

    release: UUID | None = None
    entry: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Flag:
    """A concern flag in force. `of_list` is the slug of the list that states it; "" where none does."""

    pk: int
    concern: str
    strength: str
    authority: str
    rule: str
    of_list: str
    place: Place
    since: dt.date | None
    until: dt.date | None
    ground: str = ""
    by_people: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Class:
    """A hazard class in force, also one that has ended."""

    pk: int
    hazard_class: str
    hazard_statement: str
    as_printed: str
    of_list: str
    place: Place
    since: dt.date | None
    until: dt.date | None


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """An identifier that a source gives."""

    pk: int
    scheme: str
    value: str
    source: str


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """That a list names the substance, by its current release.

    Attributes:
        labels: groups that the row says it belongs to, as printed; None where the list prints none of anything.
        status, stage_on: of a work-list: "ongoing" or "closed", and since when it stands where it stands.
        reach_status: what another publisher prints of its status under REACH.
    """

    of_list: str
    effect: str
    reason: str
    place: Place
    since: dt.date | None
    until: dt.date | None
    labels: tuple[str, ...] | None = None
    status: str = ""
    stage_on: dt.date | None = None
    reach_status: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Grouped:
    """That the substance belongs to a structural group: by name, as a member, or inferred by the rule.

    Attributes:
        fulfils: whether one of its structures fulfils the group's rule, whoever else says that it belongs.
    """

    slug: str
    name: str
    how: str
    has_rule: bool
    fulfils: bool = False


@dataclasses.dataclass(slots=True)
class Known:
    """One living substance with what the checks look at.

    Attributes:
        skeletons: first blocks of its structures' InChIKeys, each with the sources that draw it so.
        was_asked: whether the rules of groups were asked about one of its structures; only then their silence is a no.
    """

    pk: UUID
    name: str
    slug: str | None
    flags: list[Flag] = dataclasses.field(default_factory=list)
    classes: list[Class] = dataclasses.field(default_factory=list)
    claims: list[Claim] = dataclasses.field(default_factory=list)
    named: list[Named] = dataclasses.field(default_factory=list)
    groups: list[Grouped] = dataclasses.field(default_factory=list)
    was_asked: bool = False
    skeletons: dict[str, list[str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """What one substance's checks need to know beside it.

    Attributes:
        day: today.
        imported: slugs of lists of which a release answers; for the others the starter catalogue does.
        legal: slugs of lists whose classifications are law.
        labels: by list, the group labels it uses at all, folded.
        non_members: (slug of a group, slug of a substance) that the group's own rule must not match.
    """

    day: dt.date
    imported: frozenset[str]
    legal: frozenset[str]
    labels: Mapping[str, frozenset[str]]
    non_members: frozenset[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One contradiction.

    Attributes:
        kind: slug of `kinds.KINDS`.
        key: what tells it from others of its kind; the same contradiction has the same key in every run.
        details: texts and numbers that the sentence of its kind is filled with.
        other: a second substance that it is about.
    """

    kind: str
    key: tuple[str, ...]
    substance: UUID | None
    details: Mapping[str, Any]
    place: Place = Place()
    other: UUID | None = None


def folded_label(text: str) -> str:
    """A group's label as labels are compared: capitals, blanks and dashes do not count."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def scheme_label(scheme: str) -> str:
    """An identifier's scheme as people write it."""
    return _LABELS.get(scheme, scheme)


_LABELS = {"cas": "CAS", "ec": "EC", "dtxsid": "DTXSID", "cid": "PubChem CID", "inchikey": "InChIKey", "index": "Index"}
