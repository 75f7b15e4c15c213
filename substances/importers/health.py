"""What rows of lists say of exposure and health, whichever list they are of. Pure.

Any importer whose facts have these members is read: `hazard_details` (what stands in brackets behind a hazard
statement), `use_descriptors` with `use_words`, `biomonitoring`, `organs`, `exposure_limits`. Of a list of restrictions
the words of the entry are read, too. What hazard statements alone say follows from the classification and is not
repeated here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from substances.health.rules import (
    exposed_by_descriptor,
    exposed_in,
    harms_of_detail,
    organs_in,
    routes_in,
)
from substances.health_terms import HealthEffect, HealthFactKind, Matrix
from substances.importers.base import MISSING, ReportedRow, Role

_LONGEST = 300
_MATRICES: tuple[tuple[Matrix, str], ...] = (
    (Matrix.CORD, r"(?:umbilical )?cord blood"),
    (Matrix.MILK, r"(?:breast|human|mother'?s) ?milk"),
    (Matrix.URINE, r"urin\w*"),
    (Matrix.SERUM, r"serum|plasma"),
    (Matrix.BLOOD, r"(?<!cord )blood(?! serum| plasma)"),
    (Matrix.HAIR, r"hair"),
    (Matrix.BREATH, r"(?:exhaled )?breath(?!ing)"),
    (Matrix.FAT, r"adipose|body fat|fat tissue"),
)
_IN = tuple(
    (matrix.value, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE)) for matrix, words in _MATRICES
)
_NOT_FOUND = re.compile(r"(?<![a-z])(?:not|no|never|below|without)(?![a-z])", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class StatedHealth:
    """One fact of exposure or health that a row states. Members are values of `substances.health_terms`, or ""."""

    kind: str
    effect: str = ""
    organ: str = ""
    route: str = ""
    exposed: str = ""
    matrix: str = ""
    strength: str = ""
    rule: str = ""
    as_printed: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others of its row."""
        return (self.kind, self.effect, self.organ, self.route, self.exposed, self.matrix)


@dataclasses.dataclass(frozen=True, slots=True)
class StatedLimit:
    """One limit that a row states; numbers in the units printed."""

    kind: str
    averaging: str
    value: Decimal
    unit: str
    also_value: Decimal | None = None
    also_unit: str = ""
    jurisdiction: str = ""
    bindingness: str = ""
    exposed: str = ""
    route: str = ""
    scope: str = ""
    fraction: str = ""
    matrix: str = ""
    measured_as: str = ""
    skin: bool = False
    condition: str = ""
    as_printed: str = ""


def stated_health(row: ReportedRow, *, restricts: bool = False) -> tuple[StatedHealth, ...]:
    """The facts of exposure and health that a row states, each once.

    Args:
        restricts: whether the row is of a list of restrictions, whose words say whom they guard.
    """
    if row.role in (Role.UNUSABLE, Role.CONTINUATION):
        return ()
    found: dict[tuple[str, ...], StatedHealth] = {}
    for one in (*_targets(row.facts), *_contacts(row, restricts=restricts), *_biomonitoring(row.facts)):
        found.setdefault(one.key, one)
    return tuple(found.values())


def stated_limits(row: ReportedRow) -> tuple[StatedLimit, ...]:
    """The limits that a row states."""
    if row.role in (Role.UNUSABLE, Role.CONTINUATION):
        return ()
    return tuple(limit_from_json(one) for one in row.facts.get("exposure_limits", ()))


def limit_as_json(limit: StatedLimit) -> dict[str, Any]:
    """A limit as facts keep it: numbers are text, so that none loses a digit; what is not said is left out."""
    members = dataclasses.asdict(limit)
    plain = {key: str(value) if isinstance(value, Decimal) else value for key, value in members.items()}
    return {key: value for key, value in plain.items() if value not in ("", None, False)}


def limit_from_json(members: Mapping[str, Any]) -> StatedLimit:
    """The limit that `limit_as_json` kept."""
    numbers = {key: Decimal(members[key]) for key in ("value", "also_value") if key in members}
    return StatedLimit(**{"averaging": "", **members, **numbers})


def _targets(facts: Mapping[str, Any]) -> Iterator[StatedHealth]:
    for pair in facts.get("hazard_details", ()):
        code, detail = (pair["hazard_statement"], pair["detail"]) if isinstance(pair, Mapping) else pair
        for harm in harms_of_detail(code, detail):
            yield StatedHealth(
                kind=HealthFactKind.TARGET.value,
                effect=harm.effect,
                organ=harm.organ,
                route=harm.route,
                strength=harm.strength,
                rule=harm.rule,
                as_printed=f"{code} ({detail})"[:_LONGEST],
            )
    printed = str(facts.get("organs", ""))
    for organ in organs_in(printed):
        for route in routes_in(printed) or ("",):
            yield StatedHealth(
                kind=HealthFactKind.TARGET.value,
                effect=HealthEffect.ORGANS_REPEATED.value,
                organ=organ,
                route=route,
                rule="words/organs",
                as_printed=printed[:_LONGEST],
            )


def _contacts(row: ReportedRow, *, restricts: bool) -> Iterator[StatedHealth]:
    words: Mapping[str, str] = row.facts.get("use_words", {})
    said: dict[tuple[str, str], list[str]] = {}
    for code in row.facts.get("use_descriptors", ()):
        for exposed, rule in exposed_by_descriptor(code, words.get(code, "")):
            said.setdefault((exposed, rule), []).append(f"{code} {words.get(code, '')}".strip())
    for (exposed, rule), codes in said.items():
        yield _contact(exposed, rule, ", ".join(codes))
    if restricts:
        for exposed, rule in exposed_in(row.name):
            yield _contact(exposed, rule, row.name)


def _contact(exposed: str, rule: str, printed: str) -> StatedHealth:
    return StatedHealth(
        kind=HealthFactKind.CONTACT.value, exposed=exposed, rule=rule, as_printed=" ".join(printed.split())[:_LONGEST]
    )


def _biomonitoring(facts: Mapping[str, Any]) -> Iterator[StatedHealth]:
    """In what it was found; a text that says no more than yes gives a finding without a place."""
    printed = " ".join(str(facts.get("biomonitoring", "")).split())
    if printed in MISSING or printed.casefold() in ("no", "none") or _NOT_FOUND.search(printed):
        return
    for matrix in [matrix for matrix, words in _IN if words.search(printed)] or [""]:
        yield StatedHealth(
            kind=HealthFactKind.BIOMONITORING.value,
            matrix=matrix,
            rule="words/biomonitoring",
            as_printed=printed[:_LONGEST],
        )
