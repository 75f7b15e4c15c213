"""What the Proposition 65 list prints behind a name: that it was delisted, or what changed since it was listed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping

from substances.importers.base import Problem
from substances.importers.values.days import NotADay, day

_DAY = r"(?P<day>[A-Z][a-z]+,? \d{1,2},? \d{4})"
_DELISTED = re.compile(rf"\s*\bDelisted {_DAY}", re.ASCII)
_BRACKETS = re.compile(r"\s*\[\s*((?:click|basis)\b[^\]]*)\]", re.IGNORECASE)
_ENDPOINT = re.compile(
    rf"(?P<what>removal|addition) of (?:the )?(?P<toxicity>cancer|developmental|female|male)\b.*?effective {_DAY}",
    re.ASCII,
)
_BASIS = re.compile(rf"basis for listing changed,? (?:effective )?(?:on )?{_DAY}", re.ASCII | re.IGNORECASE)
_OF_DELISTING = re.compile(r"basis for (?:the )?delisting", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Notes:
    """A name, and what stood behind it.

    Attributes:
        name: without the notes.
        delisted_on: the day the entry was taken back.
        basis_changed_on: the day the ground of the listing was replaced by another.
        removed, added: toxicity → the day since when it no longer, or first, holds.
        problems: notes that were not understood.
    """

    name: str
    delisted_on: dt.date | None = None
    basis_changed_on: dt.date | None = None
    removed: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    added: Mapping[str, dt.date] = dataclasses.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_notes(printed: str) -> Notes:
    """The name without its notes, and what they say; notes that cannot be read stay in the name, and are told."""
    changes: dict[str, dict[str, dt.date]] = {"removal": {}, "addition": {}}
    basis: dt.date | None = None
    problems, name = [], printed
    for note in _BRACKETS.finditer(printed):
        endpoint, changed = _ENDPOINT.search(note[1]), _BASIS.search(note[1])
        since = _day((endpoint or changed or {"day": ""})["day"])
        if endpoint and since:
            changes[endpoint["what"]][endpoint["toxicity"]] = since
        elif changed and since:
            basis = since
        elif not _OF_DELISTING.search(note[1]):
            problems.append(Problem("note_not_read", f"the note {note[1]!r} was not understood"))
            continue
        name = name.replace(note[0], "")
    said = _DELISTED.search(name)
    delisted_on = _day(said["day"]) if said else None
    if said and delisted_on:
        name = name.replace(said[0], "")
    elif "elisted" in printed or _OF_DELISTING.search(printed):
        problems.append(Problem("delisting_not_read", f"{printed[:120]!r} was delisted, but the day was not found"))
    return Notes(name.strip(), delisted_on, basis, changes["removal"], changes["addition"], tuple(problems))


def _day(printed: str) -> dt.date | None:
    """The day, wherever its comma stands (the list has `November, 20 2015`, too); None if there is no such day."""
    try:
        month, number, year = printed.replace(",", " ").split()
        return day(f"{number}-{month}-{year}").first
    except (NotADay, ValueError):
        return None
