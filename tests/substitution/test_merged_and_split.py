"""Merging and splitting substances of which one is said to replace the other: nothing replaces itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F

from portal.common.errors import NotValid
from substances.models import Substance
from substances.services.succession import merge_substances, split_substance
from substances.services.succession_lines import lines_of, parts_of
from substances.succession.reading import compared
from substitution.models import Alternative, Replacement, TechnicalFunction
from substitution.services.alternatives import instead_of
from tests.build import a_curator, a_source, a_substance, all_of_it_stays

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def pair() -> tuple[Substance, Substance]:
    """One that is replaced, and the other one that takes its place."""
    return a_substance(name="bisphenol A"), a_substance(name="bisphenol S")


@pytest.fixture
def replacement(pair: tuple[Substance, Substance]) -> Replacement:
    fact: dict[str, Any] = {"source": a_source(), "checked": "made_up"}
    function = TechnicalFunction.objects.create(slug="developer", name="Developer", level="chemical_function", **fact)
    other = Alternative.objects.create(
        slug="s", kind="substance", name="bisphenol S", candidate=pair[1], status="in_use", **fact
    )
    return Replacement.objects.create(alternative=other, replaces=pair[0], function=function, status="in_use")


def of_itself() -> int:
    return Replacement.objects.filter(alternative__candidate=F("replaces")).count()


@pytest.mark.parametrize("gone", [0, 1], ids=["the one replaced is merged", "the one that replaces is merged"])
def test_what_would_replace_itself_stays_behind_and_is_a_doubt(
    pair: tuple[Substance, Substance], replacement: Replacement, gone: int
) -> None:
    merged, kept = pair[gone], pair[1 - gone]
    view = compared(merged, kept)
    assert any("One is said to replace the other: bisphenol S" in doubt for doubt in view.doubts)
    (row,) = [row for part in view.parts for row in part.rows if row.left_behind]
    assert row.left_behind == "something would replace itself"
    merge_substances(by=a_curator(), substance=merged, into=kept.pk, reason="the same")
    replacement.refresh_from_db()
    assert of_itself() == 0
    assert {replacement.replaces, replacement.alternative.candidate} == set(pair)
    assert instead_of(kept) == []


def test_two_of_whom_none_replaces_the_other_give_no_such_doubt(
    pair: tuple[Substance, Substance], replacement: Replacement
) -> None:
    assert compared(pair[0], a_substance(name="bisphenol F")).doubts == ()


def test_a_split_does_not_say_of_a_successor_that_it_replaces_itself(
    pair: tuple[Substance, Substance], replacement: Replacement
) -> None:
    split, other = a_substance(name="bisphenols"), a_substance(name="bisphenol F")
    Replacement.objects.update(replaces=split)
    lines = lines_of(parts_of([split.pk])[split.pk])
    (key,) = [key for key, (kind, _line) in lines.items() if kind.model is Replacement]
    said: dict[str, Any] = {"by": a_curator(), "substance": split, "into": [pair[1].pk, other.pk], "reason": "two"}
    with pytest.raises(NotValid, match=r"Developer cannot be said of bisphenol S: something would replace itself\."):
        split_substance(**said, assigned={**all_of_it_stays(split), key: [pair[1].pk]})
    split_substance(**said, assigned={**all_of_it_stays(split), key: [other.pk]})
    assert (Replacement.objects.get().replaces_id, of_itself()) == (other.pk, 0)
