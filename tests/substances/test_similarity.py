"""Neighbours from stored fingerprints, and the memory they are read into."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from substances.models import ChemicalList, ConcernFlag, ListMembership, Structure, Substance
from substances.services.similarity import (
    NotComputable,
    is_listed,
    listed_ids,
    restricted_ids,
    similar_to,
)
from substances.similarity import store
from substances.vocabulary import Authority, Checked, Concern, How, ListEffect, SubstanceKind
from tests.build import a_source, a_structure, a_substance
from tests.substances.fingerprints import fingerprinted, found_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]

TODAY = dt.date(2026, 1, 15)


def named_by(
    slug: str,
    substance: Substance,
    *,
    effect: str = ListEffect.CONCERN,
    reason: str = "",
    valid_from: dt.date | None = None,
    valid_until: dt.date | None = None,
) -> Substance:
    kept, _ = ChemicalList.objects.get_or_create(
        slug=slug, defaults={"name": slug, "publisher": "x", "effect": effect, "source": a_source()}
    )
    ListMembership.objects.create(
        chemical_list=kept,
        substance=substance,
        how=How.BY_NAME,
        reason=reason,
        source=a_source(),
        checked=Checked.MADE_UP,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return substance


def test_neighbours_are_ordered_by_score_without_the_substance_itself() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2, 3, 4)
    fingerprinted(a_substance(name="half"), 1, 2)
    fingerprinted(a_substance(name="nearer"), 1, 2, 3)
    fingerprinted(a_substance(name="far"), 1)
    assert found_by(asked) == ["nearer", "half"]


def test_a_score_is_told_as_shared_over_united_bits() -> None:
    asked = fingerprinted(a_substance(), 1, 2, 3, 4)
    fingerprinted(a_substance(), 3, 4, 5)
    (near,) = similar_to(asked, threshold=Decimal("0.4"))
    assert (near.score_shared, near.score_united, near.score) == (2, 5, 0.4)


@pytest.mark.parametrize(
    ("threshold", "hits"),
    [
        pytest.param("0.3", 1, id="below"),
        pytest.param("0.333", 1, id="just below a third"),
        pytest.param("0.334", 0, id="just above a third"),
    ],
)
def test_the_threshold_is_compared_exactly(threshold: str, hits: int) -> None:
    asked = fingerprinted(a_substance(), 1, 2, 3)
    fingerprinted(a_substance(), 1)
    assert len(found_by(asked, threshold=threshold)) == hits


def test_ties_are_broken_by_the_id() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2)
    for number in (3, 1, 2):
        other = Substance.objects.create(id=uuid.UUID(int=number), name=f"other {number}")
        fingerprinted(other, 1, 2, 100 + number)
    assert found_by(asked) == ["other 1", "other 2", "other 3"]


def test_the_limit_counts_substances_not_structures() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2, 3)
    fingerprinted(a_substance(name="salt"), 1, 2, 3, 4, parent=(1, 2, 3))
    fingerprinted(a_substance(name="other"), 1, 2)
    assert found_by(asked, limit=2) == ["salt", "other"]


def test_of_several_structures_the_nearest_gives_the_score() -> None:
    asked = fingerprinted(a_substance(), 1, 2, 3)
    fingerprinted(a_substance(), 1, 2, 3, 4, parent=(1, 2, 3))
    (near,) = similar_to(asked)
    assert (near.score_shared, near.score_united) == (3, 3)


def test_a_salt_is_found_and_asked_by_its_parent() -> None:
    salt = fingerprinted(a_substance(name="salt"), 1, 7, 8, 9, parent=(1, 2, 3))
    acid = fingerprinted(a_substance(name="acid"), 1, 2, 3)
    assert found_by(salt, threshold="1") == ["acid"]
    assert found_by(acid, threshold="1") == ["salt"]


def test_substances_of_cwc_schedules_1_and_2a_are_in_no_result() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2, 3)
    for reason in ("schedule 1A(1)", "1B(9)", "schedule 2A(1)", "Schedule 2 A (3)"):
        named_by("cwc-schedules", fingerprinted(a_substance(name=reason), 1, 2, 3), reason=reason)
    for reason in ("schedule 2B(13)", "schedule 3B(17)", "schedule 12"):
        named_by("cwc-schedules", fingerprinted(a_substance(name=reason), 1, 2, 3), reason=reason)
    assert sorted(found_by(asked)) == ["schedule 12", "schedule 2B(13)", "schedule 3B(17)"]


@pytest.mark.parametrize(
    ("reason", "restricted"),
    [
        ("schedule 1A(1)", True),
        ("1B(9)", True),
        ("Schedule 2 A (3)", True),
        (" schedule 1", True),
        ("schedule 2B(13)", False),
        ("schedule 3A(4)", False),
        ("schedule 12", False),
        ("", False),
    ],
)
def test_only_schedules_1_and_2a_are_restricted(reason: str, restricted: bool) -> None:
    substance = named_by("cwc-schedules", a_substance(), reason=reason)
    assert (substance.pk in restricted_ids()) is restricted


def test_a_substance_of_cwc_schedule_1_has_no_neighbours() -> None:
    agent = named_by("cwc-schedules", fingerprinted(a_substance(), 1, 2), reason="schedule 1A(1)")
    fingerprinted(a_substance(), 1, 2)
    with pytest.raises(NotComputable) as raised:
        similar_to(agent)
    assert raised.value.code == "restricted"


def test_what_is_put_under_a_schedule_is_left_out_at_once() -> None:
    asked, other = fingerprinted(a_substance(), 1, 2), fingerprinted(a_substance(name="other"), 1, 2)
    assert found_by(asked) == ["other"]
    named_by("cwc-schedules", other, reason="schedule 2A(2)")
    assert found_by(asked) == []
    assert restricted_ids() == {other.pk}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        pytest.param(SubstanceKind.POLYMER, "polymer", id="polymer"),
        pytest.param(SubstanceKind.UVCB, "composition varies", id="UVCB"),
        pytest.param(SubstanceKind.GROUP, "members", id="group"),
        pytest.param(SubstanceKind.DISCRETE, "No structure is known", id="discrete"),
    ],
)
def test_without_a_structure_similarity_is_not_computable(kind: str, words: str) -> None:
    with pytest.raises(NotComputable, match=words):
        similar_to(a_substance(kind=kind))


@pytest.mark.parametrize("reason", ["parent_metal", "parent_inorganic"])
def test_metals_and_inorganic_substances_are_not_compared(reason: str) -> None:
    metal = fingerprinted(a_substance(), 1, 2, reason=reason)
    organic = fingerprinted(a_substance(), 1, 2)
    assert found_by(organic) == []
    with pytest.raises(NotComputable) as raised:
        similar_to(metal)
    assert raised.value.code == reason


def test_a_structure_without_fingerprint_is_not_assessed() -> None:
    fingerprinted(a_substance(), 1)
    bare = fingerprinted(a_substance(), 1, key="morgan-r2-2048-bits-rdkit0.0.0")
    with pytest.raises(NotComputable) as raised:
        similar_to(bare)
    assert raised.value.code == "no_fingerprint"


def test_merged_substances_are_in_no_result() -> None:
    asked, other = fingerprinted(a_substance(), 1, 2), fingerprinted(a_substance(name="other"), 1, 2)
    assert found_by(asked) == ["other"]
    Substance.objects.filter(pk=other.pk).update(merged_into=asked)
    assert found_by(asked) == []


def test_only_listed_ones_when_asked_for() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2, 3)
    fingerprinted(a_substance(name="nearer, unlisted"), 1, 2, 3)
    named_by("some-list", fingerprinted(a_substance(name="listed"), 1, 2))
    assert found_by(asked, listed_only=True, limit=1) == ["listed"]


def test_a_neighbour_says_whether_it_is_listed() -> None:
    asked = fingerprinted(a_substance(), 1, 2)
    named_by("some-list", fingerprinted(a_substance(name="listed"), 1, 2))
    fingerprinted(a_substance(name="unlisted"), 1, 2)
    assert {near.substance.name: near.listed for near in similar_to(asked)} == {"listed": True, "unlisted": False}


@pytest.mark.parametrize(
    ("effect", "valid_from", "valid_until", "listed"),
    [
        pytest.param(ListEffect.CONCERN, None, None, True, id="undated"),
        pytest.param(ListEffect.CONCERN, TODAY, None, True, id="the day it began"),
        pytest.param(ListEffect.CONCERN, dt.date(2020, 1, 1), TODAY, False, id="the day it ended"),
        pytest.param(ListEffect.CONCERN, dt.date(2026, 1, 16), None, False, id="the day before it begins"),
        pytest.param(ListEffect.DUTY, None, None, False, id="a duty is no condemnation"),
        pytest.param(ListEffect.FAVOURABLE, None, None, False, id="a list of safer ones"),
        pytest.param(ListEffect.INVENTORY, None, None, False, id="an inventory"),
    ],
)
def test_listed_is_named_on_the_day_by_a_list_of_concern(
    effect: str, valid_from: dt.date | None, valid_until: dt.date | None, listed: bool
) -> None:
    substance = named_by("a-list", a_substance(), effect=effect, valid_from=valid_from, valid_until=valid_until)
    assert (substance.pk in listed_ids(TODAY)) is listed
    assert Substance.objects.filter(is_listed(TODAY)).exists() is listed


@pytest.mark.parametrize(
    ("authority", "listed"),
    [
        (Authority.HARMONISED, True),
        (Authority.AUTHORITY_ASSESSMENT, True),
        (Authority.SCREENING_LIST, False),
        (Authority.MODEL, False),
    ],
)
def test_an_authoritys_flag_counts_as_a_listing(authority: str, listed: bool) -> None:
    substance = a_substance()
    ConcernFlag.objects.create(
        substance=substance,
        concern=Concern.REPROTOXIC,
        authority=authority,
        legal_basis="x",
        source=a_source(),
        checked=Checked.MADE_UP,
    )
    assert (substance.pk in listed_ids(TODAY)) is listed
    assert Substance.objects.filter(is_listed(TODAY)).exists() is listed


def test_listed_among_some_says_nothing_of_others() -> None:
    one, other = (named_by("a-list", a_substance()) for _ in range(2))
    assert listed_ids(TODAY, among=[one.pk]) == {one.pk}
    assert listed_ids(TODAY) == {one.pk, other.pk}


def test_the_nearest_of_bisphenol_a_are_bisphenols() -> None:
    """Real fingerprints, by the family that was chosen for this: bisphenol S before 4-tert-butylphenol."""
    asked = a_substance(name="bisphenol A", smiles="CC(C)(c1ccc(O)cc1)c1ccc(O)cc1")
    a_substance(name="bisphenol S", smiles="O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1")
    a_substance(name="4-tert-butylphenol", smiles="CC(C)(C)c1ccc(O)cc1")
    a_substance(name="acetone", smiles="CC(C)=O")
    assert found_by(asked) == ["bisphenol S"]


def test_a_substance_with_two_structures_is_found_by_the_nearer() -> None:
    asked = a_substance(name="asked", smiles="CCCCO")
    other = a_substance(name="other", smiles="c1ccccc1")
    Structure.objects.filter(substance=other).update(is_current=False)
    a_structure(of=other, smiles="CCCCO", source=a_source(key="another"))
    assert found_by(asked, threshold="1") == ["other"]


def test_statements_do_not_grow_with_neighbours(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    asked = fingerprinted(a_substance(), 1, 2)
    for _ in range(20):
        fingerprinted(a_substance(), 1, 2)
    store.stored()
    with django_assert_max_num_queries(12):
        for near in similar_to(asked, limit=20):
            assert [near.substance.cas_rn, near.substance.shown_structure, *near.substance.flags.all()]
