"""Storing and reading hits: the one door through which a substance becomes an answer to a search."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import count
from uuid import UUID

from django.db.models import Q, QuerySet

from portal.common.inserting import insert_rows
from substances.chemistry.skeleton import skeleton_of
from substances.models import LibraryStructure, SearchHit, Structure, StructureSearch
from substances.querysets import is_living
from substances.searches.kinds import Hit, ReadStructure
from substances.services.similarity_neighbours import NotComputable, restricted_ids

# The note of a hit that is exactly what was asked for. By it alone a chemical of schedule 1 or 2A of the Chemical
# Weapons Convention is named, in answer to the search for the same structure, for its duties.
IDENTITY = "same_structure"


def write_hits(
    search: StructureSearch, hits: Iterable[Hit], *, first_rank: int = 1, restricted: frozenset[UUID] | None = None
) -> int:
    """Stores hits in their order, without those that may not be shown, and says how many that were.

    Call it in `with task.writing():` or `with task.finishing():`, so that a superseded claim writes nothing.

    Args:
        search: whose answers they are.
        hits: best first.
        first_rank: of the first of them; where hits come in parts, the number stored so far and one.
        restricted: `restricted_ids`, where the caller has just asked; within a transaction asking takes longer.
    """
    hidden = restricted_ids() if restricted is None else restricted
    identity = _is_told_by_identity(search)
    ranks, hits = count(first_rank), list(hits)
    of_library = restricted_in_library([hit.library_structure_id for hit in hits if hit.library_structure_id], hidden)
    shown = (
        hit
        for hit in hits
        if (hit.substance_id not in hidden or (identity and hit.note == IDENTITY))
        and hit.library_structure_id not in of_library
    )
    rows = [_row(search, next(ranks), hit) for hit in shown]
    insert_rows(SearchHit, _COLUMNS, rows)
    return len(rows)


_COLUMNS = (
    *("search_id", "rank", "substance_id", "group_id", "library_structure_id", "shared_bits", "united_bits"),
    *("note", "atoms", "told", "svg"),
)


def _row(search: StructureSearch, rank: int, hit: Hit) -> tuple[object, ...]:
    atoms = None if hit.atoms is None else list(hit.atoms)
    named = (hit.substance_id, hit.group_id, hit.library_structure_id)
    found = (search.pk, rank, *named, hit.shared, hit.united)
    return (*found, hit.note, atoms, dict(hit.told), hit.svg)


def forget_hits(search: StructureSearch) -> None:
    """Deletes what an attempt that died has stored, before another one begins. In `with task.writing():`."""
    search.hits.all().delete()


def shown_hits(search: StructureSearch, *, restricted: frozenset[UUID] | None = None) -> QuerySet[SearchHit]:
    """The stored hits that may be shown today, by rank: not what was merged, split or restricted since."""
    under_schedule = restricted_ids() if restricted is None else restricted
    if search.kind == StructureSearch.Kind.LIBRARY:
        ids = list(search.hits.values_list("library_structure", flat=True))
        found = search.hits.exclude(library_structure__in=restricted_in_library(ids, under_schedule))
        return found.order_by("rank")
    of_groups_or_living = Q(group__isnull=False) | is_living("substance__")
    hidden = Q(substance__in=under_schedule)
    if _is_told_by_identity(search):
        hidden &= ~Q(note=IDENTITY)
    return search.hits.filter(of_groups_or_living).exclude(hidden).order_by("rank")


def hidden_from(search: StructureSearch) -> frozenset[UUID]:
    """Substances that a search of this kind does not answer questions about; the kind itself leaves others out."""
    return frozenset() if _is_told_by_identity(search) else restricted_ids()


def _is_told_by_identity(search: StructureSearch) -> bool:
    return search.kind == StructureSearch.Kind.EXACT


def restricted_in_library(ids: Collection[int], restricted: Collection[UUID]) -> frozenset[int]:
    """Structures of a library that are a restricted chemical, in whatever stereochemistry or as a salt."""
    if not ids or not restricted:
        return frozenset()
    skeletons = skeletons_of(restricted)
    rows = LibraryStructure.objects.filter(pk__in=ids).values_list("pk", "inchikey", "parent_inchikey")
    return frozenset(pk for pk, *keys in rows if any(key and skeleton_of(key) in skeletons for key in keys))


def skeletons_of(substances: Collection[UUID]) -> frozenset[str]:
    """The first blocks of the InChIKeys of all their structures, and of those structures' parents."""
    keys = Structure.objects.filter(substance__in=substances).values_list("inchikey", "parent_inchikey")
    return frozenset(key.partition("-")[0] for pair in keys for key in pair if key)


def refuse_restricted(
    structure: ReadStructure, *, hidden: Collection[UUID], skeletons: frozenset[str] | None = None
) -> None:
    """Nothing, unless the question itself is a restricted chemical, in whatever stereochemistry or as a salt.

    Raises:
        NotComputable: it is one; its duties are shown, chemicals like it are not.
    """
    own = {key.partition("-")[0] for key in (structure.get("inchikey"), structure.get("parent_inchikey")) if key}
    if hidden and own & (skeletons_of(hidden) if skeletons is None else skeletons):
        raise NotComputable("restricted")
