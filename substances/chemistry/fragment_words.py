"""Parts of molecules in a chemist's shorthand: C(CH3)2, SO2, COOH, CH2CH2OH, C6H4 (a ring). Needs RDKit."""

from __future__ import annotations

import dataclasses
from collections import Counter

from rdkit import Chem

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LONGEST = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Fragment:
    """A connected part of a molecule.

    Attributes:
        text: in shorthand, such as C(CH3)2; with hydrogens, without what it is bound to.
        ring: "" for chains; `aromatic` or `ring` where it has a ring.
        atoms: 0-based.
        bound_to: atoms outside it that it is bound to.
    """

    text: str
    ring: str
    atoms: tuple[int, ...]
    bound_to: tuple[int, ...]


def fragment_of(mol: Chem.Mol, atoms: list[int]) -> Fragment:
    """The part of a molecule that these atoms are."""
    inside = set(atoms)
    bound_to = {
        neighbour.GetIdx()
        for index in atoms
        for neighbour in mol.GetAtomWithIdx(index).GetNeighbors()
        if neighbour.GetIdx() not in inside
    }
    members = [mol.GetAtomWithIdx(index) for index in atoms]
    cyclic = any(bond.IsInRing() and _is_within(bond, inside) for bond in mol.GetBonds())
    ring = "" if not cyclic else "aromatic" if any(atom.GetIsAromatic() for atom in members) else "ring"
    text = _hill(members) if cyclic else _chain(mol, atoms, inside, bound_to)
    return Fragment(text if len(text) <= _LONGEST else _hill(members), ring, tuple(atoms), tuple(sorted(bound_to)))


def _is_within(bond: Chem.Bond, inside: set[int]) -> bool:
    return bond.GetBeginAtomIdx() in inside and bond.GetEndAtomIdx() in inside


def _hill(members: list[Chem.Atom]) -> str:
    """Elements and counts, carbon and hydrogen in front."""
    count = Counter(atom.GetSymbol() for atom in members)
    hydrogens = sum(atom.GetTotalNumHs() for atom in members)
    if hydrogens:
        count["H"] += hydrogens
    order = [symbol for symbol in ("C", "H") if symbol in count]
    order += sorted(set(count) - {"C", "H"})
    return "".join(symbol + _times(count[symbol]) for symbol in order)


def _chain(mol: Chem.Mol, atoms: list[int], inside: set[int], bound_to: set[int]) -> str:
    """A tree of atoms, written from where it is bound to the rest."""
    starts = [index for index in atoms if any(n.GetIdx() in bound_to for n in mol.GetAtomWithIdx(index).GetNeighbors())]
    if starts:
        start = max(starts, key=lambda index: (mol.GetAtomWithIdx(index).GetDegree(), -index))
    else:
        start = min(atoms, key=lambda index: (mol.GetAtomWithIdx(index).GetDegree(), index))
    return _written(mol, start, None, inside).replace("N+OO−", "NO₂")


def _written(mol: Chem.Mol, index: int, before: int | None, inside: set[int]) -> str:
    atom = mol.GetAtomWithIdx(index)
    branches = Counter(
        _written(mol, neighbour.GetIdx(), index, inside)
        for neighbour in atom.GetNeighbors()
        if neighbour.GetIdx() != before and neighbour.GetIdx() in inside
    )
    return _symbol(atom) + _branches(branches)


def _branches(branches: Counter[str]) -> str:
    """Short ones in front; the longest is written on, the others in parentheses."""
    ordered = sorted(branches, key=lambda text: (len(text), text))
    written = ""
    for place, text in enumerate(ordered, 1):
        count = branches[text]
        is_last = place == len(ordered)
        plain = len(text) == 1 or (count == 1 and is_last) or text in ("Cl", "Br")
        written += f"{text}{_times(count)}" if plain else f"({text}){_times(count)}"
    return written


def _symbol(atom: Chem.Atom) -> str:
    hydrogens = atom.GetTotalNumHs()
    charge = atom.GetFormalCharge()
    sign = "" if not charge else ("+" if charge > 0 else "−") * min(abs(charge), 3)
    return atom.GetSymbol() + (f"H{_times(hydrogens)}" if hydrogens else "") + sign


def _times(count: int) -> str:
    return "" if count == 1 else str(count).translate(_SUBSCRIPTS)
