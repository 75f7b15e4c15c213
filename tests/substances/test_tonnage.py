"""Tonnage added up without claiming more than the bands say."""

from __future__ import annotations

from typing import Any

import pytest

from substances.tonnage import Band, Told, band_of, sum_of, told_of


def band(least: float | None, most: float | None) -> dict[str, Any]:
    return {"status": "band", "min_tonnes_per_year": least, "max_tonnes_per_year": most}


CONFIDENTIAL = {"status": "confidential"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([band(10, 100)], Band(10, 100), id="one"),
        pytest.param([band(1, 10), band(10, 100)], Band(10, 110), id="two registrations may or may not add up"),
        pytest.param([band(1000, None)], Band(1000, None), id="no upper bound"),
        pytest.param([band(1, 10), band(1000, None)], Band(1000, None), id="one without an upper bound"),
        pytest.param([band(None, 10)], Band(None, 10), id="no lower bound"),
        pytest.param([band(1, 10), CONFIDENTIAL], Band(1, 10), id="and a confidential one"),
        pytest.param([CONFIDENTIAL], None, id="confidential"),
        pytest.param([], None, id="nothing told"),
    ],
)
def test_the_band_of_a_substance(parts: list[dict[str, Any]], expected: Band | None) -> None:
    assert band_of(parts) == expected


def test_bands_of_several_substances_add_up_at_both_ends() -> None:
    assert sum_of([[band(10, 100)], [band(1, 10)], []]).band == Band(11, 110)


def test_a_sum_has_no_upper_bound_where_one_of_it_has_none() -> None:
    assert sum_of([[band(10, 100)], [band(1000, None)]]).band == Band(1010, None)


def test_nobodys_band_is_no_sum_of_nothing() -> None:
    assert sum_of([[CONFIDENTIAL], []]).band is None


def test_who_is_left_out_is_counted_by_what_is_told() -> None:
    found = sum_of([[band(1, 10)], [CONFIDENTIAL], [{"status": "ceased"}], [], []])
    assert dict(found.by_status) == {Told.BAND: 1, Told.CONFIDENTIAL: 1, Told.CEASED: 1, Told.UNKNOWN: 2}
    assert found.unknown == 4


def test_the_most_telling_part_of_a_cell_counts() -> None:
    assert told_of([{"status": "not_given"}, CONFIDENTIAL]) == Told.CONFIDENTIAL
