"""The kernel compiled. Importing it imports numba; `kernels` says when that is worth it.

The same miss counters as in `by_numpy`, but a bin's words at a time, so that the counters stay in the nearest cache; and
many questions in one pass over the words, so that bitmaps are fetched once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

from .columns import Columns
from .scan import Found, Question
from .sliced import ALL, Words

_SEVEN = 7
_FEW = 3
_MOST_DIGITS = 64
# One question reads on in its own columns: longer runs. Many share a piece of all columns: 2,048 of so many words, 1 MB.
_WORDS_OF_ONE = 512
_WORDS_OF_MANY = 64
_ROOM = 65_536
_NONE = np.uint64(0)
_ONE = np.uint64(1)

_F = TypeVar("_F", bound=Callable[..., Any])


def _compiled(function: _F) -> _F:
    """Compiled at the first call; kept on disk for the next process where numba finds a folder it can write to."""
    try:
        compiled: _F = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder that can be written to: compiled in this process alone
        compiled = numba.njit(nogil=True)(function)
    return compiled


class NumbaKernel:
    """See `Kernel`."""

    def reaching(self, columns: Columns, question: Question, visible: Words) -> Found:
        """See `Kernel.reaching`."""
        return self._asked(columns, [question], visible, _WORDS_OF_ONE)[0]

    def reaching_each(self, columns: Columns, questions: Sequence[Question], visible: Words) -> list[Found]:
        """See `Kernel.reaching_each`."""
        words = _WORDS_OF_MANY if len(questions) > 1 else _WORDS_OF_ONE
        return self._asked(columns, questions, visible, words)

    def _asked(self, columns: Columns, questions: Sequence[Question], visible: Words, words: int) -> list[Found]:
        if not questions or not columns.words:
            return [Found.none()] * len(questions)
        ends = np.cumsum([0, *(len(question.places) for question in questions)])
        places = np.concatenate([question.places for question in questions])
        misses = np.stack([question.misses for question in questions])
        flat, step = _flat(columns)
        room = _ROOM
        while True:
            which, slots, shared = (np.empty(room, dtype=np.int64) for _ in range(3))
            found = _search(
                flat, step, _frozen(columns.starts), places, ends, misses, _frozen(visible), words, which, slots, shared
            )
            if found <= room:
                break
            room = found
        return _split(which[:found], slots[:found], shared[:found], len(questions))


def _split(
    which: NDArray[np.int64], slots: NDArray[np.int64], shared: NDArray[np.int64], questions: int
) -> list[Found]:
    """What was found, by the question."""
    if questions == 1:
        return [Found(slots.copy(), shared.copy())]
    order = np.argsort(which, kind="stable")
    edges = np.searchsorted(which[order], np.arange(questions + 1))
    parts = [order[start:end] for start, end in zip(edges[:-1], edges[1:], strict=True)]
    return [Found(slots[part], shared[part]) for part in parts]


def _flat(columns: Columns) -> tuple[Words, int]:
    """The bitmaps as one row of words, and how many words stand between the begins of two; nothing is copied."""
    bitmaps = columns.bitmaps
    step = bitmaps.strides[0] // 8
    length = (len(bitmaps) - 1) * step + columns.words
    flat = np.lib.stride_tricks.as_strided(bitmaps, shape=(length,), strides=(8,), writeable=False)
    return flat, step


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The same that cannot be written to, so that mapped and own arrays are one type and compiled for once."""
    view = array.view()
    view.flags.writeable = False
    return view


@_compiled
def _search(  # type: ignore[no-untyped-def]  # compiled; the types are said in `_of_block`
    flat, step, starts, places, ends, misses, visible, words_at_once, which, slots, shared
):
    """All blocks, each with all questions in turn; how many were found, of which as many are stored as there is room."""
    digits = np.empty((_MOST_DIGITS, words_at_once), dtype=np.uint64)
    carry = np.empty(words_at_once, dtype=np.uint64)
    out = np.empty(words_at_once, dtype=np.uint64)
    words = np.empty(words_at_once, dtype=np.int64)
    picked = np.empty((_SEVEN, words_at_once), dtype=np.uint64)
    full = np.full(words_at_once, ALL)
    found = 0
    for bin_ in range(len(starts) - 1):
        for start in range(starts[bin_], starts[bin_ + 1], words_at_once):
            count = min(words_at_once, starts[bin_ + 1] - start)
            for question in range(len(ends) - 1):
                if misses[question, bin_] >= 0:
                    own = places[ends[question] : ends[question + 1]]
                    before = found
                    found = _of_block(
                        flat, step, own, misses[question, bin_], start, count, visible,
                        digits, carry, out, words, picked, full, slots, shared, found,
                    )  # fmt: skip
                    which[before : min(found, len(which))] = question
    return found


@_compiled
def _of_block(  # type: ignore[no-untyped-def]
    flat, step, places, misses, start, count, visible, digits, carry, out, words, picked, full, slots, shared, found
):
    """Who among neighbouring words of one bin misses few enough bits.

    Args:
        flat, step: bitmap p begins at `p * step`.
        places: the question's bits, shape (a,).
        misses: how many of them may be missed, 0 or more.
        start, count: the words.
        digits, carry, out, words, picked, full: room to work in; `full` has every bit.
        slots, shared: what is found is written here, from `found` on.
    """
    used = 3
    while (1 << used) - 1 < misses:
        used += 1
    spare = (1 << used) - 1 - misses
    for place in range(used):
        digits[place, :count] = ALL if (spare >> place) & 1 else _NONE
    for i in range(count):
        out[i] = ~visible[start + i]
    sparse, left = False, count
    for first in range(0, len(places), _SEVEN):
        if sparse:
            for k in range(_SEVEN):
                if first + k < len(places):
                    base = places[first + k] * step + start
                    for i in range(left):
                        picked[k, i] = flat[base + words[i]]
                else:
                    picked[k, :left] = ALL
            _add(picked[0], picked[1], picked[2], picked[3], picked[4], picked[5], picked[6], digits, carry, left)
        else:
            _add(
                _column(flat, step, places, first, start, full),
                _column(flat, step, places, first + 1, start, full),
                _column(flat, step, places, first + 2, start, full),
                _column(flat, step, places, first + 3, start, full),
                _column(flat, step, places, first + 4, start, full),
                _column(flat, step, places, first + 5, start, full),
                _column(flat, step, places, first + 6, start, full),
                digits, carry, left,
            )  # fmt: skip
        alive = _carry_on(digits, carry, used, out, left)
        if first + _SEVEN <= misses:
            continue
        if alive == 0:
            return found
        if _FEW * alive < left:
            left = _keep_alive(digits, used, out, words, left, sparse)
            sparse = True
    return _write(digits, used, spare, len(places), out, words, left, sparse, start, slots, shared, found)


@_compiled
def _column(flat, step, places, number, start, full):  # type: ignore[no-untyped-def]
    if number < len(places):
        return flat[places[number] * step + start :]
    return full


@_compiled
def _add(a, b, c, d, e, f, g, digits, carry, count):  # type: ignore[no-untyped-def]
    """Adds how many of seven bitmaps have a row's bit not; what goes beyond three digits is left in `carry`."""
    for i in range(count):
        x, y, z = ~a[i], ~b[i], ~c[i]
        ones = x ^ y ^ z
        first = (x & y) | (z & (x | y))
        x, y = ~d[i], ~e[i]
        second = (x & y) | (ones & (x | y))
        ones = x ^ y ^ ones
        x, y = ~f[i], ~g[i]
        third = (x & y) | (ones & (x | y))
        ones = x ^ y ^ ones
        twos = first ^ second ^ third
        fours = (first & second) | (third & (first | second))
        digit = digits[0, i]
        digits[0, i] = digit ^ ones
        more = digit & ones
        digit = digits[1, i]
        digits[1, i] = digit ^ twos ^ more
        more = (digit & twos) | (more & (digit | twos))
        digit = digits[2, i]
        digits[2, i] = digit ^ fours ^ more
        carry[i] = (digit & fours) | (more & (digit | fours))


@_compiled
def _carry_on(digits, carry, used, out, count):  # type: ignore[no-untyped-def]
    """Carries through the other digits; who overflows is out. How many words have somebody left."""
    for place in range(3, used):
        for i in range(count):
            digit = digits[place, i]
            digits[place, i] = digit ^ carry[i]
            carry[i] &= digit
    alive = 0
    for i in range(count):
        out[i] |= carry[i]
    for i in range(count):
        alive += out[i] != ALL
    return alive


@_compiled
def _keep_alive(digits, used, out, words, count, sparse):  # type: ignore[no-untyped-def]
    """Moves the words in which somebody is left to the front; how many they are."""
    left = 0
    for i in range(count):
        if out[i] != ALL:
            words[left] = words[i] if sparse else i
            for place in range(used):
                digits[place, left] = digits[place, i]
            out[left] = out[i]
            left += 1
    return left


@_compiled
def _write(digits, used, spare, bits, out, words, count, sparse, start, slots, shared, found):  # type: ignore[no-untyped-def]
    """Writes down who is left, as far as there is room; how many were found until now."""
    for i in range(count):
        rows = ~out[i]
        word = start + (words[i] if sparse else i)
        while rows != _NONE:
            lowest = rows & (~rows + _ONE)
            rows ^= lowest
            if found < len(slots):
                lane = _ones(lowest - _ONE)
                number = 0
                for place in range(used):
                    number |= np.int64((digits[place, i] >> np.uint64(lane)) & _ONE) << place
                slots[found] = word * 64 + lane
                shared[found] = bits - (number - spare)
            found += 1
    return found


@_compiled
def _ones(word):  # type: ignore[no-untyped-def]
    """How many bits of a word are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
