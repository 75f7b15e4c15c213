"""Conditions of a group rule that no pattern can say: element counts, shares of mass, carbon chains. Needs RDKit."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypedDict

from rdkit import Chem

from .elements import ATOMIC_NUMBER
from .envelope import check_smarts
from .messages import StructureRefused

#: Least and most; None: open on that side.
Range: TypeAlias = Sequence[float | None]
_MOST_MATCHES = 10_000


class Chain(TypedDict, total=False):
    """An unbranched or branched chain of atoms, measured along its longest path.

    atoms: SMARTS of one atom of the chain; it must exclude ring atoms, so that chains are trees.
    start: SMARTS whose last atom the chain is bound to; the path is then measured from there. Without it: anywhere.
    length: least and most number of atoms on the longest path. size: likewise of all atoms, branches included.
    attachments: least and most number of bonds that leave the chain, those to fluorine not counted: of a perfluoroalkyl
        group one.
    every: whether all chains must have the length (and there is at least one); else one is enough.
    branched: whether a chain must, or must not, have branches of its own; not given: either.
    """

    atoms: str
    start: str
    length: Range
    size: Range
    attachments: Range
    every: bool
    branched: bool


@functools.lru_cache(maxsize=2048)
def pattern(smarts: str) -> Chem.Mol:
    """A compiled SMARTS pattern.

    Raises:
        StructureRefused: outside the envelope, or `bad_rule`.
    """
    compiled: Chem.Mol | None = Chem.MolFromSmarts(check_smarts(smarts))
    if compiled is None or compiled.GetNumAtoms() == 0:
        raise StructureRefused("bad_rule", char=smarts)
    return compiled


def found(mol: Chem.Mol, smarts: str) -> bool:
    """Whether a pattern occurs."""
    return mol.HasSubstructMatch(pattern(smarts))


def matches(mol: Chem.Mol, smarts: str) -> Sequence[tuple[int, ...]]:
    """The atoms of every occurrence of a pattern, distinct sets of atoms only."""
    every: Sequence[tuple[int, ...]] = mol.GetSubstructMatches(pattern(smarts), uniquify=True, maxMatches=_MOST_MATCHES)
    return every


@functools.lru_cache(maxsize=8)  # one molecule is asked of many rules in a row
def elements_of(mol: Chem.Mol) -> Counter[str]:
    """How many atoms of each element there are, hydrogen included."""
    count = Counter(atom.GetSymbol() for atom in mol.GetAtoms())
    hydrogens = sum(atom.GetTotalNumHs() for atom in mol.GetAtoms())
    if hydrogens:
        count["H"] += hydrogens
    return count


def within(value: float, allowed: Range) -> bool:
    """Whether a value lies between least and most, both included."""
    least, most = allowed
    return (least is None or value >= least) and (most is None or value <= most)


def mass_percent(count: Mapping[str, int], symbol: str) -> float:
    """What part of the mass an element makes up, in per cent."""
    table = Chem.GetPeriodicTable()
    whole = sum(table.GetAtomicWeight(ATOMIC_NUMBER[element]) * n for element, n in count.items() if element != "*")
    part = table.GetAtomicWeight(ATOMIC_NUMBER[symbol]) * count.get(symbol, 0)
    return 100 * part / whole if whole else 0.0


def chain_atoms(mol: Chem.Mol, chain: Chain) -> set[int] | None:
    """The atoms of the chains that are as long and as large as is asked for; None where the condition does not hold."""
    members = {match[0] for match in matches(mol, chain["atoms"])}
    starts = _starts(mol, chain.get("start"), members)
    components = _components(mol, members)
    if starts is not None:
        components = [component for component in components if component & starts]
    fitting = [component for component in components if _fits(mol, component, starts, chain)]
    if not fitting or (chain.get("every") and len(fitting) < len(components)):
        return None
    return set[int]().union(*fitting)


def _starts(mol: Chem.Mol, smarts: str | None, members: set[int]) -> set[int] | None:
    """Chain atoms bound to the last atom of the start pattern; None where any will do."""
    if smarts is None:
        return None
    ends = {match[-1] for match in matches(mol, smarts)} - members
    return {n.GetIdx() for end in ends for n in mol.GetAtomWithIdx(end).GetNeighbors()} & members


def _components(mol: Chem.Mol, members: set[int]) -> list[set[int]]:
    left, components = set(members), []
    while left:
        component, edge = set[int](), [left.pop()]
        while edge:
            atom = edge.pop()
            component.add(atom)
            edge += [n for n in _neighbours(mol, atom, members) if n not in component]
        left -= component
        components.append(component)
    return components


def _neighbours(mol: Chem.Mol, atom: int, members: set[int]) -> list[int]:
    return [n.GetIdx() for n in mol.GetAtomWithIdx(atom).GetNeighbors() if n.GetIdx() in members]


def _fits(mol: Chem.Mol, component: set[int], starts: set[int] | None, chain: Chain) -> bool:
    degrees = [len(_neighbours(mol, atom, component)) for atom in component]
    if sum(degrees) != 2 * (len(component) - 1):
        return False  # a ring: no chain
    branched = any(degree > 2 for degree in degrees) or (
        starts is not None and any(len(_neighbours(mol, atom, component)) > 1 for atom in starts & component)
    )
    if "branched" in chain and chain["branched"] != branched:
        return False
    if not within(len(component), chain.get("size", (None, None))):
        return False
    if "attachments" in chain and not within(_bonds_out(mol, component), chain["attachments"]):
        return False
    if starts is not None:
        longest = max(_farthest(mol, atom, component)[1] for atom in starts & component)
    else:
        longest = _farthest(mol, _farthest(mol, next(iter(component)), component)[0], component)[1]
    return within(longest, chain.get("length", (None, None)))


def _bonds_out(mol: Chem.Mol, component: set[int]) -> int:
    """Bonds from a chain to other heavy atoms than fluorine."""
    outside = (n for atom in component for n in mol.GetAtomWithIdx(atom).GetNeighbors() if n.GetIdx() not in component)
    return sum(n.GetAtomicNum() not in (1, 9) for n in outside)


def _farthest(mol: Chem.Mol, atom: int, component: set[int]) -> tuple[int, int]:
    """The atom of a tree farthest from one, and the number of atoms on the way, both ends counted."""
    seen, level, length, last = {atom}, [atom], 0, atom
    while level:
        length, last = length + 1, level[0]
        level = [n for a in level for n in _neighbours(mol, a, component) if n not in seen]
        seen.update(level)
    return last, length
