"""Kernels over more rows than they look at in one go, against the engine that looks at each row."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from substances.similarity.engine import by_numpy
from substances.similarity.engine.brute import BruteIndex
from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.kernels import Fast
from substances.similarity.engine.protocol import Hits, merged

ROWS = 90_000
KERNELS: tuple[Fast, ...] = ("numpy", "numba")
# All rows are hits at 0; below 1/3 most words keep somebody, above it few do.
QUESTIONS = [
    (Fraction(part, 12), limit) for part, limit in [(0, None), (3, None), (5, None), (8, 7), (0, 20), (4, 500)]
]


@pytest.fixture(scope="module")
def library() -> NDArray[np.uint8]:
    """Of 128 bits, some common and most rare, as those of molecules; many rows like each other."""
    random = np.random.default_rng(11)
    share = np.geomspace(0.02, 0.9, 128)
    of_families = random.random((300, 128)) < share
    changed = random.random((ROWS, 128)) < 0.06
    return np.packbits(of_families[random.integers(0, 300, ROWS)] ^ (changed & (random.random(128) < share)), axis=1)


@pytest.fixture(scope="module")
def oracle(library: NDArray[np.uint8]) -> BruteIndex:
    return BruteIndex(np.arange(ROWS, dtype=np.int64)[::-1].copy(), library)


@pytest.fixture(params=KERNELS)
def index(request: pytest.FixtureRequest, oracle: BruteIndex, monkeypatch: pytest.MonkeyPatch) -> ColumnIndex:
    monkeypatch.setattr(by_numpy, "_WORDS_AT_ONCE", 100)
    return ColumnIndex(oracle.ids, oracle.fingerprints, fast=request.param)


def same(found: Hits, wanted: Hits) -> bool:
    return all(np.array_equal(getattr(found, name), getattr(wanted, name)) for name in ("ids", "intersection", "union"))


@pytest.mark.parametrize(("threshold", "limit"), QUESTIONS)
def test_many_rows_are_searched_as_one_by_one(
    index: ColumnIndex, oracle: BruteIndex, threshold: Fraction, limit: int | None
) -> None:
    for query in oracle.fingerprints[:: ROWS // 4]:
        assert same(
            index.search(query, threshold=threshold, limit=limit),
            oracle.search(query, threshold=threshold, limit=limit),
        )


def test_many_queries_over_many_rows_are_answered_as_one_by_one(index: ColumnIndex, oracle: BruteIndex) -> None:
    queries = oracle.fingerprints[:: ROWS // 25]
    where = np.arange(ROWS) % 3 > 0
    found = index.search_many(queries, threshold=Fraction(1, 2), where=where)
    wanted = oracle.search_many(queries, threshold=Fraction(1, 2), where=where)
    assert [same(*pair) for pair in zip(found, wanted, strict=True)] == [True] * len(queries)


def test_shards_of_many_rows_answer_together_as_the_whole(index: ColumnIndex, oracle: BruteIndex) -> None:
    edges = [0, 1, index.words // 3, index.words // 2, index.words]
    query = oracle.fingerprints[5]
    for threshold, limit in QUESTIONS:
        found = [index.part(*pair).search(query, threshold=threshold, limit=limit) for pair in pairwise(edges)]
        assert same(merged(found, limit), oracle.search(query, threshold=threshold, limit=limit))
