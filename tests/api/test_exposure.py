"""Exposure and health of a substance over REST, today and on another day."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from substances.models import Substance
from tests.build import a_substance

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def exposure(client: Client, substance: Substance, **query: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/substances/{substance.pk}/exposure/", query)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def benzene(catalogue: None) -> Substance:
    return Substance.objects.get(slug="benzene")


def test_each_day_has_the_limit_that_held_on_it(client: Client, benzene: Substance) -> None:
    days = {"2024-04-04": "3.25", "2024-04-05": "1.65", "2026-04-04": "1.65", "2026-04-05": "0.66"}
    for day, value in days.items():
        body = exposure(client, benzene, as_of=day)
        assert (body["as_of"], [limit["value"] for limit in body["limits"]]) == (day, [value])
        assert f"{value} mg/m³" in body["sentences"][1]


def test_a_limit_is_told_as_printed_in_both_units_with_where_it_stands(client: Client, benzene: Substance) -> None:
    (limit,) = exposure(client, benzene, as_of="2026-05-01")["limits"]
    said = {name: limit[name] for name in ("value", "unit", "also_value", "also_unit", "computed_value", "skin")}
    assert said == {
        "value": "0.66",
        "unit": "mg/m³",
        "also_value": "0.2",
        "also_unit": "ppm",
        "computed_value": None,
        "skin": True,
    }
    assert (limit["source"], limit["checked"], limit["jurisdiction"]) == ("dir-2004-37", "text", "EU")


def test_what_only_follows_by_the_molar_mass_is_told_apart(client: Client, catalogue: None) -> None:
    acrylate = Substance.objects.get(slug="methyl-methacrylate")
    long = next(limit for limit in exposure(client, acrylate)["limits"] if limit["averaging"] == "8h")
    assert (long["value"], long["unit"], long["also_value"]) == ("50", "ppm", None)
    assert (long["computed_value"], long["computed_unit"]) == ("208", "mg/m³")


def test_an_effect_names_its_rules_and_what_it_stands_on(client: Client, benzene: Substance) -> None:
    cancer = next(one for one in exposure(client, benzene)["effects"] if one["effect"] == "cancer")
    assert cancer["organs"] == ["blood"]
    assert "clp/h350" in cancer["rules"]
    assert {ground["source"] for ground in cancer["grounds"]} >= {"clp-annex-vi-2026-04", "loomis-2018"}


def test_the_whole_substance_tells_the_same_as_its_exposure_today(client: Client, benzene: Substance) -> None:
    whole = client.get(f"/api/v1/substances/{benzene.pk}/").json()["health"]
    today = exposure(client, benzene)
    assert whole == {name: today[name] for name in whole}
    past = client.get(f"/api/v1/substances/{benzene.pk}/", {"as_of": "2024-06-01"}).json()["health"]
    assert [limit["value"] for limit in past["limits"]] == ["1.65"]


def test_of_a_substance_nothing_is_known_of_lists_are_empty_and_sentences_say_so(client: Client) -> None:
    body = exposure(client, a_substance())
    assert [body[name] for name in ("effects", "contacts", "findings", "limits")] == [[], [], [], []]
    assert all("not known here" in sentence for sentence in body["sentences"])


def test_a_day_that_is_none_is_refused_with_its_name(client: Client, benzene: Substance) -> None:
    answer = client.get(f"/api/v1/substances/{benzene.pk}/exposure/", {"as_of": "2024-13-01"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["as_of"])


def test_a_merged_substance_leads_to_its_survivors_exposure(client: Client, benzene: Substance) -> None:
    merged = Substance.objects.create(name="The same", merged_into=benzene)
    answer = client.get(f"/api/v1/substances/{merged.pk}/exposure/")
    assert answer.status_code == 308
    assert answer["Location"].endswith(f"/substances/{benzene.pk}/exposure/")
