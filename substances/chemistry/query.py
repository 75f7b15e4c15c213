"""What a person wants to find inside structures, as one query: a SMARTS, a SMILES, a drawing. Needs RDKit.

Foreign text comes here in the sandbox only: on a few hundred characters of SMARTS, parsers and matchers hang or die.

How it is read decides what is found, so it is told:

- **pattern** (text): a SMARTS. Capital letters are aliphatic atoms, small ones aromatic; what brackets say must hold. A
  text that is a whole SMILES, too, first becomes the molecule it says: a benzene ring written with double bonds is
  aromatic (as SMARTS it misses every aromatic ring), a nitro group with two double bonds is written with charges.
- **drawing** (molfile, InChI, the structure of a substance): elements, bonds, charges and isotopes as drawn; hydrogen
  is free unless it is drawn; A, Q, X, M, lists and any bonds as people draw them. An element may be aromatic or not.

Stereochemistry is not compared.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, TypeAlias, get_args

from rdkit import Chem

from .envelope import check_query_molfile, check_smarts, check_structure
from .groups import has_kekule_ring
from .messages import Note, StructureRefused
from .parse import parsed, read_molecule

#: `structure` is a SMILES of our own writing, read as a drawing; `smiles` and `smarts` are read alike.
QueryFormat: TypeAlias = Literal["smiles", "smarts", "inchi", "molfile", "structure"]
# Without charges, as many write it; stored structures have charges.
_NEUTRAL_NITRO = ("N(=O)(=O)", "N(=O)=O")
_BONDS = {
    Chem.BondType.SINGLE: "-",
    Chem.BondType.DOUBLE: "=",
    Chem.BondType.TRIPLE: "#",
    Chem.BondType.QUADRUPLE: "$",
    Chem.BondType.AROMATIC: ":",
}


@dataclasses.dataclass(frozen=True, slots=True)
class StructureQuery:
    """A query that can be put to structures.

    Attributes:
        mol: atoms and bonds with their conditions.
        read_as: how it was read.
        smarts: what it asks, for people and records; a drawing's is not read again.
        changes: how it was read, and what was changed on the way.
        whole: the molecule it is, where it is a whole one.
    """

    mol: Chem.Mol
    read_as: Literal["pattern", "drawing"]
    smarts: str
    changes: tuple[Note, ...]
    whole: Chem.Mol | None = None


def read_query(text: str, format: str) -> StructureQuery:  # the word of the API
    """The query that a text is, read as one of `QueryFormat`.

    Raises:
        StructureRefused: outside the envelope, unreadable, or nothing to look for.
        ValueError: there is no such format.
    """
    if format not in get_args(QueryFormat):
        raise ValueError(f"{format!r} is no format of a query")
    if format == "molfile":
        return _drawn(text)
    if format in ("inchi", "structure"):
        mol, _checked, changes = read_molecule(text, "inchi" if format == "inchi" else "smiles", max_atoms=999)
        return _drawing(Chem.Mol(mol), tuple(changes), mol)
    try:
        return _of_smiles(text)
    except StructureRefused:
        return _of_smarts(text)  # part of a molecule, such as cO, or a pattern


def _of_smarts(text: str) -> StructureQuery:
    body = check_smarts(text)
    told = [Note("query_pattern")]
    for neutral in _NEUTRAL_NITRO:
        if neutral in body:
            body = body.replace(neutral, "[N+](=O)[O-]")
            told.append(Note("groups_normalised"))
    mol: Chem.Mol | None = Chem.MolFromSmarts(body)
    if mol is None or mol.GetNumAtoms() == 0:
        raise StructureRefused("unreadable", notation="SMARTS")
    if has_kekule_ring(mol):
        told.append(Note("query_kekule"))
    return StructureQuery(_ready(mol), "pattern", body, tuple(told))


def _of_smiles(text: str) -> StructureQuery:
    """A pattern that is a whole SMILES: atoms as in the molecule, hydrogens as far as they were written."""
    checked = check_structure(text, "smiles")
    whole, changes = parsed(checked)
    hydrogens = _hydrogens_written(checked.text)
    if len(hydrogens) != whole.GetNumAtoms():
        raise StructureRefused("query_read")
    query = Chem.RWMol()
    for atom, (exactly, at_least) in zip(whole.GetAtoms(), hydrogens, strict=True):
        query.AddAtom(Chem.AtomFromSmarts(_atom_smarts(atom, exactly, at_least)))
    for bond in whole.GetBonds():
        count = query.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), bond.GetBondType())
        query.ReplaceBond(count - 1, Chem.BondFromSmarts(_BONDS.get(bond.GetBondType(), "~")))
    mol = query.GetMol()
    changes = [note for note in changes if note.code != "hydrogens_folded"]
    return StructureQuery(_ready(mol), "pattern", Chem.MolToSmarts(mol), (Note("query_pattern"), *changes), whole)


def _hydrogens_written(smiles: str) -> list[tuple[int, int]]:
    """Of each atom that is no plain hydrogen: how many hydrogens its bracket names, and how many are bound to it."""
    params = Chem.SmilesParserParams()
    for option in ("sanitize", "removeHs", "allowCXSMILES"):
        setattr(params, option, False)
    mol: Chem.Mol | None = Chem.MolFromSmiles(smiles, params)
    if mol is None:
        raise StructureRefused("unreadable", notation="SMILES")
    return [
        (atom.GetNumExplicitHs(), sum(_is_hydrogen(neighbour) for neighbour in atom.GetNeighbors()))
        for atom in mol.GetAtoms()
        if not (_is_hydrogen(atom) and atom.GetDegree())
    ]


def _is_hydrogen(atom: Chem.Atom) -> bool:
    return atom.GetAtomicNum() == 1 and not atom.GetIsotope() and not atom.GetFormalCharge()


def _atom_smarts(atom: Chem.Atom, exactly: int, at_least: int) -> str:
    """An atom's conditions. Source: Daylight, SMARTS theory manual: atomic primitives."""
    symbol = atom.GetSymbol()
    element = "#1" if symbol == "H" else symbol.lower() if atom.GetIsAromatic() else symbol
    said = f"{atom.GetIsotope() or ''}{element}"
    if exactly:
        said += f";H{exactly + at_least}"
    elif at_least:
        said += "".join(f";!H{count}" for count in range(at_least))
    if atom.GetFormalCharge():
        said += f";{atom.GetFormalCharge():+d}"
    return f"[{said}]"


def _drawn(text: str) -> StructureQuery:
    """A drawn query. It is sanitised as far as its open parts allow."""
    body, atoms, changes = check_query_molfile(text)
    mol: Chem.Mol | None = Chem.MolFromMolBlock(body, sanitize=False, removeHs=False, strictParsing=True)
    if mol is None:
        raise StructureRefused("unreadable", notation="molfile")
    if mol.GetNumAtoms() != atoms:
        raise StructureRefused("atoms_lost", found=mol.GetNumAtoms(), limit=atoms)
    try:
        whole = read_molecule(text, "molfile")[0]
    except StructureRefused:
        whole = None
    Chem.SanitizeMol(mol, Chem.SanitizeFlags.SANITIZE_CLEANUP, catchErrors=True)
    mol.UpdatePropertyCache(False)
    return _drawing(Chem.MergeQueryHs(mol), tuple(changes), whole)


def _drawing(mol: Chem.Mol, changes: tuple[Note, ...], whole: Chem.Mol | None) -> StructureQuery:
    for atom in mol.GetAtoms():
        atom.SetNumRadicalElectrons(0)
        atom.SetAtomMapNum(0)
        atom.SetChiralTag(Chem.CHI_UNSPECIFIED)
    for bond in mol.GetBonds():
        bond.SetStereo(Chem.BondStereo.STEREONONE)
    Chem.FastFindRings(mol)
    how = Chem.AdjustQueryParameters.NoAdjustments()
    for option in ("aromatizeIfPossible", "makeDummiesQueries"):
        setattr(how, option, True)
    query = Chem.AdjustQueryProperties(mol, how)
    told = (Note("query_drawing"), *changes)
    return StructureQuery(_ready(query), "drawing", Chem.MolToSmarts(query, isomericSmiles=False), told, whole)


def _ready(mol: Chem.Mol) -> Chem.Mol:
    """The query with what matching and fingerprints need computed."""
    if any(atom.GetAtomicNum() == 1 and atom.GetDegree() == 1 for atom in mol.GetAtoms()):
        mol = Chem.MergeQueryHs(mol)
    mol.UpdatePropertyCache(False)
    Chem.FastFindRings(mol)
    return mol
