"""How much of several substances is registered, added up without claiming more than the bands say. Pure."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Told(models.TextChoices):
    """What lists tell of a substance's tonnage, the most telling first. Those but the last are words of `tonnages`."""

    BAND = "band", _("Band told")
    CONFIDENTIAL = "confidential", _("Confidential")
    INTERMEDIATE_ONLY = "intermediate_only", _("Intermediate use only, no tonnage published")
    CEASED = "ceased", _("Manufacture or import has ceased")
    NOT_REGISTERED = "not_registered", _("Told as not registered")
    NOT_UNDERSTOOD = "not_understood", _("Told in words we do not understand")
    NOT_GIVEN = "not_given", _("Told as not known")
    UNKNOWN = "unknown", _("Nothing told")


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """From so many tonnes a year to so many; None: no bound is told."""

    min_tonnes_per_year: float | None
    max_tonnes_per_year: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Sum:
    """What the bands of several substances come to.

    Attributes:
        band: from the least that they can be together to the most; None where nobody's band is told.
        by_status: how many substances there are of each `Told`, only those that occur, in its order.
    """

    band: Band | None
    by_status: tuple[tuple[Told, int], ...]

    @property
    def unknown(self) -> int:
        """How many substances the sum leaves out."""
        return sum(count for told, count in self.by_status if told != Told.BAND)


def band_of(parts: Sequence[Mapping[str, Any]]) -> Band | None:
    """The band of one substance from the parts of its cell (fact `tonnages`); None where none is told.

    Several bands are several registrations, of which the publisher does not say whether they add up: together they are
    at least the largest lower bound, and at most all upper bounds added.
    """
    bands = [part for part in parts if part.get("status") == Told.BAND]
    if not bands:
        return None
    least = [part["min_tonnes_per_year"] for part in bands if part.get("min_tonnes_per_year") is not None]
    most = [part.get("max_tonnes_per_year") for part in bands]
    return Band(max(least, default=None), None if None in most else sum(value for value in most if value is not None))


def told_of(parts: Sequence[Mapping[str, Any]]) -> Told:
    """The most telling status of the parts of a cell."""
    statuses = {part.get("status") for part in parts}
    return next((told for told in Told if told.value in statuses), Told.UNKNOWN)


def sum_of(by_substance: Sequence[Sequence[Mapping[str, Any]]]) -> Sum:
    """What the bands of all come to.

    Args:
        by_substance: of each substance the parts of its cell; an empty one where nothing is told.
    """
    bands = [band for band in (band_of(parts) for parts in by_substance) if band is not None]
    counted = Counter(told_of(parts) for parts in by_substance)
    by_status = tuple((told, counted[told]) for told in Told if counted[told])
    if not bands:
        return Sum(None, by_status)
    most = [band.max_tonnes_per_year for band in bands]
    total = None if None in most else sum(value for value in most if value is not None)
    return Sum(Band(sum(band.min_tonnes_per_year or 0 for band in bands), total), by_status)
