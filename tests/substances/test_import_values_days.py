"""Days as publishers print them."""

from __future__ import annotations

import datetime as dt

import pytest

from substances.importers.values.days import NotADay, day


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("04-Feb-2026", dt.date(2026, 2, 4)),
        ("4-feb-2026", dt.date(2026, 2, 4)),
        ("1 mrt 2024", dt.date(2024, 3, 1)),
        ("17-okt-2023", dt.date(2023, 10, 17)),
        ("1-Jan-90", dt.date(1990, 1, 1)),
        ("27-Jan-23", dt.date(2023, 1, 27)),
        ("October 1, 1989", dt.date(1989, 10, 1)),
        ("25/06/2020", dt.date(2020, 6, 25)),
        ("2020-06-25", dt.date(2020, 6, 25)),
        ("2020-06-25T00:00:00", dt.date(2020, 6, 25)),
        ("\u00a004-Feb-2026 ", dt.date(2026, 2, 4)),
        (dt.datetime(2026, 2, 4, 12, 0, tzinfo=dt.UTC), dt.date(2026, 2, 4)),
        (dt.date(2026, 2, 4), dt.date(2026, 2, 4)),
    ],
)
def test_a_day_is_read_in_each_form_that_was_seen(printed: object, meant: dt.date) -> None:
    assert (day(printed).first, day(printed).exact) == (meant, True)


def test_a_month_is_no_exact_day() -> None:
    assert (day("2011 May").first, day("2011 May").exact) == (dt.date(2011, 5, 1), False)


def test_a_publisher_may_write_the_month_first() -> None:
    assert day("06/25/2020", month_first=True).first == dt.date(2020, 6, 25)
    with pytest.raises(NotADay):
        day("06/25/2020")
    with pytest.raises(NotADay):
        day("25/06/2020", month_first=True)


@pytest.mark.parametrize(
    "printed",
    ["", "soon", "31-Feb-2017", "04-Foo-2026", "2026", "44197", "1990-07-4", "\u0661-Jan-2020", "2020-06-25T01:00:00"],
)
def test_what_is_no_day_is_refused(printed: str) -> None:
    with pytest.raises(NotADay, match="is not a day"):
        day(printed)
