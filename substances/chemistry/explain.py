"""Why two molecules are alike: what they share, drawn alike, and what one has in place of the other's. Needs RDKit.

A common substructure can take minutes on thirty atoms, and its own time limit was seen to be passed by far: this is
asked in the sandbox only, with a limit from outside.

The common part may be in several pieces, found one after the other, the largest first: of bisphenol A and bisphenol S
both phenols are common, with what stands between them told apart. Rings are common whole or not at all; an aromatic
ring is not a saturated one; a chain is not a part of a ring.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rdkit import Chem
from rdkit.Chem import rdDepictor, rdFMCS

from .depict import laid_out
from .fragment_words import Fragment, fragment_of

TIMEOUT_S = 2
MAX_HEAVY_ATOMS = 100
#: A piece smaller than this is a coincidence, unless it is all of a molecule.
SMALLEST_PIECE = 3
MOST_PIECES = 4
# Two elements that match nothing: marks of atoms that are taken.
_TAKEN_FIRST, _TAKEN_SECOND = 117, 118


class CommonPartTooHard(Exception):
    """The common part was not computed: too large, or it took too long. The rest of an explanation stands."""


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """What one has where the other has something else, or nothing."""

    first: Fragment | None
    second: Fragment | None


@dataclasses.dataclass(frozen=True, slots=True)
class Common:
    """What two molecules have in common.

    Attributes:
        pairs: atoms (of the first, of the second), 0-based.
        bonds: pairs of bonds, likewise.
        pieces: how many pieces it is in.
        first_piece: how many of the pairs, in front, are its largest piece.
        differences: what is not common, what stands at the same place together.
    """

    pairs: tuple[tuple[int, int], ...]
    bonds: tuple[tuple[int, int], ...]
    pieces: int
    first_piece: int
    differences: tuple[Difference, ...]


def common_part(first: Chem.Mol, second: Chem.Mol) -> Common:
    """What two sanitised molecules have in common, and what differs.

    Raises:
        CommonPartTooHard: one is too large, or the time was up.
    """
    if max(first.GetNumHeavyAtoms(), second.GetNumHeavyAtoms()) > MAX_HEAVY_ATOMS:
        raise CommonPartTooHard
    if (same := _same(first, second)) is not None:
        return same
    open_first, open_second = Chem.RWMol(first), Chem.RWMol(second)
    smallest = min(SMALLEST_PIECE, first.GetNumHeavyAtoms(), second.GetNumHeavyAtoms())
    pairs: dict[int, int] = {}
    bonds: list[tuple[int, int]] = []
    pieces = first_piece = 0
    while pieces < MOST_PIECES:
        piece = _largest(open_first, open_second, smallest)
        if piece is None:
            break
        atoms, piece_bonds = piece
        pairs |= dict(atoms)
        bonds += piece_bonds
        pieces += 1
        first_piece = first_piece or len(atoms)
        for a, b in atoms:
            open_first.GetAtomWithIdx(a).SetAtomicNum(_TAKEN_FIRST)
            open_second.GetAtomWithIdx(b).SetAtomicNum(_TAKEN_SECOND)
    differences = _differences(first, second, pairs)
    return Common(tuple(pairs.items()), tuple(bonds), pieces, first_piece, differences)


def _same(first: Chem.Mol, second: Chem.Mol) -> Common | None:
    """All of both, where they differ in stereochemistry at most."""
    if (first.GetNumAtoms(), first.GetNumBonds()) != (second.GetNumAtoms(), second.GetNumBonds()):
        return None
    if Chem.MolToSmiles(first, isomericSmiles=False) != Chem.MolToSmiles(second, isomericSmiles=False):
        return None
    there = second.GetSubstructMatch(first, useChirality=False)
    if len(there) != first.GetNumAtoms():
        return None
    bonds = tuple(
        (bond.GetIdx(), second.GetBondBetweenAtoms(there[bond.GetBeginAtomIdx()], there[bond.GetEndAtomIdx()]).GetIdx())
        for bond in first.GetBonds()
    )
    return Common(tuple(enumerate(there)), bonds, 1, len(there), ())


_Piece = tuple[list[tuple[int, int]], list[tuple[int, int]]]


def _largest(first: Chem.Mol, second: Chem.Mol, smallest: int) -> _Piece | None:
    found = rdFMCS.FindMCS([first, second], _parameters())
    if found.canceled:
        raise CommonPartTooHard
    if found.numAtoms < smallest or found.queryMol is None:
        return None
    a, b = first.GetSubstructMatch(found.queryMol), second.GetSubstructMatch(found.queryMol)
    if not a or not b:
        return None
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in found.queryMol.GetBonds()]
    bonds = [
        (first.GetBondBetweenAtoms(a[i], a[j]).GetIdx(), second.GetBondBetweenAtoms(b[i], b[j]).GetIdx())
        for i, j in ends
    ]
    return list(zip(a, b, strict=True)), bonds


def _parameters() -> rdFMCS.MCSParameters:
    how = rdFMCS.MCSParameters()
    setattr(how, "Timeout", TIMEOUT_S)  # noqa: B010 - RDKit's stubs know no attribute of it
    how.AtomTyper = rdFMCS.AtomCompare.CompareElements
    how.BondTyper = rdFMCS.BondCompare.CompareOrderExact
    how.AtomCompareParameters.RingMatchesRingOnly = True
    how.AtomCompareParameters.CompleteRingsOnly = True
    how.AtomCompareParameters.MatchFormalCharge = True
    how.BondCompareParameters.RingMatchesRingOnly = True
    how.BondCompareParameters.CompleteRingsOnly = True
    return how


def _differences(first: Chem.Mol, second: Chem.Mol, pairs: dict[int, int]) -> tuple[Difference, ...]:
    """What is not common, matched where both stand between the same common atoms."""
    back = {b: a for a, b in pairs.items()}
    of_first = [fragment_of(first, atoms) for atoms in _left(first, set(pairs))]
    of_second = [fragment_of(second, atoms) for atoms in _left(second, set(back))]
    told: list[Difference] = []
    for one in of_first:
        at = {pairs[atom] for atom in one.bound_to if atom in pairs}
        other = next((two for two in of_second if set(two.bound_to) == at), None)
        other = other or next((two for two in of_second if at & set(two.bound_to)), None)
        if other is not None:
            of_second.remove(other)
        told.append(Difference(one, other))
    told += [Difference(None, two) for two in of_second]
    return tuple(told)


def _left(mol: Chem.Mol, common: set[int]) -> list[list[int]]:
    """The atoms that are not common, those bound to each other together."""
    left = {atom.GetIdx() for atom in mol.GetAtoms()} - common
    parts = []
    while left:
        part, edge = set[int](), [left.pop()]
        while edge:
            at = edge.pop()
            part.add(at)
            near = {neighbour.GetIdx() for neighbour in mol.GetAtomWithIdx(at).GetNeighbors()} & left
            left -= near
            edge += near
        parts.append(sorted(part))
    return sorted(parts)


def laid_out_alike(first: Chem.Mol, second: Chem.Mol, pairs: Sequence[tuple[int, int]]) -> tuple[Chem.Mol, Chem.Mol]:
    """Both with flat coordinates, the second turned so that what is common lies as in the first where it can."""
    flat_first, flat_second = laid_out(first), laid_out(second)
    if len(pairs) >= SMALLEST_PIECE:
        try:
            rdDepictor.GenerateDepictionMatching2DStructure(flat_second, flat_first, atomMap=[*map(list, pairs)])
        except ValueError:
            return flat_first, laid_out(second)
        Chem.WedgeMolBonds(flat_second, flat_second.GetConformer())
    return flat_first, flat_second
