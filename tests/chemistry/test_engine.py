"""The similarity engines against integers and against RDKit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import DataStructs

from substances.similarity.engine.brute import BruteIndex, needed_intersections, tanimoto
from substances.similarity.engine.protocol import SimilarityIndex
from tests.chemistry.engines import ENGINES, Library, libraries, listed, thresholds, wanted


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries(), threshold=thresholds, limit=st.none() | st.integers(0, 50))
def test_hits_are_those_of_integer_arithmetic(
    engine: str, library: Library, threshold: Fraction, limit: int | None
) -> None:
    query, targets, ids = library
    hits = ENGINES[engine](ids, targets).search(query.tobytes(), threshold=threshold, limit=limit)
    assert listed(hits) == wanted(library, threshold, limit)


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries(), seed=st.integers(0, 2**32), threshold=thresholds, limit=st.none() | st.integers(0, 9))
def test_a_mask_hides_rows_and_changes_nothing_else(
    engine: str, library: Library, seed: int, threshold: Fraction, limit: int | None
) -> None:
    query, targets, ids = library
    index = ENGINES[engine](ids, targets)
    left = np.random.default_rng(seed).random(len(ids)) < 0.5
    where = np.isin(index.ids, ids[left])
    masked = index.search(query, where=where, threshold=threshold, limit=limit)
    assert listed(masked) == wanted((query, targets[left], ids[left]), threshold, limit)
    has = index.containing(query & np.uint8(3), where=where)
    assert has.tolist() == np.intersect1d(index.containing(query & np.uint8(3)), ids[left]).tolist()


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries(), threshold=thresholds, limit=st.none() | st.integers(0, 9), seed=st.integers(0, 2**32))
def test_many_queries_at_once_are_answered_as_one_by_one(
    engine: str, library: Library, threshold: Fraction, limit: int | None, seed: int
) -> None:
    query, targets, ids = library
    index = ENGINES[engine](ids, targets)
    where = np.random.default_rng(seed).random(len(index.ids)) < 0.9
    queries = np.concatenate([query[None, :], targets[:4]])
    found = index.search_many(queries, threshold=threshold, limit=limit, where=where)
    alone = [index.search(one, threshold=threshold, limit=limit, where=where) for one in queries]
    assert [listed(one) for one in found] == [listed(one) for one in alone]
    assert index.search_many(queries[:0]) == []


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries(), fewer=st.integers(0, 255))
def test_containing_finds_those_with_all_bits_of_the_query(engine: str, library: Library, fewer: int) -> None:
    query, targets, ids = library
    query = query & np.uint8(fewer)
    has = [one for one, target in zip(ids.tolist(), targets, strict=True) if not (query & ~target).any()]
    assert ENGINES[engine](ids, targets).containing(query).tolist() == sorted(has)


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries())
def test_scores_are_those_of_rdkit(engine: str, library: Library) -> None:
    query, targets, ids = library
    vectors = [DataStructs.CreateFromBinaryText(row.tobytes()) for row in (query, *targets)]
    oracle = DataStructs.BulkTanimotoSimilarity(vectors[0], vectors[1:]) if len(targets) else []
    hits = ENGINES[engine](ids, targets).search(query)
    assert dict(zip(hits.ids.tolist(), hits.scores.tolist(), strict=True)) == dict(
        zip(ids.tolist(), oracle, strict=True)
    )
    assert tanimoto(query, targets).tolist() == list(oracle)


@pytest.mark.parametrize(
    ("threshold", "found"),
    [
        pytest.param(Fraction(7, 10), 1, id="exactly the threshold is a hit"),
        pytest.param(Fraction(7, 10) + Fraction(1, 10**12), 0, id="a hair above is none"),
    ],
)
def test_a_threshold_is_compared_exactly(threshold: Fraction, found: int) -> None:
    query, target = np.zeros(256, np.uint8), np.zeros((1, 256), np.uint8)
    query[:2], target[0, :2] = (0b11111111, 0b11), (0b01111111, 0)  # 7 of 10 bits
    assert len(BruteIndex(np.array([1]), target).search(query, threshold=threshold)) == found


def test_blocks_of_rows_are_joined_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(256, dtype=np.uint8)[:, None]
    whole = BruteIndex(np.arange(256), rows).search(b"\x0f")
    monkeypatch.setattr("substances.similarity.engine.brute._ROWS_AT_ONCE", 10)
    assert BruteIndex(np.arange(256), rows).search(b"\x0f").ids.tolist() == whole.ids.tolist()


def test_two_empty_fingerprints_score_nothing() -> None:
    empty = np.zeros((1, 256), np.uint8)
    assert tanimoto(empty[0], empty).tolist() == [0.0]
    assert len(BruteIndex(np.array([1]), empty).search(empty[0], threshold=Fraction(1, 100))) == 0


def test_an_empty_index_has_no_hits() -> None:
    index: SimilarityIndex = BruteIndex(np.zeros(0, np.int64), np.zeros((0, 256), np.uint8))
    assert len(index.search(bytes(256))) == 0


@given(thresholds, st.integers(1, 300))
def test_the_needed_intersection_is_the_smallest_that_suffices(threshold: Fraction, union: int) -> None:
    needed = int(needed_intersections(threshold, union)[union])
    assert Fraction(needed, union) >= threshold
    assert needed == 0 or Fraction(needed - 1, union) < threshold


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"query": bytes(255)}, id="width"),
        pytest.param({"query": bytes(256), "threshold": Fraction(11, 10)}, id="threshold"),
        pytest.param({"query": bytes(256), "limit": -1}, id="limit"),
        pytest.param({"query": bytes(256), "where": np.ones(2, bool)}, id="mask"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, object]) -> None:
    index = BruteIndex(np.array([1]), np.zeros((1, 256), np.uint8))
    with pytest.raises(ValueError, match=r"the (query|threshold|limit|mask) "):
        index.search(**arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_an_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        BruteIndex(np.array([1, 1]), np.zeros((2, 256), np.uint8))
