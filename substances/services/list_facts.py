"""The tables that hold what a row of a release states of a substance."""

from __future__ import annotations

from typing import Any

from substances.models import ConcernFlag, ExposureLimit, HazardClassification, HealthFact, ListMembership

#: Each has `release`, `entry` and `substance`.
FACTS_OF_ROWS: tuple[type[Any], ...] = (
    ListMembership,
    HazardClassification,
    ConcernFlag,
    HealthFact,
    ExposureLimit,
)
