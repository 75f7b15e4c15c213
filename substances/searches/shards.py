"""A search over a large library, shared out among all workers that have a free hand.

The worker that answers lays the library's index out in shards, ranges of words, and rings for others. All of them, it
among them, take shards until none is left; it then merges what was found. It needs nobody: without others, or when
they die, it does every shard itself, also those that somebody held and did not answer in time. When it dies itself,
the next attempt goes on with the shards that are answered.

What a shard answers follows from the generation of the index alone, which every machine has under the same token.
"""

from __future__ import annotations

import os
import socket
import time
import zlib
from collections.abc import Collection
from fractions import Fraction

import numpy as np
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from portal.jobs.querysets import from_now
from portal.jobs.quotas import QueueFull
from portal.jobs.running import Work
from portal.jobs.services import request_jobs
from substances.models import SearchShard, StructureSearch
from substances.similarity.due import await_library
from substances.similarity.engine.columns import LANES
from substances.similarity.engine.protocol import Hits, merged
from substances.similarity.library_index import LibraryFingerprints, NearInLibrary

SHARDS_WORK = "substances.similarity.shards"
#: A shard is answered in well below a second; whoever holds one for longer is taken for dead.
HELD_SECONDS = 5
_MOST_HELPERS = 32
_LOOK_AGAIN_SECONDS = 0.01
_TELL_EVERY_SECONDS = 0.3


def nearest_in_library(
    task: Work,
    search: StructureSearch,
    index: LibraryFingerprints,
    bits: bytes,
    *,
    family: str,
    limit: int | None,
    without: Collection[int] = frozenset(),
) -> list[NearInLibrary]:
    """Structures of a library at least as alike as a search asks, best first; by many hands where it is large.

    Args:
        task: the claim under which the search is answered.
        index: of the library; one generation of it.
        bits: one fingerprint made under its key.
        limit: how many at most.
        without: structures that are left out.

    Raises:
        Superseded, Cancelled: as `Work.check`.
    """
    if index.structures <= settings.SHARD_MOLECULES:
        return index.nearest(bits, threshold=search.threshold, limit=limit, without=without)
    most = None if limit is None else limit + len(without)
    _lay_out(task, search, index, bits, family=family, most=most)
    _answer_all(task, search, index)
    shards = SearchShard.objects.filter(search=search)
    hits = merged((_unpacked(shard.found) for shard in shards), most)
    shards.delete()
    found = zip(hits.ids.tolist(), hits.intersection.tolist(), hits.union.tolist(), strict=True)
    return [NearInLibrary(*one) for one in found if one[0] not in without][:limit]


def help_with_shards(task: Work) -> None:
    """Takes shards of a search until none is left. Whatever this worker cannot do, the one that answers does."""
    search = StructureSearch.objects.filter(pk=task.arguments["search"]).first()
    first = SearchShard.objects.filter(search=search).first() if search else None
    if search is None or first is None:
        return
    try:
        index = await_library(task, first.library, first.family)
    except LookupError:
        return
    while shard := _take(search, index):
        _answer(shard, index)
        task.check()


def _lay_out(
    task: Work, search: StructureSearch, index: LibraryFingerprints, bits: bytes, *, family: str, most: int | None
) -> None:
    """The shards of a search, once: those of an attempt that died are kept where they are of the same question."""
    asked = {"library": index.slug, "family": family, "token": index.revision, "bits": bits, "most": most}
    with task.writing():
        old = SearchShard.objects.filter(search=search)
        if old.filter(**asked, threshold=search.threshold).exists():
            return
        old.delete()
        words = settings.SHARD_MOLECULES // LANES
        starts = range(0, index.words, max(1, words))
        SearchShard.objects.bulk_create(
            SearchShard(
                search=search,
                number=number,
                **asked,
                threshold=search.threshold,
                first_word=start,
                end_word=min(start + words, index.words),
            )
            for number, start in enumerate(starts)
        )
    try:
        helpers = min(len(starts) - 1, _MOST_HELPERS)
        request_jobs(name=SHARDS_WORK, arguments=[{"search": str(search.pk)}] * helpers, by=search.owner)
    except QueueFull:
        return  # alone, then


def _answer_all(task: Work, search: StructureSearch, index: LibraryFingerprints) -> None:
    """Returns when every shard is answered, by whomever."""
    told = 0.0
    shards = SearchShard.objects.filter(search=search)
    total = shards.count()
    while True:
        shard = _take(search, index)
        if shard is not None:
            _answer(shard, index)
        left = shards.filter(found__isnull=True).count()
        if not left:
            return
        if time.monotonic() - told > _TELL_EVERY_SECONDS:
            told = time.monotonic()
            task.progress(total - left, total)
        if shard is None:
            time.sleep(_LOOK_AGAIN_SECONDS)


def _take(search: StructureSearch, index: LibraryFingerprints) -> SearchShard | None:
    """A shard that nobody answered and nobody holds; None where there is none of this generation."""
    free = SearchShard.objects.filter(
        Q(held_until__isnull=True) | Q(held_until__lt=Now()), search=search, token=index.revision, found__isnull=True
    )
    machine = socket.gethostname()
    while numbers := list(free.values_list("number", flat=True)):
        # A machine takes the same ones first each time: what it read of the files is still in its memory.
        number = min(numbers, key=lambda one: zlib.crc32(f"{machine} {one}".encode()))
        held = {"held_by": f"{machine[:60]} {os.getpid()}", "held_until": from_now(HELD_SECONDS)}
        if free.filter(number=number).update(**held):
            return SearchShard.objects.get(search=search, number=number)
    return None


def _answer(shard: SearchShard, index: LibraryFingerprints) -> None:
    hits = index.part(shard.first_word, shard.end_word).search(
        bytes(shard.bits), threshold=Fraction(shard.threshold), limit=shard.most
    )
    SearchShard.objects.filter(pk=shard.pk, found__isnull=True).update(found=_packed(hits))


def _packed(hits: Hits) -> bytes:
    return np.stack([hits.ids, hits.intersection, hits.union]).astype("<i8").tobytes()


def _unpacked(found: bytes | memoryview | None) -> Hits:
    ids, shared, united = np.frombuffer(bytes(found or b""), dtype="<i8").reshape(3, -1).astype(np.int64)
    return Hits(ids, shared, united)
