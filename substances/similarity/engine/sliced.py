"""Counts of 64 rows at once: one number a row, each of its binary digits in a word of its own (bit-sliced, vertical).

A column of a fingerprint index is a bitmap over rows. Adding columns by carry-save adders gives, for every row, how
many of them have its bit: with n columns some 5n operations on whole arrays, whatever the rows hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
_ALL = np.uint64(2**64 - 1)
_MOST_DIGITS = 64


def add(columns: Iterable[Words]) -> list[Words]:
    """How many of the columns have each row's bit.

    Args:
        columns: bitmaps, shape (w,) each; they are not changed.

    Returns:
        The digits, the ones first, shape (w,) each; empty where there is no column.
    """
    pending: list[list[Words]] = []
    for column in columns:
        _put(pending, 0, column)
    digits: list[Words] = []
    for weight in range(_MOST_DIGITS):
        if weight == len(pending):
            break
        one, *other = pending[weight]
        if other:
            _put(pending, weight + 1, one & other[0])
        digits.append(one ^ other[0] if other else one)
    return digits


def _put(pending: list[list[Words]], weight: int, part: Words) -> None:
    """Adds something of a weight; three of one are at once one of it and one of twice it."""
    if weight == len(pending):
        pending.append([])
    there = pending[weight]
    if len(there) < 2:
        there.append(part)
        return
    a, b = there
    carried, either = a & b, a ^ b
    pending[weight] = [either ^ part]
    either &= part
    carried |= either
    _put(pending, weight + 1, carried)


def at_least(digits: Sequence[Words], needed: Sequence[Words]) -> Words:
    """The rows whose number is at least the one needed.

    Args:
        digits: of the numbers, the ones first, shape (w,) each; at least one.
        needed: of what is needed, likewise; it may have more digits.

    Returns:
        A bitmap, shape (w,).
    """
    more = np.zeros_like(digits[0])
    same = np.full_like(digits[0], _ALL)
    for place in range(max(len(digits), len(needed)) - 1, -1, -1):
        if place >= len(needed):
            more |= same & digits[place]
            same &= ~digits[place]
        elif place >= len(digits):
            same &= ~needed[place]
        else:
            more |= same & digits[place] & ~needed[place]
            same &= ~(digits[place] ^ needed[place])
    return more | same


def numbers_at(digits: Sequence[Words], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of some rows.

    Args:
        rows: shape (k,), each `64 * word + bit`.

    Returns:
        Shape (k,), int64.
    """
    word, bit = rows >> 6, (rows & 63).astype(np.uint64)
    found = np.zeros(len(rows), dtype=np.int64)
    for place, digit in enumerate(digits):
        found |= ((digit[word] >> bit) & np.uint64(1)).astype(np.int64) << place
    return found


def rows_of(bitmap: Words) -> NDArray[np.int64]:
    """The rows that are in a bitmap, ascending, each `64 * word + bit`; shape (k,), int64."""
    words = np.flatnonzero(bitmap)
    bits = np.unpackbits(bitmap[words].astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    which, bit = np.nonzero(bits)
    rows: NDArray[np.int64] = words[which] * 64 + bit
    return rows


def bitmap_of(flags: NDArray[np.bool_]) -> Words:
    """A bitmap of flags, shape (64 * w,); the reverse of `rows_of`."""
    return np.packbits(flags, bitorder="little").view("<u8").astype(np.uint64)


def flags_of(bitmap: Words) -> NDArray[np.bool_]:
    """Whether each row is in a bitmap, shape (64 * w,); the reverse of `bitmap_of`."""
    return np.unpackbits(bitmap.astype("<u8").view(np.uint8), bitorder="little").astype(np.bool_)
