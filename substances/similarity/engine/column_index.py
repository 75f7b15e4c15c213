"""The engine by column: exact, and reads a few hundredths of what a scan of all rows reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .columns import NOBODY, Columns, columns_of
from .kernels import Fast, kernel_for
from .nearest import nearest
from .protocol import Hits, Queries, Query, Where, check_mask, check_search, packed_query
from .scan import Found, Question, most_misses, places_of, union_of
from .sliced import Words, bitmap_of, rows_of


class ColumnIndex:
    """Fingerprints searched by column.

    Args:
        ids: shape (n,), distinct, in any order.
        fingerprints: shape (n, w), uint8, packed eight bits to a byte; not kept.
        fast: which kernel searches, see `kernels`; all find the same.

    Raises:
        ValueError: shapes that do not fit, or an id twice.
    """

    def __init__(self, ids: NDArray[np.int64], fingerprints: NDArray[np.uint8], *, fast: Fast | None = None) -> None:
        if fingerprints.ndim != 2 or ids.shape != fingerprints.shape[:1]:
            raise ValueError(f"{ids.shape} ids do not fit fingerprints of shape {fingerprints.shape}")
        if len(np.unique(ids)) != len(ids):
            raise ValueError("an id stands twice in the index")
        self._attach(np.asarray(ids, dtype=np.int64), columns_of(np.asarray(fingerprints, dtype=np.uint8)), None, fast)

    @classmethod
    def from_columns(
        cls, ids: NDArray[np.int64], columns: Columns, dead: Words | None = None, *, fast: Fast | None = None
    ) -> ColumnIndex:
        """An index over columns that stand ready, in memory or mapped. Nothing of the bitmaps is read.

        Args:
            ids: shape (n,), distinct, which is not looked at; `columns.rows` counts in them.
            columns: made of n fingerprints, or a part of those.
            dead: shape (words,), who is removed; None for nobody. Bits where nobody stands say nothing.
            fast: which kernel searches, see `kernels`; all find the same.

        Raises:
            ValueError: shapes that do not fit.
        """
        index = cls.__new__(cls)
        index._attach(ids, columns, dead, fast)
        return index

    def _attach(self, ids: NDArray[np.int64], columns: Columns, dead: Words | None, fast: Fast | None) -> None:
        if columns.bitmaps.ndim != 2 or columns.bitmaps.shape[1] * 64 != len(columns.rows):
            raise ValueError(f"bitmaps of shape {columns.bitmaps.shape} do not fit {len(columns.rows)} slots")
        if dead is not None and dead.shape != (columns.words,):
            raise ValueError(f"a bitmap of removed rows of shape {dead.shape} does not fit {columns.words} words")
        self.width = columns.width
        self.columns = columns
        self.dead = dead
        self._ids = ids
        self._fast = fast
        there = bitmap_of(columns.rows != NOBODY)
        self._there = there if dead is None else there & ~dead

    def __len__(self) -> int:
        return int(np.bitwise_count(self._there).sum())

    @property
    def ids(self) -> NDArray[np.int64]:
        """See `SimilarityIndex.ids`."""
        return self._ids

    @property
    def words(self) -> int:
        """How many words a bitmap has: what `part` counts in."""
        return self.columns.words

    def packed(self, where: NDArray[np.bool_]) -> Words:
        """A mask as a bitmap in the order of the slots, shape (words,), to be used as `where` many times.

        Raises:
            ValueError: the mask does not fit.
        """
        check_mask(len(self._ids), where)
        if not len(where):
            return np.zeros(self.words, dtype=np.uint64)
        # In a slot where nobody stands any flag will do.
        return bitmap_of(where[self.columns.rows])

    def part(self, first_word: int, end_word: int) -> ColumnIndex:
        """A shard: those that stand in some neighbouring words, with the same ids. Nothing is copied.

        It takes the same masks as the whole, and of a packed one the same part.

        Raises:
            ValueError: there are no such words.
        """
        columns = self.columns.part(first_word, end_word)
        dead = None if self.dead is None else self.dead[first_word:end_word]
        return type(self).from_columns(self._ids, columns, dead, fast=self._fast)

    def without(self, ids: Collection[int]) -> ColumnIndex:
        """The same columns without some ids; those that are not in it are no error. This index stays as it is."""
        gone = self.packed(np.isin(self._ids, np.fromiter(ids, dtype=np.int64, count=len(ids))))
        dead = gone if self.dead is None else gone | self.dead
        return type(self).from_columns(self._ids, self.columns, dead, fast=self._fast)

    def warm(self) -> None:
        """Does now what the first search would wait for: the kernel's import, and where none has, its compilation."""
        self.search(bytes(self.width), threshold=Fraction(1))

    def standing_ids(self) -> NDArray[np.int64]:
        """The ids that can be found, in no order."""
        return self._ids[self.columns.rows[rows_of(self._there)]]

    def standing(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.uint8]]]:
        """Who can be found, some thousands at a time: ids, shape (k,), and fingerprints, shape (k, w), packed."""
        can = np.zeros(len(self._ids), dtype=np.bool_)
        can[self.columns.rows[rows_of(self._there)]] = True
        for rows, bits in self.columns.fingerprints():
            left = can[rows]
            yield self._ids[rows[left]], bits[left]

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
        check_search(len(self._ids), threshold, limit, None)
        visible = self._visible(where)
        asked = [packed_query(query, self.width) for query in queries]
        found = self._found(asked, threshold, limit, visible)
        return [self._hits(query, one, limit) for query, one in zip(asked, found, strict=True)]

    def containing(self, query: Query, *, where: Where | None = None) -> NDArray[np.int64]:
        """See `ScreeningIndex.containing`; `where` may also be what `packed` gave."""
        has = self._visible(where).copy()
        for place in np.flatnonzero(np.unpackbits(packed_query(query, self.width))):
            has &= self.columns.bitmaps[place]
        return np.sort(self._ids[self.columns.rows[rows_of(has)]])

    def _found(
        self, queries: list[NDArray[np.uint8]], threshold: Fraction, limit: int | None, visible: Words
    ) -> list[Found]:
        """Of each query those that can be hits."""
        if limit == 0 or not queries:
            return [Found.none()] * len(queries)
        kernel = kernel_for(len(self._ids), self._fast)
        places = [places_of(self.columns, query) for query in queries]
        if limit is not None and limit < len(self.columns.rows):
            return [nearest(kernel, self.columns, one, visible, threshold, limit) for one in places]
        questions = [Question(one, most_misses(len(one), self.columns.counts, threshold)) for one in places]
        return kernel.reaching_each(self.columns, questions, visible)

    def _hits(self, query: NDArray[np.uint8], found: Found, limit: int | None) -> Hits:
        union = union_of(self.columns, int(np.bitwise_count(query).sum()), found)
        return Hits(self._ids[self.columns.rows[found.slots]], found.shared, union).best(limit)

    def _visible(self, where: Where | None) -> Words:
        if where is None:
            return self._there
        if where.dtype == np.uint64:
            if where.shape != (self.words,):
                raise ValueError(f"the mask has shape {where.shape}; the index has {self.words} words")
            return self._there & where.astype(np.uint64, copy=False)
        return self._there & self.packed(where.astype(np.bool_, copy=False))
