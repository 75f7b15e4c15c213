"""Counts of 64 rows at once: one number a row, each of its binary digits in a word of its own (bit-sliced, vertical).

A column of a fingerprint index is a bitmap over rows. Adding columns by carry-save adders gives, for every row, how
many of them have its bit: with n columns some 5n operations on whole arrays, whatever the rows hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
#: Every row of a word.
ALL = np.uint64(2**64 - 1)


def add_misses(columns: Sequence[Words], digits: list[Words], out: Words) -> None:
    """Adds to each row's number of how many columns it has not its bit; whose number overflows is out.

    Args:
        columns: one to seven bitmaps, shape (w,) each; they are not changed.
        digits: of the numbers, the ones first, at least three, shape (w,) each; changed.
        out: a bitmap, shape (w,); changed. The number of a row that is out says nothing.
    """
    ones, twos, fours = _missing(columns)
    carry = _half(digits, 0, ones)
    carry = _full(digits, 1, twos, carry)
    carry = _full(digits, 2, fours, carry)
    for place in range(3, len(digits)):
        carry = _half(digits, place, carry)
    out |= carry


def _missing(columns: Sequence[Words]) -> tuple[Words, Words, Words]:
    """How many of up to seven columns have a row's bit not, as three digits."""
    if len(columns) < 7:
        full = np.full_like(columns[0], ALL)
        columns = [*columns, *[full] * (7 - len(columns))]
    a, b, c, d, e, f, g = columns
    sum_, carry = _three(a, b, c)
    sum_, other = _three(sum_, d, e)
    sum_, third = _three(sum_, f, g)
    twos, fours = _three(carry, other, third)
    # Seven less a number of three digits is that number with each digit turned.
    return ~sum_, ~twos, ~fours


def _three(a: Words, b: Words, c: Words) -> tuple[Words, Words]:
    """How many of three bitmaps have a row: ones and twos."""
    either = a ^ b
    carry = a & b
    ones = either ^ c
    either &= c
    carry |= either
    return ones, carry


def _half(digits: list[Words], place: int, more: Words) -> Words:
    carry = digits[place] & more
    digits[place] ^= more
    return carry


def _full(digits: list[Words], place: int, more: Words, carry: Words) -> Words:
    digits[place], carry = _three(digits[place], more, carry)
    return carry


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
