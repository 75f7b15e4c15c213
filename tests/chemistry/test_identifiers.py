"""Identifiers read from what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from substances.chemistry.identifiers import (
    IdentifierError,
    cas_check_digit,
    ec_check_digit,
    near_errors,
    near_matches,
    parse_cas_rn,
    parse_clp_index_number,
    parse_dtxsid,
    parse_ec_number,
    parse_inchikey,
    parse_pubchem_cid,
    recognise,
)


def told(text: str) -> list[str]:
    return [note.code for note in parse_cas_rn(text).changes]


@pytest.mark.parametrize(
    ("text", "value", "changes"),
    [
        pytest.param("80-05-7", "80-05-7", [], id="as printed"),
        pytest.param("80057", "80-05-7", ["hyphens_added"], id="digits only"),
        pytest.param("0082657043", "82657-04-3", ["zeros_removed", "hyphens_added"], id="zero-padded"),
        pytest.param("34465-46- 8", "34465-46-8", ["blanks_removed"], id="inner blank"),
        pytest.param("80\u00a0-05-7", "80-05-7", ["blanks_removed"], id="non-breaking blank"),
        pytest.param("80\u201105\u20117", "80-05-7", ["hyphens_unified"], id="non-breaking hyphens"),
        pytest.param("CAS No. 80-05-7", "80-05-7", ["prefix_removed"], id="with its name in front"),
        pytest.param("80057.0", "80-05-7", ["decimal_removed", "hyphens_added"], id="spreadsheet number"),
    ],
)
def test_a_cas_number_is_normalised_and_every_change_is_told(text: str, value: str, changes: list[str]) -> None:
    assert (parse_cas_rn(text).value, told(text)) == (value, changes)


def test_a_wrong_check_digit_says_which_was_expected() -> None:
    with pytest.raises(IdentifierError, match="would be 7") as raised:
        parse_cas_rn("80-05-8")
    assert (raised.value.code, raised.value.value, raised.value.expected) == ("check_digit", "80-05-8", "7")
    assert raised.value.suggestions[0] == "80-05-7"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1990-07-04", id="ISO date"),
        pytest.param("07/04/1990", id="American date"),
        pytest.param("4.07.1990", id="European date"),
        pytest.param("1990-07-04 00:00:00", id="date with a time"),
    ],
)
def test_a_cas_number_read_as_a_date_is_recognised(text: str) -> None:
    with pytest.raises(IdentifierError) as raised:
        parse_cas_rn(text)
    assert raised.value.suggestions == ("1990-07-4",)


def test_acrylamide_read_as_a_date_is_recognised() -> None:
    with pytest.raises(IdentifierError, match="79-06-1"):
        parse_cas_rn("01-Jun-79")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("\uff18\uff10-05-7", "lookalike", id="full-width digits"),
        pytest.param("\u0668\u0660-\u0660\u0665-\u0667", "not_ascii", id="Arabic digits"),
    ],
)
def test_other_scripts_are_refused_with_the_ascii_number_as_suggestion(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as raised:
        parse_cas_rn(text)
    assert (raised.value.code, raised.value.position, raised.value.suggestions) == (code, 1, ("80-05-7",))


@pytest.mark.parametrize(
    "text", ["", "-", "N/A", "NOCAS_872425", "142844-00-6_1", "EC-402-660-9", "N230", "Various 2", "00-05-5"]
)
def test_keys_that_only_look_like_cas_are_refused(text: str) -> None:
    with pytest.raises(IdentifierError, match="is not a CAS number"):
        parse_cas_rn(text)


@given(st.integers(min_value=10, max_value=9_999_999), st.integers(min_value=0, max_value=99))
def test_every_number_with_its_check_digit_is_a_cas_number(first: int, second: int) -> None:
    digits = f"{first}{second:02d}"
    value = f"{first}-{second:02d}-{cas_check_digit(digits)}"
    assert parse_cas_rn(value.replace("-", "")).value == value


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    for error in near_errors(text):
        assert error.message
    assert all(reading.value.isascii() for reading in recognise(text))


def test_an_ec_remainder_of_ten_has_check_digit_one() -> None:
    stem = next(s for s in (f"{n:06d}" for n in range(200_000, 200_100)) if _remainder(s) == 10)
    assert ec_check_digit(stem) == "1"


def _remainder(stem: str) -> int:
    return sum(i * int(d) for i, d in enumerate(stem, 1)) % 11


def test_the_known_false_ec_number_is_refused() -> None:
    with pytest.raises(IdentifierError, match="would be 0"):
        parse_ec_number("487-120-5")


def test_an_index_number_may_end_in_x() -> None:
    assert parse_clp_index_number("612-194-00-x").value == "612-194-00-X"


def test_the_remaining_schemes_are_read() -> None:
    assert parse_inchikey("InChIKey=IISBACLAFKSPIT-UHFFFAOYSA-N").value == "IISBACLAFKSPIT-UHFFFAOYSA-N"
    assert parse_dtxsid("dtxsid7020182").value == "DTXSID7020182"
    assert parse_pubchem_cid("CID 6623").value == "6623"


def test_a_false_dtxsid_is_refused_with_the_right_one() -> None:
    with pytest.raises(IdentifierError) as raised:
        parse_dtxsid("DTXSID8020182")
    assert raised.value.suggestions == ("DTXSID7020182",)


def test_a_search_text_can_be_recognised() -> None:
    assert [(r.scheme, r.value) for r in recognise("2012458")] == [("ec_number", "201-245-8")]
    assert [(r.scheme, r.value) for r in recognise("CID6623")] == [("pubchem_cid", "6623")]
    assert recognise("6623") == () == recognise("bisphenol A")


def test_a_false_number_still_shows_what_it_was_meant_to_be() -> None:
    assert [error.scheme for error in near_errors("80-05-8")] == ["cas_rn"]
    assert near_errors("bisphenol A") == ()


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("80-05-3", id="check digit"),
        pytest.param("80-50-7", id="neighbours swapped"),
        pytest.param("85-05-7", id="one digit other"),
    ],
)
def test_near_matches_hold_the_number_that_was_meant(typed: str) -> None:
    assert "80-05-7" in near_matches(typed)


@given(st.integers(10, 9_999_999), st.integers(0, 99), st.integers(0, 9))
def test_near_matches_are_valid_and_new(first: int, second: int, check: int) -> None:
    value = f"{first}-{second:02d}-{check}"
    found = near_matches(value)
    assert value not in found
    assert [parse_cas_rn(v).value for v in found] == list(found)
