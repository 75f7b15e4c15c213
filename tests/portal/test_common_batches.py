"""Rows by batches: all of them, in order, never one read too early."""

from __future__ import annotations

import itertools

import pytest

from portal.common.batches import batches


@pytest.mark.parametrize(
    ("rows", "size", "told"),
    [([], 3, []), ([1, 2], 3, [[1, 2]]), ([1, 2, 3], 3, [[1, 2, 3]]), ([1, 2, 3, 4], 3, [[1, 2, 3], [4]])],
)
def test_every_row_comes_once_and_in_order(rows: list[int], size: int, told: list[list[int]]) -> None:
    assert list(batches(rows, size)) == told


def test_only_one_batch_is_read_ahead() -> None:
    there = itertools.count()
    assert next(batches(there, 5)) == [0, 1, 2, 3, 4]
    assert next(there) == 5


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_of_nothing_is_refused_rather_than_losing_every_row(size: int) -> None:
    with pytest.raises(ValueError, match="a batch of"):
        list(batches([1], size))
