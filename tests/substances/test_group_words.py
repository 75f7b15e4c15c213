"""A group's rule in words."""

from __future__ import annotations

from typing import Any

import pytest

from substances.group_words import clauses_of, in_sentences, plain_of
from substances.models import SubstanceGroup


def words(rule: dict[str, Any]) -> list[str]:
    return [clause.text for clause in clauses_of(rule)]


def test_a_group_without_a_rule_has_no_words() -> None:
    assert clauses_of(None) == ()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param({"all_of": ["c1ccccc1"]}, "has this part", id="pattern"),
        pytest.param({"all_of": ["[#9,#17,#35]"]}, "has an atom of F, Cl or Br", id="elements as pattern"),
        pytest.param({"any_of": ["CCl", "CBr"]}, "has at least one of these parts", id="one of"),
        pytest.param({"none_of": ["[#6]"]}, "has no atom of C", id="lacks an element"),
        pytest.param({"none_of": ["C=O"]}, "has nowhere this part", id="lacks a part"),
        pytest.param({"min_counts": {"CO": 1}}, "has this part at least 1 time", id="once"),
        pytest.param({"min_counts": {"CO": 2}}, "has this part at least 2 times", id="twice"),
        pytest.param({"max_counts": {"CO": 3}}, "has this part at most 3 times", id="at most"),
        pytest.param({"min_counts": {"[#6]": 10}}, "has at least 10 atoms of C", id="atoms at least"),
        pytest.param({"max_counts": {"[#8]": 1}}, "has at most 1 atom of O", id="atoms at most"),
        pytest.param({"elements": ["Sn"]}, "contains Sn", id="element"),
        pytest.param({"elements": ["C", "F"]}, "contains C and F", id="elements"),
        pytest.param({"only_elements": ["C", "Cl"]}, "contains no other elements than C, Cl and hydrogen", id="only"),
        pytest.param({"min_heavy_atoms": 8}, "atoms other than hydrogen: at least 8", id="size"),
        pytest.param({"min_heavy_atoms": 8, "max_heavy_atoms": 9}, "atoms other than hydrogen: 8 to 9", id="sizes"),
        pytest.param({"element_counts": {"C": [10, 13]}}, "atoms of C: 10 to 13", id="number of atoms"),
        pytest.param({"element_counts": {"C": [6, 6]}}, "atoms of C: exactly 6", id="exact number"),
        pytest.param(
            {"mass_percent": {"Cl": [48, None]}}, "share of Cl in its mass, in per cent: at least 48", id="share"
        ),
        pytest.param(
            {"chains": [{"atoms": "[CX4;!R]", "length": [4, None], "branched": False}]},
            "has a chain of such atoms, so long: at least 4; without branches",
            id="chain",
        ),
        pytest.param(
            {"exempt": [{"on": "cwc-schedules", "smiles": "CCO", "reason": "named as exempt"}]},
            "exempt on the list cwc-schedules: named as exempt",
            id="exempt on a list",
        ),
        pytest.param({"exempt": [{"smarts": "C", "reason": "harmless"}]}, "exempt: harmless", id="exempt"),
    ],
)
def test_a_condition_is_said(rule: dict[str, Any], said: str) -> None:
    assert words(rule) == [said]


def test_patterns_stand_beside_the_words_but_not_where_elements_say_it() -> None:
    part, element, lacking = clauses_of({"all_of": ["CO", "[#9]"], "none_of": ["CS"]})
    assert (part.patterns, element.patterns, lacking.patterns, lacking.kind) == (("CO",), (), ("CS",), "lacks")


def test_alternatives_are_said_with_their_own_conditions() -> None:
    (clause,) = clauses_of({"alternatives": [{"elements": ["F"]}, {"elements": ["Cl"]}]})
    assert [[inner.text for inner in choice] for choice in clause.choices] == [["contains F"], ["contains Cl"]]


def test_a_condition_that_has_no_words_yet_is_said_all_the_same() -> None:
    assert words({"new_condition": 5}) == ["a further condition, new_condition: 5"]


@pytest.mark.django_db
def test_every_rule_of_the_catalogue_has_words(catalogue: None) -> None:
    rules = [rule for rule in SubstanceGroup.objects.values_list("rule", flat=True) if rule]
    said = [text for rule in rules for text in words(rule)]
    assert rules
    assert all(words(rule) for rule in rules)
    assert not [text for text in said if text.startswith("a further condition")]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        pytest.param({"elements": ["F"]}, ["contains F"], id="words as they are"),
        pytest.param({"all_of": ["CO", "CN"]}, ["has the part that is marked in the drawings"], id="once for all"),
        pytest.param({"min_counts": {"CO": 2}}, ["has a marked part at least 2 times"], id="how often"),
        pytest.param(
            {"none_of": ["C=O", "C=S", "[#6]"]},
            ["has no part that would make it something else", "has no atom of C"],
            id="left out",
        ),
        pytest.param(
            {"chains": [{"atoms": "[CX4;!R]", "length": [4, None], "every": True, "branched": True}]},
            ["every chain of marked atoms is so long, and there is one: at least 4; with branches"],
            id="how long",
        ),
        pytest.param(
            {"exempt": [{"smarts": "C=O", "reason": "an acid"}, {"smarts": "C=S", "reason": "another"}]},
            ["exempt: an acid", "exempt: another"],
            id="exemptions",
        ),
    ],
)
def test_who_reads_no_patterns_is_told_in_words_once(rule: dict[str, Any], said: list[str]) -> None:
    assert [clause.plain for clause in plain_of(clauses_of(rule))] == said


def test_alternatives_of_a_rule_stand_in_its_sentence() -> None:
    rule = {"alternatives": [{"elements": ["F"], "max_heavy_atoms": 5}, {"elements": ["Cl"]}]}
    (said,) = in_sentences(rule)
    assert said == (
        "at least one of these is fulfilled (contains F + atoms other than hydrogen: at most 5 or contains Cl)"
    )
