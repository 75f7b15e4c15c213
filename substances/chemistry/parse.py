"""One molecule from one checked text, whole or not at all. Needs RDKit; runs in the sandbox for foreign text."""

from __future__ import annotations

import logging
import re
from typing import Any

from rdkit import Chem, rdBase
from rdkit.Chem import rdinchi
from rdkit.Chem.MolStandardize import rdMolStandardize

from .envelope import MAX_ATOMS_QUERY, Checked, Notation, check_structure
from .messages import Note, StructureRefused
from .smiles_text import MAX_CHARGE

_FORMULA_PART = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)
_MOBILE_GROUP = re.compile(r"\(H\d*-?,([\d,]+)\)", re.ASCII)
_MOST_TAUTOMERS = 60
_CARET = re.compile(r"around position (\d+)")
_SLASHES = (Chem.BondDir.ENDUPRIGHT, Chem.BondDir.ENDDOWNRIGHT)
_QUOTED_VALENCE = re.compile(r"Explicit valence for atom # \d+ \S+, (\d+),")


class _Log(logging.Handler):
    """Keeps what RDKit says while one text is read."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


_log = _Log()
_logger = logging.getLogger("rdkit")


def listen_to_rdkit() -> None:
    """Sends what RDKit says to this module alone; call once in a process that reads foreign text."""
    rdBase.LogToPythonLogger()
    _logger.handlers = [_log]
    _logger.propagate = False


def read_molecule(
    text: str, notation: Notation, *, max_atoms: int = MAX_ATOMS_QUERY
) -> tuple[Chem.Mol, Checked, list[Note]]:
    """A sanitised molecule, the checked text, and every normalisation on the way.

    Explicit hydrogens are folded; aromaticity is RDKit's.

    Raises:
        StructureRefused: outside the envelope, unreadable, not read whole, or no molecule (valence, aromaticity).
    """
    checked = check_structure(text, notation, max_atoms=max_atoms)
    mol, changes = parsed(checked)
    return mol, checked, changes


def parsed(checked: Checked) -> tuple[Chem.Mol, list[Note]]:
    """The molecule of a checked text, and what was changed, the envelope's changes first.

    Raises:
        StructureRefused: as `read_molecule`; also where the parser read less than the envelope counted.
    """
    del _log.lines[:]
    mol = _PARSERS[checked.notation](checked)
    if mol.GetNumAtoms() == 0:
        raise StructureRefused("empty")
    atoms = atoms_of(mol)
    _refuse_unknown_isotopes(atoms)
    _refuse_queries(atoms, mol)
    changes = list(checked.changes)
    if checked.mapped:
        changes.append(Note("atom_maps_removed"))
    for atom in atoms:
        atom.SetAtomMapNum(0)
    charges = [atom.GetFormalCharge() for atom in atoms]
    mol = _sanitised(mol, checked)
    found = [atom.GetFormalCharge() for atom in atoms_of(mol)]
    _refuse_impossible(mol, found)
    if charges != found:
        changes.append(Note("groups_normalised"))
    if checked.notation == "inchi" and _is_mobile(checked.text):
        mol = _usual_form(mol, checked.text)
        changes.append(Note("mobile_hydrogen"))
    changes += _left_open(mol, checked)
    marks = _stereo_marks(mol)
    if any(atom.GetAtomicNum() == 1 for atom in atoms_of(mol)):
        before = mol.GetNumAtoms()
        mol = Chem.RemoveHs(mol)
        if mol.GetNumAtoms() != before:
            changes.append(Note("hydrogens_folded"))
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    if marks and _stereo_marks(mol) < marks:
        changes.append(Note("stereo_cleaned"))
    return mol, changes


def _from_smiles(checked: Checked) -> Chem.Mol:
    params = Chem.SmilesParserParams()
    for option in ("sanitize", "removeHs", "allowCXSMILES", "parseName"):
        setattr(params, option, False)
    mol: Chem.Mol | None = Chem.MolFromSmiles(checked.text, params)
    if mol is None:
        raise _unreadable("SMILES", checked)
    if mol.GetNumAtoms() != checked.atoms:
        raise StructureRefused("atoms_lost", found=mol.GetNumAtoms(), limit=checked.atoms)
    return mol


def _from_inchi(checked: Checked) -> Chem.Mol:
    try:
        mol: Chem.Mol | None = rdinchi.InchiToMol(checked.text, True, False)[0]
    except Chem.MolSanitizeException as error:
        raise StructureRefused("unreadable", notation="InChI") from error
    if mol is None:
        raise _unreadable("InChI", checked)
    again = inchi_of(mol)
    if again != checked.text:
        raise StructureRefused("inchi_differs", found=again or "?")
    return mol


def _from_molfile(checked: Checked) -> Chem.Mol:
    mol: Chem.Mol | None = Chem.MolFromMolBlock(checked.text, sanitize=False, removeHs=False, strictParsing=True)
    if mol is None:
        raise _unreadable("molfile", checked)
    if mol.GetNumAtoms() != checked.atoms:
        raise StructureRefused("atoms_lost", found=mol.GetNumAtoms(), limit=checked.atoms)
    return mol


_PARSERS = {"smiles": _from_smiles, "inchi": _from_inchi, "molfile": _from_molfile}


def _unreadable(notation: str, checked: Checked) -> StructureRefused:
    """The refusal with the character RDKit's parser points at, if it does."""
    found = next((m for line in _log.lines if (m := _CARET.search(line))), None)
    if found is None or not checked.positions:
        return StructureRefused("unreadable", notation=notation)
    position = checked.positions[0] - 1 + int(found[1])
    return StructureRefused("unreadable_at", position=position, notation=notation)


def atoms_of(mol: Chem.Mol) -> list[Chem.Atom]:
    """The atoms in their order; RDKit's own sequence asks for its length at each step and takes three times as long."""
    return list(map(mol.GetAtomWithIdx, range(mol.GetNumAtoms())))


def bonds_of(mol: Chem.Mol) -> list[Chem.Bond]:
    """The bonds in their order; see `atoms_of`."""
    return list(map(mol.GetBondWithIdx, range(mol.GetNumBonds())))


def _refuse_unknown_isotopes(atoms: list[Chem.Atom]) -> None:
    table = Chem.GetPeriodicTable()
    for atom in atoms:
        if atom.GetIsotope() and not table.GetMassForIsotope(atom.GetAtomicNum(), atom.GetIsotope()):
            raise StructureRefused("isotope_unknown", isotope=atom.GetIsotope(), element=atom.GetSymbol())


def _refuse_queries(atoms: list[Chem.Atom], mol: Chem.Mol) -> None:
    if any(a.HasQuery() or a.GetAtomicNum() == 0 for a in atoms) or any(b.HasQuery() for b in bonds_of(mol)):
        raise StructureRefused("query_read")


def _sanitised(mol: Chem.Mol, checked: Checked) -> Chem.Mol:
    problems = Chem.DetectChemistryProblems(mol)
    if problems:
        raise _explained(problems[0], mol, checked)
    if checked.notation == "molfile":  # read again whole, so that RDKit takes stereo from wedges or coordinates
        return Chem.MolFromMolBlock(checked.text, sanitize=True, removeHs=False)
    Chem.SanitizeMol(mol)
    Chem.AssignStereochemistry(mol, cleanIt=False, force=True)
    return mol


def _refuse_impossible(mol: Chem.Mol, charges: list[int]) -> None:
    """Refuses what RDKit passes over: charges no atom carries, aromatic bonds outside rings."""
    for index, charge in enumerate(charges):
        if not charge:
            continue
        number, atom = index + 1, mol.GetAtomWithIdx(index)
        if charge > min(MAX_CHARGE, atom.GetAtomicNum()) or charge < -MAX_CHARGE:
            raise StructureRefused("charge_impossible", atom=number, element=atom.GetSymbol(), charge=f"{charge:+d}")
    for bond in bonds_of(mol):
        if bond.GetBondType() == Chem.BondType.AROMATIC and not bond.IsInRing():
            atom = bond.GetBeginAtom()
            raise StructureRefused("aromatic_outside_ring", atom=atom.GetIdx() + 1, element=atom.GetSymbol())


def _left_open(mol: Chem.Mol, checked: Checked) -> list[Note]:
    """Takes the handedness back from centres that are marked as racemic or relative, and tells it."""
    relative = set(checked.relative)
    for group in mol.GetStereoGroups():
        if group.GetGroupType() != Chem.StereoGroupType.STEREO_ABSOLUTE:
            relative |= {atom.GetIdx() for atom in group.GetAtoms()}
    if not relative:
        return []
    centres = [
        atom for atom in mol.GetAtoms() if atom.GetIdx() in relative and atom.GetChiralTag() != Chem.CHI_UNSPECIFIED
    ]
    for atom in centres:
        atom.SetChiralTag(Chem.CHI_UNSPECIFIED)
    return [Note("stereo_relative", {"count": len(centres)})] if centres else []


def _usual_form(mol: Chem.Mol, inchi: str) -> Chem.Mol:
    """The tautomer that is usually drawn; RDKit reads the InChI of acetamide as acetimidic acid.

    Only one that has the same InChI; else the molecule as it was read. The limits keep most molecules below 0.1 s.
    """
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(_MOST_TAUTOMERS)
    enumerator.SetMaxTransforms(_MOST_TAUTOMERS)
    enumerator.SetRemoveSp3Stereo(False)
    enumerator.SetRemoveBondStereo(False)
    usual: Chem.Mol = enumerator.Canonicalize(mol)
    return usual if inchi_of(usual) == inchi else mol


def _is_mobile(inchi: str) -> bool:
    """Whether a hydrogen can stand at atoms of different elements (an amide's at N or O), and not just at like ones."""
    formula, *layers = inchi.split("/")[1:]
    hydrogens = next((layer for layer in layers if layer.startswith("h")), "")
    if "." in formula or ";" in hydrogens:
        return "(H" in hydrogens  # numbers count within each part; told rather than worked out
    elements = [
        symbol for symbol, count in _FORMULA_PART.findall(formula) if symbol != "H" for _ in range(int(count or 1))
    ]
    for group in _MOBILE_GROUP.findall(hydrogens):
        atoms = [int(number) for number in group.split(",") if number]
        if any(elements[number - 1 : number] != ["O"] for number in atoms):
            return True
    return False


def _stereo_marks(mol: Chem.Mol) -> int:
    """Centres marked as handed, and bonds marked as pointing up or down or lying in cis or trans."""
    bonds = bonds_of(mol)
    centres = sum(atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED for atom in atoms_of(mol))
    stereo = sum(bond.GetStereo() > Chem.BondStereo.STEREOANY for bond in bonds)
    slashes = sum(bond.GetBondDir() in _SLASHES for bond in bonds)
    return centres + (stereo or min(slashes, 1))


def inchi_of(mol: Chem.Mol) -> str | None:
    """Standard InChI; None where there is none for this structure."""
    inchi: str = rdinchi.MolToInchi(mol)[0]
    return inchi or None


def _explained(problem: Any, mol: Chem.Mol, checked: Checked) -> StructureRefused:  # RDKit's stubs give it no methods
    """RDKit's objection in plain words, with atom number and, in SMILES, its character."""
    kind = problem.GetType()
    if kind in ("AtomValenceException", "AtomKekulizeException"):
        index = problem.GetAtomIdx()
        element = mol.GetAtomWithIdx(index).GetSymbol()
        if kind == "AtomKekulizeException":
            return StructureRefused("aromatic_outside_ring", atom=index + 1, element=element)
        found = _QUOTED_VALENCE.search(problem.Message())
        valence = int(found[1]) if found else mol.GetAtomWithIdx(index).GetDegree()
        if checked.positions:
            position = checked.positions[index]
            return StructureRefused("valence_at", position=position, atom=index + 1, element=element, valence=valence)
        return StructureRefused("valence", atom=index + 1, element=element, valence=valence)
    if kind == "KekulizeException":
        atoms = ", ".join(str(index + 1) for index in problem.GetAtomIndices())
        return StructureRefused("not_kekule", atoms=atoms)
    return StructureRefused("internal", what=kind)
