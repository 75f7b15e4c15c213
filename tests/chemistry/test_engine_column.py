"""What a column index can besides searching: stand ready on disk, be taken apart, lose rows, be turned back."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from substances.similarity.engine.brute import BruteIndex
from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.columns import Columns, columns_of
from substances.similarity.engine.protocol import merged
from substances.similarity.engine.segmented import MOST_DELTA_ROWS, SegmentedIndex
from tests.chemistry.engines import ENGINES, Library, libraries, listed, thresholds, wanted

limits = st.none() | st.integers(0, 9)


@given(library=libraries(), threshold=thresholds, limit=limits, cuts=st.lists(st.floats(0, 1), max_size=3))
def test_shards_answer_together_as_the_whole(
    library: Library, threshold: Fraction, limit: int | None, cuts: list[float]
) -> None:
    query, targets, ids = library
    whole = ColumnIndex(ids, targets)
    edges = sorted({0, whole.words, *(int(cut * whole.words) for cut in cuts)})
    shards = [whole.part(start, end) for start, end in pairwise(edges)]
    assert sum(map(len, shards)) == len(ids)
    found = merged((shard.search(query, threshold=threshold, limit=limit) for shard in shards), limit)
    assert listed(found) == wanted(library, threshold, limit)


@given(library=libraries(), seed=st.integers(0, 2**32))
def test_a_shard_takes_the_masks_of_the_whole(library: Library, seed: int) -> None:
    query, targets, ids = library
    whole = ColumnIndex(ids, targets)
    middle = whole.words // 2
    where = np.random.default_rng(seed).random(len(ids)) < 0.5
    packed = whole.packed(where)
    for start, end in ((0, middle), (middle, whole.words)):
        shard = whole.part(start, end)
        assert listed(shard.search(query, where=packed[start:end])) == listed(shard.search(query, where=where))


@pytest.mark.parametrize("engine", ["column", "segmented"])
@given(library=libraries(), seed=st.integers(0, 2**32), threshold=thresholds, limit=limits)
def test_a_packed_mask_says_the_same(
    engine: str, library: Library, seed: int, threshold: Fraction, limit: int | None
) -> None:
    query, targets, ids = library
    index = ENGINES[engine](ids, targets)
    assert isinstance(index, ColumnIndex | SegmentedIndex)
    where = np.random.default_rng(seed).random(len(index.ids)) < 0.5
    by_flags = index.search(query, threshold=threshold, limit=limit, where=where)
    packed = index.packed(where)
    assert listed(index.search(query, threshold=threshold, limit=limit, where=packed)) == listed(by_flags)
    assert (
        index.containing(query & np.uint8(9), where=packed).tolist()
        == index.containing(query & np.uint8(9), where=where).tolist()
    )


@pytest.mark.parametrize("engine", ["column", "segmented"])
@given(library=libraries(), seed=st.integers(0, 2**32), threshold=thresholds, limit=limits)
def test_what_is_removed_is_not_found_and_the_index_before_stays_as_it_was(
    engine: str, library: Library, seed: int, threshold: Fraction, limit: int | None
) -> None:
    query, targets, ids = library
    before = ENGINES[engine](ids, targets)
    assert isinstance(before, ColumnIndex | SegmentedIndex)
    left = np.random.default_rng(seed).random(len(ids)) < 0.5
    once = before.without([*ids[~left][::2].tolist(), 10**9])
    after = once.without(ids[~left].tolist())
    rest = (query, targets[left], ids[left])
    assert len(after) == int(left.sum())
    assert listed(after.search(query, threshold=threshold, limit=limit)) == wanted(rest, threshold, limit)
    assert listed(before.search(query, threshold=threshold, limit=limit)) == wanted(library, threshold, limit)


@given(libraries())
def test_columns_give_their_fingerprints_back(library: Library) -> None:
    _query, targets, _ids = library
    again = np.zeros_like(targets)
    for rows, fingerprints in columns_of(targets).fingerprints():
        again[rows] = fingerprints
    assert again.tolist() == targets.tolist()


@given(libraries())
def test_rows_of_equally_many_bits_stand_together_in_whole_words(library: Library) -> None:
    _query, targets, _ids = library
    columns = columns_of(targets)
    on_bits = np.bitwise_count(targets).sum(axis=1)
    assert columns.starts[-1] == columns.words
    for count, start, end in zip(columns.counts, columns.starts[:-1], columns.starts[1:], strict=True):
        rows = columns.rows[start * 64 : end * 64]
        assert set(on_bits[rows[rows >= 0]].tolist()) == {int(count)}
    assert np.sort(columns.rows[columns.rows >= 0]).tolist() == list(range(len(targets)))


def test_an_index_answers_from_mapped_files_alone(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    targets = random.integers(0, 256, (500, 32), dtype=np.uint8)
    ids = np.arange(500, dtype=np.int64)
    built = columns_of(targets, room=lambda shape: np.lib.format.open_memmap(tmp_path / "b.npy", "w+", "<u8", shape))
    for name in ("rows", "counts", "starts"):
        np.save(tmp_path / f"{name}.npy", getattr(built, name))
    mapped = Columns(*(np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("b", "rows", "counts", "starts")))
    hits = ColumnIndex.from_columns(ids, mapped).search(targets[7], threshold=Fraction(2, 5), limit=20)
    assert listed(hits) == wanted((targets[7], targets, ids), Fraction(2, 5), 20)


def rows(count: int, width: int = 8) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    return np.arange(count, dtype=np.int64), np.arange(count * width, dtype=np.uint8).reshape(count, width)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda: ColumnIndex(np.array([1, 1]), rows(2)[1]), "twice", id="an id twice"),
        pytest.param(lambda: ColumnIndex(np.array([1]), rows(2)[1]), "ids do not fit", id="fewer ids"),
        pytest.param(
            lambda: ColumnIndex.from_columns(rows(2)[0], columns_of(rows(2)[1]), np.zeros(9, np.uint64)),
            "removed rows",
            id="removed rows of another index",
        ),
        pytest.param(lambda: ColumnIndex(*rows(2)).part(0, 99), "no part", id="a shard beyond the end"),
        pytest.param(
            lambda: ColumnIndex(*rows(2)).search(bytes(8), where=np.ones(9, np.uint64)), "the mask", id="packed mask"
        ),
        pytest.param(
            lambda: SegmentedIndex([ColumnIndex(*rows(2))], BruteIndex(*rows(2, 4))), "do not fit", id="widths"
        ),
        pytest.param(
            lambda: SegmentedIndex([], BruteIndex(*rows(MOST_DELTA_ROWS + 1))), "becomes a segment", id="large delta"
        ),
        pytest.param(
            lambda: SegmentedIndex([], BruteIndex(*rows(2))).search(bytes(8), where=np.ones(9, np.uint64)),
            "the mask",
            id="packed mask of another",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()
