"""What a kernel over columns is asked, and what it answers: the same for NumPy and for compiled code.

Counted are misses, not matches: how many of its bits so far a row has not. A row with b bits reaches a threshold if it
misses at most so many of the query's bits, so it is out as soon as it misses one more, and most are out after the
query's rarest few bits: the bitmaps of the others are not read there. All is exact; the order of the bits is a guess
that changes only how much is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .columns import LANES, Columns
from .sliced import Words

_SAMPLE_WORDS = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Slots, each with how many bits it shares with the query; shape (k,) both."""

    slots: NDArray[np.int64]
    shared: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.slots)

    @classmethod
    def none(cls) -> Found:
        """Nobody."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @classmethod
    def joined(cls, parts: Iterable[Found]) -> Found:
        """All of them."""
        together = [cls.none(), *parts]
        return cls(np.concatenate([one.slots for one in together]), np.concatenate([one.shared for one in together]))


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """One query put to some columns.

    Attributes:
        places: shape (a,), int64, the query's bits, in the order in which they are looked at.
        misses: shape (bins,), int64; how many of them a row of a bin may miss, below 0 where nobody is sought.
    """

    places: NDArray[np.int64]
    misses: NDArray[np.int64]

    def only(self, bins: NDArray[np.bool_]) -> Question:
        """The same asked of some bins only; shape (bins,)."""
        return Question(self.places, np.where(bins, self.misses, -1))


class Kernel(Protocol):
    """Looks at columns. What it finds is exact; in which order is its own affair."""

    def reaching(self, columns: Columns, question: Question, visible: Words) -> Found:
        """Everybody who misses few enough.

        Args:
            visible: shape (words,), who may be found.
        """
        ...

    def reaching_each(self, columns: Columns, questions: Sequence[Question], visible: Words) -> list[Found]:
        """Of each question what `reaching` would say."""
        ...


def places_of(columns: Columns, query: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The bits of a query, shape (a,): first those that seem rarest among rows of about as many bits.

    Args:
        query: shape (w,), packed.
    """
    places = np.flatnonzero(np.unpackbits(query))
    if not len(places) or not columns.words:
        return places
    alike = min(int(np.searchsorted(columns.counts, len(places))), len(columns.counts) - 1)
    start = min(int(columns.starts[alike]), max(0, columns.words - _SAMPLE_WORDS))
    sample = columns.bitmaps[places, start : start + _SAMPLE_WORDS]
    return places[np.argsort(np.bitwise_count(sample).sum(axis=1, dtype=np.int64), kind="stable")]


def most_misses(bits: int, counts: NDArray[np.int64], threshold: Fraction) -> NDArray[np.int64]:
    """How many of a query's bits rows may miss and still reach a threshold; below 0 where none can reach it.

    Args:
        bits: of the query.
        counts: of the rows; shape (bins,).
    """
    if threshold == 0:
        return np.full(len(counts), bits, dtype=np.int64)
    needed = shared_needed(bits, counts, threshold)
    return np.where(needed <= np.minimum(bits, counts), bits - needed, -1)


def shared_needed(bits: int, counts: NDArray[np.int64], threshold: Fraction) -> NDArray[np.int64]:
    """The fewest shared bits by which rows reach a threshold above 0, exactly: c / (a + b - c) >= p / q.

    Two fingerprints without a bit score 0, so of them more is needed than there is.

    Args:
        bits: of the query, a.
        counts: of the rows, b; shape (bins,).
    """
    p, q = threshold.numerator, threshold.denominator
    if q < 2**31:
        return np.maximum(1, -(-p * (bits + counts) // (p + q)))
    return np.array([max(1, -(-p * (bits + count) // (p + q))) for count in counts.tolist()], dtype=np.int64)


def union_of(columns: Columns, bits: int, found: Found) -> NDArray[np.int64]:
    """Of each how many bits it or the query has; shape (k,).

    Args:
        bits: of the query.
    """
    bins = np.searchsorted(columns.starts, found.slots // LANES, side="right") - 1
    united: NDArray[np.int64] = bits + columns.counts[bins] - found.shared
    return united
