"""Several column indexes and a few rows beside them that answer as one: what grows without being built anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from .brute import BruteIndex
from .column_index import ColumnIndex
from .columns import Columns, Room, columns_of, in_memory
from .protocol import Hits, Queries, Query, Where, check_mask, check_search, merged, packed_query
from .sliced import Words, bitmap_of, flags_of

#: Rows of a delta: so many are looked at one by one in well below a millisecond.
MOST_DELTA_ROWS = 5_000


class SegmentedIndex:
    """Segments and a delta that share no id. It never changes: what adds or removes gives another one.

    Args:
        segments: of equal width; ids that are removed from one may stand again in another.
        delta: rows of no segment yet, at most `MOST_DELTA_ROWS`.

    Raises:
        ValueError: other widths, or too large a delta.
    """

    def __init__(self, segments: Sequence[ColumnIndex], delta: BruteIndex) -> None:
        if len(delta) > MOST_DELTA_ROWS:
            raise ValueError(f"the delta has {len(delta)} rows; with more than {MOST_DELTA_ROWS} it becomes a segment")
        if other := {segment.width for segment in segments} - {delta.width}:
            raise ValueError(f"segments of {other} bytes a fingerprint do not fit a delta of {delta.width}")
        self.width = delta.width
        self.segments = tuple(segments)
        self.delta = delta

    def __len__(self) -> int:
        return sum(map(len, self.segments)) + len(self.delta)

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """See `SimilarityIndex.ids`: those of the segments in turn, then the delta's."""
        return np.concatenate([*(segment.ids for segment in self.segments), self.delta.ids])

    def packed(self, where: NDArray[np.bool_]) -> Words:
        """A mask as bitmaps in the order of the slots, one behind the other, to be used as `where` many times.

        Raises:
            ValueError: the mask does not fit.
        """
        *of_segments, of_delta = self._masks(where)
        parts = [segment.packed(mask) for segment, mask in zip(self.segments, of_segments, strict=True)]
        return np.concatenate([*parts, bitmap_of(np.pad(of_delta, (0, -len(of_delta) % 64)))])

    def without(self, ids: Collection[int]) -> SegmentedIndex:
        """The same without some ids; those that are not in it are no error."""
        gone = np.fromiter(ids, dtype=np.int64, count=len(ids))
        left = ~np.isin(self.delta.ids, gone)
        delta = self.delta if left.all() else BruteIndex(self.delta.ids[left], self.delta.fingerprints[left])
        return SegmentedIndex([segment.without(ids) for segment in self.segments], delta)

    def with_rows(self, ids: NDArray[np.int64], fingerprints: NDArray[np.uint8]) -> SegmentedIndex:
        """The same with some rows more; an id that stands in it already gets the new bits.

        Raises:
            ValueError: another width, an id twice, or the delta becomes too large.
        """
        rest = self.without(ids.tolist())
        delta = BruteIndex(
            np.concatenate([rest.delta.ids, ids]), np.concatenate([rest.delta.fingerprints, fingerprints])
        )
        return SegmentedIndex(rest.segments, delta)

    def compacted(
        self,
        room: Room = in_memory,
        *,
        rows: Callable[[tuple[int, int]], NDArray[np.uint8]] = lambda shape: np.empty(shape, dtype=np.uint8),
    ) -> tuple[NDArray[np.int64], Columns]:
        """All that can be found as one segment: ids, ascending, and columns, as `ColumnIndex.from_columns` takes them.

        Args:
            room: where to write the bitmaps.
            rows: where to write the fingerprints meanwhile, shape (n, w): in memory, or a mapped file.
        """
        ids = np.sort(np.concatenate([*(segment.standing_ids() for segment in self.segments), self.delta.ids]))
        fingerprints = rows((len(ids), self.width))
        of_segments = chain.from_iterable(segment.standing() for segment in self.segments)
        for some, bits in chain(of_segments, [(self.delta.ids, self.delta.fingerprints)]):
            fingerprints[np.searchsorted(ids, some)] = bits
        return ids, columns_of(fingerprints, room)

    def search(
        self,
        query: Query,
        *,
        threshold: Fraction = Fraction(0),
        limit: int | None = None,
        where: Where | None = None,
    ) -> Hits:
        """See `SimilarityIndex.search`; `where` may also be what `packed` gave."""
        return self.search_many([query], threshold=threshold, limit=limit, where=where)[0]

    def search_many(
        self,
        queries: Queries,
        *,
        threshold: Fraction = Fraction(0),
        limit: int | None = None,
        where: Where | None = None,
    ) -> list[Hits]:
        """See `ScreeningIndex.search_many`; `where` may also be what `packed` gave."""
        check_search(0, threshold, limit, None)
        asked = [packed_query(query, self.width) for query in queries]
        *of_segments, of_delta = self._wheres(where)
        found = [
            segment.search_many(asked, threshold=threshold, limit=limit, where=mask)
            for segment, mask in zip(self.segments, of_segments, strict=True)
        ]
        found.append(self.delta.search_many(asked, threshold=threshold, limit=limit, where=_flags(of_delta)))
        return [merged(parts, limit) for parts in zip(*found, strict=True)]

    def containing(self, query: Query, *, where: Where | None = None) -> NDArray[np.int64]:
        """See `ScreeningIndex.containing`; `where` may also be what `packed` gave."""
        *of_segments, of_delta = self._wheres(where)
        found = [
            segment.containing(query, where=mask) for segment, mask in zip(self.segments, of_segments, strict=True)
        ]
        return np.sort(np.concatenate([*found, self.delta.containing(query, where=_flags(of_delta))]))

    def _masks(self, where: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
        check_mask(len(self.ids), where)
        ends = np.cumsum([0, *(len(segment.ids) for segment in self.segments), len(self.delta)])
        return [where[start:end] for start, end in pairwise(ends.tolist())]

    def _wheres(self, where: Where | None) -> Sequence[Where | None]:
        """A mask in its parts: one a segment, and the delta's."""
        if where is None:
            return [None] * (len(self.segments) + 1)
        if where.dtype != np.uint64:
            return self._masks(where.astype(np.bool_, copy=False))
        words = where.astype(np.uint64, copy=False)
        ends = np.cumsum([0, *(segment.words for segment in self.segments), -(-len(self.delta) // 64)])
        if words.shape != (ends[-1],):
            raise ValueError(f"the mask has shape {words.shape}; the index has {ends[-1]} words")
        *parts, of_delta = [words[start:end] for start, end in pairwise(ends.tolist())]
        return [*parts, flags_of(of_delta)[: len(self.delta)]]


def _flags(where: Where | None) -> NDArray[np.bool_] | None:
    return None if where is None else where.astype(np.bool_, copy=False)
