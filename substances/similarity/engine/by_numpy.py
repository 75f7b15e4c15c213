"""The kernel in NumPy alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .columns import LANES, Columns, shared_needed
from .protocol import ratios
from .scan import Found, union_of
from .sliced import Words, add, at_least, numbers_at, rows_of

# So many words of each bitmap at once stay in the nearer caches with the digits that are made of them.
_WORDS_AT_ONCE = 16_384
# The best few are sought among rows of about the query's number of bits first, for these can be nearest; only what they
# reach is asked of all others.
_FIRST_WITHIN = (Fraction(9, 10), Fraction(7, 10))
_CUTS = tuple(Fraction(part, 20) for part in range(1, 20))
_ALL = np.uint64(2**64 - 1)


class NumpyKernel:
    """See `Kernel`."""

    def reaching(self, columns: Columns, query: NDArray[np.uint8], visible: Words, threshold: Fraction) -> Found:
        """See `Kernel.reaching`."""
        return _Asked(columns, query, visible).reaching(threshold)

    def nearest(
        self, columns: Columns, query: NDArray[np.uint8], visible: Words, threshold: Fraction, limit: int
    ) -> Found:
        """See `Kernel.nearest`."""
        return _Asked(columns, query, visible).nearest(threshold, limit)


@dataclasses.dataclass(frozen=True, slots=True)
class _Block:
    """Neighbouring words and how many bits their rows share with the query, as digits.

    Attributes:
        start, end: the words.
        bins: the first bin they touch, and the one behind the last.
        sizes: of each of these bins how many of the words are its own.
    """

    start: int
    end: int
    bins: tuple[int, int]
    sizes: NDArray[np.int64]
    digits: list[Words]


class _Asked:
    """One query put to an index."""

    def __init__(self, columns: Columns, query: NDArray[np.uint8], visible: Words) -> None:
        self.columns, self.visible = columns, visible
        self.places = np.flatnonzero(np.unpackbits(query))
        self.bits = len(self.places)

    def reaching(self, threshold: Fraction) -> Found:
        """Everybody who reaches a threshold."""
        blocks = self._blocks(*self._bins(threshold))
        return Found.joined(self._of(block, self._reach(block, threshold)) for block in blocks)

    def nearest(self, threshold: Fraction, limit: int) -> Found:
        """The `limit` nearest that reach a threshold, perhaps among others that are less near."""
        found, seen = Found.none(), (0, 0)
        for within in (*_FIRST_WITHIN, Fraction(0)):
            cut = max(threshold, self._reached(found, limit))
            bins = self._bins(max(cut, within))
            blocks = [block for part in _beside(bins, seen) for block in self._blocks(*part)]
            seen = _spanning(bins, seen)
            if len(found) < limit:
                cut = self._highest(blocks, cut, limit - len(found))
            found = Found.joined([found, *(self._of(block, self._reach(block, cut)) for block in blocks)])
        return found

    def _bins(self, threshold: Fraction) -> tuple[int, int]:
        """The bins in which somebody may reach a threshold: the first, and the one behind the last."""
        return self.columns.bins_for(self.bits, threshold)

    def _blocks(self, first: int, behind: int) -> Iterator[_Block]:
        if first >= behind:
            return
        starts = self.columns.starts
        last = int(starts[behind])
        for start in range(int(starts[first]), last, _WORDS_AT_ONCE):
            end = min(start + _WORDS_AT_ONCE, last)
            low = int(np.searchsorted(starts, start, side="right")) - 1
            high = int(np.searchsorted(starts, end, side="left"))
            edges = np.clip(starts[low : high + 1], start, end)
            digits = add(self.columns.bitmaps[place, start:end] for place in self.places)
            yield _Block(
                start, end, (low, high), edges[1:] - edges[:-1], digits or [np.zeros(end - start, dtype=np.uint64)]
            )

    def _reach(self, block: _Block, threshold: Fraction) -> Words:
        """Who of a block reaches a threshold and may be seen, as a bitmap."""
        visible = self.visible[block.start : block.end]
        if threshold == 0:
            return visible
        needed = shared_needed(self.bits, self.columns.counts[slice(*block.bins)], threshold)
        digits = [
            np.repeat(np.where(needed >> place & 1, _ALL, np.uint64(0)), block.sizes)
            for place in range(int(needed.max()).bit_length())
        ]
        return at_least(block.digits, digits) & visible

    def _of(self, block: _Block, reach: Words) -> Found:
        rows = rows_of(reach)
        return Found(rows + block.start * LANES, numbers_at(block.digits, rows))

    def _highest(self, blocks: list[_Block], threshold: Fraction, wanted: int) -> Fraction:
        """The highest of some cuts that so many of some blocks reach; the threshold where fewer do."""
        cuts = [threshold, *(cut for cut in _CUTS if cut > threshold)]
        enough, too_few = 0, len(cuts)
        while too_few - enough > 1:
            middle = (enough + too_few) // 2
            there = sum(int(np.bitwise_count(self._reach(block, cuts[middle])).sum()) for block in blocks)
            enough, too_few = (middle, too_few) if there >= wanted else (enough, middle)
        return cuts[enough]

    def _reached(self, found: Found, limit: int) -> Fraction:
        """The score of the `limit`-th nearest so far; 0 where there are fewer."""
        if len(found) < limit:
            return Fraction(0)
        union = union_of(self.columns, self.bits, found)
        scores = ratios(found.shared, union)
        last = int(np.argpartition(-scores, limit - 1)[limit - 1])
        return Fraction(int(found.shared[last]), int(union[last])) if union[last] else Fraction(0)


def _beside(bins: tuple[int, int], seen: tuple[int, int]) -> list[tuple[int, int]]:
    """Some bins without those seen already, which stand in their middle or around them."""
    if seen[0] == seen[1]:
        return [bins]
    return [(bins[0], min(bins[1], seen[0])), (max(bins[0], seen[1]), bins[1])]


def _spanning(bins: tuple[int, int], seen: tuple[int, int]) -> tuple[int, int]:
    if seen[0] == seen[1]:
        return bins
    return (min(bins[0], seen[0]), max(bins[1], seen[1])) if bins[0] < bins[1] else seen
