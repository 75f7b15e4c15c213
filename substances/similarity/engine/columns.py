"""Fingerprints by column: of each bit a bitmap over rows, the rows ordered by how many bits they have.

What a search needs of a query with 40 bits is 40 of 2,048 bitmaps, over the rows whose number of bits can reach the
threshold at all.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .sliced import Words

#: Rows in a word.
LANES = 64
NOBODY = -1
_ROWS_AT_ONCE = 65_536


@dataclasses.dataclass(frozen=True, slots=True)
class Columns:
    """Fingerprints of one width.

    A slot is a place for a row: `64 * word + bit`. Rows with equally many bits stand together, in whole words.

    Attributes:
        bitmaps: shape (bits, words), uint64; of each bit who has it.
        rows: shape (64 * words,), int32; who stands in a slot, counted as they were given, `NOBODY` where nobody does.
        counts: shape (bins,), int64, ascending; how many bits those of a bin have.
        starts: shape (bins + 1,), int64; the first word of each bin, and the word behind the last.
    """

    bitmaps: Words
    rows: NDArray[np.int32]
    counts: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def words(self) -> int:
        """How many words a bitmap has."""
        return len(self.rows) // LANES

    def bins_for(self, bits: int, threshold: Fraction) -> tuple[int, int]:
        """The bins in which somebody may reach a threshold above 0: the first, and the one behind the last.

        Args:
            bits: of the query.
        """
        reach = np.flatnonzero(shared_needed(bits, self.counts, threshold) <= np.minimum(bits, self.counts))
        # Below as many bits as the query's the bound rises with their number, above it falls: these stand side by side.
        return (int(reach[0]), int(reach[-1]) + 1) if len(reach) else (0, 0)


def shared_needed(bits: int, counts: NDArray[np.int64], threshold: Fraction) -> NDArray[np.int64]:
    """The fewest shared bits by which rows reach a threshold above 0, exactly: c / (a + b - c) >= p / q.

    Two fingerprints without a bit score 0, so of them more is needed than there is.

    Args:
        bits: of the query, a.
        counts: of the rows, b; shape (n,).
    """
    p, q = threshold.numerator, threshold.denominator
    return np.array([max(1, -(-p * (bits + count) // (p + q))) for count in counts.tolist()], dtype=np.int64)


def columns_of(fingerprints: NDArray[np.uint8]) -> Columns:
    """The same fingerprints by column.

    Args:
        fingerprints: shape (n, w), packed eight bits to a byte.
    """
    on_bits = np.concatenate(
        [np.zeros(0, dtype=np.int64)]
        + [np.bitwise_count(part).sum(axis=1, dtype=np.int64) for part in _parts(fingerprints)]
    )
    order = np.argsort(on_bits, kind="stable")
    counts, sizes = np.unique(on_bits, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(-(-sizes // LANES))]).astype(np.int64)
    rows = np.full(int(starts[-1]) * LANES, NOBODY, dtype=np.int32)
    taken = 0
    for first, size in zip(starts[:-1] * LANES, sizes, strict=True):
        rows[first : first + size] = order[taken : taken + size]
        taken += int(size)
    return Columns(_transposed(fingerprints, rows), rows, counts.astype(np.int64), starts)


def _parts(fingerprints: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [fingerprints[start : start + _ROWS_AT_ONCE] for start in range(0, len(fingerprints), _ROWS_AT_ONCE)]


def _transposed(fingerprints: NDArray[np.uint8], rows: NDArray[np.int32]) -> Words:
    """Bitmaps of the rows in the order of their slots, a few thousand rows at a time."""
    width = fingerprints.shape[1]
    bitmaps = np.zeros((width * 8, len(rows) // LANES), dtype=np.uint64)
    step = 4_096
    for start in range(0, len(rows), step):
        chosen = rows[start : start + step]
        part = np.zeros((len(chosen), width), dtype=np.uint8)
        part[chosen >= 0] = fingerprints[chosen[chosen >= 0]]
        by_bit = np.unpackbits(part, axis=1).T  # shape (bits, rows)
        packed = np.packbits(by_bit, axis=1, bitorder="little")
        words = np.ascontiguousarray(packed).view("<u8")
        bitmaps[:, start // LANES : start // LANES + words.shape[1]] = words
    return bitmaps
