"""What `by_numba` compiles: loops over words that the compiler turns into the widest instructions the processor has.

Importing this module imports numba. The functions say their types in words only: they are compiled for what they are
called with.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, assignment"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

SEVEN = 7
# With somebody left in fewer words than one in so many, these are looked at one by one.
_FEW = 4
_MOST_DIGITS = 64
# A block: so many words of some bitmaps and of the digits stay in the first two caches.
_WORDS_AT_ONCE = 256
_ALL = np.uint64(2**64 - 1)
_NONE = np.uint64(0)
_ONE = np.uint64(1)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at the first call; kept on disk for the next process where numba finds a folder it can write to."""
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder that can be written to: compiled in this process alone
        return numba.njit(nogil=True)(function)


@_compiled
def add_seven(bitmaps, a, b, c, d, e, f, g, digits, carry, count):
    """Adds to each row's number of how many of seven bitmaps it has not its bit.

    Args:
        bitmaps: shape (any,), uint64; the seven begin at `a` to `g` and have `count` words each.
        digits: of the numbers, the ones first, shape (at least 3, words); three of them are changed.
        carry: shape (words,); what goes beyond three digits is left here.
    """
    a_, b_, c_, d_ = bitmaps[a : a + count], bitmaps[b : b + count], bitmaps[c : c + count], bitmaps[d : d + count]
    e_, f_, g_ = bitmaps[e : e + count], bitmaps[f : f + count], bitmaps[g : g + count]
    low, middle, high = digits[0], digits[1], digits[2]
    for i in range(count):
        x, y, z = a_[i], b_[i], c_[i]
        ones = x ^ y ^ z
        first = (x & y) | (z & (x | y))
        x, y = d_[i], e_[i]
        second = (x & y) | (ones & (x | y))
        ones = x ^ y ^ ones
        x, y = f_[i], g_[i]
        third = (x & y) | (ones & (x | y))
        # Seven less a number of three digits is that number with each digit turned.
        ones = ~(x ^ y ^ ones)
        twos = ~(first ^ second ^ third)
        fours = ~((first & second) | (third & (first | second)))
        digit = low[i]
        low[i] = digit ^ ones
        more = digit & ones
        digit = middle[i]
        middle[i] = digit ^ twos ^ more
        more = (digit & twos) | (more & (digit | twos))
        digit = high[i]
        high[i] = digit ^ fours ^ more
        carry[i] = (digit & fours) | (more & (digit | fours))


@_compiled
def carry_on(digits, carry, place, used, count):
    """Adds `carry` to the digits from `place` on; what goes beyond the last is left in it."""
    for higher in range(place, used):
        digit = digits[higher]
        for i in range(count):
            more = digit[i] & carry[i]
            digit[i] ^= carry[i]
            carry[i] = more


@_compiled
def sort_out(carry, out, count):
    """Who overflowed is out. How many words have somebody left."""
    for i in range(count):
        out[i] |= carry[i]
    left = 0
    for i in range(count):
        left += np.int64(out[i] != _ALL)
    return left


@_compiled
def ones_of(word):
    """How many bits of a word are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_compiled
def finish(bitmaps, step, start, places, done, misses, digits, used, spare, out, count, question, hits, found):
    """Looks at those who are left one by one: who misses too many of the bits not yet looked at is out.

    Args:
        places, done: the question's bits, and how many of them are in the digits.
        misses: how many of them may be missed.
        spare: what the numbers began with.
        question, hits: written down for each, as far as there is room.

    Returns:
        How many were found until now.
    """
    for i in range(count):
        rows = ~out[i]
        while rows != _NONE:
            lowest = rows & (~rows + _ONE)
            rows ^= lowest
            lane = np.uint64(ones_of(lowest - _ONE))
            missed = np.int64(-spare)
            for place in range(used):
                missed += np.int64((digits[place, i] >> lane) & _ONE) << place
            for k in range(done, len(places)):
                missed += np.int64(((bitmaps[places[k] * step + start + i] >> lane) & _ONE) ^ _ONE)
                if missed > misses:
                    break
            if missed <= misses:
                if found < len(hits):
                    hits[found, 0] = question
                    hits[found, 1] = (start + i) * 64 + np.int64(lane)
                    hits[found, 2] = len(places) - missed
                found += 1
    return found


@_compiled
def digits_for(misses):
    """How many digits a counter needs that overflows with one miss more; at least three."""
    used = 3
    while (1 << used) - 1 < misses:
        used += 1
    return used


@_compiled
def begin(digits, used, spare, out, visible, start, count):
    """Sets all counters to `spare`, and who cannot be seen is out."""
    for place in range(used):
        value = _ALL if (spare >> place) & 1 else _NONE
        digit = digits[place]
        for i in range(count):
            digit[i] = value
    for i in range(count):
        out[i] = ~visible[start + i]


@_compiled
def of_block(
    bitmaps, step, start, places, misses, count, visible, digits, carry, out, question, hits, found
):  # fmt: skip
    """Who among neighbouring words of one bin misses few enough bits; how many were found until now.

    Args:
        bitmaps, step: bitmap p begins at `p * step`.
        start, count: the words.
        places: the question's bits, shape (a,).
        misses: how many of them may be missed, 0 or more.
        visible: who may be found.
        digits, carry, out: room to work in.
        question, hits, found: as `finish` takes them.
    """
    used = digits_for(misses)
    # With the first miss too many the counter overflows.
    spare = (1 << used) - 1 - misses
    begin(digits, used, spare, out, visible, start, count)
    done = 0
    while done < len(places):
        if done + SEVEN <= len(places):
            add_seven(
                bitmaps,
                places[done] * step + start,
                places[done + 1] * step + start,
                places[done + 2] * step + start,
                places[done + 3] * step + start,
                places[done + 4] * step + start,
                places[done + 5] * step + start,
                places[done + 6] * step + start,
                digits,
                carry,
                count,
            )
            carry_on(digits, carry, 3, used, count)
            done += SEVEN
        else:
            column = bitmaps[places[done] * step + start :]
            for i in range(count):
                carry[i] = ~column[i]
            carry_on(digits, carry, 0, used, count)
            done += 1
        if done > misses:
            left = sort_out(carry, out, count)
            if left == 0:
                return found
            if _FEW * left < count:
                break
    return finish(bitmaps, step, start, places, done, misses, digits, used, spare, out, count, question, hits, found)


@_compiled
def search(bitmaps, step, starts, places, ends, misses, visible, hits):
    """All blocks, each with all questions in turn; how many were found, of which as many are written as there is room.

    Args:
        bitmaps, step: bitmap p begins at `p * step`.
        starts: shape (bins + 1,), the first word of each bin.
        places, ends: the bits of question k are `places[ends[k]:ends[k + 1]]`.
        misses: shape (questions, bins), how many of them may be missed, below 0 where nobody is sought.
        visible: who may be found.
        hits: shape (room, 3), int64: question, slot, shared bits.
    """
    digits = np.empty((_MOST_DIGITS, _WORDS_AT_ONCE), dtype=np.uint64)
    carry = np.empty(_WORDS_AT_ONCE, dtype=np.uint64)
    out = np.empty(_WORDS_AT_ONCE, dtype=np.uint64)
    found = 0
    for bin_ in range(len(starts) - 1):
        for start in range(starts[bin_], starts[bin_ + 1], _WORDS_AT_ONCE):
            count = min(_WORDS_AT_ONCE, starts[bin_ + 1] - start)
            for question in range(len(ends) - 1):
                few = misses[question, bin_]
                if few >= 0:
                    own = places[ends[question] : ends[question + 1]]
                    found = of_block(
                        bitmaps, step, start, own, few, count, visible, digits, carry, out, question, hits, found
                    )
    return found
