"""The searches that are measured."""

from __future__ import annotations

import dataclasses
from fractions import Fraction


@dataclasses.dataclass(frozen=True)
class Task:
    """One kind of search.

    Attributes:
        name: in bench.json.
        threshold, limit: as `SimilarityIndex.search` takes them.
    """

    name: str
    threshold: Fraction = Fraction(0)
    limit: int | None = None


TASKS = (
    Task("threshold_0.7", Fraction(7, 10)),
    Task("threshold_0.5", Fraction(1, 2)),
    Task("threshold_0.35", Fraction(35, 100)),
    Task("top_10", limit=10),
    Task("top_100", limit=100),
)
