"""What a kernel over columns is asked, and what it answers: the same for NumPy and for compiled code."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .columns import LANES, Columns
from .sliced import Words


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


class Kernel(Protocol):
    """Looks at columns. What it finds is exact; in which order is its own affair."""

    def reaching(self, columns: Columns, query: NDArray[np.uint8], visible: Words, threshold: Fraction) -> Found:
        """Everybody who reaches a threshold.

        Args:
            query: shape (w,), packed.
            visible: shape (words,), who may be found.
        """
        ...

    def nearest(
        self, columns: Columns, query: NDArray[np.uint8], visible: Words, threshold: Fraction, limit: int
    ) -> Found:
        """The `limit` nearest that reach a threshold, with all that tie with the last, perhaps among others less near.

        Args:
            query: shape (w,), packed.
            visible: shape (words,), who may be found.
            limit: at least 1.
        """
        ...


def union_of(columns: Columns, bits: int, found: Found) -> NDArray[np.int64]:
    """Of each how many bits it or the query has; shape (k,).

    Args:
        bits: of the query.
    """
    bins = np.searchsorted(columns.starts, found.slots // LANES, side="right") - 1
    united: NDArray[np.int64] = bits + columns.counts[bins] - found.shared
    return united
