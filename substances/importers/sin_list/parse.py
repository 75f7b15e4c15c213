"""Reads the SIN List, a user's own download from ChemSec. See the README beside this file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from substances.importers.base import Problem, ProducerRow, ReportedRow, StatedConcern
from substances.importers.sin_list import producers
from substances.importers.table import Line, sheet_lines
from substances.importers.values.days import NotADay, day
from substances.importers.values.hazard_codes import Hazards, paired
from substances.importers.values.identifiers import cas_numbers, ec_numbers, members
from substances.importers.values.tonnage import Tonnage, tonnage_problems, tonnages
from substances.importers.values.use_descriptors import UseDescriptor, use_descriptors
from substances.importers.workbook import sheet_names
from substances.vocabulary import Authority

SHEET = "SIN List"
CAS, EC, NAME, SYNONYMS = "CAS Number", "EC Number", "Name", "Synonyms"
GROUPS, LISTED = "SIN Groups", "Date for inclusion on the SIN List"
REASON = "Reasons for inclusion on the SIN List"
# Spelt so by the publisher.
CONCERN = "Health and envornmental concern"
TONNAGE, CLASSES, CODES = (
    "Registered production volume",
    "Hazard class and category code(s)",
    "Hazard statement code(s)",
)
BIOMONITORING = "(Bio)monitoring data"
USES = (
    "Registered use(s) - Sector of End Use (SU)",
    "Registered use(s) - Chemical Product Category (PC)",
    "Registered use(s) - Article Category (AC)",
)
NEEDED = (CAS, EC, NAME, LISTED, CONCERN)
ALIASES = {"Health and environmental concern": CONCERN}
# Token as printed, folded → normal form → concerns. The list says neither how sure nor, of endocrine disruptors, whom.
TOKENS: Mapping[str, str] = {
    "carcinogenic": "carcinogenic",
    "mutagenic": "mutagenic",
    "toxic to reproduction": "toxic-to-reproduction",
    "endocrine disruptor": "endocrine-disruptor",
    "equivalent concern": "equivalent-concern",
    "extremely persistent": "extremely-persistent",
    "pbt/vpvb": "pbt-vpvb",
    "pmt/vpvm": "pmt-vpvm",
}
_MEANING: Mapping[str, tuple[str, ...]] = {
    "carcinogenic": ("carcinogenic",),
    "mutagenic": ("mutagenic",),
    "toxic-to-reproduction": ("reprotoxic",),
    "endocrine-disruptor": ("endocrine_hh", "endocrine_env"),
    "equivalent-concern": ("equivalent_concern",),
    "extremely-persistent": ("extremely_persistent",),
    "pbt-vpvb": ("pbt_vpvb",),
    "pmt-vpvm": ("pmt_vpvm",),
}
_RECEPTOR = "; the list does not say whether human health or environment"
_BETWEEN_TOKENS = re.compile(r"\s*[,;\n]\s*")


class SinList:
    """ChemSec's SIN List, the workbook with sheet `SIN List`."""

    slug = "sin-list"
    version = 3
    list_slug = "sin-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        """The rows of the sheet of substances, in its order; `producers.py` reads the other one.

        Raises:
            WrongFile: another workbook, header or concern than this list has.
        """
        return (_row(line) for line in sheet_lines(path, SHEET, needed=NEEDED, aliases=ALIASES))

    def producers(self, path: Path) -> Iterator[ProducerRow] | None:
        """The rows of the other sheet, in its order; None where the download has only the first.

        Raises:
            WrongFile: its header is not known, or a row has no company.
        """
        return producers.producers(path) if producers.SHEET in sheet_names(path) else None

    def published_on(self, path: Path) -> dt.date | None:
        """The export does not say."""
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        """What the tokens of the list say, as a screening list."""
        for token in row.reasons:
            for concern in _MEANING[token]:
                open_receptor = _RECEPTOR if len(_MEANING[token]) > 1 else ""
                basis = f"SIN List, {token.replace('-', ' ')}{open_receptor}"
                yield StatedConcern(concern, "", Authority.SCREENING_LIST, basis, f"sin/{token}")


def _row(line: Line) -> ReportedRow:
    name = " ".join(line.text(NAME).split())
    if not name:
        raise line.wrong("the row has no name", NAME)
    cas, ec = cas_numbers(line.text(CAS)), ec_numbers(line.text(EC))
    named, problems = members(name, cas, ec)
    listed_on, precision, undated = _listed(line)
    hazards = paired(line.cells.get(CLASSES, ""), line.cells.get(CODES, ""))
    facts, odd = _facts(line, hazards)
    if precision:
        facts["listed_on_precision"] = precision
    if cas.keys:
        facts["key"] = line.text(CAS)
    numbers = any(one.cas_rn or one.ec_number for one in named)
    return ReportedRow(
        sheet=line.sheet,
        line=line.number,
        cells=line.cells,
        name=name,
        members=named,
        reasons=_reasons(line),
        listed_on=listed_on,
        is_group=not numbers and any(key.casefold().startswith("various") for key in cas.keys),
        problems=(*problems, *undated, *hazards.problems, *odd),
        classifications=hazards.classifications,
        facts=facts,
    )


def _reasons(line: Line) -> tuple[str, ...]:
    printed = [token for token in _BETWEEN_TOKENS.split(" ".join(line.text(CONCERN).split())) if token]
    for token in printed:
        if token.casefold() not in TOKENS:
            raise line.wrong(f"{token!r} is no concern of this list, which has {', '.join(TOKENS)}", CONCERN)
    if not printed:
        raise line.wrong("the row has no concern", CONCERN)
    return tuple(sorted({TOKENS[token.casefold()] for token in printed}))


def _listed(line: Line) -> tuple[dt.date | None, str, tuple[Problem, ...]]:
    """Since when, how exactly that is printed ("day" or "month"), and what is odd; of a month its first day."""
    printed = line.text(LISTED)
    if not printed:
        return None, "", (Problem("no_date", f"there is no {LISTED.lower()}"),)
    try:
        found = day(printed)
    except NotADay as error:
        raise line.wrong(f"{error}, such as 2011 May", LISTED) from None
    return found.first, "day" if found.exact else "month", ()


def _facts(line: Line, hazards: Hazards) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What else the row says, as JSON; and what of it was not understood."""
    problems: list[Problem] = []
    facts: dict[str, Any] = {
        "synonyms": _listed_in(line.text(SYNONYMS), ";"),
        "groups": _listed_in(line.text(GROUPS), ", "),
        "reason": line.text(REASON),
        "hazard_details": [list(pair) for pair in hazards.details],
    }
    used: list[UseDescriptor] = []
    for header in USES:
        found, odd = use_descriptors(line.text(header))
        used += found
        problems += odd
    facts["use_descriptors"] = [one.code for one in used]
    facts["use_words"] = {one.code: one.words for one in used if one.words}
    facts["biomonitoring"] = line.text(BIOMONITORING) if BIOMONITORING in line.cells else ""
    if printed := line.text(TONNAGE):
        volumes = tonnages(printed)
        facts["tonnages"] = [_json(one) for one in volumes]
        problems += tonnage_problems(volumes)
    return {key: value for key, value in facts.items() if value}, tuple(problems)


def _listed_in(text: str, between: str) -> list[str]:
    return [part for part in (" ".join(part.split()) for part in text.split(between)) if part and part != "-"]


def _json(volume: Tonnage) -> dict[str, Any]:
    return {
        key: (int(value) if value == int(value) else float(value)) if isinstance(value, Decimal) else value
        for key, value in dataclasses.asdict(volume).items()
    }
