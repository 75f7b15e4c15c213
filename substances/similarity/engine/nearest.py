"""The nearest few, for any kernel: where they are most likely first, then only what can still be nearer."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .columns import Columns
from .protocol import ratios
from .scan import Found, Kernel, Question, most_misses, union_of
from .sliced import Words

# Of the words, in the order of what can be nearest in them, first an eighth, then so much more.
_SHARES = (1 / 8, 3 / 8, 1.0)
# Fewer words than this are all looked at together: there each look costs more than the words.
_FEW_WORDS = 1_024
# In the first share a high threshold is tried first, since it costs little, and a lower one if it found too few.
_GUESSES = tuple(Fraction(part, 20) for part in (14, 11, 8, 7, 6, 5, 4, 3))


def nearest(
    kernel: Kernel, columns: Columns, places: NDArray[np.int64], visible: Words, threshold: Fraction, limit: int
) -> Found:
    """The `limit` nearest that reach a threshold, with all that tie with the last of them, perhaps among others.

    Args:
        places: the query's bits, shape (a,).
        visible: shape (words,), who may be found.
        limit: at least 1.
    """
    bits, found, cut = len(places), Found.none(), threshold
    first, *others = _shares(columns, bits)
    for guess in (*(guess for guess in _GUESSES if guess > threshold), threshold):
        misses = most_misses(bits, columns.counts, guess)
        found = kernel.reaching(columns, Question(places, misses).only(first), visible)
        if len(found) >= limit:
            break
    for share in others:
        found, cut = _best(columns, bits, found, limit, cut)
        misses = most_misses(bits, columns.counts, cut)
        more = kernel.reaching(columns, Question(places, misses).only(share), visible)
        found = Found.joined([found, more])
    return found


def _shares(columns: Columns, bits: int) -> list[NDArray[np.bool_]]:
    """Bins in shares of the words, those first in which somebody can be nearest; each of shape (bins,)."""
    bound = ratios(np.minimum(columns.counts, bits), np.maximum(columns.counts, bits))
    order = np.argsort(-bound, kind="stable")
    # Of a bin its words before it in that order, as a share of all: the first bin is always in the first share.
    sizes = np.diff(columns.starts)[order]
    before = np.zeros(len(order))
    before[order] = (np.cumsum(sizes) - sizes) / max(1, columns.words)
    edges = (-1.0, *_SHARES) if columns.words >= _FEW_WORDS else (-1.0, 1.0)
    return [(before >= low) & (before < high) for low, high in pairwise(edges)]


def _best(columns: Columns, bits: int, found: Found, limit: int, cut: Fraction) -> tuple[Found, Fraction]:
    """Those that can still be among the best, and what others must reach to be."""
    if len(found) < limit:
        return found, cut
    union = union_of(columns, bits, found)
    scores = ratios(found.shared, union)
    last = int(np.argpartition(-scores, limit - 1)[limit - 1])
    left = scores >= scores[last]
    reached = Fraction(int(found.shared[last]), int(union[last])) if union[last] else Fraction(0)
    return Found(found.slots[left], found.shared[left]), max(cut, reached)
