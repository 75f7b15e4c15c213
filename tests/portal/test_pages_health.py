"""What the page of a substance says of exposure and health."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from substances.models import Substance
from tests.build import a_substance

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def page_of(client: Client, substance: Substance) -> str:
    answer = client.get(reverse("web:substance", args=[substance.pk]))
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_page_begins_with_what_it_does_and_who_meets_it(catalogue: None, client: Client) -> None:
    said = re.sub(r"<sup.*?</sup>", "", page_of(client, Substance.objects.get(slug="benzene")))
    assert "It can cause cancer (blood and bone marrow)" in said
    assert "the air at work may hold at most 0.66 mg/m³ (0.2 ppm), averaged over 8 hours (EU, binding)" in said


@pytest.mark.parametrize("slug", ["benzene", "bisphenol-a", "lead", "dehp", "acetone"])
def test_every_number_beside_a_clause_leads_to_what_it_stands_on(catalogue: None, client: Client, slug: str) -> None:
    said = page_of(client, Substance.objects.get(slug=slug))
    led = set(re.findall(r'href="#(ground-\d+)"', said))
    assert led
    assert led == set(re.findall(r'id="(ground-\d+)"', said))


def test_limits_stand_in_a_table_with_unit_time_jurisdiction_day_and_source(catalogue: None, client: Client) -> None:
    said = page_of(client, Substance.objects.get(slug="lead"))
    for words in ("0.03 mg/m³", "30 µg/100 mL", "8 hours", "binding", "9 Apr 2026", "Directive amending"):
        assert words in said, words
    assert "15 µg/100 mL" not in said, "holds from 2029"


def test_of_a_substance_nothing_is_known_of_the_page_says_so(client: Client) -> None:
    said = page_of(client, a_substance())
    assert "Nothing is recorded here about exposure and health" in said
    assert "not a sign that it is harmless" in said
