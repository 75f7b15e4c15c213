"""Rules for structural groups, as data, answered for one molecule. Needs RDKit.

A rule is a mapping that people write in YAML; every rule needs member and non-member tests, because a Kekulé
SMARTS (`C1=CC=CC=C1`) silently misses aromatic rings: `check_rule` finds those.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import TypedDict

from rdkit import Chem

from .elements import ATOMIC_NUMBER
from .envelope import check_smarts
from .messages import StructureRefused

_AROMATIC_SIZES = (5, 6)


class GroupRule(TypedDict, total=False):
    """What a member has. All parts given must hold; a part not given holds.

    all_of: every pattern is found. any_of: at least one is. none_of: none is.
    min_counts / max_counts: a pattern is found at least / at most so many times (distinct atom sets).
    elements: every element occurs. only_elements: no other element occurs (hydrogen is always allowed).
    min_heavy_atoms / max_heavy_atoms: size.
    """

    all_of: Sequence[str]
    any_of: Sequence[str]
    none_of: Sequence[str]
    min_counts: Mapping[str, int]
    max_counts: Mapping[str, int]
    elements: Sequence[str]
    only_elements: Sequence[str]
    min_heavy_atoms: int
    max_heavy_atoms: int


@dataclasses.dataclass(frozen=True, slots=True)
class GroupAnswer:
    """Whether a molecule is a member, and the atoms (0-based) that make it one."""

    member: bool
    atoms: tuple[int, ...] = ()


def match_group(mol: Chem.Mol, rule: GroupRule) -> GroupAnswer:
    """Whether a sanitised molecule is a member of the group that a rule describes.

    Raises:
        StructureRefused: `bad_rule`, if a pattern cannot be read, and the limits of `check_smarts`.
        ValueError: the rule has an unknown part, or none.
    """
    _refuse_unknown_parts(rule)
    if not _elements_fit(mol, rule) or any(_found(mol, smarts) for smarts in rule.get("none_of", ())):
        return GroupAnswer(False)
    if any(len(_matches(mol, s)) > most for s, most in rule.get("max_counts", {}).items()):
        return GroupAnswer(False)
    atoms: set[int] = set()
    for smarts, least in {**dict.fromkeys(rule.get("all_of", ()), 1), **rule.get("min_counts", {})}.items():
        matches = _matches(mol, smarts)
        if len(matches) < least:
            return GroupAnswer(False)
        atoms.update(*matches)
    choices = rule.get("any_of", ())
    chosen = [match for smarts in choices for match in _matches(mol, smarts)]
    if choices and not chosen:
        return GroupAnswer(False)
    return GroupAnswer(True, tuple(sorted(atoms.union(*chosen))))


def check_rule(rule: GroupRule) -> tuple[str, ...]:
    """What is wrong with a rule, in words for its author; () if nothing was found."""
    try:
        _refuse_unknown_parts(rule)
    except ValueError as error:
        return (str(error),)
    problems = [f"unknown element {e}" for e in _named_elements(rule) if e not in ATOMIC_NUMBER]
    for smarts in _all_smarts(rule):
        try:
            if _is_kekule(pattern(smarts)):
                problems.append(f"{smarts}: double bonds alternate in a ring; aromatic rings are missed")
        except StructureRefused as error:
            problems.append(f"{smarts}: {error.message}")
    return tuple(problems)


@functools.lru_cache(maxsize=1024)
def pattern(smarts: str) -> Chem.Mol:
    """A compiled SMARTS pattern.

    Raises:
        StructureRefused: outside the envelope, or `bad_rule`.
    """
    compiled: Chem.Mol | None = Chem.MolFromSmarts(check_smarts(smarts))
    if compiled is None or compiled.GetNumAtoms() == 0:
        raise StructureRefused("bad_rule", char=smarts)
    return compiled


def _refuse_unknown_parts(rule: GroupRule) -> None:
    unknown = sorted(set(rule) - set(GroupRule.__annotations__))
    if unknown or not rule:
        known = ", ".join(GroupRule.__annotations__)
        raise ValueError(f"a group rule has parts {known}; not {', '.join(unknown) or 'nothing at all'}")


def _all_smarts(rule: GroupRule) -> list[str]:
    lists = [*rule.get("all_of", ()), *rule.get("any_of", ()), *rule.get("none_of", ())]
    return [*lists, *rule.get("min_counts", {}), *rule.get("max_counts", {})]


def _named_elements(rule: GroupRule) -> list[str]:
    return [*rule.get("elements", ()), *rule.get("only_elements", ())]


def _found(mol: Chem.Mol, smarts: str) -> bool:
    return mol.HasSubstructMatch(pattern(smarts))


def _matches(mol: Chem.Mol, smarts: str) -> Sequence[tuple[int, ...]]:
    matches: Sequence[tuple[int, ...]] = mol.GetSubstructMatches(pattern(smarts), uniquify=True, maxMatches=10_000)
    return matches


def _elements_fit(mol: Chem.Mol, rule: GroupRule) -> bool:
    present = {atom.GetSymbol() for atom in mol.GetAtoms()}
    allowed = {*rule.get("only_elements", present), "H"}
    size = mol.GetNumHeavyAtoms()
    return (
        present >= set(rule.get("elements", ()))
        and present <= allowed
        and rule.get("min_heavy_atoms", 0) <= size <= rule.get("max_heavy_atoms", size)
    )


def _is_kekule(compiled: Chem.Mol) -> bool:
    """Whether a ring of the pattern alternates plain double bonds between atoms that must not be aromatic."""
    Chem.FastFindRings(compiled)
    for ring in compiled.GetRingInfo().BondRings():
        bonds = [compiled.GetBondWithIdx(index) for index in ring]
        double = sum(bond.DescribeQuery().strip() == "BondOrder 2 = val" for bond in bonds)
        if len(ring) in _AROMATIC_SIZES and double >= len(ring) // 2 and double < len(ring):
            return True
    return False
