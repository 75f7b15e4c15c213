"""Points, boxes and lines in the plane, as far as drawings need them. No RDKit."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """A place or a direction; y grows downward."""

    x: float
    y: float

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)

    def __sub__(self, other: Point) -> Point:
        return Point(self.x - other.x, self.y - other.y)

    def __mul__(self, factor: float) -> Point:
        return Point(self.x * factor, self.y * factor)

    def __str__(self) -> str:
        return f"{self.x:.1f} {self.y:.1f}"

    @property
    def length(self) -> float:
        """Distance from the origin."""
        return math.hypot(self.x, self.y)

    def unit(self) -> Point:
        """The same direction with length 1; to the right if there is no direction."""
        size = self.length
        return Point(self.x / size, self.y / size) if size > 1e-9 else Point(1.0, 0.0)

    def normal(self) -> Point:
        """The direction a quarter turn away, with the same length."""
        return Point(-self.y, self.x)

    def dot(self, other: Point) -> float:
        """Scalar product."""
        return self.x * other.x + self.y * other.y


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, point: Point, half_width: float = 0.0, half_height: float = 0.0) -> Box:
        """The box with that middle."""
        return cls(point.x - half_width, point.y - half_height, point.x + half_width, point.y + half_height)

    def exit_from(self, start: Point, end: Point) -> float:
        """How far along start → end (0 to 1) the line leaves the box; 0 if it does not touch it."""
        enter, leave = 0.0, 1.0
        for place, step, low, high in (
            (start.x, end.x - start.x, self.left, self.right),
            (start.y, end.y - start.y, self.top, self.bottom),
        ):
            if abs(step) < 1e-9:
                if not low <= place <= high:
                    return 0.0
                continue
            near, far = sorted(((low - place) / step, (high - place) / step))
            enter, leave = max(enter, near), min(leave, far)
        return leave if enter <= leave else 0.0


def middle(points: Iterable[Point]) -> Point:
    """The mean of some points."""
    places = list(points)
    return Point(sum(p.x for p in places) / len(places), sum(p.y for p in places) / len(places))
