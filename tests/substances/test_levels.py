"""What sources say of one concern, side by side, and which level is shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from substances.levels import Says, Statement, assessed, levels

OLD, NEW = dt.date(2015, 1, 1), dt.date(2024, 1, 1)


def says(authority: str = "harmonised", strength: str = "suspected", **more: Any) -> Statement:
    said = {"concern": "carcinogenic", "says": Says.YES, "ground": "made", "day": None, "source": authority}
    return Statement(**said | {"authority": authority, "strength": strength} | more)


SURE = "known_or_presumed"


@pytest.mark.parametrize(
    ("statements", "shown"),
    [
        pytest.param([says("ngo_reviewed", SURE), says()], 1, id="who concludes goes before who proposes"),
        pytest.param([says("screening_list", SURE), says()], 1, id="and before who screens"),
        pytest.param([says(), says("authority_assessment", SURE)], 1, id="of two who conclude the surer"),
        pytest.param([says(), says("authority_assessment", "")], 1, id="no strength is not suspected"),
        pytest.param([says("authority_assessment"), says()], 1, id="of two as sure the law"),
        pytest.param([says(day=OLD), says(day=NEW)], 1, id="of two of one standing the newest"),
        pytest.param([says(day=None), says(day=OLD)], 1, id="a day before none"),
        pytest.param([says(says=Says.NO, strength=""), says("model")], 1, id="a no never hides a yes"),
        pytest.param([says(says=Says.NO_DATA, strength=""), says(says=Says.INCONCLUSIVE, strength="")], 1, id="no yes"),
    ],
)
def test_the_rule_chooses(statements: list[Statement], shown: int) -> None:
    (level,) = levels(statements)
    assert level.shown is statements[shown]
    (same,) = levels(reversed(statements))
    assert same.shown is statements[shown]


@pytest.mark.parametrize(
    ("other", "disagree"),
    [
        (says("authority_assessment", SURE), True),
        (says("authority_assessment", "suspected"), False),
        (says("authority_assessment", ""), False),
        (says("authority_assessment", "", says=Says.NO, denies=True), True),
        (says("authority_assessment", "", says=Says.NO), False),
        (says("authority_assessment", "", says=Says.INCONCLUSIVE), False),
        (says("authority_assessment", "", says=Says.NO_DATA), False),
    ],
)
def test_sources_disagree_by_strength_or_by_a_no_and_missing_is_neither(other: Statement, disagree: bool) -> None:
    assert levels([says(), other])[0].disagree == disagree


def test_a_no_alone_is_no_disagreement() -> None:
    assert not levels([says(says=Says.NO, strength="", denies=True)])[0].disagree


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("ed-hh: conclusive no", [("endocrine_hh", "conclusive_no", "", True)]),
        ("ed-hh: inconclusive", [("endocrine_hh", "inconclusive", "", False)]),
        ("ed-env: no data", [("endocrine_env", "no_data", "", False)]),
        ("ed-env: conclusive yes", []),
        (
            "pbt: conclusive no;vpvb: conclusive no",
            [("pbt_vpvb", "conclusive_no", "pbt", True), ("pbt_vpvb", "conclusive_no", "vpvb", True)],
        ),
        ("pbt: conclusive no;vpvb: conclusive yes", [("pbt_vpvb", "conclusive_no", "pbt", False)]),
        (
            "pbt: no data;vpvb: conclusive no",
            [("pbt_vpvb", "no_data", "pbt", False), ("pbt_vpvb", "conclusive_no", "vpvb", False)],
        ),
        ("pbt: conclusive no", [("pbt_vpvb", "conclusive_no", "pbt", False)]),
        ("group 3", [("carcinogenic", "inconclusive", "", False)]),
        ("group 1", []),
        ("", []),
    ],
)
def test_three_values_never_become_one(reason: str, said: list[tuple[str, str, str, bool]]) -> None:
    found = assessed(reason, ground="g", day=None, source="s")
    assert [(one.concern, one.says, one.of, one.denies) for one in found] == said
