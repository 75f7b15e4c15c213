"""Whose the rows of an index are: arrays, in memory or mapped from files, ordered by substance."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from substances.chemistry.skeleton import SKELETON_LENGTH

_LOW = 2**64 - 1


class Row(NamedTuple):
    """One stored fingerprint.

    Attributes:
        asks: whether the substance itself is compared with others by it: its shown structure's, as its parent if kept.
        skeleton: of its structure, the first block of the InChIKey; "" where it has none.
    """

    substance_id: UUID
    structure_id: int
    bits: bytes
    asks: bool = False
    skeleton: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Rows:
    """Rows ordered by substance, then structure; of one structure its own before its parent's.

    Attributes:
        substances: shape (2, n), uint64: the upper and the lower half of the substance's id.
        structures: shape (n,), int64.
        asks: shape (n,), bool; see `Row`.
        skeletons: shape (n,), bytes of 14 letters; see `Row`.
    """

    substances: NDArray[np.uint64]
    structures: NDArray[np.int64]
    asks: NDArray[np.bool_]
    skeletons: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.structures)

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """The same as arrays."""
        numbers = [row.substance_id.int for row in rows]
        halves = [[number >> 64 for number in numbers], [number & _LOW for number in numbers]]
        return cls(
            np.array(halves, dtype=np.uint64).reshape(2, len(rows)),
            np.array([row.structure_id for row in rows], dtype=np.int64),
            np.array([row.asks for row in rows], dtype=np.bool_),
            np.array([row.skeleton.encode() for row in rows], dtype=f"S{SKELETON_LENGTH}"),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The reverse of `arrays`."""
        return cls(*(arrays[f"of_{name}"] for name in cls.__slots__))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By the names under which they are kept as files."""
        return {f"of_{name}": getattr(self, name) for name in self.__slots__}

    def substance(self, row: int) -> UUID:
        """Whose a row is."""
        upper, lower = self.substances[:, row].tolist()
        return UUID(int=upper << 64 | lower)

    def span(self, substance: UUID) -> tuple[int, int]:
        """The first row of a substance and the one behind its last; equal where it has none."""
        upper, lower = substance.int >> 64, substance.int & _LOW
        uppers, lowers = self.substances
        first = int(np.searchsorted(uppers, np.uint64(upper), side="left"))
        behind = int(np.searchsorted(uppers, np.uint64(upper), side="right"))
        same = lowers[first:behind]
        return (
            first + int(np.searchsorted(same, np.uint64(lower), side="left")),
            first + int(np.searchsorted(same, np.uint64(lower), side="right")),
        )

    def spans(self, start: int) -> dict[int, tuple[int, int]]:
        """Of each substance, its id as a number, its first row and the one behind its last, counted from `start`."""
        if not len(self):
            return {}
        another = (self.substances[:, 1:] != self.substances[:, :-1]).any(axis=0)
        firsts = np.concatenate([[0], np.flatnonzero(another) + 1])
        ends = [*(firsts[1:] + start).tolist(), len(self) + start]
        uppers, lowers = self.substances[:, firsts].tolist()
        spans = zip((firsts + start).tolist(), ends, strict=True)
        return {high << 64 | low: span for high, low, span in zip(uppers, lowers, spans, strict=True)}

    def structures_of(self, substance: UUID) -> int:
        """How many structures of a substance are here."""
        return len(set(self.structures[slice(*self.span(substance))].tolist()))

    def asked_by(self, substance: UUID) -> list[int]:
        """The rows a substance is compared by: the shown structure's, and of each other skeleton one.

        Of a structure that is not shown the parent's, if kept. () where nothing is shown and only one is told.
        """
        first, behind = self.span(substance)
        shown = [first + at for at in np.flatnonzero(self.asks[first:behind]).tolist()]
        skeletons = self.skeletons[first:behind].tolist()
        own = {skeletons[row - first] for row in shown if skeletons[row - first]}
        others = {skeleton: first + at for at, skeleton in enumerate(skeletons) if skeleton and skeleton not in own}
        disputing = list(others.values()) if len(own) + len(others) > 1 else []
        return [*shown[-1:], *disputing]


def distinct_structures(rows: Rows) -> int:
    """How many structures have a row."""
    return len(np.unique(rows.structures))
