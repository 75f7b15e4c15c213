"""Reads the Proposition 65 list as California's OEHHA publishes it. See the README beside this file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from substances.importers.base import Problem, ReportedRow, Role, StatedConcern
from substances.importers.delimited import damage, delimited_table
from substances.importers.proposition_65.notes import Notes, read_notes
from substances.importers.table import Line
from substances.importers.values.circumstances import circumstance, limited_to
from substances.importers.values.days import NotADay, day
from substances.importers.values.identifiers import Numbers, cas_numbers, members
from substances.vocabulary import Authority

NAME, TOXICITY, MECHANISM, CAS, LISTED = (
    "Chemical",
    "Type of Toxicity",
    "Listing Mechanism",
    "CAS No.",
    "Date Listed",
)
NEEDED = (NAME, TOXICITY, MECHANISM, CAS, LISTED)
# The header of the safe harbour levels ends in the mark of a footnote, and its unit was printed in several ways.
_LEVEL = "NSRL or MADL"
TOXICITIES = ("cancer", "developmental", "female", "male")
# Source: the list's own preamble.
MECHANISMS: Mapping[str, str] = {
    "AB": "authoritative bodies",
    "FR": "formally required to be labeled or identified",
    "LC": "Labor Code",
    "SQE": "State's Qualified Experts",
}
_CONCERN = {"cancer": "carcinogenic", "developmental": "reprotoxic", "female": "reprotoxic", "male": "reprotoxic"}
_BASIS = "California Health and Safety Code, section 25249.8"
_FOOTNOTE = re.compile(r"[a-z] [A-Z]")
_WORD = re.compile(r"[A-Za-z]+")
_BY_TOXICITY = re.compile(rf"({'|'.join(MECHANISMS)})\s+-\s+((?:(?:{'|'.join(TOXICITIES)})[\s,]*)+)")


class Proposition65:
    """OEHHA's list of chemicals known to California to cause cancer or reproductive toxicity, as CSV."""

    slug = "proposition-65"
    version = 1
    list_slug = "proposition-65"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order, blank ones between the letters of the alphabet included.

        Raises:
            WrongFile: another file, header, toxicity, mechanism or date than this list has.
        """
        entry: int | None = None
        for line in delimited_table(path, needed=NEEDED, keep_blank=True).lines:
            row = _row(line, entry)
            entry = row.line if row.role == Role.ENTRY else entry
            yield row

    def published_on(self, path: Path) -> dt.date | None:
        """The one day that stands alone in a row above the header; None where there is none or more."""
        found = set()
        for row in delimited_table(path, needed=NEEDED).preamble:
            said = [cell for cell in row if cell]
            if len(said) == 1:
                try:
                    found.add(day(said[0]).first)
                except NotADay:
                    continue
        return found.pop() if len(found) == 1 else None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What California says it knows; nothing of what it has taken back."""
        said_of_it = "circumstance" not in row.facts and row.valid_until is None
        if not said_of_it or any(one.code == "delisting_not_read" for one in row.problems):
            return
        limit = f" ({row.facts['limited_to']})" if "limited_to" in row.facts else ""
        for reason in row.reasons:
            yield StatedConcern(
                _CONCERN[reason],
                "known_or_presumed",
                Authority.AUTHORITY_ASSESSMENT,
                f"{_BASIS}, {reason}{limit}",
                f"prop-65/{reason}",
            )


def _row(line: Line, entry: int | None) -> ReportedRow:
    if not any(line.cells.values()):
        return _unusable(line, "blank_row", "the row is empty, as between two letters of the alphabet")
    if any(line.text(header) for header in (TOXICITY, MECHANISM, CAS, LISTED)):
        return _entry(line)
    name, level = line.text(NAME), _level(line)
    if not level:
        footnote = _FOOTNOTE.match(name) is not None
        code = "footnote" if footnote else "only_a_name"
        return _unusable(line, code, f"{name[:80]!r} is {'a footnote' if footnote else 'only a name'}, no entry")
    if entry is None:
        return _unusable(line, "no_entry_above", f"{name!r} has a level, but there is no entry above it")
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name,
        members=(),
        problems=damage(line),
        facts={"safe_harbour_level": level, "of": name},
        role=Role.CONTINUATION,
        belongs_to=entry,
    )


def _unusable(line: Line, code: str, message: str) -> ReportedRow:
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=line.text(NAME),
        members=(),
        problems=(Problem(code, message), *damage(line)),
        role=Role.UNUSABLE,
    )


def _entry(line: Line) -> ReportedRow:
    name = " ".join(line.text(NAME).split())
    if not name:
        raise line.wrong("the row has no name", NAME)
    notes = read_notes(name)
    toxicities = _toxicities(line)
    listed_on = line.day(LISTED)
    numbers = cas_numbers(line.text(CAS))
    named, problems = members(notes.name, numbers)
    held = tuple(one for one in toxicities if one not in notes.removed)
    ends = notes.delisted_on or (max(notes.removed.values()) if notes.removed and not held else None)
    odd = list(_odd(line, listed_on))
    if listed_on is not None and ends is not None and ends <= listed_on:
        odd.append(Problem("ends_first", f"listed on {listed_on}, but taken back on {ends}; one of the days is wrong"))
        listed_on = None
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=notes.name,
        members=named,
        reasons=held or toxicities,
        listed_on=listed_on,
        is_group=_is_group(line, numbers),
        problems=(*problems, *notes.problems, *odd, *damage(line)),
        valid_until=ends,
        facts=_facts(line, toxicities, notes),
    )


def _is_group(line: Line, numbers: Numbers) -> bool:
    """By the list's preamble: no number is given where several substances are listed as one, which it prints `---`."""
    return not numbers.values and line.cells.get(CAS, "").startswith("--")


def _odd(line: Line, listed_on: dt.date | None) -> Iterator[Problem]:
    if listed_on is None:
        yield Problem("no_date", f"there is no {LISTED.lower()}")
    if not line.text(MECHANISM):
        yield Problem("no_mechanism", f"there is no {MECHANISM.lower()}")
    if not line.cells.get(CAS, ""):
        yield Problem("no_number", f"{CAS} is empty, where groups have '---'")
    if line.text(CAS) and (found := circumstance(line.text(NAME))):
        said = f"the list speaks of {found!r}, not of the substance with this number: no concern of it is stated"
        yield Problem("circumstance", said)
    if "?" in line.text(NAME):
        message = f"{line.text(NAME)[:80]!r} has a question mark, as a letter leaves that could not be saved"
        yield Problem("letter_lost", message)


def _toxicities(line: Line) -> tuple[str, ...]:
    printed = _WORD.findall(line.text(TOXICITY))
    for word in printed:
        if word not in TOXICITIES:
            raise line.wrong(f"{word!r} is no toxicity of this list, which has {', '.join(TOXICITIES)}", TOXICITY)
    if not printed:
        raise line.wrong("the row has no toxicity", TOXICITY)
    return tuple(sorted(set(printed)))


def _mechanisms(line: Line, toxicities: tuple[str, ...]) -> dict[str, list[str]]:
    """Mechanism → the toxicities it is for: all of them, unless the cell says which."""
    text = line.text(MECHANISM)
    if apart := _BY_TOXICITY.findall(text):
        found = {mechanism: _WORD.findall(toxicity) for mechanism, toxicity in apart}
        rest = _BY_TOXICITY.sub("", text)
    else:
        known = [word for word in text.split() if word in MECHANISMS]
        found = {mechanism: list(toxicities) for mechanism in known}
        rest = " ".join(word for word in text.split() if word not in MECHANISMS)
    if rest.strip():
        raise line.wrong(f"{rest.strip()!r} is no mechanism; there are {', '.join(MECHANISMS)}", MECHANISM)
    return found


def _facts(line: Line, toxicities: tuple[str, ...], notes: Notes) -> dict[str, Any]:
    facts: dict[str, Any] = {"toxicities": list(toxicities), "mechanisms": _mechanisms(line, toxicities)}
    if level := _level(line):
        facts["safe_harbour_level"] = level
    of_number = circumstance(notes.name) if line.text(CAS) else ""
    for kind, words in (("circumstance", of_number), ("limited_to", limited_to(notes.name))):
        if words:
            facts[kind] = words
    for kind, days in (("removed", notes.removed), ("added", notes.added)):
        if days:
            facts[kind] = {toxicity: since.isoformat() for toxicity, since in days.items()}
    for field in dataclasses.fields(notes):
        value = getattr(notes, field.name)
        if isinstance(value, dt.date):
            facts[field.name] = value.isoformat()
    return facts


def _level(line: Line) -> str:
    """The safe harbour level as printed, µg/day with its routes."""
    header = next((header for header in line.cells if header.startswith(_LEVEL)), "")
    return line.text(header)
