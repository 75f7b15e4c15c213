"""FPSim2 in memory, to measure ours against: it is in the dependency group `bench`."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
from FPSim2 import FPSim2Engine
from numpy.typing import NDArray

from substances.similarity.engine.protocol import Hits
from tests.bench.similarity_tasks import Task


class Prepared(FPSim2Engine):  # type: ignore[misc]  # FPSim2 ships no types
    """FPSim2 over fingerprints that stand ready, asked with fingerprints that stand ready: the kindest way to it."""

    def __init__(self, fingerprints: NDArray[np.uint8]) -> None:
        words = np.ascontiguousarray(fingerprints).view(np.uint64)
        counts = np.bitwise_count(words).sum(axis=1, dtype=np.uint64)
        order = np.argsort(counts, kind="stable")
        # Its table: id, words, number of bits; the rows by number of bits, and of each number its first and last row.
        table = np.empty((len(words), words.shape[1] + 2), dtype=np.uint64)
        table[:, 0], table[:, 1:-1], table[:, -1] = order, words[order], counts[order]
        values, first, sizes = np.unique(table[:, -1], return_index=True, return_counts=True)
        bins = [(int(v), (int(f), int(f + s))) for v, f, s in zip(values, first, sizes, strict=True)]
        self.in_memory_fps = True
        self.storage = SimpleNamespace(fps=table, popcnt_bins=bins)
        self.empty_sim = np.ndarray((0,), dtype=[("mol_id", "<u4"), ("coeff", "<f4")])

    def load_query(self, query: NDArray[np.uint64], full_sanitization: bool = True) -> NDArray[np.uint64]:
        """A query that `asked` made."""
        return query

    def ask(self, query: NDArray[np.uint64], task: Task) -> NDArray[Any]:
        """Ids and coefficients, best first."""
        if task.limit is None:
            return self.similarity(query, float(task.threshold))  # type: ignore[no-any-return]
        return self.top_k(query, task.limit, float(task.threshold))  # type: ignore[no-any-return]

    @staticmethod
    def asked(fingerprint: NDArray[np.uint8]) -> NDArray[np.uint64]:
        """A query as FPSim2 takes it: an id, the words, the number of bits."""
        words = fingerprint.view(np.uint64)
        return np.concatenate([[np.uint64(0)], words, [np.bitwise_count(words).sum(dtype=np.uint64)]])

    @staticmethod
    def differences(ours: Hits, theirs: NDArray[np.void], task: Task) -> tuple[int, int]:
        """How many hits differ, and how many do only since it compares floats: those that score the threshold exactly.

        Among the nearest it breaks ties as it likes: of those that score as the last one only the number is compared.
        """
        ids = theirs["mol_id"].astype(np.int64)
        scores = dict(zip(ours.ids.tolist(), (ours.score(k) for k in range(len(ours))), strict=True))
        close = [
            abs(float(scores[one]) - float(c)) < 1e-6
            for one, c in zip(ids, theirs["coeff"], strict=True)
            if one in scores
        ]
        wrong = close.count(False)
        if task.limit is not None:
            last = min(scores.values(), default=Fraction(0))
            sure = {one for one, score in scores.items() if score > last}
            return wrong + len(sure - set(ids.tolist())) + abs(len(ids) - len(ours)), 0
        odd = set(scores) ^ set(ids.tolist())
        rounded = sum(scores.get(one) == task.threshold for one in odd)
        return wrong + len(odd) - rounded, rounded
