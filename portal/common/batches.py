"""Rows a batch at a time, however many there are. Gives way to `itertools.batched` where Python 3.12 is the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in their order, `size` in each list, fewer in the last; no more than one list is read ahead.

    Raises:
        ValueError: `size` is less than one.
    """
    if size < 1:
        raise ValueError(f"a batch of {size}")
    there = iter(rows)
    while batch := list(islice(there, size)):
        yield batch
