"""What statements, words and use descriptors mean for people, and how limits are read and converted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from substances.health.rules import (
    HARMS,
    Harm,
    exposed_by_descriptor,
    exposed_in,
    harm_of_concern,
    harms_of_detail,
    harms_of_statement,
    organs_in,
    routes_in,
)
from substances.health.units import Amount, NotALimit, agree, converted, degrees_of, number_of, unit_of
from substances.health_terms import ExposedGroup, HealthEffect, LimitUnit, Organ, Route
from substances.importers.values.hazard_codes import STATEMENTS
from substances.vocabulary import Concern

MASS_OF_ACETONE = 58.08


def test_every_statement_with_a_meaning_is_one_of_clp() -> None:
    assert set(HARMS) <= STATEMENTS
    said = {harm for harms in HARMS.values() for harm in harms}
    assert {harm.effect for harm in said} <= set(HealthEffect.values)
    assert {harm.organ for harm in said} <= {"", *Organ.values}
    assert {harm.route for harm in said} <= {"", *Route.values}


@pytest.mark.parametrize(
    ("code", "effect", "route", "strength"),
    [
        ("H350", "cancer", "", "known_or_presumed"),
        ("H350i", "cancer", "inhalation", "known_or_presumed"),
        ("H351", "cancer", "", "suspected"),
        ("H302", "poisoning", "oral", ""),
        ("H311", "poisoning", "dermal", ""),
        ("H330", "poisoning", "inhalation", ""),
        ("H362", "lactation", "", ""),
        ("H410", "aquatic", "", ""),
        ("EUH380", "hormones", "", "known_or_presumed"),
    ],
)
def test_a_statement_says_what_is_done_by_which_route(code: str, effect: str, route: str, strength: str) -> None:
    (harm,) = harms_of_statement(code)
    assert (harm.effect, harm.route, harm.strength) == (effect, route, strength)
    assert harm.rule == f"clp/{code.lower()}"


def test_the_letters_of_h360_tell_fertility_from_the_unborn_child_and_how_sure_each_is() -> None:
    said = {harm.effect: harm.strength for harm in harms_of_statement("H360Fd")}
    assert said == {"fertility": "known_or_presumed", "unborn": "suspected"}
    other_way = {harm.effect: harm.strength for harm in harms_of_statement("H360Df")}
    assert other_way == {"fertility": "suspected", "unborn": "known_or_presumed"}


@pytest.mark.parametrize("code", ["H225", "H290", "", "H999"])
def test_physical_hazards_and_unknown_codes_say_nothing_of_health(code: str) -> None:
    assert harms_of_statement(code) == ()


@pytest.mark.parametrize(
    ("text", "organs"),
    [
        ("hearing organs", ["hearing"]),
        ("nervous system, kidneys", ["nervous_system", "kidneys"]),
        ("lungs; bone marrow", ["airways", "blood"]),
        ("blood vessels", ["heart"]),
        ("gall bladder", ["gall"]),
        ("urinary bladder", ["bladder"]),
        ("larynx", ["nose"]),
        ("CNS", ["nervous_system"]),
        ("kidneying", []),
        ("", []),
    ],
)
def test_organs_are_read_out_of_words(text: str, organs: list[str]) -> None:
    assert sorted(organs_in(text)) == sorted(organs)


def test_a_denied_route_is_no_route() -> None:
    assert routes_in("inhalation") == ("inhalation",)
    assert routes_in("conclusively proven that no other routes, not oral") == ()


def test_brackets_behind_a_statement_name_organs_and_routes() -> None:
    found = harms_of_detail("H372", "nervous system) (inhalation")
    assert found == (Harm("organs_repeated", "nervous_system", "inhalation", "", "clp/h372-detail"),)
    assert [harm.organ for harm in harms_of_detail("H373", "liver, kidneys")] == ["liver", "kidneys"]
    assert harms_of_detail("H372", "see note") == ()
    assert harms_of_detail("H225", "lungs") == ()


def test_every_concern_is_an_effect_or_knowingly_none() -> None:
    silent = {concern for concern in Concern.values if harm_of_concern(concern, "") is None}
    assert silent == {Concern.EXTREMELY_PERSISTENT, Concern.EQUIVALENT_CONCERN}


@pytest.mark.parametrize(
    ("code", "words", "exposed"),
    [
        ("SU10", "", ["workers"]),
        ("SU21", "", ["consumers"]),
        ("PROC7", "", ["workers"]),
        ("AC13", "plastic articles", ["consumers"]),
        ("AC13", "plastic toys", ["consumers", "children"]),
        ("PC9c", "finger paints", ["consumers", "children"]),
        ("PC19", "intermediate", []),
        ("ERC8a", "", []),
    ],
)
def test_use_descriptors_say_who_and_children_only_by_words(code: str, words: str, exposed: list[str]) -> None:
    assert [who for who, _rule in exposed_by_descriptor(code, words)] == exposed


def test_the_words_of_a_restriction_name_whom_it_guards() -> None:
    assert {who for who, _rule in exposed_in("Phthalates in toys and childcare articles")} == {ExposedGroup.CHILDREN}
    assert {who for who, _rule in exposed_in("Paint strippers for the general public")} == {ExposedGroup.CONSUMERS}
    assert exposed_in("Asbestos fibres") == ()


@pytest.mark.parametrize(
    ("text", "value"), [("1 210", "1210"), ("0,66", "0.66"), ("1.5", "1.5"), ("0,010", "0.01"), ("1210,5", "1210.5")]
)
def test_a_number_is_read_as_printed(text: str, value: str) -> None:
    assert number_of(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1,210", "2.500", "-1", "0", "about 5", "", "1e3", "5 10", "９"])
def test_a_number_that_reads_in_two_ways_or_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(NotALimit, match=r"limit|one way"):
        number_of(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("mg/m3", "mg/m³"), ("ML/M3", "ppm"), ("\u03bcg/100 ml", "µg/100 mL"), ("f/ml", "fibres/cm³"), ("ug / L", "µg/L")],
)
def test_units_are_known_in_their_spellings(text: str, unit: str) -> None:
    assert unit_of(text) == unit


def test_a_unit_that_is_none_says_which_are_known() -> None:
    with pytest.raises(NotALimit, match="mg/m³"):
        unit_of("furlongs")


def test_an_amount_is_a_number_with_its_unit() -> None:
    assert Amount(number_of("0,66"), unit_of("mg/m3")) == Amount(Decimal("0.66"), "mg/m³")


def test_ppm_becomes_milligrams_at_20_degrees_with_the_molar_mass_and_says_it_was_computed() -> None:
    assert converted(Amount(Decimal(500), "ppm"), MASS_OF_ACETONE) == Amount(Decimal("1210"), "mg/m³", computed=True)
    there_and_back = converted(Amount(Decimal("1210"), "mg/m³"), MASS_OF_ACETONE)
    assert there_and_back is not None
    assert there_and_back.value == pytest.approx(Decimal(501), abs=1)


@pytest.mark.parametrize(("unit", "mass"), [("ppm", None), ("ppm", 0), ("µg/L", 58.08), ("fibres/cm³", 58.08)])
def test_nothing_is_computed_without_a_molar_mass_or_for_another_unit(unit: str, mass: float | None) -> None:
    assert converted(Amount(Decimal(1), unit), mass) is None


def test_ppm_of_the_united_states_are_measured_at_25_degrees() -> None:
    american = converted(Amount(Decimal(1000), "ppm"), MASS_OF_ACETONE, celsius=degrees_of("US"))

    assert american == Amount(Decimal("2370"), "mg/m³", computed=True)
    assert degrees_of("EU") == 20


def test_a_wrong_recollection_does_not_agree() -> None:
    ppm = Amount(Decimal(500), LimitUnit.PPM.value)
    assert agree(ppm, Amount(Decimal(1210), LimitUnit.MG_M3.value), MASS_OF_ACETONE)
    assert not agree(ppm, Amount(Decimal(1810), LimitUnit.MG_M3.value), MASS_OF_ACETONE)
