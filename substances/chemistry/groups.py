"""Rules for structural groups, as data, answered for one molecule. Needs RDKit.

A rule is a mapping that people write in YAML; every rule needs member and non-member tests, because a Kekulé
SMARTS (`C1=CC=CC=C1`) silently misses aromatic rings: `check_rule` finds those.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from rdkit import Chem

from .elements import ATOMIC_NUMBER
from .group_conditions import Chain, Range, chain_atoms, elements_of, found, mass_percent, matches, pattern, within
from .messages import StructureRefused

_AROMATIC_SIZES = (5, 6)


class Exemption(TypedDict, total=False):
    """What a law that names the group leaves out: told by one of `smiles`, `smarts`, or `each` with `is`.

    on: slug of the list that exempts it; without it nobody counts it to the group, and it is no member.
    smiles: this structure and no other (stereochemistry aside).
    smarts: whatever has this pattern.
    each, is_: whatever has atoms of the first pattern, and each of them is one of the second, too.
    reason, source, locator, checked: why, for people; not read here.
    """

    on: str
    smiles: str
    smarts: str
    each: str
    is_: str
    reason: str
    source: str
    locator: str
    checked: str


class GroupRule(TypedDict, total=False):
    """What a member has. All parts given must hold; a part not given holds.

    all_of: every pattern is found. any_of: at least one is. none_of: none is.
    min_counts / max_counts: a pattern is found at least / at most so many times (distinct atom sets).
    elements: every element occurs. only_elements: no other element occurs (hydrogen is always allowed).
    element_counts: number of atoms of an element, least and most. mass_percent: its share of the mass, likewise.
    chains: each a chain of atoms of some length; see `group_conditions.Chain`.
    min_heavy_atoms / max_heavy_atoms: size.
    in_one_part: whether the conditions are asked of each part of a salt or mixture by itself; one must fulfil all.
    alternatives: further rules, at least one of which must hold, too.
    exempt: structures that fulfil the conditions and are left out by law.
    """

    all_of: Sequence[str]
    any_of: Sequence[str]
    none_of: Sequence[str]
    min_counts: Mapping[str, int]
    max_counts: Mapping[str, int]
    elements: Sequence[str]
    only_elements: Sequence[str]
    element_counts: Mapping[str, Range]
    mass_percent: Mapping[str, Range]
    chains: Sequence[Chain]
    min_heavy_atoms: int
    max_heavy_atoms: int
    in_one_part: bool
    alternatives: Sequence[GroupRule]
    exempt: Sequence[Exemption]


@dataclasses.dataclass(frozen=True, slots=True)
class GroupAnswer:
    """Whether a molecule is a member, and the atoms (0-based) that make it one.

    Attributes:
        exempt: which of the rule's exemptions hold, 0-based. One without `on` makes it no member.
    """

    member: bool
    atoms: tuple[int, ...] = ()
    exempt: tuple[int, ...] = ()


def match_group(mol: Chem.Mol, rule: GroupRule) -> GroupAnswer:
    """Whether a sanitised molecule is a member of the group that a rule describes.

    Raises:
        StructureRefused: `bad_rule`, if a pattern cannot be read, and the limits of `check_smarts`.
        ValueError: the rule has an unknown part, or none.
    """
    _refuse_unknown_parts(rule)
    atoms = _fulfilled_in_parts(mol, rule) if rule.get("in_one_part") else _fulfilled(mol, rule)
    if atoms is None:
        return GroupAnswer(False)
    exemptions = rule.get("exempt", ())
    exempt = tuple(n for n, exemption in enumerate(exemptions) if _is_exempt(mol, exemption))
    member = all("on" in exemptions[n] for n in exempt)
    return GroupAnswer(member, tuple(sorted(atoms)), exempt)


def _fulfilled_in_parts(mol: Chem.Mol, rule: GroupRule) -> set[int] | None:
    """The atoms of all parts that fulfil the rule each by itself; None where no part does."""
    places: list[tuple[int, ...]] = []
    parts = Chem.GetMolFrags(mol, asMols=True, frags=None, fragsMolAtomMapping=places)
    if len(parts) == 1:
        return _fulfilled(mol, rule)
    fulfilled = [
        {place[atom] for atom in atoms}
        for part, place in zip(parts, places, strict=True)
        if (atoms := _fulfilled(part, rule)) is not None
    ]
    return set[int]().union(*fulfilled) if fulfilled else None


def _fulfilled(mol: Chem.Mol, rule: GroupRule) -> set[int] | None:
    """The atoms by which a molecule fulfils the conditions; None where it does not."""
    if not _elements_fit(mol, rule) or any(found(mol, smarts) for smarts in rule.get("none_of", ())):
        return None
    if any(len(matches(mol, s)) > most for s, most in rule.get("max_counts", {}).items()):
        return None
    atoms: set[int] = set()
    for smarts, least in {**dict.fromkeys(rule.get("all_of", ()), 1), **rule.get("min_counts", {})}.items():
        every = matches(mol, smarts)
        if len(every) < least:
            return None
        atoms.update(*every)
    choices = rule.get("any_of", ())
    chosen = [match for smarts in choices for match in matches(mol, smarts)]
    if choices and not chosen:
        return None
    atoms.update(*chosen)
    for more in (*_of_chains(mol, rule), *_of_alternatives(mol, rule)):
        if more is None:
            return None
        atoms |= more
    return atoms


def _of_chains(mol: Chem.Mol, rule: GroupRule) -> Iterator[set[int] | None]:
    return (chain_atoms(mol, chain) for chain in rule.get("chains", ()))


def _of_alternatives(mol: Chem.Mol, rule: GroupRule) -> Iterator[set[int] | None]:
    """What the alternatives that hold have found; None once where there are some and none holds."""
    choices = rule.get("alternatives", ())
    held = [atoms for one in choices if (atoms := _fulfilled(mol, one)) is not None]
    yield set[int]().union(*held) if held or not choices else None


def _is_exempt(mol: Chem.Mol, exemption: Exemption) -> bool:
    if "smiles" in exemption:
        return _flat(mol) == _flat_smiles(exemption["smiles"])
    if "smarts" in exemption:
        return found(mol, exemption["smarts"])
    each, which = exemption["each"], exemption["is_"]
    named = {match[0] for match in matches(mol, each)}
    return bool(named) and named <= {match[0] for match in matches(mol, which)}


def _flat(mol: Chem.Mol) -> str:
    return str(Chem.MolToSmiles(mol, isomericSmiles=False))


@functools.lru_cache(maxsize=256)
def _flat_smiles(smiles: str) -> str:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise StructureRefused("bad_rule", char=smiles)
    return _flat(mol)


def check_rule(rule: GroupRule) -> tuple[str, ...]:
    """What is wrong with a rule, in words for its author; () if nothing was found."""
    try:
        _refuse_unknown_parts(rule)
    except ValueError as error:
        return (str(error),)
    problems = [f"unknown element {e}" for e in _named_elements(rule) if e not in ATOMIC_NUMBER]
    problems += [f"{given}: a range is [least, most]" for given in _ranges(rule) if len(given) != 2]
    for smarts in _all_smarts(rule):
        try:
            if has_kekule_ring(pattern(smarts)):
                problems.append(f"{smarts}: double bonds alternate in a ring; aromatic rings are missed")
        except StructureRefused as error:
            problems.append(f"{smarts}: {error.message}")
    for exemption in rule.get("exempt", ()):
        problems += _problems_of(exemption)
    return (*problems, *(problem for one in rule.get("alternatives", ()) for problem in check_rule(one)))


def _problems_of(exemption: Exemption) -> list[str]:
    forms = [name for name in ("smiles", "smarts", "each") if name in exemption]
    if len(forms) != 1 or ("each" in exemption) != ("is_" in exemption):
        return [f"{dict(exemption)}: an exemption has one of smiles, smarts, or each with is_"]
    if not exemption.get("reason"):
        return [f"{dict(exemption)}: an exemption says why"]
    if "smiles" not in exemption:
        return []
    try:
        _flat_smiles(exemption["smiles"])
    except StructureRefused as error:
        return [f"{exemption['smiles']}: {error.message}"]
    return []


def _refuse_unknown_parts(rule: GroupRule) -> None:
    unknown = sorted(set(rule) - set(GroupRule.__annotations__))
    if unknown or not rule:
        known = ", ".join(GroupRule.__annotations__)
        raise ValueError(f"a group rule has parts {known}; not {', '.join(unknown) or 'nothing at all'}")


def _all_smarts(rule: GroupRule) -> list[str]:
    lists = [*rule.get("all_of", ()), *rule.get("any_of", ()), *rule.get("none_of", ())]
    chains = [chain[part] for chain in rule.get("chains", ()) for part in ("atoms", "start") if part in chain]
    exempt = [one[part] for one in rule.get("exempt", ()) for part in ("smarts", "each", "is_") if part in one]
    return [*lists, *rule.get("min_counts", {}), *rule.get("max_counts", {}), *chains, *exempt]


def _named_elements(rule: GroupRule) -> list[str]:
    ranged = [*rule.get("element_counts", {}), *rule.get("mass_percent", {})]
    return [*rule.get("elements", ()), *rule.get("only_elements", ()), *ranged]


def _ranges(rule: GroupRule) -> list[Range]:
    chains = [
        chain[part] for chain in rule.get("chains", ()) for part in ("length", "size", "attachments") if part in chain
    ]
    return [*rule.get("element_counts", {}).values(), *rule.get("mass_percent", {}).values(), *chains]


def _elements_fit(mol: Chem.Mol, rule: GroupRule) -> bool:
    count = elements_of(mol)
    allowed = {*rule.get("only_elements", count), "H"}
    size = mol.GetNumHeavyAtoms()
    return (
        set(count) >= set(rule.get("elements", ()))
        and set(count) <= allowed
        and rule.get("min_heavy_atoms", 0) <= size <= rule.get("max_heavy_atoms", size)
        and all(within(count.get(symbol, 0), allowed) for symbol, allowed in rule.get("element_counts", {}).items())
        and all(within(mass_percent(count, symbol), most) for symbol, most in rule.get("mass_percent", {}).items())
    )


def has_kekule_ring(compiled: Chem.Mol) -> bool:
    """Whether a ring of the pattern alternates plain double bonds between atoms that must not be aromatic."""
    Chem.FastFindRings(compiled)
    for ring in compiled.GetRingInfo().BondRings():
        bonds = [compiled.GetBondWithIdx(index) for index in ring]
        double = sum(bond.DescribeQuery().strip() == "BondOrder 2 = val" for bond in bonds)
        if len(ring) in _AROMATIC_SIZES and double >= len(ring) // 2 and double < len(ring):
            return True
    return False
