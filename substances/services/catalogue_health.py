"""Exposure and health in the starter catalogue: its four files, read strictly, and their rows in the database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from substances.health.units import NotALimit, number_of
from substances.health_terms import (
    Averaging,
    Bindingness,
    EffectScope,
    ExposedGroup,
    Fraction,
    HealthEffect,
    HealthFactKind,
    LimitKind,
    LimitUnit,
    Matrix,
    Organ,
    Route,
)
from substances.models import ExposureLimit, HealthFact
from substances.services.catalogue_changes import Changes, reconcile
from substances.services.catalogue_files import Line
from substances.vocabulary import Strength

_FACT = ("source", "checked", "locator")
_SAID = ("as_printed", "since", "until", "note")
# File → columns that must be there, and columns that may be.
HEALTH_COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "limits": (
        ("substance", "kind", "averaging", "value", "unit", "also_value", "also_unit", "jurisdiction", *_FACT),
        (
            *("bindingness", "exposed", "route", "scope", "fraction", "matrix"),
            *("measured_as", "skin", "condition", *_SAID),
        ),
    ),
    "target_organs": (("substance", "effect", "organ", *_FACT), ("route", "strength", *_SAID)),
    "exposure": (("substance", "exposed", *_FACT), ("route", *_SAID)),
    "biomonitoring": (("substance", "matrix", *_FACT), ("exposed", *_SAID)),
}
HEALTH_KEYS: Mapping[str, tuple[str, ...]] = {
    "limits": (
        *("substance", "source", "kind", "averaging", "unit", "exposed", "route", "scope", "matrix"),
        *("fraction", "condition", "since"),
    ),
    "target_organs": ("substance", "source", "effect", "organ", "route", "since"),
    "exposure": ("substance", "source", "exposed", "route", "since"),
    "biomonitoring": ("substance", "source", "matrix", "exposed", "since"),
}
_FACT_KEY = ("substance_id", "source_id", "kind", "effect", "organ", "route", "exposed", "matrix", "since")
_LIMIT_KEY = (
    *("substance_id", "source_id", "kind", "averaging", "unit", "exposed", "route", "scope", "matrix"),
    *("fraction", "condition", "since"),
)


def write_health(
    files: Mapping[str, Iterable[Line]], sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]
) -> dict[str, Changes]:
    """Brings limits and facts of exposure and health into line with the files.

    Raises:
        CatalogueError: a term that is none, or a number that is no limit, naming the line.
    """
    facts = [_target(line, sources, ids) for line in files["target_organs"]]
    facts += [_contact(line, sources, ids) for line in files["exposure"]]
    facts += [_finding(line, sources, ids) for line in files["biomonitoring"]]
    limits = [_limit(line, sources, ids) for line in files["limits"]]
    return {
        "health facts": reconcile(
            facts, among=HealthFact.objects.filter(release=None), key=_FACT_KEY, about="substance_id"
        ),
        "exposure limits": reconcile(
            limits, among=ExposureLimit.objects.filter(release=None), key=_LIMIT_KEY, about="substance_id"
        ),
    }


def _fact(line: Line, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> dict[str, Any]:
    return {
        "substance_id": ids[line.text("substance")],
        "source_id": sources[line.text("source")],
        "checked": line.text("checked"),
        "locator": line.optional("locator"),
        "as_printed": line.optional("as_printed"),
        "since": line.day("since"),
        "until": line.day("until"),
    }


def _target(line: Line, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> HealthFact:
    return HealthFact(
        **_fact(line, sources, ids),
        kind=HealthFactKind.TARGET.value,
        effect=line.choice("effect", HealthEffect),
        organ=line.choice("organ", Organ, default=""),
        route=line.choice("route", Route, default=""),
        strength=line.choice("strength", Strength, default=""),
    )


def _contact(line: Line, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> HealthFact:
    return HealthFact(
        **_fact(line, sources, ids),
        kind=HealthFactKind.CONTACT.value,
        exposed=line.choice("exposed", ExposedGroup),
        route=line.choice("route", Route, default=""),
    )


def _finding(line: Line, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> HealthFact:
    return HealthFact(
        **_fact(line, sources, ids),
        kind=HealthFactKind.BIOMONITORING.value,
        exposed=line.choice("exposed", ExposedGroup, default=""),
        matrix=line.choice("matrix", Matrix),
    )


def _limit(line: Line, sources: Mapping[str, int], ids: Mapping[str, uuid.UUID]) -> ExposureLimit:
    also = line.optional("also_value")
    if bool(also) != bool(line.optional("also_unit")):
        raise line.error("also_unit", "a second value needs its unit, and a unit its value")
    if line.optional("skin") not in ("", "yes"):
        raise line.error("skin", "is neither empty nor yes")
    return ExposureLimit(
        **_fact(line, sources, ids),
        kind=line.choice("kind", LimitKind),
        averaging=line.choice("averaging", Averaging, default=""),
        value=_number(line, "value"),
        unit=line.choice("unit", LimitUnit),
        also_value=_number(line, "also_value") if also else None,
        also_unit=line.choice("also_unit", LimitUnit, default=""),
        jurisdiction=line.text("jurisdiction", longest=60),
        bindingness=line.choice("bindingness", Bindingness, default=""),
        exposed=line.choice("exposed", ExposedGroup, default=""),
        route=line.choice("route", Route, default=""),
        scope=line.choice("scope", EffectScope, default=""),
        fraction=line.choice("fraction", Fraction, default=""),
        matrix=line.choice("matrix", Matrix, default=""),
        measured_as=line.optional("measured_as"),
        skin=line.optional("skin") == "yes",
        condition=line.optional("condition"),
    )


def _number(line: Line, column: str) -> Any:
    try:
        return number_of(line.text(column))
    except NotALimit as error:
        raise line.error(column, str(error)) from None
