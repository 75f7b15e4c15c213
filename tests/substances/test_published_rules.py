"""The register of rules: every rule that a reader or the catalogue cites is in it, and every rule in it is cited."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from substances.importers.base import Classified, Member, ReportedRow, StatedConcern
from substances.importers.grounds import rule_of_ground
from substances.importers.registry import IMPORTERS
from substances.importers.rules import EDITION, HISTORY, RULES
from substances.importers.values.article_57 import REASONS
from substances.importers.values.hazard_codes import CLASSES
from substances.models import ConcernFlag
from substances.vocabulary import Concern, Strength
from tests.build import a_substance

CATALOGUE = Path(__file__).parents[2] / "substances" / "catalogue"
# What readers state a concern by: reasons in their normal forms, and what an assessment concludes.
REASONS_OF = {
    "reach-candidate-list": list(REASONS.values()),
    "reach-authorisation-list": list(REASONS.values()),
    "eu-pops": [f"annex {n}{part}" for n in ("i", "ii", "iii", "iv", "v") for part in ("", ", part a", ", part b")],
    "iarc": ["group 1", "group 2A", "group 2B", "group 3", "group 4"],
    "ntp-roc": ["known", "reasonably anticipated"],
    "proposition-65": ["cancer", "developmental", "female", "male"],
    "sin-list": [
        *("carcinogenic", "mutagenic", "toxic-to-reproduction", "endocrine-disruptor", "equivalent-concern"),
        *("extremely-persistent", "pbt-vpvb", "pmt-vpvm"),
    ],
}
HAZARDS_OF = {"eu-ed-assessment": ("ed-hh", "ed-env"), "eu-pbt-assessment": ("pbt", "vpvb", "pmt", "vpvm")}


def a_row(**more: object) -> ReportedRow:
    return ReportedRow("s", 1, {}, "x", (Member("x"),), **more)  # type: ignore[arg-type]  # the fields of the row


def rows_of(slug: str) -> Iterator[ReportedRow]:
    for reason in REASONS_OF.get(slug, ()):
        yield a_row(reasons=(reason,))
    hazards = HAZARDS_OF.get(slug, ())
    for chosen in range(1, 2 ** len(hazards)):
        yes = [one for place, one in enumerate(hazards) if chosen >> place & 1]
        yield a_row(facts={"step": "conclusion", "conclusions": dict.fromkeys(yes, "conclusive_yes")})
    for name, codes in CLASSES.items():
        yield a_row(classifications=tuple(Classified(name, code, f"{name}, {code}") for code in codes or ("",)))


def stated() -> list[tuple[str, StatedConcern]]:
    """All that any reader can state, with its list."""
    return [
        (importer.list_slug, one)
        for slug, importer in IMPORTERS.items()
        for row in rows_of(slug)
        for one in importer.stated(row)
    ]


def of_the_catalogue() -> list[tuple[dict[str, str], str]]:
    """Its flags, each with the code of its rule."""
    with (CATALOGUE / "memberships.csv").open(encoding="utf-8") as file:
        pops = {row["substance"]: row["reason"] for row in csv.DictReader(file) if row["list"] == "eu-pops"}
    with (CATALOGUE / "flags.csv").open(encoding="utf-8") as file:
        flags = list(csv.DictReader(file))
    return [
        (flag, rule_of_ground(flag["concern"], flag["legal_basis"], reason=pops.get(flag["substance"], "")))
        for flag in flags
    ]


def test_every_rule_that_a_reader_cites_is_published_and_means_what_the_reader_states() -> None:
    said = stated()
    assert len(said) > 50
    for of_list, one in said:
        rule = RULES[one.rule]
        assert one.concern in rule.concerns, one
        assert (one.strength, one.authority) == (rule.strength, rule.authority), one
        assert of_list in rule.lists, one


def test_every_flag_of_the_catalogue_follows_from_a_published_rule() -> None:
    for flag, code in of_the_catalogue():
        rule = RULES[code]
        assert flag["concern"] in rule.concerns, flag
        assert (flag["strength"], flag["authority"]) == (rule.strength, rule.authority), flag


def test_every_published_rule_is_cited_by_a_reader_or_the_catalogue() -> None:
    cited = {one.rule for _list, one in stated()}
    cited |= {code for _flag, code in of_the_catalogue()}
    assert cited == set(RULES)


def test_every_rule_is_in_the_terms_of_the_vocabulary() -> None:
    assert EDITION in HISTORY
    for code, rule in RULES.items():
        assert (code, bool(rule.concerns), bool(str(rule.condition)), bool(rule.source)) == (
            rule.code,
            True,
            True,
            True,
        )
        assert set(rule.concerns) <= set(Concern.values)
        assert rule.strength in {"", *Strength.values}


def test_a_rule_of_the_pops_regulation_is_cited_by_the_part_that_lists_the_substance() -> None:
    ground = "Regulation (EU) 2019/1021 (persistent organic pollutants)"
    cited = [
        rule_of_ground("pbt_vpvb", ground, reason=f"annex {part};annex iv") for part in ("i, part a", "iii, part a")
    ]
    assert cited == ["eu-pops/annex-i-a", "eu-pops/annex-iii-a"]
    assert rule_of_ground("pbt_vpvb", ground, reason="annex i, part b") == ""


@pytest.mark.parametrize("ground", ["", "Somebody's word", "Regulation (EC) No 1272/2008, Annex VI, Lact., H362"])
def test_a_ground_that_no_rule_knows_has_none(ground: str) -> None:
    assert rule_of_ground("reprotoxic", ground) == ""


@pytest.mark.django_db
def test_page_and_rest_give_the_register(client: Client) -> None:
    page = client.get(reverse("web:rules")).content.decode()
    answer = client.get(reverse("api:rules"))
    assert {rule["code"] for rule in answer.json()["rules"]} == set(RULES)
    assert all(f'id="{code}"' in page for code in RULES)
    again = client.get(reverse("api:rules"), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
def test_a_flag_cites_its_rule_and_a_rule_of_somebodys_own_list_is_told(client: Client) -> None:
    substance = a_substance()
    said = {"authority": "authority_assessment", "legal_basis": "Ours, 1", "checked": "file"}
    source = substance.names.get().source
    ConcernFlag.objects.create(substance=substance, concern="mutagenic", rule="our-list/1", source=source, **said)
    assert "our-list/1" in client.get(reverse("web:rules")).content.decode()
    page = client.get(reverse("web:substance", args=[substance.pk])).content.decode()
    assert "/rules/#our-list/1" in page
    (flag,) = client.get(reverse("api:substance", args=[substance.pk])).json()["concern_flags"]
    assert flag["rule"] == "our-list/1"
    assert flag["row"] == {"list": None, "release": None, "sheet": None, "line": None}
