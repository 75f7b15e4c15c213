"""Members drawn so that they tell what the rule of a group takes in: the best known one, and one that looks otherwise.

Each is drawn with the atoms by which the rule takes it in. Made by workers, in the sandbox.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Any

import structlog
from django.db.models import Count

from portal.common.batches import batches
from substances.chemistry.sandbox_client import Sandbox, SandboxFailed
from substances.models import ListMembership, Structure
from substances.similarity.store import StoredFingerprints
from substances.vocabulary import ListEffect

logger = structlog.get_logger(__name__)

# Members that the rule is asked of, the best known in front; and how many of those it takes in are compared.
_TRIED, _COMPARED = 30, 8
# Characters of SMILES: a bare atom shows little of its group, a large molecule little of anything.
_TELLING, _TOO_SMALL_BESIDE = range(5, 70), 12
_TIMEOUT_S = 20.0
_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """A member's drawing, with a band under the atoms by which the rule takes it in."""

    structure: Structure
    svg: str


def telling_members(
    members: Collection[uuid.UUID], rule: Mapping[str, Any], *, name: str, box: Sandbox, index: StoredFingerprints
) -> list[Drawn]:
    """At most two members: the one that most lists of concern name, and of the next the one least like it.

    Args:
        members: who may be drawn.
        name: of the group, for the log.
    """
    found: list[tuple[Structure, list[int]]] = []
    for structure in _best_known(members)[:_TRIED]:
        atoms = _atoms(box, structure.smiles, rule, name)
        if atoms:
            found.append((structure, atoms))
        if len(found) == _COMPARED:
            break
    chosen = found[:1]
    others = [one for one in found[1:] if one[0].skeleton != found[0][0].skeleton]
    if others:
        first = found[0][0].substance_id
        chosen.append(min(others, key=lambda one: _beside(one[0], _likeness(index, first, one[0].substance_id))))
    drawn = (_draw(box, structure, atoms, name) for structure, atoms in chosen)
    return [one for one in drawn if one]


def _best_known(members: Collection[uuid.UUID]) -> list[Structure]:
    """The structures shown first: those one reads at a glance in front, by how many lists of concern name them."""
    named: dict[uuid.UUID, int] = {}
    rows = list(_structures(members))
    for some in batches([row.substance_id for row in rows], _AT_ONCE):
        lists = ListMembership.objects.in_force().filter(chemical_list__effect=ListEffect.CONCERN, substance__in=some)
        counted = lists.order_by().values("substance").annotate(n=Count("chemical_list", distinct=True))
        named |= dict(counted.values_list("substance", "n"))
    return sorted(rows, key=lambda row: _order(row, named.get(row.substance_id, 0)))


def _order(row: Structure, lists: int) -> tuple[Any, ...]:
    return (len(row.smiles) not in _TELLING, "." in row.smiles, -lists, len(row.smiles), row.smiles)


def _structures(members: Collection[uuid.UUID]) -> Iterator[Structure]:
    for some in batches(sorted(members), _AT_ONCE):
        rows = Structure.objects.filter(is_current=True, substance__in=some)
        yield from rows.select_related("substance").defer("svg", "as_reported", "issues")


def _beside(row: Structure, likeness: Fraction) -> tuple[Any, ...]:
    return (len(row.smiles) < _TOO_SMALL_BESIDE, likeness)


def _likeness(index: StoredFingerprints, one: uuid.UUID, other: uuid.UUID) -> Fraction:
    """The Tanimoto coefficient of two members, of the nearest of their structures; 1 where they cannot be compared."""
    pairs = [(a, b) for a in _bits(index, one) for b in _bits(index, other)]
    return max((Fraction((a & b).bit_count(), (a | b).bit_count() or 1) for a, b in pairs), default=Fraction(1))


def _bits(index: StoredFingerprints, substance: uuid.UUID) -> list[int]:
    return [int.from_bytes(bits) for bits in index.questions_of(substance)]


def _atoms(box: Sandbox, smiles: str, rule: Mapping[str, Any], name: str) -> list[int]:
    """The atoms that make a structure a member; none where it is none, or cannot be read."""
    try:
        answer = box.call("group_match", _TIMEOUT_S, smiles=smiles, rules={"asked": dict(rule)})
    except SandboxFailed as error:
        logger.warning("group_drawings.not_asked", group=name, error=str(error))
        return []
    found = answer.get("groups", {}).get("asked", {"member": False})
    return list(found["atoms"]) if found["member"] else []


def _draw(box: Sandbox, structure: Structure, atoms: list[int], name: str) -> Drawn | None:
    label = structure.substance.name
    try:
        answer = box.call("depict", _TIMEOUT_S, smiles=structure.smiles, label=label, highlight_atoms=atoms)
    except SandboxFailed as error:
        logger.warning("group_drawings.not_drawn", group=name, error=str(error))
        return None
    return Drawn(structure, answer["svg"]) if answer.get("svg") else None
