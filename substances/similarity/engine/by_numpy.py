"""The kernel in NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .columns import LANES, Columns
from .scan import Found, Question
from .sliced import ALL, Words, add_misses, numbers_at, rows_of

# So many words of each bitmap at once stay in the nearer caches with the digits that are made of them.
_WORDS_AT_ONCE = 8_192
#: Bitmaps added at once.
SEVEN = 7
# With fewer words left than one in so many only these are read on: reading here and there costs more than in a row.
_FEW = 3


class NumpyKernel:
    """See `Kernel`."""

    def reaching(self, columns: Columns, question: Question, visible: Words) -> Found:
        """See `Kernel.reaching`."""
        blocks = (_of_block(columns, question, visible, *block) for block in _blocks(columns, question.misses))
        return Found.joined(blocks)

    def reaching_each(self, columns: Columns, questions: Sequence[Question], visible: Words) -> list[Found]:
        """See `Kernel.reaching_each`."""
        return [self.reaching(columns, question, visible) for question in questions]


def _blocks(columns: Columns, misses: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Neighbouring words of bins where somebody is sought: the first, and the one behind the last."""
    sought = np.flatnonzero(np.diff(np.concatenate([[False], misses >= 0, [False]]).astype(np.int8)))
    for first, behind in sought.reshape(-1, 2).tolist():
        end = int(columns.starts[behind])
        for start in range(int(columns.starts[first]), end, _WORDS_AT_ONCE):
            yield start, min(start + _WORDS_AT_ONCE, end)


def _of_block(columns: Columns, question: Question, visible: Words, start: int, end: int) -> Found:
    low = int(np.searchsorted(columns.starts, start, side="right")) - 1
    high = int(np.searchsorted(columns.starts, end, side="left"))
    edges = np.clip(columns.starts[low : high + 1], start, end)
    sizes = edges[1:] - edges[:-1]
    spare, digits = _counters(question.misses[low:high], sizes)
    out = ~visible[start:end]
    bitmaps, words = columns.bitmaps[:, start:end], None
    fewest = int(question.misses[low:high].min())
    for first in range(0, len(question.places), SEVEN):
        seven = question.places[first : first + SEVEN]
        add_misses([bitmaps[place] if words is None else bitmaps[place].take(words) for place in seven], digits, out)
        if first + len(seven) <= fewest:
            continue
        left = np.flatnonzero(out != ALL)
        if not len(left):
            return Found.none()
        if _FEW * len(left) < len(out):
            words = left if words is None else words[left]
            digits, out = [digit[left] for digit in digits], out[left]
    rows = rows_of(~out)
    at = rows // LANES if words is None else words[rows // LANES]
    slots = (at + start) * LANES + rows % LANES
    missed = numbers_at(digits, rows) - np.repeat(spare, sizes)[at]
    return Found(slots, len(question.places) - missed)


def _counters(misses: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Words]]:
    """Counters of misses that overflow with the first too many, and what they begin with in each bin.

    Args:
        misses: how many are allowed in each bin, 0 or more; shape (bins,).
        sizes: of each bin its words.

    Returns:
        Shape (bins,), and digits, the ones first, each a bitmap.
    """
    places = max(3, int(misses.max()).bit_length())
    spare = (1 << places) - 1 - misses
    return spare, [np.repeat(np.where(spare >> place & 1, ALL, np.uint64(0)), sizes) for place in range(places)]
