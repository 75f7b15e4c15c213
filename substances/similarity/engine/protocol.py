"""What a similarity engine takes and gives, whatever is inside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Query: TypeAlias = bytes | NDArray[np.uint8]
#: Several queries: shape (q, w), packed, or a sequence of single ones.
Queries: TypeAlias = Sequence[Query] | NDArray[np.uint8]
#: Who may be found: shape (n,), bool, in the order of the index's `ids`; or what its `packed` made of that, uint64.
Where: TypeAlias = NDArray[np.bool_] | NDArray[np.uint64]


@dataclasses.dataclass(frozen=True, slots=True)
class Hits:
    """What was found, best first; equal scores by id.

    Attributes:
        ids: shape (k,), int64.
        intersection: shape (k,), int64, bits that query and target share.
        union: shape (k,), int64, bits that either has; 0 only where both are empty.
    """

    ids: NDArray[np.int64]
    intersection: NDArray[np.int64]
    union: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def scores(self) -> NDArray[np.float64]:
        """Tanimoto coefficients for display, shape (k,), dimensionless, in [0, 1]; two empty fingerprints score 0."""
        return ratios(self.intersection, self.union)

    def score(self, index: int) -> Fraction:
        """The exact Tanimoto coefficient of one hit."""
        union = int(self.union[index])
        return Fraction(int(self.intersection[index]), union) if union else Fraction(0)

    def best(self, limit: int | None) -> Hits:
        """The best `limit` of them in order; all where it is None."""
        order = best_first(self.ids, self.intersection, self.union, limit)
        return Hits(self.ids[order], self.intersection[order], self.union[order])


class SimilarityIndex(Protocol):
    """A set of fingerprints of one key that can be searched; the answer is exact and the same in every engine."""

    @property
    def ids(self) -> NDArray[np.int64]:
        """Shape (n,), distinct: whose flag stands where in a mask `where`. Removed ones keep their place."""
        ...

    def __len__(self) -> int:
        """How many fingerprints can be found; removed ones are not counted."""
        ...

    def search(
        self,
        query: Query,
        *,
        threshold: Fraction = Fraction(0),
        limit: int | None = None,
        where: NDArray[np.bool_] | None = None,
    ) -> Hits:
        """Fingerprints with a Tanimoto coefficient of at least `threshold`, best first, ties by id.

        Args:
            query: one packed fingerprint, shape (w,).
            threshold: exact, in [0, 1]; at 0 everything is a hit.
            limit: how many at most; None for all.
            where: shape (n,), True for rows that may be hits, in the order of `ids`.

        Raises:
            ValueError: a width, a threshold, a limit or a mask that does not fit.
        """
        ...


class ScreeningIndex(SimilarityIndex, Protocol):
    """An index that also takes many queries at once, and screens for substructures."""

    def search_many(
        self,
        queries: Queries,
        *,
        threshold: Fraction = Fraction(0),
        limit: int | None = None,
        where: NDArray[np.bool_] | None = None,
    ) -> list[Hits]:
        """Of each query what `search` would say.

        Args:
            queries: packed, shape (q, w), or that many single ones.
        """
        ...

    def containing(self, query: Query, *, where: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """Who has all bits of a query; ids, ascending. Without a bit in the query that is everybody.

        Only those can have a substructure of whose pattern fingerprint the query is; the others need not be matched.

        Raises:
            ValueError: a width or a mask that does not fit.
        """
        ...


def merged(parts: Iterable[Hits], limit: int | None = None) -> Hits:
    """The hits of several indexes that share no id, as if one had been asked.

    Args:
        parts: found with the same threshold, and each with at least this limit.
        limit: how many at most; None for all.
    """
    together = list(parts)
    if not together:
        nothing = np.zeros(0, dtype=np.int64)
        return Hits(nothing, nothing, nothing)
    return Hits(
        np.concatenate([one.ids for one in together]),
        np.concatenate([one.intersection for one in together]),
        np.concatenate([one.union for one in together]),
    ).best(limit)


def ratios(intersection: NDArray[np.int64], union: NDArray[np.int64]) -> NDArray[np.float64]:
    """Intersection over union as floats, 0 where the union is empty.

    Shapes (k,). Division rounds correctly and the counts are far below 2**26, so equal fractions give equal floats
    and different ones keep their order: floats may be used to sort, not to compare with a threshold.
    """
    return np.divide(intersection, union, out=np.zeros(len(union)), where=union > 0)


def packed_query(query: Query, width: int) -> NDArray[np.uint8]:
    """A query as an array of bytes.

    Args:
        query: bytes or shape (w,).
        width: bytes that a fingerprint of the index has.

    Raises:
        ValueError: the query has another width.
    """
    array = np.frombuffer(query, dtype=np.uint8) if isinstance(query, bytes) else np.asarray(query, dtype=np.uint8)
    if array.shape != (width,):
        raise ValueError(f"the query has shape {array.shape}; the fingerprints of this index have {width} bytes")
    return array


def check_search(rows: int, threshold: Fraction, limit: int | None, where: NDArray[np.bool_] | None) -> None:
    """That a search can be asked of an index of so many rows.

    Raises:
        ValueError: a threshold, a limit or a mask that does not fit.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"the threshold is {threshold}; it lies between 0 and 1")
    if limit is not None and limit < 0:
        raise ValueError(f"the limit is {limit}; it is 0 or more")
    check_mask(rows, where)


def check_mask(rows: int, where: NDArray[np.bool_] | None) -> None:
    """That a mask fits an index of so many rows.

    Raises:
        ValueError: it does not.
    """
    if where is not None and (where.shape != (rows,) or where.dtype != np.bool_):
        raise ValueError(f"the mask has shape {where.shape} and type {where.dtype}; the index has {rows} rows")


def best_first(
    ids: NDArray[np.int64], intersection: NDArray[np.int64], union: NDArray[np.int64], limit: int | None
) -> NDArray[np.int64]:
    """The order by score descending, then id; only the best `limit`. Shapes (k,)."""
    scores = ratios(intersection, union)
    chosen = np.arange(len(ids))
    if limit is not None and limit < len(ids):
        if limit == 0:
            return chosen[:0]
        worst = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        chosen = np.flatnonzero(scores >= worst)  # all that tie with the last one; ids decide between them
    order = chosen[np.lexsort((ids[chosen], -scores[chosen]))]
    return order[:limit]
