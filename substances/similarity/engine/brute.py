"""The plain engine: every fingerprint is looked at, in about 8 ms for 30,000 of 2,048 bits. The oracle for others."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .protocol import Hits, Queries, Query, check_mask, check_search, packed_query, ratios

_ROWS_AT_ONCE = 65_536


def tanimoto(query: NDArray[np.uint8], targets: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Tanimoto coefficient of one fingerprint with each of many.

    Args:
        query: shape (w,), the bits packed eight to a byte (2,048 bits: w = 256).
        targets: shape (n, w), packed alike.

    Returns:
        Shape (n,), dimensionless, in [0, 1]. Two empty fingerprints score 0, as in RDKit.

    Raises:
        ValueError: the widths differ.
    """
    return ratios(*overlap(query, targets))


def overlap(query: NDArray[np.uint8], targets: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bits shared by one fingerprint and each of many, and bits that either has.

    Args:
        query: shape (w,), packed.
        targets: shape (n, w), packed alike.

    Returns:
        Two arrays of shape (n,).

    Raises:
        ValueError: the widths differ.
    """
    if query.ndim != 1 or targets.ndim != 2 or query.shape[0] != targets.shape[1]:
        raise ValueError(f"a query of shape {query.shape} does not fit targets of shape {targets.shape}")
    return _overlap(_words(query[None, :])[0], _words(targets), _on_bits(_words(targets)))


class BruteIndex:
    """Fingerprints in rows of bytes, searched one after the other.

    Args:
        ids: shape (n,), distinct, in any order.
        fingerprints: shape (n, w), uint8, packed eight bits to a byte; kept, not changed.

    Raises:
        ValueError: shapes that do not fit, or an id twice.
    """

    def __init__(self, ids: NDArray[np.int64], fingerprints: NDArray[np.uint8]) -> None:
        if fingerprints.ndim != 2 or ids.shape != fingerprints.shape[:1]:
            raise ValueError(f"{ids.shape} ids do not fit fingerprints of shape {fingerprints.shape}")
        if len(np.unique(ids)) != len(ids):
            raise ValueError("an id stands twice in the index")
        self.width = fingerprints.shape[1]
        self._ids = np.asarray(ids, dtype=np.int64)
        self._rows = _words(np.asarray(fingerprints, dtype=np.uint8))
        self._counts = _on_bits(self._rows)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> NDArray[np.int64]:
        """See `SimilarityIndex.ids`."""
        return self._ids

    @property
    def fingerprints(self) -> NDArray[np.uint8]:
        """What it was built from, shape (n, w), uint8."""
        return self._rows.view(np.uint8)[:, : self.width]

    def search(
        self,
        query: Query,
        *,
        threshold: Fraction = Fraction(0),
        limit: int | None = None,
        where: NDArray[np.bool_] | None = None,
    ) -> Hits:
        """See `SimilarityIndex.search`."""
        check_search(len(self), threshold, limit, where)
        word = _words(packed_query(query, self.width)[None, :])[0]
        needed = needed_intersections(threshold, 2 * 8 * self.width)
        found = [self._block(word, needed, where, start) for start in range(0, len(self), _ROWS_AT_ONCE)]
        rows, intersection, union = (_joined(parts) for parts in zip(*found, strict=True)) if found else _NOTHING
        return Hits(self._ids[rows], intersection, union).best(limit)

    def search_many(
        self,
        queries: Queries,
        *,
        threshold: Fraction = Fraction(0),
        limit: int | None = None,
        where: NDArray[np.bool_] | None = None,
    ) -> list[Hits]:
        """See `ScreeningIndex.search_many`."""
        return [self.search(query, threshold=threshold, limit=limit, where=where) for query in queries]

    def containing(self, query: Query, *, where: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """See `ScreeningIndex.containing`."""
        check_mask(len(self), where)
        word = _words(packed_query(query, self.width)[None, :])[0]
        has = ~(word & ~self._rows).any(axis=1)
        return np.sort(self._ids[has if where is None else has & where])

    def _block(
        self, word: NDArray[np.uint64], needed: NDArray[np.int64], where: NDArray[np.bool_] | None, start: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Rows, intersections and unions of the hits among some neighbouring rows."""
        block = slice(start, start + _ROWS_AT_ONCE)
        intersection, union = _overlap(word, self._rows[block], self._counts[block])
        hit = intersection >= needed[union]
        if where is not None:
            hit &= where[block]
        rows = np.flatnonzero(hit)
        return rows + start, intersection[rows], union[rows]


_EMPTY = np.zeros(0, dtype=np.int64)
_NOTHING = (_EMPTY, _EMPTY, _EMPTY)


@lru_cache(maxsize=32)
def needed_intersections(threshold: Fraction, most_bits: int) -> NDArray[np.int64]:
    """For each union from 0 to `most_bits`, the smallest intersection that reaches the threshold; exact.

    An empty union scores 0, so only a threshold of 0 is reached there. The table is shared: it cannot be written to.
    """
    needed = [-(-threshold.numerator * union // threshold.denominator) for union in range(most_bits + 1)]
    needed[0] = 0 if threshold == 0 else 1
    table = np.array(needed, dtype=np.int64)
    table.flags.writeable = False
    return table


def _words(rows: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The same rows as 64-bit words, filled up with zeros; a view where they fit."""
    short = -rows.shape[1] % 8
    padded = np.pad(rows, ((0, 0), (0, short))) if short else np.ascontiguousarray(rows)
    return padded.view(np.uint64)


def _on_bits(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    counts: NDArray[np.int64] = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return counts


def _overlap(
    word: NDArray[np.uint64], rows: NDArray[np.uint64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    intersection = _on_bits(rows & word)
    return intersection, counts + int(np.bitwise_count(word).sum(dtype=np.int64)) - intersection


def _joined(parts: tuple[NDArray[np.int64], ...]) -> NDArray[np.int64]:
    return np.concatenate(parts)
