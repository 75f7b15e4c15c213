"""Where the marks of a timeline stand."""

from __future__ import annotations

import datetime as dt

import pytest

from substances.timeline import Happening, ListRef, Precision, SourceRef, What
from substances.web.timeline_chart import MARGIN, WIDTH, chart_of

TODAY = dt.date(2026, 11, 1)
SOURCE = SourceRef("made", "Made for a test")
SVHC, WORK = ListRef("svhc", "Candidate List", "concern"), ListRef("clh", "Proposals", "work-list")


def one(on: str, what: What = What.LISTED, of: ListRef | None = SVHC, **more: object) -> Happening:
    said = {"precision": Precision.DAY} | more
    return Happening(what, dt.date.fromisoformat(on), source=SOURCE, list=of, **said)  # type: ignore[arg-type]  # as given


def test_nothing_dated_has_no_picture() -> None:
    assert chart_of([], today=TODAY) is None


def test_each_effect_has_its_lane_and_what_no_list_says_is_a_concern() -> None:
    chart = chart_of([one("2010-01-01", What.FLAGGED, None), one("2012-01-01", What.STEP, WORK)], today=TODAY)
    assert chart is not None
    assert [lane.effect for lane in chart.lanes] == ["concern", "work-list"]


def test_marks_stand_in_the_order_of_their_days_within_the_picture() -> None:
    chart = chart_of([one("1988-01-01"), one("2010-06-01"), one("2030-01-01", coming=True)], today=TODAY)
    assert chart is not None
    xs = [mark.x for mark in chart.lanes[0].marks]
    assert xs == sorted(xs)
    assert xs[0] == MARGIN
    assert xs[1] < chart.today_x < xs[2] < WIDTH - MARGIN


def test_marks_that_would_cover_each_other_are_one_with_their_number() -> None:
    chart = chart_of([one("1990-01-01"), one("2010-06-01"), one("2010-06-20", What.AMENDED)], today=TODAY)
    assert chart is not None
    assert [mark.count for mark in chart.lanes[0].marks] == [1, 2]


@pytest.mark.parametrize(
    ("happening", "shape"),
    [
        pytest.param(one("2010-12-01"), "begin", id="listed"),
        pytest.param(one("2010-12-01", What.LEFT), "end", id="left"),
        pytest.param(one("2010-12-01", What.STEP), "step", id="step"),
        pytest.param(one("2010-12-01", precision=Precision.OR_EARLIER), "earlier", id="or earlier"),
        pytest.param(one("2010-01-01", precision=Precision.YEAR), "span", id="year"),
        pytest.param(one("2027-01-01", coming=True), "coming", id="to come"),
    ],
)
def test_a_mark_says_by_its_shape_what_it_is(happening: Happening, shape: str) -> None:
    chart = chart_of([happening], today=TODAY)
    assert chart is not None
    assert chart.lanes[0].marks[0].shape == shape


def test_a_year_is_as_wide_as_a_year() -> None:
    chart = chart_of([one("2010-01-01", precision=Precision.YEAR)], today=TODAY)
    assert chart is not None
    (mark,), (x2010, _), (x2012, _) = chart.lanes[0].marks, chart.ticks[0], chart.ticks[1]
    assert mark.width == pytest.approx((x2012 - x2010) / 2, abs=0.2)


def test_a_long_time_has_few_years_printed() -> None:
    chart = chart_of([one("1936-01-01")], today=TODAY)
    assert chart is not None
    assert 5 <= len(chart.ticks) <= 12
    assert all(year % 10 == 0 for _x, year in chart.ticks)
