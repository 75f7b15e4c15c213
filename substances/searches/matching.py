"""Puts a query to many structures in the sandbox, row by row: a row that kills it is told, and the others go on.

An interrupted match says nothing about its structure: it is "not assessed", never "not found".
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portal.jobs.running import WorkFailed
from substances.chemistry.sandbox_client import Sandbox, SandboxFailed

# Rows told together; where the sandbox dies, they are asked one by one.
TOGETHER = 20
PART_TIMEOUT_S = 2.0
# So long a query may fail on rows; then the rest is not assessed either.
MOST_LOST_S = 6.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, as `substances.chemistry.query.read_query` reads it."""

    text: str
    format: str


@dataclass(frozen=True, slots=True)
class Match:
    """Where a query is found in a structure: atoms and bonds (from 0) of at most 50 of its occurrences."""

    row: int
    atoms: Sequence[int]
    bonds: Sequence[int]
    times: int


@dataclass(slots=True)
class Matching:
    """One query put to structures, chunk after chunk, with what was lost on the way.

    Attributes:
        not_assessed: rows without an answer.
        lost_s: wall time that rows without an answer have cost, in seconds.
    """

    box: Sandbox
    asked: Asked
    not_assessed: int = 0
    lost_s: float = 0.0

    @property
    def has_given_up(self) -> bool:
        """Whether the query has cost so much that no row is asked any more."""
        return self.lost_s > MOST_LOST_S

    def matches(self, smiles: Sequence[str]) -> list[Match]:
        """The structures in which it is found, by their row in `smiles`; those without an answer are counted.

        Raises:
            WorkFailed: it is no query.
        """
        found: list[Match] = []
        # Spans of rows to ask, the next one last, and how many are told together.
        spans = [(0, len(smiles), TOGETHER)]
        while spans:
            start, end, together = spans.pop()
            if self.has_given_up:
                self.not_assessed += end - start
                continue
            at, began = start, time.monotonic()
            try:
                for done, part in self._parts(smiles[start:end], together):
                    found += [Match(start + row, atoms, bonds, times) for row, atoms, bonds, times in part]
                    at, began = start + done, time.monotonic()
            except SandboxFailed:
                self.lost_s += time.monotonic() - began
                behind = min(at + together, end)
                if together == 1:
                    self.not_assessed += 1
                spans += [(behind, end, together), *([(at, behind, 1)] if together > 1 else [])]
        return found

    def _parts(self, smiles: Sequence[str], together: int) -> Iterator[tuple[int, list[list[Any]]]]:
        asked = {"text": self.asked.text, "format": self.asked.format}
        for part in self.box.parts("query_matches", PART_TIMEOUT_S, **asked, smiles=list(smiles), every=together):
            if "error" in part:
                raise WorkFailed(part["error"]["code"], part["error"]["template"])
            yield part["done"], part["found"]
