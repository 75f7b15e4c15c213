"""The stored fingerprints in a process's memory: when they are read again, and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from substances.chemistry.fingerprints import PATTERN as PATTERN_KEY
from substances.chemistry.fingerprints import STORED
from substances.models import Fingerprint, Structure, Substance
from substances.similarity import store
from tests.build import a_substance
from tests.substances.fingerprints import KEY, bits, fingerprinted, found_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def test_the_index_is_read_once_while_nothing_changes(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fingerprinted(a_substance(), 1)
    first = store.stored()
    with django_assert_num_queries(1):
        assert store.stored() is first


def test_the_index_is_read_again_after_any_change() -> None:
    substance = fingerprinted(a_substance(), 1, parent=(1,))
    other = fingerprinted(a_substance(), 2)
    seen = {store.stored().revision}
    changes: list[Callable[[], object]] = [
        lambda: fingerprinted(a_substance(), 3),
        lambda: Fingerprint.objects.filter(structure__substance=other).update(bits=bits(9)),
        lambda: Fingerprint.objects.filter(of_parent=True).delete(),
        lambda: Structure.objects.filter(substance=other).update(parent_reason="parent_metal"),
        lambda: Substance.objects.filter(pk=other.pk).update(merged_into=substance),
        lambda: Structure.objects.filter(substance=substance).delete(),
    ]
    for change in changes:
        change()
        seen.add(store.stored().revision)
    assert len(seen) == 1 + len(changes)
    assert other.pk not in store.stored().substances()


def test_what_was_rolled_back_is_not_remembered() -> None:
    asked = fingerprinted(a_substance(name="asked"), 1, 2)
    try:
        with transaction.atomic():
            fingerprinted(a_substance(name="rolled back"), 1, 2)
            assert found_by(asked) == ["rolled back"]
            raise RuntimeError
    except RuntimeError:
        fingerprinted(a_substance(name="kept"), 1, 2)
    assert found_by(asked) == ["kept"]


def test_a_fingerprint_of_the_wrong_size_is_told_not_searched() -> None:
    substance = fingerprinted(a_substance(), 1)
    Fingerprint.objects.filter(structure__substance=substance).update(bits=b"short")
    with pytest.raises(store.FingerprintsDamaged, match="5 bytes instead of 256"):
        store.stored()


def test_of_two_versions_the_one_most_structures_have_is_searched() -> None:
    for _ in range(2):
        fingerprinted(a_substance(), 1, key=f"{store.DEFAULT_FAMILY}-rdkit1.0.0")
    fingerprinted(a_substance(), 1, key=f"{store.DEFAULT_FAMILY}-rdkit2.0.0")
    assert store.stored().key.endswith("rdkit1.0.0")
    assert len(store.stored().index) == 2


def test_without_fingerprints_there_is_an_empty_index() -> None:
    assert (store.stored().key, len(store.stored().index), store.stored().compared()) == ("", 0, 0)


@given(
    st.lists(st.frozensets(st.integers(0, 20), min_size=1), min_size=1, max_size=12),
    st.frozensets(st.integers(0, 20), min_size=1),
    st.integers(0, 1000),
    st.sets(st.integers(0, 11)),
)
def test_nearest_agrees_with_sets_of_integers(
    rows: list[frozenset[int]], asked: frozenset[int], permille: int, without: set[int]
) -> None:
    ids = [uuid.UUID(int=number) for number in range(len(rows))]
    index = store.index_of("revision", KEY, [store.Row(ids[n], n, bits(*row)) for n, row in enumerate(rows)])
    left_out = {ids[number] for number in without if number < len(ids)}
    scores = {ids[n]: (len(row & asked), len(row | asked)) for n, row in enumerate(rows) if ids[n] not in left_out}
    reached = [(pk, *pair) for pk, pair in scores.items() if pair[0] * 1000 >= permille * pair[1]]
    expected = sorted(reached, key=lambda hit: (-hit[1] / hit[2], hit[0]))
    near = index.nearest(bits(*asked), threshold=Decimal(permille) / 1000, without=left_out)
    assert [(n.substance_id, n.shared, n.united) for n in near] == expected
    assert index.compared(without=left_out) == len(scores)


def test_a_substance_asks_by_the_parent_of_the_structure_shown_first() -> None:
    asked = fingerprinted(a_substance(), 1)
    shown = Structure.objects.get(substance=asked)
    Fingerprint.objects.create(structure=shown, key=KEY, bits=bits(2), of_parent=True)
    Structure.objects.filter(pk=shown.pk).update(is_current=False)
    assert store.stored().questions_of(asked.pk) == []
    Structure.objects.filter(pk=shown.pk).update(is_current=True)
    assert store.stored().questions_of(asked.pk) == [bits(2)]


PATTERNS = str(PATTERN_KEY)


def screened_by(*on: int) -> tuple[list[Substance], list[Substance]]:
    """Who may hold a pattern with these bits, and of whom that is not known."""
    found = store.pattern_candidates(store.REGISTRY, bits(*on))
    names = {substance.pk: substance for substance in Substance.objects.all()}
    return [names[one.substance_id] for one in found.candidates], [names[one.substance_id] for one in found.unscreened]


def test_the_families_are_named_as_their_fingerprints_are_made() -> None:
    made = {str(key).partition("-rdkit2")[0] for key in STORED}
    assert {*store.COMPARED, store.PATTERN} == made
    assert store.families() == ()
    for key in STORED:
        fingerprinted(a_substance(), 1, key=str(key))
    assert store.families() == store.COMPARED


def test_a_screen_finds_every_structure_with_all_the_bits() -> None:
    both = fingerprinted(a_substance(), 1, 2, 3, key=PATTERNS)
    fingerprinted(a_substance(), 1, 3, key=PATTERNS)
    metal = fingerprinted(a_substance(), 1, 2, key=PATTERNS, reason="parent_metal")
    assert screened_by(1, 2) == (sorted([both, metal], key=lambda one: one.pk), [])


def test_a_screen_asks_the_parent_too_and_names_a_structure_once() -> None:
    salt = fingerprinted(a_substance(), 1, 2, parent=(1, 2, 5), key=PATTERNS)
    assert (screened_by(1)[0], screened_by(5)[0]) == ([salt], [salt])


def test_a_structure_without_the_fingerprint_is_named_as_not_screened() -> None:
    fingerprinted(a_substance(), 1, key=PATTERNS)
    other = fingerprinted(a_substance(), 1)
    assert screened_by(7) == ([], [other])


def test_the_screen_of_an_unknown_collection_is_refused() -> None:
    with pytest.raises(LookupError, match="nowhere"):
        store.pattern_candidates("nowhere", bits(1))
