"""The stored fingerprints, ready to be searched: attached from files, brought up to date from the database.

How change is noticed: `substances_structures_revision` holds one random value, which triggers renew with every change
to fingerprints, structures and merged substances (migration 0002). Reading it is one small statement; web and workers
each compare it with the value their index was read under. The value is read before the rows, so an index may be newer
than it claims, never older. What changed is noted substance by substance, so only that is read again.

The fingerprints in the database are the truth. Files (`index_files.py`, made by `building.py`) spare reading them, and
are used only where they are what was published and this database knows them. Without files a few thousand rows are
held in memory; where there are too many for that, a search says that the index is being rebuilt.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef

from substances.models import Fingerprint, IndexGeneration, Library, Structure
from substances.similarity import changes
from substances.similarity.asking import ask_for_index
from substances.similarity.changes import NOT_COMPARED, PATTERN, Present
from substances.similarity.index_files import IndexDamaged, IndexMissing, attach
from substances.similarity.library_index import LibraryFingerprints, NearInLibrary, attached, families_of
from substances.similarity.near import Base, Candidate, FingerprintsDamaged, Near, StoredFingerprints
from substances.similarity.places import (
    COMPARED,
    DEFAULT_FAMILY,
    FAMILIES,
    MORGAN,
    MORGAN_COUNTS,
    RDKIT_PATH,
    REGISTRY,
    folder_of,
)
from substances.similarity.rows import Row
from substances.similarity.shared_files import bring_meanwhile

logger = structlog.get_logger(__name__)

ENGINE = "column-1"

__all__ = [
    "COMPARED",
    "DEFAULT_FAMILY",
    "ENGINE",
    "FAMILIES",
    "MORGAN",
    "MORGAN_COUNTS",
    "NOT_COMPARED",
    "PATTERN",
    "RDKIT_PATH",
    "REGISTRY",
    "Candidate",
    "FingerprintsDamaged",
    "IndexRebuilding",
    "LibraryFingerprints",
    "Near",
    "NearInLibrary",
    "Row",
    "Screened",
    "StoredFingerprints",
    "families",
    "folder_of",
    "forget",
    "index_of",
    "library",
    "pattern_candidates",
    "revision",
    "stored",
]


class IndexRebuilding(RuntimeError):
    """The index is missing or damaged, and is being built anew: not assessed, never "nothing found"."""


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
# Of each family what was read last, and what was read last outside a transaction: what a transaction has seen of its
# own may be taken back, so nothing is built upon it.
_latest: dict[str, StoredFingerprints] = {}
_lasting: dict[str, StoredFingerprints] = {}
_libraries: dict[tuple[str, str], LibraryFingerprints] = {}


def forget() -> None:
    """As if this process had read nothing yet."""
    with _lock:
        _latest.clear()
        _lasting.clear()
        _libraries.clear()


def revision() -> str:
    """The value that changes with every change to what is compared."""
    return changes.present().revision


def families() -> tuple[str, ...]:
    """The families by which structures can be compared here, the default first; () where none is stored."""
    keys = changes.keys_stored()
    return tuple(family for family in COMPARED if any(key.startswith(f"{family}-") for key in keys))


def stored(family: str = DEFAULT_FAMILY) -> StoredFingerprints:
    """The fingerprints of a family as they are now: from memory, unless the database's or the files have changed.

    Args:
        family: a fingerprint key without its RDKit version.

    Raises:
        FingerprintsDamaged: a row has the wrong size.
        IndexRebuilding: there is no index, and too much to do without one.
    """
    now = changes.present()
    known = _latest.get(family)
    if known is not None and known.revision == now.revision and known.base.holds():
        return known
    with _lock:
        known = _latest.get(family)
        if known is None or known.revision != now.revision or not known.base.holds():
            known = _latest[family] = _renewed(family, now)
            if not connection.in_atomic_block:
                _lasting[family] = known
    return known


def pattern_candidates(collection: str, bits: bytes) -> Screened:
    """The structures of a collection that may hold a substructure, by its pattern fingerprint.

    Args:
        collection: `REGISTRY`.
        bits: the pattern fingerprint of what is sought.

    Raises:
        LookupError: there is no such collection.
        FingerprintsDamaged, IndexRebuilding: as `stored`.
    """
    if collection != REGISTRY:
        raise LookupError(f"there is no collection {collection!r}")
    index = stored(PATTERN)
    unscreened = Structure.objects.filter(
        ~Exists(Fingerprint.objects.filter(structure=OuterRef("pk"), key=index.key, of_parent=False)),
        substance__merged_into__isnull=True,
        substance__split_at__isnull=True,
    ).order_by("substance_id", "pk")
    return Screened(
        key=index.key,
        revision=index.revision,
        candidates=index.containing(bits) if index.key else (),
        screened=index.structures,
        unscreened=tuple(Candidate(*row) for row in unscreened.values_list("substance_id", "pk")),
    )


def library(slug: str, family: str = DEFAULT_FAMILY) -> LibraryFingerprints:
    """The fingerprints of a library that is ready, of one family.

    Whoever asks may see the library: that is for the caller (`Library.objects.visible_to`).

    Raises:
        LookupError: there is no such library, it is still being imported, or it has no fingerprints of this family.
        IndexRebuilding: its index is missing or damaged.
    """
    found = Library.objects.ready().filter(slug=slug).first()
    if found is None or family not in families_of(found):
        raise LookupError(f"there is no library {slug!r} with fingerprints {family}")
    known = _libraries.get((slug, family))
    if known is not None and known.generation.manifest.sequence == found.stored and known.generation.is_as_it_was():
        return known
    try:
        index = attached(found, family)
    except (IndexMissing, IndexDamaged) as why:
        logger.error("similarity.index_damaged", collection=slug, family=family, damage=str(why))
        bring_meanwhile(folder_of(slug, family), slug, family)  # another machine may have built it
        ask_for_index(slug)
        raise IndexRebuilding(f"the index {family} of {slug} is being built") from why
    _libraries[slug, family] = index
    return index


def index_of(now: str, key: str, rows: list[Row]) -> StoredFingerprints:
    """An index of fingerprints made under `key`, in memory.

    Args:
        now: the revision they were read at.
        key: of all of them.
        rows: those of one substance together, in the order of the ids; of those it asks by, the last one counts.

    Raises:
        FingerprintsDamaged: a row has the wrong size.
    """
    return StoredFingerprints(revision=now, sequence=0, base=Base.of(rows, key=key, sequence=0))


def published(family: str, now: Present) -> Base | None:
    """The registry's index as files, if it is there, whole, and of this database; else None, and why is logged."""
    folder = folder_of(REGISTRY, family)
    try:
        generation = attach(folder, settled_ns=settings.INDEX_SETTLED_NS)
    except IndexMissing:
        bring_meanwhile(folder, REGISTRY, family)
        return None
    except IndexDamaged as damage:
        logger.error("similarity.index_damaged", collection=REGISTRY, family=family, damage=str(damage))
        ask_for_index(REGISTRY)
        return None
    told = generation.manifest
    known = IndexGeneration.objects.filter(token=told.token, collection=REGISTRY, family=family).exists()
    if not known or not now.incomplete_before <= told.sequence <= now.sequence:
        return None  # of another database, or of a state that this one has gone back behind
    return Base.from_files(generation)


def _renewed(family: str, now: Present) -> StoredFingerprints:
    before = _lasting.get(family)
    base = _same_files(before, family) or published(family, now)
    if base is None:
        return _without_files(family, now, before)
    found = _brought_up_to(now, base, before, family)
    if len(found) < len(base.rows) // 2 and changes.key_and_rows(family)[0] != base.key:
        ask_for_index(REGISTRY)  # most were made anew under another key
        return _without_files(family, now, None)
    return found


def _same_files(before: StoredFingerprints | None, family: str) -> Base | None:
    """The files that were attached before, while they are what is published."""
    if before is None or before.base.generation is None or not before.base.holds():
        return None
    try:
        newest = attach(folder_of(REGISTRY, family), settled_ns=settings.INDEX_SETTLED_NS).number
    except (IndexMissing, IndexDamaged):
        return None
    return before.base if newest == before.base.generation.number else None


def _without_files(family: str, now: Present, before: StoredFingerprints | None) -> StoredFingerprints:
    key, count = changes.key_and_rows(family)
    if count > settings.INDEX_ROWS_IN_MEMORY:
        ask_for_index(REGISTRY)
        raise IndexRebuilding(f"{count} fingerprints {family} and no index of them")
    if count > settings.INDEX_ROWS_UNPUBLISHED:
        ask_for_index(REGISTRY)
    if before is not None and before.base.generation is None and before.base.key == key:
        found = _brought_up_to(now, before.base, before, family)
        if len(found.since) <= settings.INDEX_ROWS_UNPUBLISHED:
            return found
    rows = list(changes.all_rows(family=family, key=key))
    base = Base.of(rows, key=key if rows else "", sequence=now.sequence)
    return StoredFingerprints(revision=now.revision, sequence=now.sequence, base=base)


def _brought_up_to(now: Present, base: Base, before: StoredFingerprints | None, family: str) -> StoredFingerprints:
    """The base with what changed since; from what this process has read before, where that goes as far.

    Raises:
        IndexRebuilding: more changed than can be held in memory.
    """
    known: dict[UUID, list[Row]] = {}
    since = base.sequence
    if before is not None and before.base is base and since <= before.sequence <= now.sequence:
        known, since = before.changed, before.sequence
    touched = changes.changed_since(since) if since < now.sequence else []
    if len(touched) > settings.INDEX_ROWS_IN_MEMORY:
        ask_for_index(REGISTRY)
        raise IndexRebuilding(f"{len(touched)} substances changed since the index was made")
    if len(known) + len(touched) > settings.INDEX_ROWS_UNPUBLISHED and base.generation:
        bring_meanwhile(folder_of(REGISTRY, family), REGISTRY, family)  # another machine may have built it
        ask_for_index(REGISTRY)
    changed = known | changes.rows_of(touched, family=family, key=base.key)
    return StoredFingerprints(revision=now.revision, sequence=now.sequence, base=base, changed=changed)
