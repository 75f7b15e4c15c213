"""Two plain sentences: whole clauses, each with what it stands on; gaps are told as gaps, and disagreement aloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from substances.health.knowledge import Knowledge, knowledge, leading
from substances.health.sentences import (
    _IRRITATION,
    _PLAIN,
    _POISONING,
    BOTH,
    amount_text,
    amounts_text,
    what_it_does,
    who_meets_it,
)
from substances.health.units import Amount
from substances.health_terms import HealthEffect, HealthFactKind, Organ, Route
from substances.models import ConcernFlag, ExposureLimit, HazardClassification, HealthFact, Source

SOURCE = Source(key="made", title="Made")


def classified(*codes: str) -> list[HazardClassification]:
    return [HazardClassification(hazard_statement=code, as_printed=code, source=SOURCE) for code in codes]


def a_target(effect: str, **more: str) -> HealthFact:
    return HealthFact(kind="target", effect=effect, source=SOURCE, **more)


def a_contact(*exposed: str) -> list[HealthFact]:
    return [HealthFact(kind="contact", exposed=one, source=SOURCE) for one in exposed]


def a_limit(value: str, *, unit: str = "mg/m³", averaging: str = "8h", **more: Any) -> ExposureLimit:
    said: dict[str, Any] = {"kind": "occupational", "jurisdiction": "EU", "bindingness": "binding", "source": SOURCE}
    return ExposureLimit(value=Decimal(value), unit=unit, averaging=averaging, **said | more)


def known(
    *codes: str,
    flags: Iterable[ConcernFlag] = (),
    facts: Iterable[HealthFact] = (),
    limits: Iterable[ExposureLimit] = (),
    mass: float | None = None,
) -> Knowledge:
    return knowledge(classifications=classified(*codes), flags=flags, facts=facts, limits=limits, mass_g_per_mol=mass)


NOTHING = known()


def test_of_nothing_known_both_sentences_tell_a_gap_and_never_a_comfort() -> None:
    assert str(what_it_does(NOTHING)) == (
        "What it does to people and nature is not known here; that does not mean that it is harmless."
    )
    assert str(who_meets_it(NOTHING)).endswith("that is a gap in what we know, not a finding.")
    assert not NOTHING


@pytest.mark.parametrize("word", ["safe", "clean", "green", "non-toxic"])
def test_no_sentence_calls_anything_safe(word: str) -> None:
    said = [text for pair in _PLAIN.values() for text in pair]
    said += [*_POISONING.values(), *_IRRITATION.values(), str(what_it_does(NOTHING)), str(who_meets_it(NOTHING))]
    assert not [text for text in said if word in text.split()]


def test_every_effect_has_words_of_its_own() -> None:
    assert set(HealthEffect.values) - {HealthEffect.IRRITATION} == set(_PLAIN) - {BOTH}
    assert {route for routes in _POISONING for route in routes} == set(Route.values)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (("H350",), "It can cause cancer."),
        (("H351",), "It is suspected of causing cancer."),
        (("H350i",), "It can cause cancer (by breathing it in)."),
        (("H360FD",), "It can harm fertility and the unborn child."),
        (("H360Fd",), "It can harm fertility; it is suspected of harming the unborn child."),
        (("H302", "H332"), "It is poisonous when swallowed or breathed in."),
        (("H301", "H311", "H331"), "It is poisonous when swallowed, in contact with skin or breathed in."),
        (("H315", "H319", "H335"), "It irritates skin, eyes and airways."),
        (("H319", "H336"), "It irritates the eyes; its vapour can make drowsy or dizzy."),
        (("H319", "H351"), "It is suspected of causing cancer; it irritates the eyes."),
        (("H410", "H351"), "It is suspected of causing cancer; it is harmful to life in water."),
        (("H225",), "What it does to people and nature is not known here; that does not mean that it is harmless."),
    ],
)
def test_the_first_sentence_says_what_statements_mean(codes: tuple[str, ...], said: str) -> None:
    assert str(what_it_does(known(*codes))) == said


def test_organs_that_a_source_names_stand_with_their_effect() -> None:
    facts = [a_target("organs_repeated", organ=Organ.LIVER, route=Route.INHALATION)]
    assert str(what_it_does(known("H372", facts=facts))) == (
        "Long or repeated exposure can damage organs (liver; by breathing it in)."
    )


def test_a_flag_without_particulars_adds_nothing_beside_a_statement_that_has_them() -> None:
    flag = ConcernFlag(concern="reprotoxic", strength="known_or_presumed", authority="harmonised", source=SOURCE)
    assert str(what_it_does(known("H360F", flags=[flag]))) == "It can harm fertility."
    assert str(what_it_does(known(flags=[flag]))) == "It can harm fertility or the unborn child."


def test_sources_that_differ_on_how_sure_it_is_are_told() -> None:
    flag = ConcernFlag(concern="carcinogenic", strength="suspected", authority="screening_list", source=SOURCE)
    said = what_it_does(known("H350", flags=[flag]))
    assert str(said) == "It can cause cancer; sources differ on how sure that is."
    assert said.clauses[1].grounds == said.clauses[0].grounds
    assert len(said.clauses[0].grounds) == 2


def test_of_many_effects_the_gravest_are_told_and_the_rest_counted() -> None:
    said = what_it_does(known("H350", "H340", "H360FD", "H372", "H317", "H318", "H410"))
    assert [clause.text for clause in said.clauses][-1] == "3 more effects are told below"
    assert len(said.clauses) == 5


def test_every_clause_that_says_something_names_what_it_stands_on() -> None:
    facts = [*a_contact("workers"), HealthFact(kind="biomonitoring", matrix="urine", source=SOURCE)]
    whole = known("H350", facts=facts, limits=[a_limit("0.66")])
    for sentence in (what_it_does(whole), who_meets_it(whole)):
        assert all(clause.grounds for clause in sentence.clauses)


def test_the_second_sentence_says_who_and_which_limit() -> None:
    limit = a_limit("0.66", also_value=Decimal("0.2"), also_unit="ppm")
    said = who_meets_it(known(facts=a_contact("workers", "consumers", "workers"), limits=[limit]))
    assert str(said) == (
        "These may come into contact with it: workers and consumers; "
        "the air at work may hold at most 0.66 mg/m³ (0.2 ppm), averaged over 8 hours (EU, binding)."
    )


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ([], "no limit for it is recorded here"),
        ([a_limit("15", kind="biological", averaging="", unit="µg/100 mL", matrix="blood")], "other limits stand"),
        ([a_limit("5", averaging="ceiling")], "may never hold more than 5 mg/m³"),
        ([a_limit("5", averaging="15min")], "averaged over 15 minutes"),
        (
            [a_limit("6", unit="µg/m³", measured_as="NCO")],
            "6 µg/m³, averaged over 8 hours (EU, binding, measured as NCO)",
        ),
        ([a_limit("5"), a_limit("9")], "sources print different limits for the air at work: 5 mg/m³ and 9 mg/m³"),
    ],
)
def test_the_limit_that_holds_is_told_or_that_there_is_none_or_that_sources_differ(
    limits: list[ExposureLimit], words: str
) -> None:
    assert words in str(who_meets_it(known(facts=a_contact("workers"), limits=limits)))


def test_limits_of_two_jurisdictions_or_for_two_fractions_do_not_contradict_each_other() -> None:
    limits = [a_limit("5"), a_limit("9", jurisdiction="US"), a_limit("1", fraction="respirable")]
    limits.append(a_limit("8", condition="in hospitals"))
    assert known(limits=limits).disputes == ()


def test_the_eus_limit_for_eight_hours_leads_and_one_on_a_condition_follows() -> None:
    limits = [
        a_limit("1", averaging="15min"),
        a_limit("2", jurisdiction="AT"),
        a_limit("3", condition="in hospitals"),
        a_limit("4"),
    ]
    first = leading(known(limits=limits).limits)
    assert first is not None
    assert first.fact.value == 4
    assert leading(()) is None


def test_milligrams_are_computed_only_for_gases_whose_mass_is_known_and_said_to_be() -> None:
    only_ppm = a_limit("50", unit="ppm")
    (shown,) = known(limits=[only_ppm], mass=100.12).limits
    assert amounts_text(shown) == "50 ppm (computed: 208 mg/m³)"
    for limit, mass in ((only_ppm, None), (a_limit("50", unit="ppm", fraction="inhalable"), 100.12)):
        (shown,) = known(limits=[limit], mass=mass).limits
        assert shown.computed is None


def test_numbers_are_written_in_the_readers_language() -> None:
    assert amount_text(Amount(Decimal("1210"), "mg/m³")) == "1,210 mg/m³"
    assert amount_text(Amount(Decimal("0.6600"), "mg/m³")) == "0.66 mg/m³"
    with override("pl"):
        assert amount_text(Amount(Decimal("0.66"), "mg/m³")) == "0,66 mg/m³"


def test_a_finding_in_nature_is_none_in_people() -> None:
    fact = HealthFact(kind=HealthFactKind.BIOMONITORING, exposed="environment", matrix="fat", source=SOURCE)
    assert "bodies" not in str(who_meets_it(known(facts=[fact])))


def test_a_days_end_is_no_part_of_the_text() -> None:
    limit = a_limit("2", since=dt.date(2018, 8, 21))
    assert "2018" not in str(who_meets_it(known(limits=[limit])))
