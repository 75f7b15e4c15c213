"""The stored fingerprints as an index in this process's memory, renewed when the database's have changed.

How change is noticed: `substances_structures_revision` holds one random value, which triggers renew with every change
to fingerprints, structures and merged substances (migration 0002). Reading it is one small statement; web and workers
each compare it with the value their index was read under. The value is read before the rows, so an index may be newer
than it claims, never older.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Count, Exists, OuterRef
from numpy.typing import NDArray

from substances.models import Fingerprint, Structure
from substances.similarity.engine.brute import BruteIndex
from substances.similarity.engine.protocol import SimilarityIndex

# Atom pairs with counts, measured on the neighbourhood of bisphenol A among the 418 comparable structures of the
# starter catalogue: of the nine nearest nine are bisphenols, all at 0.5 or more, and nothing else is. By Morgan with
# counts five reach 0.5, among 4-tert-butylphenol and hydroquinone, and bisphenol S has 0.44; by Morgan's bits four,
# and perfluorinated acids of 6 to 14 carbons cannot be told apart.
DEFAULT_FAMILY = "atompair-r0-2048-counts"
# How the families are called under which fingerprints are stored: a key without RDKit's version, which the web process
# does not know. That they are what `substances.chemistry.fingerprints.STORED` makes, a test holds.
MORGAN = "morgan-r2-2048-bits"
MORGAN_COUNTS = "morgan-r2-2048-counts"
RDKIT_PATH = "rdkit-r7-2048-bits"
#: Not to be likened by: it tells which structures may hold a substructure. See `pattern_candidates`.
PATTERN = "pattern-r0-2048-bits"
COMPARED = (DEFAULT_FAMILY, MORGAN_COUNTS, MORGAN, RDKIT_PATH)
REGISTRY = "registry"
# Metals, organometallics and inorganic substances are compared by group and element only (substances.chemistry).
NOT_COMPARED = ("parent_metal", "parent_inorganic")

ENGINE = "brute-1"


class FingerprintsDamaged(RuntimeError):
    """Stored fingerprints that cannot be searched. A search then says so; it never says "nothing found"."""


@dataclass(frozen=True, slots=True)
class Near:
    """A substance with the bits its nearest structure shares with the question, and those that either has."""

    substance_id: UUID
    shared: int
    united: int


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


@dataclass(frozen=True, slots=True)
class StoredFingerprints:
    """All comparable structures of living substances under one key, as they were at one revision.

    A structure stands in it as it is and as its parent (the acid of a salt), where that is kept.

    Attributes:
        revision: of the database when it was read.
        key: how the fingerprints were made, with the version of RDKit; "" where none are stored.
        index: rows numbered from 0, ordered by substance, so that ties are broken by its id.
        substances: of each row the substance; the rows of one stand together.
        structure_ids: of each row the structure.
        bits: shape (n, w), uint8, packed eight bits to a byte.
        asks: of each substance that can be compared, the row it is compared by.
        disputing: of each substance whose structure is disputed, one row of each other structure.
        spans: of each substance its first row, the row behind its last, and how many structures it has.
        structures: how many there are.
    """

    revision: str
    key: str
    index: SimilarityIndex
    substances: tuple[UUID, ...]
    structure_ids: tuple[int, ...]
    bits: NDArray[np.uint8]
    asks: dict[UUID, int]
    spans: dict[UUID, tuple[int, int, int]]
    structures: int
    disputing: dict[UUID, tuple[int, ...]] = field(default_factory=dict)

    def questions_of(self, substance_id: UUID) -> list[bytes]:
        """The fingerprints a substance is compared by: one, or where its structure is disputed each source's."""
        asks = self.asks.get(substance_id)
        rows = [*([] if asks is None else [asks]), *self.disputing.get(substance_id, ())]
        return [self.bits[row].tobytes() for row in rows]

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
        hits = self.index.search(query, threshold=Fraction(threshold), where=self._where(without))
        found: dict[UUID, Near] = {}
        for row, shared, united in zip(hits.ids, hits.intersection, hits.union, strict=True):
            if limit is not None and len(found) >= limit:
                break
            substance = self.substances[row]
            found.setdefault(substance, Near(substance, int(shared), int(united)))
        return list(found.values())

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

    def compared(self, *, without: Collection[UUID] = frozenset()) -> int:
        """How many structures a search with the same `without` looks at."""
        return self.structures - sum(self.spans[substance][2] for substance in without if substance in self.spans)

    def containing(self, bits: bytes) -> tuple[Candidate, ...]:
        """The structures that have every one of these bits, as they are or as their parent, in their order."""
        asked = np.frombuffer(bits, dtype=np.uint8)
        rows = np.flatnonzero(((self.bits & asked) == asked).all(axis=1)).tolist()
        return tuple(dict.fromkeys(Candidate(self.substances[row], self.structure_ids[row]) for row in rows))

    def _where(self, without: Collection[UUID]) -> NDArray[np.bool_] | None:
        spans = [self.spans[substance] for substance in without if substance in self.spans]
        if not spans:
            return None
        where = np.ones(len(self.substances), dtype=np.bool_)
        for first, behind, _structures in spans:
            where[first:behind] = False
        return where


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored structure that may hold a substructure."""

    substance_id: UUID
    structure_id: int


@dataclass(frozen=True, slots=True)
class Screened:
    """Which structures have every bit of a pattern, and so may hold it; all others do not.

    Attributes:
        key: of the fingerprints that were asked; bits made under another say nothing of them. "" where there are none.
        revision: of the database when they were read.
        candidates: by substance, then structure; metals and inorganic structures among them.
        screened: how many structures were asked.
        unscreened: structures without a fingerprint of this key: each may hold anything.
    """

    key: str
    revision: str
    candidates: tuple[Candidate, ...]
    screened: int
    unscreened: tuple[Candidate, ...]


_lock = threading.Lock()
_loaded: dict[str, StoredFingerprints] = {}


def revision() -> str:
    """The value that changes with every change to what is compared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM substances_structures_revision")
        (value,) = cursor.fetchone()
    return str(value)


def stored(family: str = DEFAULT_FAMILY) -> StoredFingerprints:
    """The fingerprints of a family as they are now: from memory, unless the database's have changed.

    Args:
        family: a fingerprint key without its RDKit version.

    Raises:
        FingerprintsDamaged: a row has the wrong size.
    """
    now = revision()
    known = _loaded.get(family)
    if known is not None and known.revision == now:
        return known
    with _lock:
        known = _loaded.get(family)
        if known is None or known.revision != now:
            known = _loaded[family] = _read(family, now)
    return known


def families() -> tuple[str, ...]:
    """The families by which structures can be compared here, the default first; () where none is stored."""
    keys = set(Fingerprint.objects.order_by().values_list("key", flat=True).distinct())
    return tuple(family for family in COMPARED if any(key.startswith(f"{family}-") for key in keys))


def pattern_candidates(collection: str, bits: bytes) -> Screened:
    """The structures of a collection that may hold a substructure, by its pattern fingerprint.

    Args:
        collection: `REGISTRY`.
        bits: the pattern fingerprint of what is sought.

    Raises:
        LookupError: there is no such collection.
        FingerprintsDamaged: a row has the wrong size.
    """
    if collection != REGISTRY:
        raise LookupError(f"there is no collection {collection!r}")
    index = stored(PATTERN)
    rows = index.containing(bits) if index.key else ()
    unscreened = Structure.objects.filter(
        ~Exists(Fingerprint.objects.filter(structure=OuterRef("pk"), key=index.key, of_parent=False)),
        substance__merged_into__isnull=True,
        substance__split_at__isnull=True,
    ).order_by("substance_id", "pk")
    return Screened(
        key=index.key,
        revision=index.revision,
        candidates=rows,
        screened=index.structures,
        unscreened=tuple(Candidate(*row) for row in unscreened.values_list("substance_id", "pk")),
    )


def _read(family: str, now: str) -> StoredFingerprints:
    key = _key_of(family)
    living = Fingerprint.objects.filter(
        key=key, structure__substance__merged_into__isnull=True, structure__substance__split_at__isnull=True
    )
    if family != PATTERN:
        living = living.exclude(structure__parent_reason__in=NOT_COMPARED)
    stored_rows = living.order_by("structure__substance_id", "structure_id", "of_parent").values_list(
        "structure__substance_id", "structure_id", "bits", "structure__is_current", "structure__inchikey"
    )
    rows = [
        Row(substance, structure, bytes(bits), asks, key_of_structure.partition("-")[0])
        for substance, structure, bits, asks, key_of_structure in stored_rows
    ]
    return index_of(now, key or family, rows)


def index_of(now: str, key: str, rows: list[Row]) -> StoredFingerprints:
    """An index of fingerprints made under `key`.

    Args:
        now: the revision they were read at.
        key: of all of them.
        rows: those of one substance together, in the order of the ids; of those it asks by, the last one counts.

    Raises:
        FingerprintsDamaged: a row has the wrong size.
    """
    width = int(key.split("-")[2]) // 8
    for row in rows:
        if len(row.bits) != width:
            raise FingerprintsDamaged(
                f"The fingerprint {key} of structure {row.structure_id} has {len(row.bits)} bytes instead of {width}: "
                "make the fingerprints anew."
            )
    packed = np.frombuffer(b"".join(row.bits for row in rows), dtype=np.uint8).reshape(len(rows), width)
    index = BruteIndex(np.arange(len(rows), dtype=np.int64), packed)
    return StoredFingerprints(
        revision=now,
        key=key if rows else "",
        index=index,
        substances=tuple(row.substance_id for row in rows),
        structure_ids=tuple(row.structure_id for row in rows),
        bits=packed,
        asks={row.substance_id: number for number, row in enumerate(rows) if row.asks},
        spans=_spans(rows),
        structures=len({row.structure_id for row in rows}),
        disputing=_disputing(rows),
    )


def _disputing(rows: list[Row]) -> dict[UUID, tuple[int, ...]]:
    """Of each substance with several skeletons one row for each beside the shown structure's, its parent's if kept."""
    found = {}
    for substance, group in groupby(enumerate(rows), key=lambda numbered: numbered[1].substance_id):
        own = [(number, row) for number, row in group if row.skeleton]
        shown = {row.skeleton for _number, row in own if row.asks}
        others = {row.skeleton: number for number, row in own if row.skeleton not in shown}
        if len(shown) + len(others) > 1:
            found[substance] = tuple(others.values())
    return found


def _spans(rows: list[Row]) -> dict[UUID, tuple[int, int, int]]:
    spans = {}
    for substance, group in groupby(enumerate(rows), key=lambda numbered: numbered[1].substance_id):
        own = list(group)
        spans[substance] = (own[0][0], own[-1][0] + 1, len({row.structure_id for _number, row in own}))
    return spans


def _key_of(family: str) -> str:
    """The key of this family that most structures have; the web process does not know RDKit's version."""
    keys = Fingerprint.objects.filter(key__startswith=f"{family}-").values_list("key").annotate(n=Count("pk"))
    return max(((n, key) for key, n in keys), default=(0, ""))[1]
