"""Every way to put fingerprints into an index, and what each must answer: integers decide."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from substances.similarity.engine.brute import BruteIndex
from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.protocol import Hits, ScreeningIndex
from substances.similarity.engine.segmented import SegmentedIndex

WIDTHS = (1, 8, 11, 256)
Library = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]
Engine = Callable[[NDArray[np.int64], NDArray[np.uint8]], ScreeningIndex]
thresholds = st.fractions(min_value=0, max_value=1, max_denominator=50)


def segmented(ids: NDArray[np.int64], fingerprints: NDArray[np.uint8]) -> ScreeningIndex:
    """Two segments and a delta; some rows of the second segment have had other bits, and stand in the delta now."""
    first, middle, second = len(ids) // 3, len(ids) // 2, 2 * len(ids) // 3
    stale = fingerprints.copy()
    stale[first:middle] = ~stale[first:middle]
    index = SegmentedIndex(
        [ColumnIndex(ids[:first], stale[:first]), ColumnIndex(ids[first:second], stale[first:second])],
        BruteIndex(ids[second:], fingerprints[second:]),
    )
    return index.with_rows(ids[first:middle], fingerprints[first:middle])


def compacted(ids: NDArray[np.int64], fingerprints: NDArray[np.uint8]) -> ScreeningIndex:
    """A segmented index made one again."""
    index = segmented(ids, fingerprints)
    assert isinstance(index, SegmentedIndex)
    return ColumnIndex.from_columns(*index.compacted())


def unwritable(ids: NDArray[np.int64], fingerprints: NDArray[np.uint8]) -> ScreeningIndex:
    """An index over columns that cannot be written to, as those mapped from files."""
    index = ColumnIndex(ids, fingerprints)
    for array in (index.columns.bitmaps, index.columns.rows, index.columns.counts, index.columns.starts):
        array.flags.writeable = False
    return ColumnIndex.from_columns(index.ids, index.columns, fast="numba")


ENGINES: dict[str, Engine] = {
    "row": BruteIndex,
    "column": partial(ColumnIndex, fast="numpy"),
    "compiled": partial(ColumnIndex, fast="numba"),
    "unwritable": unwritable,
    "segmented": segmented,
    "compacted": compacted,
}


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """A query, targets (some like it, some empty, some full) and shuffled ids."""
    width = draw(st.sampled_from(WIDTHS))
    size = draw(st.integers(0, 30) | st.integers(0, 30) | st.integers(60, 150))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    query = random.integers(0, 256, width, dtype=np.uint8) & random.integers(0, 256, width, dtype=np.uint8)
    targets = random.integers(0, 256, (size, width), dtype=np.uint8)
    targets &= random.integers(0, 256, (size, width), dtype=np.uint8)
    alike = slice(0, None, 5)
    targets[alike] = query ^ (targets[alike] & random.integers(0, 256, targets[alike].shape, dtype=np.uint8) & 17)
    targets[::10] = query
    targets[1::7] = 0
    targets[2::11] = 255
    match draw(st.integers(0, 9)):
        case 0:
            query = np.zeros_like(query)
        case 1:
            query = np.full_like(query, 255)
    ids = random.permutation(np.arange(-5, size * 3, 3))[:size].astype(np.int64)
    return query, targets, ids


def score(query: NDArray[np.uint8], target: NDArray[np.uint8]) -> Fraction:
    """The Tanimoto coefficient by integers."""
    a, b = int.from_bytes(query.tobytes()), int.from_bytes(target.tobytes())
    union = (a | b).bit_count()
    return Fraction((a & b).bit_count(), union) if union else Fraction(0)


def wanted(library: Library, threshold: Fraction, limit: int | None) -> list[tuple[Fraction, int]]:
    """The right answer: score and id, best first."""
    query, targets, ids = library
    scored = ((score(query, target), int(one)) for target, one in zip(targets, ids, strict=True))
    best = sorted((-s, one) for s, one in scored if s >= threshold)
    return [(-s, one) for s, one in best][:limit]


def listed(hits: Hits) -> list[tuple[Fraction, int]]:
    """An engine's answer in the same words."""
    return [(hits.score(k), int(hits.ids[k])) for k in range(len(hits))]
