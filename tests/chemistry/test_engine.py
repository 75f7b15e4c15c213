"""The similarity engines against integers and against RDKit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rdkit import DataStructs

from substances.similarity.engine.brute import BruteIndex, needed_intersections, tanimoto
from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.protocol import SimilarityIndex

WIDTHS = (1, 8, 11, 256)
ENGINES: dict[str, type[BruteIndex | ColumnIndex]] = {"row": BruteIndex, "column": ColumnIndex}
thresholds = st.fractions(min_value=0, max_value=1, max_denominator=50)


@st.composite
def libraries(draw: st.DrawFn) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """A query, targets (some like it, some empty) and shuffled ids."""
    width = draw(st.sampled_from(WIDTHS))
    size = draw(st.integers(0, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    query = random.integers(0, 256, width, dtype=np.uint8) & random.integers(0, 256, width, dtype=np.uint8)
    targets = random.integers(0, 256, (size, width), dtype=np.uint8)
    targets &= random.integers(0, 256, (size, width), dtype=np.uint8)
    targets[::5] = query
    targets[1::7] = 0
    if draw(st.booleans()):
        query = np.zeros_like(query)
    ids = random.permutation(np.arange(-5, size * 3, 3))[:size].astype(np.int64)
    return query, targets, ids


def score(query: NDArray[np.uint8], target: NDArray[np.uint8]) -> Fraction:
    a, b = int.from_bytes(query.tobytes()), int.from_bytes(target.tobytes())
    union = (a | b).bit_count()
    return Fraction((a & b).bit_count(), union) if union else Fraction(0)


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries(), threshold=thresholds, limit=st.none() | st.integers(0, 50))
def test_hits_are_those_of_integer_arithmetic(
    engine: str,
    library: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]],
    threshold: Fraction,
    limit: int | None,
) -> None:
    query, targets, ids = library
    wanted = sorted(
        (-s, int(i)) for s, i in ((score(query, t), i) for t, i in zip(targets, ids, strict=True)) if s >= threshold
    )[:limit]
    hits = ENGINES[engine](ids, targets).search(query.tobytes(), threshold=threshold, limit=limit)
    assert [(-hits.score(k), int(hits.ids[k])) for k in range(len(hits))] == wanted


@pytest.mark.parametrize("engine", ENGINES)
@given(library=libraries(), seed=st.integers(0, 2**32))
def test_a_mask_hides_rows_and_changes_nothing_else(
    engine: str, library: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]], seed: int
) -> None:
    query, targets, ids = library
    where = np.random.default_rng(seed).random(len(ids)) < 0.5
    masked = ENGINES[engine](ids, targets).search(query, where=where, limit=5)
    alone = ENGINES[engine](ids[where], targets[where]).search(query, limit=5)
    assert masked.ids.tolist() == alone.ids.tolist()
    assert masked.scores.tolist() == alone.scores.tolist()


@given(libraries())
def test_scores_are_those_of_rdkit(
    library: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]],
) -> None:
    query, targets, _ = library
    vectors = [DataStructs.CreateFromBinaryText(row.tobytes()) for row in (query, *targets)]
    oracle = DataStructs.BulkTanimotoSimilarity(vectors[0], vectors[1:]) if len(targets) else []
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
