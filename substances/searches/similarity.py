"""Similar structures: whatever is at least so alike, by one family of fingerprints or by several.

With several families each is asked by itself, for what is at least the threshold alike by it. A hit of any is a hit,
and says its score and rank by each. They are put in order by the first family's score, those it does not find behind;
or by the best rank that any gives them. A score is never averaged: those of two families are not the same measure.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, override

from portal.jobs.running import Work, WorkFailed
from substances.models import StructureSearch, Substance
from substances.searches.hits import hidden_from
from substances.searches.kinds import Answer, Hit, ReadStructure, SearchKind
from substances.searches.parameters import COLLECTION, LIMIT, THRESHOLD, Parameter
from substances.services.reading import SearchRefused
from substances.services.similarity_neighbours import NotComputable, fingerprints_of, index_now
from substances.similarity import store
from substances.similarity.store import NOT_COMPARED, Near, StoredFingerprints

OTHER_VERSION = gettext_noop(
    "The stored fingerprints were made by another version of our software and are being renewed. "
    "Nothing was compared; try again later."
)
NOT_BY_FAMILY = gettext_noop(
    "By %(family)s it was not assessed: that fingerprint is not stored, or took too long to make."
)

# How many of each family's hits are ranked, where several are asked.
RANKED = 1_000


class Family(TextChoices):
    """The fingerprints that structures are compared by: what they count, without the version that made them."""

    ATOM_PAIR = store.DEFAULT_FAMILY, gettext_lazy("atom pairs")
    MORGAN_COUNTS = "morgan-r2-2048-counts", gettext_lazy("Morgan, counts")
    MORGAN = "morgan-r2-2048-bits", gettext_lazy("Morgan, bits")
    PATH = "rdkit-r7-2048-bits", gettext_lazy("paths")


class Order(TextChoices):
    """In which order the hits of several families stand."""

    FIRST = "first", gettext_lazy("by the first fingerprint's score")
    BEST_RANK = "best_rank", gettext_lazy("by the best rank of any")


def _families(value: Any) -> list[str]:
    """Families, each once, in the order given.

    Raises:
        SearchRefused: none, or one there is not.
    """
    given = list(dict.fromkeys([value] if isinstance(value, str) else value))
    if not given or set(given) - set(Family.values):
        message = _("'%(value)s' is no choice of fingerprints; there are %(names)s.")
        names = ", ".join(Family.values)
        raise SearchRefused(400, "families", message % {"value": ", ".join(map(str, given))[:80], "names": names})
    return [str(family) for family in given]


def _order(value: Any) -> str:
    if value not in Order.values:
        message = _("'%(value)s' is no order; there are %(names)s.")
        raise SearchRefused(400, "order", message % {"value": str(value)[:40], "names": ", ".join(Order.values)})
    return str(value)


def known(search: StructureSearch, substance: Substance) -> Answer:
    """What resembles a substance we know, by its stored fingerprints.

    Raises:
        NotComputable: it has none, and why.
    """
    return _answer(search, lambda index: fingerprints_of(substance, index))


def typed(task: Work, search: StructureSearch, structure: ReadStructure) -> Answer:
    """What resembles a structure that the sandbox has read.

    Raises:
        NotComputable: it is compared by group and element only.
        WorkFailed: the stored fingerprints were made by another version.
    """
    refuse_what_is_not_compared(structure)
    return _answer(search, lambda index: [bits_of(structure, index)])


def refuse_what_is_not_compared(structure: ReadStructure) -> None:
    """Nothing, unless the structure is of a kind that fingerprints say nothing about.

    Raises:
        NotComputable: it has a metal, or no organic part.
    """
    if structure["parent_smiles"] is None:
        for note in structure["parent_notes"]:
            if note["code"] in NOT_COMPARED:
                raise NotComputable(note["code"])


def bits_of(structure: ReadStructure, index: StoredFingerprints) -> bytes:
    """The parent's fingerprint, else its own, under the key of what is stored.

    Raises:
        NotComputable: this one of this structure would run for ever.
        WorkFailed: what is stored was made by another version.
    """
    if not index.key:
        return b""
    made: dict[str, str] = structure["parent_fingerprints"] or structure["fingerprints"]
    if index.key in made:
        return base64.b64decode(made[index.key])
    if any(version_of(key) == version_of(index.key) for key in made):
        raise NotComputable("no_fingerprint")
    raise WorkFailed("fingerprints_of_another_version", OTHER_VERSION)


def version_of(key: str) -> str:
    """The version of RDKit in the key of a fingerprint."""
    return key.rpartition("-")[2]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one family found: its index, and what is near, best first."""

    index: StoredFingerprints
    found: Sequence[Near]


def _answer(search: StructureSearch, questions_of: Callable[[StoredFingerprints], list[bytes]]) -> Answer:
    """Each family's hits in one order. What the first cannot compare is not computable; another is only noted."""
    families: list[str] = search.parameters["families"]
    hidden = hidden_from(search)
    depth = search.limit if len(families) == 1 else max(search.limit, RANKED)
    asked = {families[0]: _nearest(search, families[0], questions_of, depth, hidden)}
    notes = []
    for family in families[1:]:
        try:
            asked[family] = _nearest(search, family, questions_of, depth, hidden)
        except NotComputable:
            notes.append({"code": "family", "template": NOT_BY_FAMILY, "params": {"family": _english(family)}})
    first = asked[families[0]].index
    return Answer(
        hits=merged({family: one.found for family, one in asked.items()}, search.parameters["order"])[: search.limit],
        compared_with=first.compared(without=hidden),
        fingerprint_key=first.key,
        versions={
            "fingerprint": first.key,
            **{f"fingerprint.{family}": one.index.key for family, one in asked.items() if len(families) > 1},
            "engine": store.ENGINE,
            "data_revision": first.revision,
        },
        notes=notes,
    )


def _english(family: str) -> str:
    """The label of a family as it stands in the source: it is translated for whoever reads the note."""
    with override("en"):
        return str(Family(family).label)


def _nearest(
    search: StructureSearch,
    family: str,
    questions_of: Callable[[StoredFingerprints], list[bytes]],
    depth: int,
    hidden: frozenset[UUID],
) -> _Asked:
    index = index_now(family)
    questions = questions_of(index)
    if not index.key:
        if family != store.DEFAULT_FAMILY:
            raise NotComputable("no_fingerprint")
        return _Asked(index, [])  # nothing is stored at all: nothing is like it
    return _Asked(index, index.nearest_of(questions, threshold=search.threshold, limit=depth, without=hidden))


def merged(found: Mapping[str, Sequence[Near]], order: str) -> list[Hit]:
    """The hits of all families, each once, with score and rank by each that has it.

    Args:
        found: by family, best first; the first family is the one whose score a hit is shown with.
        order: one of `Order`.
    """
    first = next(iter(found))
    by_substance: dict[UUID, dict[str, tuple[int, Near]]] = {}
    for family, nears in found.items():
        for rank, near in enumerate(nears, 1):
            by_substance.setdefault(near.substance_id, {})[family] = (rank, near)

    def place(substance: UUID) -> tuple[float, ...]:
        own = by_substance[substance]
        by_first = own[first][0] if first in own else float("inf")
        best = min(rank for rank, _near in own.values())
        return (by_first, best) if order == Order.FIRST else (best, by_first)

    ordered = sorted(by_substance, key=lambda substance: (place(substance), substance))
    several = len(found) > 1
    return [_hit(substance, by_substance[substance], first, several=several) for substance in ordered]


def _hit(substance: UUID, own: Mapping[str, tuple[int, Near]], first: str, *, several: bool) -> Hit:
    told = {
        family: {"rank": rank, "shared": near.shared, "united": near.united} for family, (rank, near) in own.items()
    }
    near = own[first][1] if first in own else None
    return Hit(
        substance,
        shared=near.shared if near else None,
        united=near.united if near else None,
        told={"families": told} if several else {},
    )


KIND = SearchKind(
    name=StructureSearch.Kind.SIMILARITY,
    question=gettext_lazy("What does it resemble?"),
    parameters={
        "threshold": THRESHOLD,
        "limit": LIMIT,
        "families": Parameter([store.DEFAULT_FAMILY], _families),
        "order": Parameter(str(Order.FIRST), _order),
        "collection": COLLECTION,
    },
    answer=typed,
    known=known,
    template="substances/partials/_answer_similarity.html",
)
