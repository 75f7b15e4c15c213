"""Facts of exposure and health that come along with another query, as JSON beside the substance's own row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef

from portal.common.rows import RowsAsJSON
from substances.clocks import Clocks
from substances.health.knowledge import Knowledge, knowledge
from substances.models import ExposureLimit, HealthFact, Source, Substance

_SOURCE = ("source__title", "source__url", "source__key")
_SHARED = ("since", "until", "as_printed", "locator", "checked", *_SOURCE)
_FACT = ("kind", "effect", "organ", "route", "exposed", "matrix", "strength", "rule", *_SHARED)
_LIMIT = (
    *("kind", "averaging", "value", "unit", "also_value", "also_unit", "jurisdiction", "bindingness", "exposed"),
    *("route", "scope", "fraction", "matrix", "measured_as", "skin", "condition", *_SHARED),
)


def health_rows(pk: UUID, clocks: Clocks) -> dict[str, RowsAsJSON]:
    """Annotations by which the row of the substance `pk` brings its facts of exposure and health, and its limits."""
    return {"health_rows": _facts_as_json(pk, clocks), "limit_rows": _limits_as_json(pk, clocks)}


def known_of_row(substance: Substance) -> Knowledge:
    """What is known of it, from a row with `health_rows` and facts fetched with it; no query is asked.

    Args:
        substance: with `health_rows`, and its flags, classifications and structures prefetched.
    """
    structure = substance.shown_structure if not substance.structure_disputed else None
    return knowledge(
        classifications=substance.classifications.all(),
        flags=substance.flags.all(),
        facts=[_fact_of(row) for row in _rows(substance, "health_rows")],
        limits=[_limit_of(row) for row in _rows(substance, "limit_rows")],
        mass_g_per_mol=structure.mass_g_per_mol if structure else None,
    )


def _rows(substance: Substance, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = getattr(substance, name)
    return rows


def _facts_as_json(pk: UUID, clocks: Clocks) -> RowsAsJSON:
    """The facts of exposure and health of the substance `pk` by the clocks, for an annotation."""
    rows = HealthFact.objects.at(clocks).filter(substance=OuterRef("pk"), substance_id=pk)
    return RowsAsJSON(rows, *_FACT)


def _limits_as_json(pk: UUID, clocks: Clocks) -> RowsAsJSON:
    """The limits of the substance `pk` by the clocks, for an annotation."""
    rows = ExposureLimit.objects.at(clocks).filter(substance=OuterRef("pk"), substance_id=pk)
    return RowsAsJSON(rows, *_LIMIT)


def _fact_of(row: dict[str, Any]) -> HealthFact:
    """A fact, never saved, from its row."""
    return HealthFact(**_members(row))


def _limit_of(row: dict[str, Any]) -> ExposureLimit:
    """A limit, never saved, from its row."""
    members = _members(row)
    # Databases write numbers into JSON each in their way; eight places are what is kept.
    members["value"] = _number(members["value"])
    members["also_value"] = None if members["also_value"] is None else _number(members["also_value"])
    return ExposureLimit(**members | {"skin": bool(members["skin"])})


def _number(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("1e-8")).normalize()


def _members(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in row.items() if not name.startswith("source__")}
    source = Source(**{name.removeprefix("source__"): row[name] for name in _SOURCE})
    days = {name: dt.date.fromisoformat(row[name]) if row[name] else None for name in ("since", "until")}
    return {**own, **days, "source": source}
