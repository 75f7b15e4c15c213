"""The same structure: exactly, in another stereochemistry or charge, or as another salt. The answer says which.

Two structures are compared by their InChIKeys and by those of their parents (the acid of a salt). An InChIKey's first
block is the skeleton; the second tells stereochemistry and isotopes, the third the charge (chemistry/skeleton.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.jobs.running import Work
from substances.chemistry.skeleton import skeleton_of
from substances.models import Structure, StructureSearch, Substance
from substances.querysets import is_living
from substances.searches.hits import IDENTITY
from substances.searches.kinds import Answer, Hit, ReadStructure, SearchKind
from substances.searches.parameters import COLLECTION, LIMIT
from substances.services.similarity_neighbours import NotComputable, restricted_ids

_NO_INCHIKEY = gettext_noop("No InChIKey can be made of it, so it cannot be told whether another is the same.")
_NO_STRUCTURE = gettext_noop("No structure of it is known, so there is none to look for.")


class Relation(TextChoices):
    """In what two structures are the same, the closest first."""

    SAME_STRUCTURE = IDENTITY, _("The same structure")
    SAME_SKELETON = "same_skeleton", _("The same skeleton; stereochemistry, isotopes or charge differ")
    SAME_PARENT = "same_parent", _("The same parent: another salt or hydrate of it, or the parent itself")
    SAME_PARENT_SKELETON = (
        "same_parent_skeleton",
        _("The same skeleton of the parent; stereochemistry, isotopes or charge differ"),
    )


CLOSEST_FIRST = tuple(Relation)


@dataclass(frozen=True, slots=True)
class Keys:
    """The InChIKeys of one structure: its own, and its parent's ("" where it has none)."""

    own: str
    parent: str = ""


def relation_of(one: Keys, other: Keys) -> Relation | None:
    """In what two structures are the same; None where in nothing. An empty key is like no other."""
    if one.own and one.own == other.own:
        return Relation.SAME_STRUCTURE
    if one.own and skeleton_of(one.own) == skeleton_of(other.own):
        return Relation.SAME_SKELETON
    if one.parent and one.parent == other.parent:
        return Relation.SAME_PARENT
    if one.parent and skeleton_of(one.parent) == skeleton_of(other.parent):
        return Relation.SAME_PARENT_SKELETON
    return None


def known(search: StructureSearch, substance: Substance) -> Answer:
    """Who has the structure of a substance we know; where it is disputed, any of its structures.

    Raises:
        NotComputable: it has none.
    """
    rows = Structure.objects.told().filter(substance=substance).values_list("inchikey", "parent_inchikey")
    asked = [Keys(own, parent or "") for own, parent in rows]
    if not asked:
        raise NotComputable("no_structure", reason=_NO_STRUCTURE)
    return _same(search, asked)


def typed(task: Work, search: StructureSearch, structure: ReadStructure) -> Answer:
    """Who has the structure that the sandbox has read.

    Raises:
        NotComputable: it has no InChIKey, or is like a restricted chemical without being exactly one.
    """
    return _same(search, [Keys(structure["inchikey"] or "", structure["parent_inchikey"] or "")])


def _same(search: StructureSearch, asked: list[Keys]) -> Answer:
    if not any(keys.own for keys in asked):
        raise NotComputable("no_inchikey", reason=_NO_INCHIKEY)
    found = list(found_same(asked))
    restricted = restricted_ids()
    if any(one.substance in restricted for one in found):
        # A restricted chemical, its stereoisomer or salt was asked about: it itself is named, for its duties.
        found = [one for one in found if one.substance in restricted and one.relation == Relation.SAME_STRUCTURE]
        if not found:
            raise NotComputable("restricted")
    hits = [Hit(one.substance, note=one.relation, told={"shown": one.is_shown}) for one in _closest(found)]
    return Answer(hits=hits[: search.limit])


@dataclass(frozen=True, slots=True)
class Same:
    """A structure that is the same in something; `is_shown`: the one its substance shows first."""

    substance: UUID
    name: str
    relation: Relation
    is_shown: bool

    @property
    def order(self) -> tuple[int, bool, str, UUID]:
        return (CLOSEST_FIRST.index(self.relation), not self.is_shown, self.name, self.substance)


def found_same(asked: Collection[Keys]) -> Iterator[Same]:
    """Every structure of a living substance that is the same in something as one of these. One statement."""
    columns = ("substance_id", "substance__name", "is_current", "inchikey", "parent_inchikey")
    for substance, name, is_shown, own, parent in _candidates(asked).values_list(*columns):
        relations = [relation for one in asked if (relation := relation_of(one, Keys(own, parent or "")))]
        if relations:
            yield Same(substance, name, min(relations, key=CLOSEST_FIRST.index), is_shown)


def _candidates(asked: Collection[Keys]) -> QuerySet[Structure]:
    """Structures of living substances that have a skeleton in common with one of these: one statement, by index."""
    alike = Q(pk__in=[])
    for own in {skeleton_of(keys.own) for keys in asked if keys.own}:
        alike |= Q(inchikey__range=_span(own))
    for parent in {skeleton_of(keys.parent) for keys in asked if keys.parent}:
        alike |= Q(parent_inchikey__range=_span(parent))
    return Structure.objects.filter(alike).filter(is_living("substance__"))


def _span(skeleton: str) -> tuple[str, str]:
    """The first and the last InChIKey with this skeleton, in every collation: the databases compare texts by theirs."""
    return f"{skeleton}-AAAAAAAAAA-A", f"{skeleton}-ZZZZZZZZZZ-Z"


def _closest(found: Iterable[Same]) -> list[Same]:
    """Each substance once, by the closest of its structures."""
    closest: dict[UUID, Same] = {}
    for one in sorted(found, key=lambda same: same.order):
        closest.setdefault(one.substance, one)
    return list(closest.values())


KIND = SearchKind(
    name=StructureSearch.Kind.EXACT,
    question=_("Is it here, perhaps as another salt or stereoisomer?"),
    parameters={"limit": LIMIT, "collection": COLLECTION},
    answer=typed,
    known=known,
    template="substances/partials/_answer_exact.html",
    whys=dict(Relation.choices),
)
