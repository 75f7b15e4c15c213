"""Where things stand in the drawing of a timeline: years along the bottom, a lane for each effect of lists. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from substances.timeline import Happening, Precision, What
from substances.vocabulary import ListEffect

#: Units of the drawing, which is as many pixels wide where it is not scaled.
WIDTH, MARGIN, LANE_HEIGHT, TOP, FOOT = 960.0, 16.0, 56.0, 8.0, 28.0
_LABEL_HEIGHT = 16.0
_CLOSEST = 11.0  # marks nearer than this are drawn as one, with their number
_MOST_TICKS = 12
_TICK_STEPS = (1, 2, 5, 10, 20, 50, 100)
_ENDS = frozenset({What.LEFT, What.REASON_ENDED, What.DECLASSIFIED, What.FLAG_ENDED})
_STEPS = frozenset({What.STEP, What.EXPECTED, What.COMMENTS_UNTIL, What.ADAPTED, What.AMENDED})
# What no list says is a matter of concern, too: flags and groups.
_LANES = tuple(effect.value for effect in ListEffect)


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """One mark of a lane.

    Attributes:
        x, y, width: its middle, and how wide it is where it stands for a whole month or year.
        shape: begin, end, step, earlier (on this day or earlier), span (some day of it) or coming.
        happenings: what it stands for.
    """

    x: float
    y: float
    width: float
    shape: str
    happenings: tuple[Happening, ...]

    @property
    def count(self) -> int:
        """How many happenings it stands for."""
        return len(self.happenings)

    @property
    def half(self) -> float:
        """From its middle to where a span begins."""
        return -self.width / 2


@dataclasses.dataclass(frozen=True, slots=True)
class Lane:
    """One effect of lists, and the marks on its line."""

    effect: str
    label_y: float
    line_y: float
    marks: tuple[Mark, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Chart:
    """A drawing without its words: lanes from the top, ticks as (x, year), and where today is."""

    width: float
    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, int], ...]
    today_x: float
    axis_y: float


def chart_of(happenings: Sequence[Happening], *, today: dt.date) -> Chart | None:
    """The drawing of dated happenings; None where there is none."""
    days = [one.day for one in happenings if one.day is not None]
    if not days:
        return None
    first, last = min(*days, today).year, max(*days, today).year + 1
    by_lane: dict[str, list[Happening]] = defaultdict(list)
    for one in happenings:
        by_lane[one.list.effect if one.list else ListEffect.CONCERN.value].append(one)
    scale = _Scale(first, last)
    lanes = []
    for number, effect in enumerate(effect for effect in _LANES if effect in by_lane):
        top = TOP + number * LANE_HEIGHT
        line_y = top + _LABEL_HEIGHT + (LANE_HEIGHT - _LABEL_HEIGHT) / 2
        lanes.append(Lane(effect, top + 12.0, line_y, _marks(by_lane[effect], scale, line_y)))
    axis_y = TOP + len(lanes) * LANE_HEIGHT
    ticks = tuple((scale.x(dt.date(year, 1, 1)), year) for year in _ticks(first, last))
    return Chart(WIDTH, axis_y + FOOT, tuple(lanes), ticks, scale.x(today), axis_y)


@dataclasses.dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int

    def x(self, day: dt.date) -> float:
        """Units from the left, to one place."""
        start, end = dt.date(self.first, 1, 1).toordinal(), dt.date(self.last, 1, 1).toordinal()
        share = (day.toordinal() - start) / (end - start)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def _ticks(first: int, last: int) -> range:
    step = next(step for step in _TICK_STEPS if (last - first) / step <= _MOST_TICKS)
    return range(-(-first // step) * step, last + 1, step)


def _marks(happenings: Sequence[Happening], scale: _Scale, y: float) -> tuple[Mark, ...]:
    """Left to right; neighbours that would cover each other are one mark."""
    clusters: list[list[tuple[float, float, Happening]]] = []
    for start, end, one in sorted(((*_reach(one, scale), one) for one in happenings), key=lambda placed: placed[:2]):
        beside = clusters[-1] if clusters else None
        if beside and start - beside[0][0] < _CLOSEST and one.coming == beside[0][2].coming:
            beside.append((start, end, one))
        else:
            clusters.append([(start, end, one)])
    return tuple(_mark(cluster, y) for cluster in clusters)


def _reach(one: Happening, scale: _Scale) -> tuple[float, float]:
    """Where it begins and ends in the drawing: a point, or the month or year of which the day is not known."""
    assert one.day is not None  # noqa: S101 - for the type checker; undated ones are not drawn
    if one.precision == Precision.YEAR:
        return scale.x(one.day), scale.x(dt.date(one.day.year + 1, 1, 1))
    if one.precision == Precision.MONTH:
        following = (one.day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
        return scale.x(one.day), scale.x(following)
    return scale.x(one.day), scale.x(one.day)


def _mark(cluster: Sequence[tuple[float, float, Happening]], y: float) -> Mark:
    happenings = tuple(one for _start, _end, one in cluster)
    start, end = cluster[0][0], max(end for _start, end, _one in cluster)
    return Mark(round((start + end) / 2, 1), y, round(end - start, 1), _shape(happenings), happenings)


def _shape(happenings: Sequence[Happening]) -> str:
    """One shape for all that a mark stands for: what matters most of it."""
    if happenings[0].coming:
        return "coming"
    if all(one.what in _ENDS for one in happenings):
        return "end"
    if all(one.precision in (Precision.YEAR, Precision.MONTH) for one in happenings):
        return "span"
    if all(one.precision == Precision.OR_EARLIER for one in happenings):
        return "earlier"
    return "step" if all(one.what in _STEPS for one in happenings) else "begin"
