"""Fingerprints by column: of each bit a bitmap over rows, the rows ordered by how many bits they have.

What a search needs of a query with 40 bits is 40 of 2,048 bitmaps, over the rows whose number of bits can reach the
threshold at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .sliced import Words
from .turned import bitmaps_of, fingerprints_of

#: Rows in a word.
LANES = 64
NOBODY = -1
_ROWS_AT_ONCE = 65_536
_WORDS_AT_ONCE = 64

#: Makes an array to write bitmaps of this shape into: in memory, or a mapped file.
Room = Callable[[tuple[int, int]], Words]


@dataclasses.dataclass(frozen=True, slots=True)
class Columns:
    """Fingerprints of one width. The arrays may be mapped from files and unwritable.

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

    @property
    def width(self) -> int:
        """Bytes of a fingerprint."""
        return len(self.bitmaps) // 8

    def part(self, first_word: int, end_word: int) -> Columns:
        """Those that stand in some neighbouring words; nothing is copied but a few numbers.

        Raises:
            ValueError: there are no such words.
        """
        if not 0 <= first_word <= end_word <= self.words:
            raise ValueError(f"words {first_word} to {end_word} are no part of {self.words}")
        touched = np.flatnonzero((self.starts[1:] > first_word) & (self.starts[:-1] < end_word))
        edges = [*self.starts[touched].tolist(), end_word] if len(touched) else [first_word]
        return Columns(
            self.bitmaps[:, first_word:end_word],
            self.rows[first_word * LANES : end_word * LANES],
            self.counts[touched],
            np.clip(np.array(edges, dtype=np.int64), first_word, end_word) - first_word,
        )

    def fingerprints(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.uint8]]]:
        """The rows again, some thousands at a time: which, shape (k,), and their bits, shape (k, w), packed."""
        for start in range(0, self.words, _WORDS_AT_ONCE):
            rows = self.rows[start * LANES : (start + _WORDS_AT_ONCE) * LANES]
            here = np.flatnonzero(rows != NOBODY)
            yield rows[here], fingerprints_of(self.bitmaps[:, start : start + _WORDS_AT_ONCE])[here]


def in_memory(shape: tuple[int, int]) -> Words:
    """Room for bitmaps in this process's memory."""
    return np.empty(shape, dtype=np.uint64)


def columns_of(fingerprints: NDArray[np.uint8], room: Room = in_memory) -> Columns:
    """The same fingerprints by column. Beside them and the result it needs some 50 bytes a row and a few MB.

    Args:
        fingerprints: shape (n, w), packed eight bits to a byte; they may be mapped from a file.
        room: where to write the bitmaps, such as a file mapped by `np.lib.format.open_memmap`.
    """
    on_bits = _on_bits(fingerprints)
    order = np.argsort(on_bits, kind="stable")
    counts, sizes = np.unique(on_bits, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(-(-sizes // LANES))]).astype(np.int64)
    rows = np.full(int(starts[-1]) * LANES, NOBODY, dtype=np.int32)
    taken = 0
    for first, size in zip(starts[:-1] * LANES, sizes, strict=True):
        rows[first : first + size] = order[taken : taken + size]
        taken += int(size)
    bitmaps = room((fingerprints.shape[1] * 8, len(rows) // LANES))
    for start in range(0, len(rows) // LANES, _WORDS_AT_ONCE):
        chosen = rows[start * LANES : (start + _WORDS_AT_ONCE) * LANES]
        part = np.zeros((len(chosen), fingerprints.shape[1]), dtype=np.uint8)
        part[chosen != NOBODY] = fingerprints[chosen[chosen != NOBODY]]
        bitmaps[:, start : start + _WORDS_AT_ONCE] = bitmaps_of(part)
    return Columns(bitmaps, rows, counts.astype(np.int64), starts)


def _on_bits(fingerprints: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many bits each has, shape (n,)."""
    parts = (fingerprints[start : start + _ROWS_AT_ONCE] for start in range(0, len(fingerprints), _ROWS_AT_ONCE))
    counted = [np.bitwise_count(part).sum(axis=1, dtype=np.int64) for part in parts]
    return np.concatenate([np.zeros(0, dtype=np.int64), *counted])
