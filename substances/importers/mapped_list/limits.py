"""Columns of a mapped list that hold limits: a regulator's own table of occupational limits, without code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from substances.health.units import NotALimit, number_of, unit_of
from substances.health_terms import (
    Averaging,
    Bindingness,
    ExposedGroup,
    Fraction,
    LimitKind,
    Matrix,
    Route,
)
from substances.importers.base import MISSING, Problem
from substances.importers.health import StatedLimit
from substances.importers.mapped_list.yaml_text import MappingError, Section

_TERMS = ("kind", "averaging", "bindingness", "exposed", "route", "fraction", "matrix")


@dataclasses.dataclass(frozen=True, slots=True)
class LimitColumn:
    """A column whose cells are numbers of one limit in one unit; members as `ExposureLimit` has them."""

    header: str
    kind: str
    unit: str
    averaging: str = ""
    bindingness: str = ""
    exposed: str = ""
    route: str = ""
    fraction: str = ""
    matrix: str = ""

    @property
    def of(self) -> tuple[str, ...]:
        """Which limit it is: two columns of the same limit in two units are told as one."""
        return tuple(getattr(self, name) for name in _TERMS)


def limit_columns(columns: Section) -> tuple[LimitColumn, ...]:
    """The columns under `limits`.

    Raises:
        MappingError: a term that is none, a limit at work without its time, or the same limit twice in one unit.
    """
    found = tuple(_column(one) for one in columns.sections("limits")) if columns.has("limits") else ()
    for place, one in enumerate(found):
        same = [other for other in found[:place] if other.of == one.of]
        if any(other.unit == one.unit for other in same) or len(same) > 1:
            raise MappingError("columns.limits", f"{one.header!r} says the same limit again as {same[0].header!r}")
        if any(other.header == one.header for other in found[:place]):
            raise MappingError("columns.limits", f"{one.header!r} is the column of two limits")
    return found


def _column(section: Section) -> LimitColumn:
    kind = section.choice("kind", LimitKind.values, LimitKind.OCCUPATIONAL.value)
    try:
        unit = unit_of(section.text("unit"))
    except NotALimit as error:
        raise MappingError(section.path("unit"), str(error)) from None
    at_work = kind == LimitKind.OCCUPATIONAL
    times = [Averaging.SHIFT, Averaging.SHORT, Averaging.CEILING] if at_work else Averaging.values
    column = LimitColumn(
        header=" ".join(section.text("header").split()),
        kind=kind,
        unit=unit,
        averaging=section.choice("averaging", [str(one) for one in times], None if at_work else ""),
        bindingness=section.choice("bindingness", Bindingness.values, ""),
        exposed=section.choice("exposed", ExposedGroup.values, ""),
        route=section.choice("route", Route.values, ""),
        fraction=section.choice("fraction", Fraction.values, ""),
        matrix=section.choice("matrix", Matrix.values, ""),
    )
    if kind in (LimitKind.BIOLOGICAL, LimitKind.GUIDANCE) and not column.matrix:
        raise MappingError(
            section.path("matrix"), f"is missing: a {kind} limit says in what; {', '.join(Matrix.values)}"
        )
    section.done(("header", "unit", *_TERMS))
    return column


def limits_of(
    columns: Iterable[LimitColumn], text_of: Callable[[str], str], *, jurisdiction: str
) -> tuple[list[StatedLimit], list[Problem]]:
    """The limits that a row prints, and what in its cells is no number that reads in one way."""
    found: dict[tuple[str, ...], StatedLimit] = {}
    problems = []
    for column in columns:
        printed = text_of(column.header)
        if printed in MISSING:
            continue
        try:
            value = number_of(printed)
        except NotALimit as error:
            problems.append(Problem("limit_not_read", f"{column.header}: {error}"))
            continue
        first = found.get(column.of)
        if first is not None:
            found[column.of] = dataclasses.replace(
                first,
                also_value=value,
                also_unit=column.unit,
                as_printed=f"{first.as_printed}; {printed} {column.unit}",
            )
        else:
            terms = {name: getattr(column, name) for name in _TERMS if name not in ("kind", "averaging")}
            found[column.of] = StatedLimit(
                kind=column.kind,
                averaging=column.averaging,
                value=value,
                unit=column.unit,
                jurisdiction=jurisdiction,
                as_printed=f"{printed} {column.unit}",
                **terms,
            )
    return list(found.values()), problems
