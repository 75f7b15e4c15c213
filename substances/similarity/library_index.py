"""The index of a library: its fingerprints by column, in files alone; a library never changes."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice

import numpy as np

from substances.models import IndexGeneration, Library, LibraryStructure
from substances.similarity.building import Built, add_segment, finish, one_writer, writing
from substances.similarity.changes import NOT_COMPARED, PATTERN
from substances.similarity.engine.brute import BruteIndex
from substances.similarity.engine.segmented import SegmentedIndex
from substances.similarity.index_files import Generation, IndexDamaged, IndexMissing, Manifest, attach
from substances.similarity.near import WIDTH, segment_of
from substances.similarity.places import folder_of

Progress = Callable[[int, int], None]

# Rows of one segment: their fingerprints are turned in a file of 268 MB.
SEGMENT_ROWS = 2**20
_READ_AT_ONCE = 2_000
_EVERYTHING = b"\xff" * WIDTH


@dataclass(frozen=True, slots=True)
class NearInLibrary:
    """A structure of a library with the bits it shares with the question, and those that either has."""

    structure_id: int
    shared: int
    united: int


@dataclass(frozen=True, slots=True)
class LibraryFingerprints:
    """The structures of one library under one key, each once: by its parent where it has one.

    Attributes:
        revision: another one where it was built anew.
        key: how the fingerprints were made; "" where there are none.
        structures: how many can be compared.
    """

    slug: str
    revision: str
    key: str
    structures: int
    index: SegmentedIndex
    generation: Generation

    def nearest(
        self,
        query: bytes,
        *,
        threshold: Decimal = Decimal(0),
        limit: int | None = None,
        without: Collection[int] = frozenset(),
    ) -> list[NearInLibrary]:
        """Structures at least `threshold` alike, best first; ties in the order of the file.

        Args:
            query: one fingerprint made under `key`.
            threshold: Tanimoto coefficient, compared exactly.
            limit: how many at most.
            without: structures that are left out.
        """
        more = None if limit is None else limit + len(without)
        hits = self.index.search(query, threshold=Fraction(threshold), limit=more)
        found = zip(hits.ids.tolist(), hits.intersection.tolist(), hits.union.tolist(), strict=True)
        return [NearInLibrary(*one) for one in found if one[0] not in without][:limit]

    @property
    def words(self) -> int:
        """How many words a bitmap of all its segments has: what `part` counts in."""
        return sum(segment.words for segment in self.index.segments)

    def part(self, first_word: int, end_word: int) -> SegmentedIndex:
        """A shard: those that stand in some neighbouring words, counted through all segments. Nothing is copied."""
        parts, before = [], 0
        for segment in self.index.segments:
            start, end = max(first_word - before, 0), min(end_word - before, segment.words)
            if start < end:
                parts.append(segment.part(start, end))
            before += segment.words
        return SegmentedIndex(parts, self.index.delta)

    def containing(self, bits: bytes) -> list[int]:
        """The structures that have every one of these bits, in the order of the file: those that may hold a pattern."""
        ids: list[int] = self.index.containing(bits).tolist()
        return ids


def attached(library: Library, family: str, *, thoroughly: bool = False) -> LibraryFingerprints:
    """The published index of a library that is ready.

    Raises:
        IndexMissing, IndexDamaged: there is none that could be answered from.
    """
    generation = attach(folder_of(library.slug, family), thoroughly=thoroughly)
    told = generation.manifest
    known = IndexGeneration.objects.filter(token=told.token, collection=library.slug, family=family).exists()
    if not known or told.sequence != library.stored:
        raise IndexMissing(f"what is there was not made of this library: {library.slug}")
    segments = [segment_of(generation.arrays, number) for number in range(len(told.segments))]
    nobody = BruteIndex(np.zeros(0, dtype=np.int64), np.zeros((0, WIDTH), dtype=np.uint8))
    index = SegmentedIndex(segments, nobody)
    return LibraryFingerprints(library.slug, told.token, told.key, told.structures, index, generation)


def is_whole(library: Library, family: str, *, thoroughly: bool = False) -> str:
    """Why an index cannot be answered from; "" where it can."""
    try:
        attached(library, family, thoroughly=thoroughly)
    except IndexMissing:
        return "missing"
    except IndexDamaged as damage:
        return str(damage)
    return ""


def families_of(library: Library) -> tuple[str, ...]:
    """The families whose fingerprints its structures have, in the order in which they are stored."""
    return tuple(key.rpartition("-")[0] for key in library.keys)


def build_library(library: Library, family: str, *, progress: Progress = lambda _done, _total: None) -> Built:
    """Publishes the index of one family of a library anew.

    Raises:
        IndexBusy: another does.
        ValueError: its structures have no fingerprints of this family.
    """
    place = families_of(library).index(family)
    with one_writer(library.slug, family), writing(library.slug, family) as generation:
        sizes: list[int] = []
        stored = _stored(library, place, family, progress)
        while first := next(stored, None):
            most = min(SEGMENT_ROWS, library.stored - sum(sizes))
            bits, ids = generation.scratch((most, WIDTH)), np.zeros(most, dtype=np.int64)
            count = 0
            for count, (pk, packed) in enumerate(islice(chain([first], stored), most), 1):
                ids[count - 1], bits[count - 1] = pk, np.frombuffer(packed, dtype=np.uint8)
            add_segment(generation, len(sizes), ids[:count], bits[:count])
            sizes.append(count)
        return finish(
            generation,
            Manifest(
                token=secrets.token_hex(16),
                collection=library.slug,
                family=family,
                key=library.keys[place] if sizes else "",
                sequence=library.stored,
                segments=tuple(sizes),
                structures=sum(sizes),
            ),
        )


def _stored(library: Library, place: int, family: str, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Of each structure that has one its fingerprint of a family, in the order of the file."""
    rows = LibraryStructure.objects.filter(library=library).order_by("pk")
    fields = rows.values_list("pk", "parent_reason", "fingerprints")
    for done, (pk, reason, deflated) in enumerate(fields.iterator(chunk_size=_READ_AT_ONCE)):
        if done % _READ_AT_ONCE == 0:
            progress(done, library.stored)
        if family != PATTERN and reason in NOT_COMPARED:
            continue
        packed = zlib.decompress(deflated)
        if packed[0] >> place & 1:
            yield pk, packed[1 + place * WIDTH : 1 + (place + 1) * WIDTH]
        elif family == PATTERN:
            yield pk, _EVERYTHING  # it could not be made: whatever is sought may be in it
