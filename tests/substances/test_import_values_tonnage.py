"""Tonnage bands in all their spellings; what is not understood has no bounds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from substances.importers.values.tonnage import Tonnage, TonnageStatus, tonnage_problems, tonnages

BOUNDS = [10**power for power in range(10)]


@pytest.mark.parametrize(
    ("printed", "least", "most"),
    [
        ("1 - 10", 1, 10),
        ("1-10", 1, 10),
        ("0 - 10 tonnes per annum", 0, 10),
        ("10 \u2013 100 tonnes per annum", 10, 100),
        ("\u2265 10 to < 100 tonnes", 10, 100),
        (">= 10 - < 100 t/y", 10, 100),
        ("1 000 - 10 000 tpa", 1000, 10_000),
        ("1\u00a0000\u00a0-\u00a010\u00a0000 tpa", 1000, 10_000),
        ("1,000,000 - 10,000,000 tonnes per annum", 10**6, 10**7),
        ("1.000.000 - 10.000.000 t/a", 10**6, 10**7),
        ("1'000 to 10'000 tonnes/year", 1000, 10_000),
        ("10 tonnes to 100 tonnes per year", 10, 100),
        ("100+", 100, None),
        ("1000+ tonnes per annum", 1000, None),
        ("\u2265 1 000 000 000 tonnes", 10**9, None),
        ("1000 or more tonnes", 1000, None),
        ("< 1 tonne", None, 1),
        ("0.5 - 1", Decimal("0.5"), 1),
        ("0,5 - 1", Decimal("0.5"), 1),
    ],
)
def test_a_band_is_read_in_every_spelling(printed: str, least: int | Decimal | None, most: int | None) -> None:
    (one,) = tonnages(printed)

    assert (one.status, one.min_tonnes_per_year, one.max_tonnes_per_year) == (TonnageStatus.BAND, least, most)
    assert (one.min_included, one.max_included) == (True, False)


@settings(deadline=None)
@given(
    least=st.sampled_from(BOUNDS[:-1]),
    group=st.sampled_from(["", ",", " ", "\u00a0", "'"]),
    between=st.sampled_from(["-", " - ", " to ", "\u2013", " to < "]),
    unit=st.sampled_from(["", " t", " tpa", " tonnes", " tonnes per annum", " t/a", " tons/year", " Tonnes per Year"]),
)
def test_every_spelling_of_a_band_means_the_same(least: int, group: str, between: str, unit: str) -> None:
    low, high = (f"{number:,}".replace(",", group) for number in (least, least * 10))
    (one,) = tonnages(f"{low}{between}{high}{unit}")

    assert (one.min_tonnes_per_year, one.max_tonnes_per_year) == (Decimal(least), Decimal(least * 10))


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("> 10", Tonnage("> 10", TonnageStatus.BAND, Decimal(10), None, min_included=False)),
        ("\u2264 10 t", Tonnage("\u2264 10 t", TonnageStatus.BAND, None, Decimal(10), max_included=True)),
        ("2 tpa", Tonnage("2 tpa", TonnageStatus.BAND, Decimal(2), Decimal(2), max_included=True)),
    ],
)
def test_a_bound_says_whether_it_belongs_to_the_band(printed: str, meant: Tonnage) -> None:
    assert tonnages(printed) == (meant,)


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("Tonnage Data Confidential", TonnageStatus.CONFIDENTIAL),
        ("Confidential", TonnageStatus.CONFIDENTIAL),
        ("Intermediate Use Only", TonnageStatus.INTERMEDIATE_ONLY),
        ("Ceased manufacture", TonnageStatus.CEASED),
        ("Cease Manufacture", TonnageStatus.CEASED),
        ("Not registered", TonnageStatus.NOT_REGISTERED),
        ("not publicly available", TonnageStatus.NOT_GIVEN),
        ("-", TonnageStatus.NOT_GIVEN),
        ("", TonnageStatus.NOT_GIVEN),
        ("\u00a0", TonnageStatus.NOT_GIVEN),
    ],
)
def test_words_say_why_there_is_no_band(printed: str, status: TonnageStatus) -> None:
    (one,) = tonnages(printed)

    assert one.status == status
    assert (one.min_tonnes_per_year, one.max_tonnes_per_year) == (None, None)
    assert tonnage_problems([one]) == ()


def test_two_parts_are_kept_apart() -> None:
    found = tonnages("10 - 100 tonnes per annum; Intermediate Use Only\n1000+ (Tonnage Data Confidential)")

    assert [(one.status, one.min_tonnes_per_year, one.max_tonnes_per_year) for one in found] == [
        (TonnageStatus.BAND, 10, 100),
        (TonnageStatus.INTERMEDIATE_ONLY, None, None),
        (TonnageStatus.BAND, 1000, None),
        (TonnageStatus.CONFIDENTIAL, None, None),
    ]


@pytest.mark.parametrize(
    "printed",
    [
        pytest.param("plenty", id="words"),
        pytest.param("1.000", id="one tonne or a thousand"),
        pytest.param("1.000 - 10.000", id="points that may be decimal"),
        pytest.param("100 - 10", id="turned round"),
        pytest.param("10 - 10", id="no width"),
        pytest.param("10 - 100 - 1000", id="three numbers"),
        pytest.param("10 - 100 kg", id="another unit"),
        pytest.param("1-Oct", id="a band that a spreadsheet made a date"),
        pytest.param("\u0661 - \u0661\u0660", id="digits that are not ASCII"),
        pytest.param("10 00 - 100 000", id="a broken group"),
    ],
)
def test_what_is_not_understood_keeps_its_text_and_has_no_bounds(printed: str) -> None:
    (one,) = tonnages(printed)

    assert one == Tonnage(printed, TonnageStatus.NOT_UNDERSTOOD)
    assert [problem.code for problem in tonnage_problems([one])] == ["tonnage_not_understood"]


@settings(deadline=None)
@given(st.text())
def test_any_text_has_a_status_and_bounds_only_with_a_band(cell: str) -> None:
    for one in tonnages(cell):
        bounded = (one.min_tonnes_per_year, one.max_tonnes_per_year) != (None, None)
        assert bounded == (one.status == TonnageStatus.BAND)
