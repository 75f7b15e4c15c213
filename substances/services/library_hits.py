"""What a library holds that resembles a structure, without what no search leads to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from substances.chemistry.skeleton import skeleton_of
from substances.models import Library, LibraryStructure, Structure
from substances.services.similarity_neighbours import DEFAULT_THRESHOLD, NotComputable, restricted_ids
from substances.similarity import store

_SHOWN = ("pk", "line", "given_id", "smiles", "inchikey", "parent_inchikey", "parent_reason")


@dataclass(frozen=True, slots=True)
class LibraryHit:
    """A structure of a library, how many bits it shares with the question, and how many either has."""

    structure: LibraryStructure
    shared: int
    united: int


def resembling_in(
    library: Library,
    question: bytes,
    *,
    family: str = store.DEFAULT_FAMILY,
    threshold: Decimal = DEFAULT_THRESHOLD,
    limit: int = 50,
) -> list[LibraryHit]:
    """Structures of a library at least `threshold` alike, best first; ties in the order of its file.

    Chemicals of schedules 1 and 2A of the Chemical Weapons Convention are left out, also as salts and isomers: whatever
    has the skeleton of one.

    Args:
        library: that whoever asks may see (`visible_to`).
        question: one fingerprint, made under the key of `store.library(slug, family)`.

    Raises:
        LookupError: it is still being imported, or has no fingerprints of this family.
        NotComputable: its index is being rebuilt.
    """
    try:
        index = store.library(library.slug, family)
    except store.IndexRebuilding:
        raise NotComputable("index_rebuilding") from None
    restricted = restricted_skeletons()
    asked = limit + 8
    while True:
        near = index.nearest(question, threshold=threshold, limit=asked)
        shown = _shown(library, [one.structure_id for one in near], restricted)
        if len(near) < asked or len(shown) >= limit:
            found = [one for one in near if one.structure_id in shown][:limit]
            return [LibraryHit(shown[one.structure_id], one.shared, one.united) for one in found]
        asked *= 4


def restricted_skeletons() -> frozenset[str]:
    """The skeletons of what no search leads to, and of their parents."""
    keys = Structure.objects.filter(substance__in=restricted_ids()).values_list("inchikey", "parent_inchikey")
    return frozenset(skeleton_of(key) for pair in keys for key in pair if key)


def _shown(library: Library, ids: Collection[int], restricted: Collection[str]) -> dict[int, LibraryStructure]:
    rows = LibraryStructure.objects.filter(library=library).only(*_SHOWN).in_bulk(list(ids))
    return {
        pk: row
        for pk, row in rows.items()
        if not {skeleton_of(row.inchikey), skeleton_of(row.parent_inchikey)} & set(restricted)
    }
