"""What a search has found, for a page, REST or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.common.named import named
from substances.models import LibraryStructure, SearchHit, Structure, StructureSearch, Substance, SubstanceGroup
from substances.querysets import is_living
from substances.searches.hits import shown_hits
from substances.searches.registry import KINDS
from substances.searches.similarity import Family
from substances.services.hit_rows import substances_of_hits
from substances.services.similarity_neighbours import listed_ids, restricted_ids

_NOBODY = UUID(int=0)
UNREADABLE = gettext_noop("We could not read this structure: %(reason)s")


@dataclass(frozen=True, slots=True)
class FoundHit:
    """One hit with what is shown of it.

    Attributes:
        rank: as it was stored; hits that may not be shown any more leave a gap.
        substance, group, library_structure: one of them; with the last one `substance` is the one of the registry that
            has exactly its structure, if one has.
        shared, united: bits in common and in either; None for kinds without a score.
        listed: whether the substance is listed today.
        restricted: whether it is under schedule 1 or 2A of the Chemical Weapons Convention: only its duties are shown.
        note, atoms, told, svg: as `Hit`.
        why: the note in words.
    """

    rank: int
    substance: Substance | None
    group: SubstanceGroup | None
    shared: int | None
    united: int | None
    listed: bool
    restricted: bool = False
    note: str = ""
    why: str = ""
    atoms: list[int] | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    svg: str = ""
    library_structure: LibraryStructure | None = None

    @property
    def name(self) -> str:
        """Of the substance, or of the group in the reader's language."""
        if self.library_structure:
            return self.library_structure.given_id or str(self.library_structure.line)
        return named(self.group) if self.group else str(self.substance)

    @property
    def by_family(self) -> list[dict[str, Any]]:
        """Label, score and rank by each fingerprint asked for, in their order; none where there was one only."""
        found = self.told.get("families", {})
        return [
            {"label": Family(name).label, "score": one["shared"] / (one["united"] or 1), "rank": one["rank"]}
            for name, one in found.items()
        ]

    @property
    def score(self) -> float | None:
        """Tanimoto coefficient, dimensionless, in [0, 1], for display; None for kinds without one."""
        if self.shared is None or self.united is None:
            return None
        return self.shared / self.united if self.united else 0.0


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answer to a search, for a page or for REST.

    Attributes:
        hits: best first; the first has rank 1.
        not_computable: why nothing was compared, in the reader's language; "" where it was.
        error: why the search failed, in the reader's language; "" where it did not.
    """

    hits: list[FoundHit]
    not_computable: str
    error: str


def results(
    search: StructureSearch, *, drawn: bool = True, after: int = 0, at_most: int | None = None
) -> SearchResults:
    """What a search has found so far, with what a hit shows, in seven statements.

    Args:
        drawn: see `substances_of_hits`.
        after: only hits behind this rank.
        at_most: how many hits; None for all.
    """
    restricted = restricted_ids()
    asked = shown_hits(search, restricted=restricted).filter(rank__gt=after).select_related("group")
    if search.kind == StructureSearch.Kind.LIBRARY:
        asked = asked.select_related("library_structure__library")
    rows = list(asked[:at_most])
    known = _of_registry(rows, search)
    ids = [row.substance_id for row in rows if row.substance_id] + list(known.values())
    listed = listed_ids(among=ids) if ids else frozenset()
    substances = substances_of_hits(ids, drawn=drawn) if ids else {}
    whys = KINDS[search.kind].whys
    hits = [
        FoundHit(
            rank=row.rank,
            substance=substances.get(row.substance_id or known.get(row.rank, _NOBODY)),
            group=row.group,
            shared=row.shared_bits,
            united=row.united_bits,
            listed=(row.substance_id or known.get(row.rank)) in listed,
            restricted=row.substance_id in restricted,
            note=row.note,
            why=str(whys.get(row.note, "")),
            atoms=row.atoms,
            told=row.told,
            svg=row.svg,
            library_structure=row.library_structure if search.kind == StructureSearch.Kind.LIBRARY else None,
        )
        for row in rows
    ]
    why = search.read_as.get("not_computable")
    return SearchResults(hits, _(why["reason"]) if why else "", _error(search))


def _of_registry(rows: Sequence[SearchHit], search: StructureSearch) -> dict[int, UUID]:
    """Of each hit of a library, by its rank, the substance of the registry that has exactly this structure, if any."""
    if search.kind != StructureSearch.Kind.LIBRARY:
        return {}
    keys = {row.rank: row.library_structure.inchikey for row in rows if row.library_structure}
    found = Structure.objects.told().filter(is_living("substance__"), inchikey__in=set(filter(None, keys.values())))
    substances = dict(found.values_list("inchikey", "substance").order_by("-substance"))
    return {rank: substances[key] for rank, key in keys.items() if key in substances}


def notes_of(search: StructureSearch) -> list[str]:
    """What the reader must know beside the hits, in their language."""
    notes = search.read_as.get("notes", [])
    return [_(note["template"]) % {name: _(str(value)) for name, value in note["params"].items()} for note in notes]


def _error(search: StructureSearch) -> str:
    refusal = search.read_as.get("error")
    if refusal:
        return _(UNREADABLE) % {"reason": _(refusal["template"]) % refusal["params"]}
    return _(search.job.error_message) if search.job and search.job.error_message else ""
