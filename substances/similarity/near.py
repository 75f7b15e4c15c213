"""The fingerprints of one family at one revision: what was indexed, less what changed since, and that as it is now.

Rows are numbered through: those of the base from 0, in the order of their substances, then those read since. What
changed is replaced substance by substance: all of its rows in the base are removed, and all it has now stand beside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from substances.similarity.engine.brute import BruteIndex
from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.columns import LANES, NOBODY, Columns
from substances.similarity.engine.protocol import Hits
from substances.similarity.engine.segmented import MOST_DELTA_ROWS, SegmentedIndex
from substances.similarity.engine.turned import fingerprints_of
from substances.similarity.index_files import Generation
from substances.similarity.rows import Row, Rows, distinct_structures

WIDTH = 256
# Substances whose rows are sought one by one; of more, every span is told once.
_FEW = 100


class FingerprintsDamaged(RuntimeError):
    """Stored fingerprints that cannot be searched. A search then says so; it never says "nothing found"."""


@dataclass(frozen=True, slots=True)
class Near:
    """A substance with the bits its nearest structure shares with the question, and those that either has."""

    substance_id: UUID
    shared: int
    united: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored structure that may hold a substructure."""

    substance_id: UUID
    structure_id: int


@dataclass(frozen=True, slots=True)
class Base:
    """Rows that were indexed, in files or in this process's memory.

    Attributes:
        key: how the fingerprints were made; "" where there are none.
        sequence: every change that the database noted up to here is in it.
        segments: their ids are the numbers of the rows.
        places: shape (n,), int32: of each row its slot.
        structures: how many stand in it.
        generation: the files; None in memory.
    """

    key: str
    sequence: int
    rows: Rows
    segments: tuple[ColumnIndex, ...]
    places: NDArray[np.int32]
    structures: int
    generation: Generation | None = None

    @classmethod
    def of(cls, rows: Sequence[Row], *, key: str, sequence: int) -> Self:
        """In memory; rows in the order of `Rows`.

        Raises:
            FingerprintsDamaged: a row has the wrong size.
        """
        index = ColumnIndex(np.arange(len(rows), dtype=np.int64), packed(rows, key))
        told = Rows.of(rows)
        segments = (index,) if rows else ()
        return cls(key, sequence, told, segments, places_of(index.columns, len(rows)), distinct_structures(told))

    @classmethod
    def from_files(cls, generation: Generation) -> Self:
        """Mapped; nothing of the fingerprints is read."""
        told, arrays = generation.manifest, generation.arrays
        segments = tuple(segment_of(arrays, number) for number in range(len(told.segments)))
        rows = Rows.from_arrays(arrays)
        return cls(told.key, told.sequence, rows, segments, arrays["places"], told.structures, generation)

    def holds(self) -> bool:
        """Whether it is still what was checked."""
        return self.generation is None or self.generation.is_as_it_was()

    def bits(self, row: int) -> bytes:
        """The fingerprint of a row."""
        number = row
        for segment in self.segments:
            if number < len(segment.ids):
                slot = int(self.places[row])
                word = segment.columns.bitmaps[:, slot // LANES : slot // LANES + 1]
                return bytes(fingerprints_of(word)[slot % LANES])
            number -= len(segment.ids)
        raise IndexError(row)


def segment_of(arrays: Any, number: int) -> ColumnIndex:
    """One segment of a generation."""
    counts, starts = arrays[f"bin_counts-{number}"], arrays[f"bin_starts-{number}"]
    columns = Columns(arrays[f"columns-{number}"], arrays[f"slots-{number}"], counts, starts)
    return ColumnIndex.from_columns(arrays[f"ids-{number}"], columns)


def places_of(columns: Columns, rows: int) -> NDArray[np.int32]:
    """Of each row its slot, shape (rows,)."""
    places = np.zeros(rows, dtype=np.int32)
    there = np.flatnonzero(columns.rows != NOBODY)
    places[columns.rows[there]] = there
    return places


def packed(rows: Sequence[Row], key: str) -> NDArray[np.uint8]:
    """The bits of rows, shape (n, w).

    Raises:
        FingerprintsDamaged: a row has the wrong size.
    """
    for row in rows:
        if len(row.bits) != WIDTH:
            raise FingerprintsDamaged(
                f"The fingerprint {key} of structure {row.structure_id} has {len(row.bits)} bytes instead of {WIDTH}: "
                "make the fingerprints anew."
            )
    return np.frombuffer(b"".join(row.bits for row in rows), dtype=np.uint8).reshape(len(rows), WIDTH)


class StoredFingerprints:
    """All comparable structures of living substances under one key, as they were at one revision.

    A structure stands in it as it is and as its parent (the acid of a salt), where that is kept.

    Args:
        revision: of the database when it was read.
        sequence: everything noted up to here is in it.
        base: what was indexed before.
        changed: of each substance that changed since, all its rows as they are now.

    Raises:
        FingerprintsDamaged: a row has the wrong size.
    """

    def __init__(
        self, *, revision: str, sequence: int, base: Base, changed: dict[UUID, list[Row]] | None = None
    ) -> None:
        self.revision, self.sequence, self.base = revision, sequence, base
        self.changed = changed or {}
        since = [row for substance in sorted(self.changed) for row in self.changed[substance]]
        self.since = Rows.of(since)
        self._bits = packed(since, base.key)
        self.index = self._index()
        gone = sum(base.rows.structures_of(substance) for substance in self.changed)
        self.structures = base.structures - gone + distinct_structures(self.since)
        self.key = base.key if len(self.index) else ""

    def _index(self) -> SegmentedIndex:
        spans = [self.base.rows.span(substance) for substance in self.changed]
        dead = [row for span in spans for row in range(*span)]
        segments = [segment.without(dead) if dead else segment for segment in self.base.segments]
        ids = np.arange(len(self.base.rows), len(self.base.rows) + len(self.since), dtype=np.int64)
        if len(ids) > MOST_DELTA_ROWS:
            segments.append(ColumnIndex(ids, self._bits))
            return SegmentedIndex(segments, BruteIndex(ids[:0], self._bits[:0]))
        return SegmentedIndex(segments, BruteIndex(ids, self._bits))

    def __len__(self) -> int:
        return len(self.index)

    def questions_of(self, substance_id: UUID) -> list[bytes]:
        """The fingerprints a substance is compared by: one, or where its structure is disputed each source's."""
        if substance_id in self.changed:
            return [self._bits[row].tobytes() for row in self.since.asked_by(substance_id)]
        return [self.base.bits(row) for row in self.base.rows.asked_by(substance_id)]

    def nearest(
        self,
        query: bytes,
        *,
        threshold: Decimal = Decimal(0),
        limit: int | None = None,
        without: Collection[UUID] = frozenset(),
    ) -> list[Near]:
        """Substances at least `threshold` alike, each by its nearest structure, best first; ties by the id.

        Args:
            query: one fingerprint made under `key`.
            threshold: Tanimoto coefficient, compared exactly.
            limit: how many at most.
            without: substances that are left out.
        """
        where, cut = self._where(without), Fraction(threshold)
        rows = limit * 2 + 8 if limit is not None else None
        while rows is not None and rows < len(self.index):
            hits = self.index.search(query, threshold=cut, limit=rows, where=where)
            found = self._substances(hits)
            if len(hits) < rows:
                return found[:limit]
            if limit is not None and len(found) >= limit:
                # All that are as near as the last one: which of them is told, their ids decide.
                last = found[limit - 1] if limit else None
                cut = Fraction(last.shared, last.united or 1) if last else Fraction(1)
                break
            rows *= 4
        return self._substances(self.index.search(query, threshold=cut, where=where))[:limit]

    def nearest_of(
        self,
        questions: Sequence[bytes],
        *,
        threshold: Decimal = Decimal(0),
        limit: int | None = None,
        without: Collection[UUID] = frozenset(),
    ) -> list[Near]:
        """As `nearest`, to the nearest of several fingerprints."""
        if len(questions) == 1:
            return self.nearest(questions[0], threshold=threshold, limit=limit, without=without)
        best: dict[UUID, Near] = {}
        for bits in questions:
            for near in self.nearest(bits, threshold=threshold, limit=limit, without=without):
                known = best.get(near.substance_id)
                if known is None or near.shared * known.united > known.shared * near.united:
                    best[near.substance_id] = near
        ordered = sorted(best.values(), key=lambda near: (-Fraction(near.shared, near.united or 1), near.substance_id))
        return ordered[:limit]

    def containing(self, bits: bytes) -> tuple[Candidate, ...]:
        """The structures that have every one of these bits, as they are or as their parent; by substance, structure."""
        rows = self.index.containing(bits)
        upper, lower, structures = self._of(rows)
        order = np.lexsort((structures, lower, upper))
        found = zip(upper[order].tolist(), lower[order].tolist(), structures[order].tolist(), strict=True)
        return tuple(Candidate(UUID(int=high << 64 | low), structure) for high, low, structure in dict.fromkeys(found))

    def compared(self, *, without: Collection[UUID] = frozenset()) -> int:
        """How many structures a search with the same `without` looks at."""
        return self.structures - sum(self._rows_of(substance).structures_of(substance) for substance in set(without))

    def substances(self) -> set[UUID]:
        """Everybody who can be found; for the few who need them all."""
        rows = np.concatenate([*(segment.standing_ids() for segment in self.index.segments), self.index.delta.ids])
        upper, lower, _structures = self._of(rows)
        return {UUID(int=high << 64 | low) for high, low in zip(upper.tolist(), lower.tolist(), strict=True)}

    def _substances(self, hits: Hits) -> list[Near]:
        """Of each substance its nearest row, best first; ties by its id."""
        upper, lower, _structures = self._of(hits.ids)
        order = np.lexsort((lower, upper, -hits.scores))
        found: dict[tuple[int, int], tuple[int, int]] = {}
        columns = (upper[order], lower[order], hits.intersection[order], hits.union[order])
        for high, low, shared, united in zip(*(column.tolist() for column in columns), strict=True):
            found.setdefault((high, low), (shared, united))
        return [Near(UUID(int=high << 64 | low), *pair) for (high, low), pair in found.items()]

    def _of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
        """Of each row the halves of its substance's id, and its structure; shape (k,) each."""
        upper, lower = np.empty(len(ids), dtype=np.uint64), np.empty(len(ids), dtype=np.uint64)
        structures = np.empty(len(ids), dtype=np.int64)
        indexed = ids < len(self.base.rows)
        for part, rows, first in ((indexed, self.base.rows, 0), (~indexed, self.since, len(self.base.rows))):
            at = ids[part] - first
            upper[part], lower[part] = rows.substances[:, at]
            structures[part] = rows.structures[at]
        return upper, lower, structures

    def _rows_of(self, substance: UUID) -> Rows:
        return self.since if substance in self.changed else self.base.rows

    def _where(self, without: Collection[UUID]) -> NDArray[np.bool_] | None:
        spans = self._spans_of(without)
        if not spans:
            return None
        where = np.ones(len(self._all_ids), dtype=np.bool_)
        for first, behind in spans:
            where[first:behind] = False
        return where

    def _spans_of(self, substances: Collection[UUID]) -> list[tuple[int, int]]:
        """First row and the one behind the last of each that has any."""
        if len(substances) > _FEW:
            every = self._every_span
            return [span for substance in substances if (span := every.get(substance.int))]
        found = []
        for substance in substances:
            start = len(self.base.rows) if substance in self.changed else 0
            first, behind = self._rows_of(substance).span(substance)
            if first < behind:
                found.append((start + first, start + behind))
        return found

    @cached_property
    def _every_span(self) -> dict[int, tuple[int, int]]:
        """By the substance's id as a number; what changed since stands in the place of what was indexed."""
        return self.base.rows.spans(0) | self.since.spans(len(self.base.rows))

    @cached_property
    def _all_ids(self) -> NDArray[np.int64]:
        return self.index.ids
