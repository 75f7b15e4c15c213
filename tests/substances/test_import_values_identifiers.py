"""Damaged numbers are repaired where a check digit proves one, and told; nothing is guessed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from substances.chemistry.identifiers import cas_check_digit, ec_check_digit
from substances.importers.base import Member
from substances.importers.table import cell_text
from substances.importers.values.identifiers import Numbers, cas_numbers, ec_numbers, members

CAS_RNS = st.tuples(st.integers(10, 9_999_999), st.integers(0, 99)).map(
    lambda parts: f"{parts[0]}-{parts[1]:02d}-{cas_check_digit(f'{parts[0]}{parts[1]:02d}')}"
)


def codes(numbers: Numbers) -> list[str]:
    return [problem.code for problem in numbers.problems]


@pytest.mark.parametrize("printed", ["80-05-7", " 80-05-7\u00a0", "CAS 80-05-7", "CAS-No.: 80-05-7"])
def test_a_number_that_is_right_is_read_without_a_word(printed: str) -> None:
    assert cas_numbers(printed) == Numbers(values=("80-05-7",))


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        pytest.param("542449", "542-44-9", id="no hyphens"),
        pytest.param("0082657043", "82657-04-3", id="padded with zeros"),
        pytest.param("80057.0", "80-05-7", id="made a decimal number"),
        pytest.param("34465-46- 8", "34465-46-8", id="inner blank"),
        pytest.param("80\u201105\u20117", "80-05-7", id="non-breaking hyphens"),
        pytest.param("80–05–7", "80-05-7", id="dashes"),
    ],
)
def test_a_repaired_number_is_told_with_what_was_printed(printed: str, meant: str) -> None:
    numbers = cas_numbers(printed)

    assert (numbers.values, numbers.unread) == ((meant,), ())
    assert codes(numbers) == ["cas_repaired"]
    assert repr(printed) in numbers.problems[0].message


@pytest.mark.parametrize("printed", ["1990-07-04", "07/04/1990", "04.07.1990", "4-Jul-90", "1990-07-04 00:00:00"])
def test_a_date_becomes_the_one_number_that_its_check_digit_proves(printed: str) -> None:
    numbers = cas_numbers(printed)

    assert numbers.values == ("1990-07-4",)
    assert codes(numbers) == ["cas_was_date"]
    assert repr(printed) in numbers.problems[0].message


def test_a_real_date_of_a_workbook_becomes_the_number_too() -> None:
    assert cas_numbers(cell_text(dt.datetime(1990, 7, 4, tzinfo=dt.UTC))).values == ("1990-07-4",)


@pytest.mark.parametrize("printed", ["10/11/2005", "2011-02-03", "31-Dec-1999", "2079-06-01", "2000-12-26"])
def test_a_date_that_no_number_or_more_than_one_explains_stays_a_date(printed: str) -> None:
    numbers = cas_numbers(printed)

    assert numbers.values == numbers.unread == (printed,)
    assert codes(numbers)[0] in ("cas_date", "cas_date_suggestion")


@pytest.mark.parametrize("printed", ["８0-05-7", "8О-05-7", "٨0-05-7", "80-05-７"])
def test_lookalikes_are_refused_with_the_character(printed: str) -> None:
    numbers = cas_numbers(printed)

    assert numbers.values == numbers.unread == (printed,)
    assert codes(numbers) == ["cas_lookalike"]
    assert "only looks like" in numbers.problems[0].message


def test_a_wrong_check_digit_is_kept_with_what_may_have_been_meant() -> None:
    numbers = cas_numbers("80-05-8")

    assert numbers.values == numbers.unread == ("80-05-8",)
    assert codes(numbers) == ["cas_check_digit"]
    assert "Perhaps 80-05-7 was meant" in numbers.problems[0].message


def test_a_number_in_the_wrong_column_is_moved_and_told() -> None:
    in_cas, in_ec = cas_numbers("201-245-8"), ec_numbers("80-05-7")

    assert (in_cas.values, in_cas.elsewhere, codes(in_cas)) == ((), ("201-245-8",), ["cas_other_number"])
    assert (in_ec.values, in_ec.elsewhere, codes(in_ec)) == ((), ("80-05-7",), ["ec_other_number"])


def test_a_bare_number_is_never_moved_to_the_other_column() -> None:
    assert cas_numbers("2012458").elsewhere == ()


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("EC-402-660-9", Numbers(elsewhere=("402-660-9",))),
        ("No-Cas-1", Numbers(keys=("No-Cas-1",))),
        ("Various 2", Numbers(keys=("Various 2",))),
        ("NOCAS_872425", Numbers(keys=("NOCAS_872425",))),
        ("N230", Numbers(keys=("N230",))),
        ("No CAS allocated", Numbers(keys=("No CAS allocated",))),
        ("---", Numbers()),
        ("N/A", Numbers()),
        ("", Numbers()),
    ],
)
def test_a_key_that_only_looks_like_a_number_is_a_key(key: str, numbers: Numbers) -> None:
    assert cas_numbers(key) == numbers


def test_a_key_with_a_running_number_is_its_cas_number_and_told() -> None:
    numbers = cas_numbers("142844-00-6_1")

    assert (numbers.values, numbers.keys, codes(numbers)) == (("142844-00-6",), ("142844-00-6_1",), ["cas_key"])


@pytest.mark.parametrize(
    "cell",
    [
        "80-05-7 / 77-40-7; 50-00-0",
        "80-05-7/     77-40-7\n50-00-0",
        "80-05-7, 77-40-7 and 50-00-0",
        "80-05-7; -; 77-40-7; 50-00-0; 80-05-7",
    ],
)
def test_several_numbers_in_a_cell_are_read_each_once(cell: str) -> None:
    assert cas_numbers(cell) == Numbers(values=("80-05-7", "77-40-7", "50-00-0"))


def test_an_ec_number_with_remainder_ten_is_right() -> None:
    assert ec_numbers("402-660-9 / 421-150-7").unread == ()


def test_as_many_of_each_run_parallel() -> None:
    found, problems = members("X", cas_numbers("302-01-2\n7803-57-8"), ec_numbers("206-114-9\n201-245-8"))

    assert found == (Member("X", "302-01-2", "206-114-9"), Member("X", "7803-57-8", "201-245-8"))
    assert problems == ()


def test_one_number_stands_for_each_of_several() -> None:
    found, _ = members("X", cas_numbers("302-01-2; 7803-57-8"), ec_numbers("206-114-9"), names=("A", "B"))

    assert found == (Member("A", "302-01-2", "206-114-9"), Member("B", "7803-57-8", "206-114-9"))


def test_numbers_that_do_not_run_parallel_are_not_paired() -> None:
    found, problems = members("X", cas_numbers("302-01-2; 7803-57-8; 80-05-7"), ec_numbers("206-114-9; 201-245-8"))

    assert [one.ec_number for one in found] == ["", "", ""]
    assert [problem.code for problem in problems] == ["not_parallel"]


def test_a_row_without_numbers_names_one_substance() -> None:
    assert members("X", cas_numbers("No-Cas-1")) == ((Member("X"),), ())


@given(CAS_RNS)
def test_every_number_survives_the_loss_of_its_hyphens(number: str) -> None:
    assume(len(number) >= 7)

    assert cas_numbers(number.replace("-", "")).values == (number,)
    assert cas_numbers(number.replace("-", "").zfill(10)).values == (number,)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)))
def test_a_date_is_never_read_as_a_number_that_is_wrong(day: dt.date) -> None:
    numbers = cas_numbers(day.isoformat())

    for value in set(numbers.values) - set(numbers.unread):
        digits = value.replace("-", "")
        assert cas_check_digit(digits[:-1]) == digits[-1]


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_read_or_kept_and_told(cell: str) -> None:
    for numbers in (cas_numbers(cell), ec_numbers(cell)):
        assert set(numbers.unread) <= set(numbers.values)
        assert len(numbers.problems) >= len(set(numbers.unread))
        for value in set(numbers.values) - set(numbers.unread):
            digits = value.replace("-", "")
            assert digits[-1] in (cas_check_digit(digits[:-1]), ec_check_digit(digits[:-1])[:1])
