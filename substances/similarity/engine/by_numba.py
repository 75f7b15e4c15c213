"""The kernel compiled. Importing it imports numba; `kernels` says when that is worth it.

The same counters of misses as in `by_numpy`, but fewer words at a time, so that the counters stay in the nearest cache;
and many questions in one pass over the words, so that bitmaps are fetched once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import Columns
from .compiled import search
from .scan import Found, Question
from .sliced import Words

# Hits of all questions together; with more it is looked again, with room for all.
_ROOM = 65_536


class NumbaKernel:
    """See `Kernel`."""

    def reaching(self, columns: Columns, question: Question, visible: Words) -> Found:
        """See `Kernel.reaching`."""
        return self.reaching_each(columns, [question], visible)[0]

    def reaching_each(self, columns: Columns, questions: Sequence[Question], visible: Words) -> list[Found]:
        """See `Kernel.reaching_each`."""
        if not questions or not columns.words:
            return [Found.none()] * len(questions)
        asked = (
            np.concatenate([question.places for question in questions]),
            np.cumsum([0, *(len(question.places) for question in questions)]),
            np.stack([question.misses for question in questions]),
        )
        flat, step = _flat(columns)
        room, found = 0, _ROOM
        while found > room:
            room = found
            hits = np.empty((room, 3), dtype=np.int64)
            found = search(flat, step, _frozen(columns.starts), *asked, _frozen(visible), hits)
        return _split(hits[:found], len(questions))


def _split(hits: NDArray[np.int64], questions: int) -> list[Found]:
    """What was found, by the question; `hits` as `compiled.search` writes them."""
    if questions == 1:
        return [Found(hits[:, 1].copy(), hits[:, 2].copy())]
    hits = hits[np.argsort(hits[:, 0], kind="stable")]
    edges = np.searchsorted(hits[:, 0], np.arange(questions + 1))
    return [Found(hits[start:end, 1], hits[start:end, 2]) for start, end in pairwise(edges.tolist())]


def _flat(columns: Columns) -> tuple[Words, int]:
    """The bitmaps as one row of words, and how many words stand between the begins of two; nothing is copied."""
    bitmaps = columns.bitmaps
    step = bitmaps.strides[0] // 8
    length = (len(bitmaps) - 1) * step + columns.words
    return np.lib.stride_tricks.as_strided(bitmaps, shape=(length,), strides=(8,), writeable=False), step


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The same that cannot be written to, so that mapped and own arrays are one type and compiled for once."""
    view = array.view()
    view.flags.writeable = False
    return view
