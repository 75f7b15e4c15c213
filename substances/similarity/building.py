"""Building indexes from the fingerprints in the database, and publishing them as files. One writer at a time."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from portal.common.one_at_a_time import HeldElsewhere, only_one
from substances.models import IndexGeneration
from substances.similarity import changes
from substances.similarity.engine.columns import Columns, columns_of
from substances.similarity.index_files import Manifest, Writing, publish
from substances.similarity.near import packed, places_of
from substances.similarity.places import REGISTRY, folder_of
from substances.similarity.rows import Row, Rows, distinct_structures
from substances.similarity.shared_files import offer, only_hand_at, take_away

Progress = Callable[[int, int], None]

#: Generations of an index that the database remembers, so that the one before still counts as known.
_REMEMBERED = 3
_TELL_EVERY = 2_000


class IndexBusy(Exception):
    """Somebody else builds this index right now."""


@dataclasses.dataclass(frozen=True, slots=True)
class Built:
    """An index that was published."""

    collection: str
    family: str
    key: str
    rows: int
    number: int
    folder: Path


def build_registry(family: str, *, progress: Progress = lambda _done, _total: None) -> Built:
    """Publishes the registry's index of one family anew, as the database has it now.

    What changes meanwhile is noted behind the sequence that it is published with, and is added whenever it is used.

    Raises:
        IndexBusy: another does.
        FingerprintsDamaged: a row has the wrong size; what was published stays.
    """
    with one_writer(REGISTRY, family):
        now = changes.present()
        key, total = changes.key_and_rows(family)
        rows: list[Row] = []
        for row in changes.all_rows(family=family, key=key):
            rows.append(row)
            if len(rows) % _TELL_EVERY == 0:
                progress(len(rows), total)
        told = Rows.of(rows)
        with writing(REGISTRY, family) as generation:
            places = add_segment(generation, 0, np.arange(len(rows), dtype=np.int64), packed(rows, key))
            for name, array in {**told.arrays(), "places": places}.items():
                generation.save(name, array)
            return finish(
                generation,
                Manifest(
                    token=secrets.token_hex(16),
                    collection=REGISTRY,
                    family=family,
                    key=key,
                    sequence=now.sequence,
                    segments=(len(rows),),
                    structures=distinct_structures(told),
                ),
            )


@contextmanager
def writing(collection: str, family: str) -> Iterator[Writing]:
    """A generation on its way, taken away if it is not finished."""
    folder = folder_of(collection, family)
    with only_hand_at(folder):
        generation = Writing(folder)
        try:
            yield generation
        finally:
            generation.close()


@contextmanager
def one_writer(collection: str, family: str) -> Iterator[None]:
    """Holds an index for one writer over all processes.

    Raises:
        IndexBusy: another has it.
    """
    try:
        with only_one(f"index-{collection}-{family}"):
            yield
    except HeldElsewhere:
        raise IndexBusy(f"another process builds the index {family} of {collection} right now") from None


def add_segment(
    generation: Writing, number: int, ids: NDArray[np.int64], fingerprints: NDArray[np.uint8]
) -> NDArray[np.int32]:
    """Writes fingerprints by column; of each row its slot."""

    def room(shape: tuple[int, int]) -> NDArray[np.uint64]:
        return generation.room(f"columns-{number}", shape, np.uint64)

    columns: Columns = columns_of(fingerprints, room)
    generation.save(f"ids-{number}", ids)
    generation.save(f"slots-{number}", columns.rows)
    generation.save(f"bin_counts-{number}", columns.counts)
    generation.save(f"bin_starts-{number}", columns.starts)
    return places_of(columns, len(ids))


def finish(generation: Writing, manifest: Manifest) -> Built:
    """Puts a written generation in the place of the one before: on disk, known to the database, then named."""
    number, manifest = generation.finished(manifest)
    collection, family, folder = manifest.collection, manifest.family, folder_of(manifest.collection, manifest.family)
    offer(folder, manifest, number)
    with transaction.atomic():
        IndexGeneration.objects.create(
            token=manifest.token,
            collection=collection,
            family=family,
            key=manifest.key,
            sequence=manifest.sequence,
            rows=manifest.rows,
        )
        mine = IndexGeneration.objects.filter(collection=collection, family=family)
        kept = list(mine.order_by("-published_at").values_list("pk", flat=True)[:_REMEMBERED])
        forgotten = list(mine.exclude(pk__in=kept).values_list("pk", flat=True))
        mine.filter(pk__in=forgotten).delete()
    publish(folder, number)
    take_away(collection, family, forgotten)
    return Built(collection, family, manifest.key, manifest.rows, number, folder)
