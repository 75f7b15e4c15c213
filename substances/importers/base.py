"""What every importer of a list is: a slug, a version, and a reader that turns a file into reported rows.

Importers are pure: they know the publisher's layout, not the database. Each has a room of its own beside this file,
with a README that says where the file comes from and what is odd about it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

# Cells by which publishers say that there is nothing.
MISSING = frozenset({"", "-", "--", "---", "NA", "N/A", "n/a"})


class WrongFile(ValueError):
    """A file that is not the list it claims to be; refused whole. The message names what gave it away.

    Attributes:
        sheet, line, column: where; None where the file as a whole is at fault. `line` counts from 1 as a
            spreadsheet shows it.
    """

    def __init__(
        self, why: str, *, sheet: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        self.sheet, self.line, self.column, self.why = sheet, line, column, why
        place = [f"sheet {sheet!r}"] if sheet else []
        place += [f"row {line}"] if line else []
        place += [f"column {column!r}"] if column else []
        super().__init__(f"{', '.join(place)}: {why}" if place else why)


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Something in a row that a person should look at; the row itself is kept as reported.

    Attributes:
        code: stable, for programs.
        message: an English sentence that quotes the value.
    """

    code: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One substance that a row names, with its identifiers as printed ("" where there is none).

    Attributes:
        smiles, inchi: what the publisher prints as its structure, unread: no importer parses a structure.
    """

    name: str
    cas_rn: str = ""
    ec_number: str = ""
    index_number: str = ""
    dtxsid: str = ""
    inchikey: str = ""
    smiles: str = ""
    inchi: str = ""
    pubchem_cid: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Classified:
    """One hazard class that a row gives its substances. Source of terms: Regulation (EC) No 1272/2008, Annex VI.

    Attributes:
        hazard_class: class and category without asterisks, such as "Carc. 1B".
        hazard_statement: with its exact letters, such as "H360Fd" or "EUH380"; "" where there is none.
        as_printed: with the asterisks.
    """

    hazard_class: str
    hazard_statement: str
    as_printed: str


@dataclasses.dataclass(frozen=True, slots=True)
class StatedConcern:
    """A concern that a row states of its substances, by a published rule.

    Attributes:
        concern, strength, authority: values of `substances.vocabulary`.
        legal_basis: article, annex or decision that the statement stands on.
        rule: identifier of the rule that led from what is printed to the concern, such as "reach-57/57c".
    """

    concern: str
    strength: str
    authority: str
    legal_basis: str
    rule: str


class Role(StrEnum):
    """What a row is to its list. Every row of a file has one, so that rows can be added up."""

    ENTRY = "entry"
    MEMBER = "member"  # of the entry at `belongs_to`
    CONTINUATION = "continuation"  # says more of the entry at `belongs_to`, of nobody else
    UNUSABLE = "unusable"  # kept as reported, with the problem that says why nobody is named by it


@dataclasses.dataclass(frozen=True, slots=True)
class ReportedRow:
    """One row as the publisher printed it, and what it says in our terms.

    Attributes:
        sheet, line: where it stands; lines count from 1, the header included.
        cells: every cell, by its header, as printed.
        name: what the row is called.
        members: the substances it names, at least one; several where its cells run parallel over lines.
        reasons: in the normal form of the list, sorted.
        listed_on: the day since when; of a work-list, the day of the event.
        is_group: whether it names a group by name only, without any number.
        problems: what is odd about it.
        valid_until: the first day on which it no longer holds, where the publisher prints one.
        classifications: hazard classes, in the order printed.
        facts: whatever else was understood, as JSON (text, numbers, lists, days as ISO text); its members are told in
            the README of the list.
        role, belongs_to: what the row is to the list; a member or continuation names the line of its entry.
    """

    sheet: str
    line: int
    cells: Mapping[str, str]
    name: str
    members: tuple[Member, ...]
    reasons: tuple[str, ...] = ()
    listed_on: dt.date | None = None
    is_group: bool = False
    problems: tuple[Problem, ...] = ()
    valid_until: dt.date | None = None
    classifications: tuple[Classified, ...] = ()
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    role: Role = Role.ENTRY
    belongs_to: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ProducerRow:
    """That a company makes or imports a substance, as a list reports it.

    Attributes:
        sheet, line, cells: as in `ReportedRow`.
        company, group: as printed; `is_pseudo_group` where they stand for companies that are not published.
        isin: valid by ISO 6166, or "".
        chemscore_grade, chemscore_url: as printed.
        sin_count, candidate_count: how many substances of the lists the company makes, None where not printed.
        countries: in the order printed.
        members: the substances, at least one.
        problems: what is odd.
    """

    sheet: str
    line: int
    cells: Mapping[str, str]
    company: str
    group: str
    is_pseudo_group: bool
    isin: str
    chemscore_grade: str
    chemscore_url: str
    sin_count: int | None
    candidate_count: int | None
    sector: str
    domicile: str
    countries: tuple[str, ...]
    members: tuple[Member, ...]
    problems: tuple[Problem, ...] = ()


class Importer(Protocol):
    """The reader of one publisher's file.

    Attributes:
        slug: what `manage.py import_list` calls it.
        version: grows when the same file is read otherwise.
        list_slug: the list (`ChemicalList.slug`) that its releases belong to.
    """

    slug: str
    version: int
    list_slug: str

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the file, in its order, each exactly once.

        Raises:
            WrongFile: the file is not that list.
        """
        ...

    def published_on(self, path: Path) -> dt.date | None:
        """The day that the file itself says it is from; None where it says none."""
        ...

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """The concerns that a row states; a list that names without stating a concern gives none."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """What is said of a list of somebody's own; `effect` is a value of `ListEffect`."""

    name: str
    publisher: str
    effect: str
    jurisdiction: str = ""
    legal_basis: str = ""
    url: str = ""
    licence: str = ""


@runtime_checkable
class DescribesList(Protocol):
    """A reader that says itself which list its file is, since the catalogue does not know it.

    Attributes:
        about: None where the catalogue does.
    """

    @property
    def about(self) -> About | None: ...


@runtime_checkable
class ReadsProducers(Protocol):
    """A reader whose file also says who makes or imports what, on a sheet of its own."""

    def producers(self, path: Path) -> Iterator[ProducerRow] | None:
        """The rows of that sheet, in its order, each exactly once; None where the file has no such sheet.

        Raises:
            WrongFile: the sheet is another one than it claims to be.
        """
        ...


def find_header(
    rows: Sequence[Sequence[object]],
    *,
    needed: Sequence[str],
    sheet: str,
    within: int = 20,
    aliases: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, int]]:
    """Where the header stands: its index in `rows`, and the column index of every header in it.

    Args:
        needed: headers that must be there, in any order; blanks at the ends do not count.
        within: how many rows a preamble and the header may take.
        aliases: other words for a header (older, or in another language) and the one it is returned under.

    Raises:
        WrongFile: no row has them all; names the missing ones of the row that has most of them.
    """
    best: tuple[int, int, list[str]] = (-1, 0, list(needed))
    for index, row in enumerate(rows[:within]):
        texts = [_header(cell, aliases or {}) for cell in row]
        missing = [name for name in needed if name not in texts]
        if not missing:
            for name in needed:
                if texts.count(name) > 1:
                    raise WrongFile("the header stands there twice", sheet=sheet, line=index + 1, column=name)
            return index, {text: position for position, text in enumerate(texts) if text}
        if len(needed) - len(missing) > best[0]:
            best = (len(needed) - len(missing), index, missing)
    line = best[1] + 1 if best[0] > 0 else 1
    why = f"the header is missing; a header row has {', '.join(repr(name) for name in needed)}"
    raise WrongFile(why, sheet=sheet, line=line, column=best[2][0])


def split_parallel(cells: Sequence[str]) -> list[tuple[str, ...]] | None:
    """Cells whose lines run parallel, as one tuple for each line; None if they do not run parallel.

    A cell of one line stands for every line; cells that mean "none" become "".
    """
    columns = [[part.strip() for part in cell.replace("\r\n", "\n").split("\n")] for cell in cells]
    columns = [["" if part in MISSING else part for part in column] for column in columns]
    longest = max(len(column) for column in columns)
    if any(len(column) not in (1, longest) for column in columns):
        return None
    widened = [column * longest if len(column) == 1 else column for column in columns]
    return list(zip(*widened, strict=True))


def _header(cell: object, aliases: Mapping[str, str]) -> str:
    text = " ".join(str(cell).split())
    return aliases.get(text, text)
