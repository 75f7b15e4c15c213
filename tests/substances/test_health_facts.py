"""Facts of exposure and health: what the database refuses, what rows of lists state, and until when it stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from substances.importers.base import ReportedRow, Role
from substances.importers.health import StatedLimit, limit_as_json, limit_from_json, stated_health, stated_limits
from substances.models import ChemicalList, ExposureLimit, HealthFact, Release, Source, Substance
from substances.services.catalogue import load_catalogue
from substances.services.catalogue_files import CatalogueError
from substances.services.list_publication import clear
from tests.build import a_source, a_substance
from tests.substances.made_catalogue import FILES, replaced, write_catalogue
from tests.substances.made_importer import a_row, take

pytestmark = [pytest.mark.django_db, pytest.mark.services]
DAY = dt.date(2026, 4, 15)


def a_fact(**more: Any) -> HealthFact:
    said: dict[str, Any] = {"kind": "target", "effect": "cancer", "checked": "recalled", "source": a_source()}
    return HealthFact(substance=more.pop("substance", None) or a_substance(), **said | more)


def a_limit(**more: Any) -> ExposureLimit:
    said: dict[str, Any] = {
        "kind": "occupational",
        "averaging": "8h",
        "value": Decimal("0.66"),
        "unit": "mg/m³",
        "jurisdiction": "EU",
        "checked": "recalled",
        "source": a_source(),
    }
    return ExposureLimit(substance=more.pop("substance", None) or a_substance(), **said | more)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("says_what_its_kind_asks", {"effect": ""}),
        ("says_what_its_kind_asks", {"exposed": "workers"}),
        ("says_what_its_kind_asks", {"kind": "contact", "effect": ""}),
        ("says_what_its_kind_asks", {"kind": "biomonitoring"}),
        ("speaks_in_known_terms", {"organ": "soul"}),
        ("ends_after_it_begins", {"since": DAY, "until": DAY}),
    ],
)
def test_a_health_fact_that_says_too_little_or_too_much_is_refused(rule: str, said: dict[str, Any]) -> None:
    fact = a_fact(**said)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        fact.save()


def test_a_source_says_a_thing_once() -> None:
    one = a_fact(organ="liver")
    one.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_fact(substance=one.substance, source=one.source, organ="liver").save()
    a_fact(substance=one.substance, source=one.source, organ="kidneys").save()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("above_zero", {"value": Decimal(0)}),
        ("second_value_with_its_unit", {"also_value": Decimal(1)}),
        ("second_value_with_its_unit", {"also_value": Decimal(1), "also_unit": "mg/m³"}),
        ("over_what_time", {"averaging": ""}),
        ("over_what_time", {"averaging": "long_term"}),
        ("says_in_what", {"kind": "biological", "averaging": ""}),
        ("speaks_in_known_terms", {"unit": "furlong"}),
        ("ends_after_it_begins", {"since": DAY, "until": DAY}),
    ],
)
def test_a_limit_that_could_mislead_is_refused(rule: str, said: dict[str, Any]) -> None:
    limit = a_limit(**said)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        limit.save()


def test_a_limit_stands_from_its_first_day_to_the_day_before_its_end() -> None:
    limit = a_limit(since=dt.date(2024, 4, 5), until=dt.date(2026, 4, 5))
    limit.save()
    days = [dt.date(2024, 4, 4), dt.date(2024, 4, 5), dt.date(2026, 4, 4), dt.date(2026, 4, 5)]
    assert [ExposureLimit.objects.standing(day).exists() for day in days] == [False, True, True, False]


def a_reported(**more: Any) -> ReportedRow:
    return ReportedRow("s", 2, {}, str(more.pop("name", "made")), (), **more)


def test_a_row_states_organs_and_routes_that_stand_in_brackets_in_either_form() -> None:
    pairs = a_reported(facts={"hazard_details": [["H372", "hearing organs"], ["H350", "inhalation"]]})
    tables = a_reported(facts={"hazard_details": [{"hazard_statement": "H373", "detail": "liver"}]})
    assert [(one.effect, one.organ, one.route) for one in stated_health(pairs)] == [
        ("organs_repeated", "hearing", ""),
        ("cancer", "", "inhalation"),
    ]
    (liver,) = stated_health(tables)
    assert (liver.organ, liver.rule, liver.as_printed) == ("liver", "clp/h373-detail", "H373 (liver)")


def test_a_row_states_who_its_uses_are_of_with_the_codes_that_say_so() -> None:
    row = a_reported(
        facts={"use_descriptors": ["SU10", "SU3", "AC13", "PC19"], "use_words": {"AC13": "plastic articles, toys"}}
    )
    said = {one.exposed: one.as_printed for one in stated_health(row)}
    assert said == {
        "workers": "SU10, SU3",
        "consumers": "AC13 plastic articles, toys",
        "children": "AC13 plastic articles, toys",
    }


@pytest.mark.parametrize(
    ("text", "matrices"),
    [
        ("Found in urine and breast milk", ["milk", "urine"]),
        ("Yes", [""]),
        ("not detected in urine", []),
        ("-", []),
        ("No", []),
    ],
)
def test_a_row_states_where_it_was_found_and_not_where_it_was_not(text: str, matrices: list[str]) -> None:
    found = stated_health(a_reported(facts={"biomonitoring": text}))
    assert [one.matrix for one in found] == matrices


def test_only_a_list_of_restrictions_is_read_for_whom_its_words_guard() -> None:
    row = a_reported(name="Phthalates in toys")
    assert [one.exposed for one in stated_health(row, restricts=True)] == ["children"]
    assert stated_health(row) == ()


def test_a_row_that_names_nobody_states_nothing() -> None:
    assert stated_health(a_reported(role=Role.UNUSABLE, facts={"biomonitoring": "urine"})) == ()


def test_a_limit_goes_into_the_facts_of_a_row_and_back_without_losing_a_digit() -> None:
    limit = StatedLimit("occupational", "8h", Decimal("0.0130"), "mg/m³", Decimal("0.01"), "ppm", "PL", skin=True)
    assert limit_from_json(limit_as_json(limit)) == limit
    assert stated_limits(a_reported(facts={"exposure_limits": [limit_as_json(limit)]})) == (limit,)


def test_what_a_release_states_stands_while_it_answers_and_ends_with_it(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    limit = limit_as_json(StatedLimit("occupational", "8h", Decimal(5), "mg/m³", jurisdiction="PL"))
    facts = {"hazard_details": [["H372", "liver"]], "exposure_limits": [limit]}
    file = tmp_path / "list.csv"
    file.write_text("first", encoding="utf-8")
    take(file, [a_row(1, facts=facts), a_row(2)], day=DAY)
    (fact,) = HealthFact.objects.standing(DAY).exclude(release=None)
    (stated,) = ExposureLimit.objects.standing(DAY).exclude(release=None)
    assert (fact.organ, fact.entry.line, fact.checked) == ("liver", 1, "imported")
    assert (stated.value, stated.jurisdiction, stated.entry) == (Decimal(5), "PL", fact.entry)
    file.write_text("second", encoding="utf-8")
    take(file, [a_row(1), a_row(2)], day=dt.date(2026, 6, 1))
    assert not HealthFact.objects.standing().exclude(release=None).exists()
    assert HealthFact.objects.known_on(dt.date(2026, 5, 1)).filter(pk=fact.pk).exists()
    assert not HealthFact.objects.known_on(dt.date(2026, 7, 1)).filter(pk=fact.pk).exists()


def test_a_release_that_is_not_published_takes_its_facts_along_when_it_is_cleared() -> None:
    chemical_list = ChemicalList.objects.create(
        slug="l", name="L", publisher="P", effect="concern", source=a_source(key="l")
    )
    release = Release.objects.create(
        chemical_list=chemical_list, published_on=DAY, state=Release.State.STAGED, sha256="0" * 64
    )
    entry = release.entries.create(sheet="s", line=1, role="entry", name="n", reported={})
    a_fact(release=release, entry=entry).save()
    a_limit(release=release, entry=entry).save()
    clear(release.pk)
    assert not HealthFact.objects.exists()
    assert not ExposureLimit.objects.exists()


def test_the_starter_brings_its_limits_and_facts_and_takes_back_what_it_no_longer_says(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "one"))
    benzene = Substance.objects.get(slug="benzene")
    limit = benzene.exposure_limits.get()
    assert (limit.value, limit.unit, limit.also_value, limit.also_unit) == (
        Decimal("0.66"),
        "mg/m³",
        Decimal("0.2"),
        "ppm",
    )
    assert {(fact.kind, fact.organ, fact.exposed) for fact in benzene.health_facts.all()} == {
        ("target", "blood", ""),
        ("contact", "", "workers"),
    }
    load_catalogue(folder=write_catalogue(tmp_path / "two", limits=FILES["limits"][:1]))
    assert not benzene.exposure_limits.exists()
    assert benzene.health_facts.count() == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",0.66,", ",1.000,", "one way"),
        (",ppm,", ",,", "needs its unit"),
        ("occupational", "legal", "is not one of"),
        ("benzene", "bonzene", "names no substance"),
    ],
)
def test_a_line_of_limits_that_cannot_be_true_refuses_the_catalogue(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    folder = write_catalogue(tmp_path / "catalogue", limits=replaced("limits", old, new))
    with pytest.raises(CatalogueError, match=words):
        load_catalogue(folder=folder)
    assert not Source.objects.exists()
