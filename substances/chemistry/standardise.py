"""A structure in its standard form, and its parent for similarity. Needs RDKit.

Nothing is taken apart: metals stay bonded, counter-ions stay in the record. Only the *parent*, a second key for
similarity, leaves a closed list of harmless counter-ions and water out, if one metal-free organic part remains.
"""

from __future__ import annotations

import dataclasses
import functools

import rdkit
from rdkit import Chem
from rdkit.Chem import rdinchi, rdMolDescriptors
from rdkit.Chem.MolStandardize import rdMolStandardize

from .elements import NON_METALS
from .envelope import MAX_ATOMS_QUERY, Notation
from .messages import Note, StructureRefused
from .parse import atoms_of, inchi_of, read_molecule

STANDARDISER = f"benigna-3+rdkit-{rdkit.__version__}"

# Counter-ions and solvents left out of a parent. An ion is on this list only if none of its simple salts (with the
# others on the list) is harmonised, or proposed by ECHA's Risk Assessment Committee, as CMR, STOT RE or hazardous to
# the aquatic environment with lasting effect. Therefore not: lithium (RAC opinion of 16 September 2021 on lithium
# carbonate, chloride and hydroxide: Repr. 1A), bromide (ammonium bromide, index 035-005-00-7: Repr. 1B, STOT RE 1;
# RAC opinions of 14 March 2024 on the sodium, potassium and calcium salts), iodide, nitrite, fluoride, cyanide.
HARMLESS: dict[str, str] = {
    "[Na+]": "Na+",
    "[K+]": "K+",
    "[Ca+2]": "Ca2+",
    "[Mg+2]": "Mg2+",
    "[NH4+]": "NH4+",
    "N": "NH3",
    "[Cl-]": "Cl-",
    "Cl": "HCl",
    "O": "H2O",
    "[OH-]": "OH-",
    "O=S(=O)([O-])[O-]": "SO4 2-",
    "O=S(=O)([O-])O": "HSO4-",
    "O=S(=O)(O)O": "H2SO4",
    "O=P([O-])([O-])[O-]": "PO4 3-",
    "O=P([O-])([O-])O": "HPO4 2-",
    "O=P([O-])(O)O": "H2PO4-",
    "O=P(O)(O)O": "H3PO4",
}
# Fragments with carbon that are not organic in the sense of the parent rule.
_CARBON_OXIDES = ("[C]", "[C-4]", "O=C=O", "[C-]#[O+]", "O=C([O-])[O-]", "O=C([O-])O", "O=C(O)O", "S=C=S")
_CYANIDES = ("[C-]#[C-]", "[C-]#N", "C#N", "N#C[O-]", "N#C[S-]", "N#CO", "N#CS")
_INORGANIC_CARBON = frozenset({*_CARBON_OXIDES, *_CYANIDES})
# H, B, C, N, O, F, Si, Cl, Br, I.
_OF_ONE_VALENCE = frozenset({1, 5, 6, 7, 8, 9, 14, 17, 35, 53})
_HYDROGEN_MASS_G_PER_MOL = Chem.GetPeriodicTable().GetAtomicWeight(1)


@dataclasses.dataclass(frozen=True, slots=True)
class Parent:
    """The structure compared in searches, or why there is none.

    Attributes:
        smiles, inchikey: of the parent; None if there is none.
        notes: what was left out or balanced; or the reason for having none.
    """

    smiles: str | None
    inchikey: str | None
    notes: tuple[Note, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Standardised:
    """A structure in standard form.

    Attributes:
        smiles: canonical (RDKit), isomeric.
        inchi, inchikey: standard InChI; None where InChI has none for this structure.
        formula: Hill order, with charge.
        mass_g_per_mol: average molar mass.
        parent: see `parent_of`.
        changes: everything that was changed on the way from the text.
        standardiser: version of rules and of RDKit.
    """

    smiles: str
    inchi: str | None
    inchikey: str | None
    formula: str
    mass_g_per_mol: float
    parent: Parent
    changes: tuple[Note, ...]
    standardiser: str = STANDARDISER


def standardise(text: str, notation: Notation, *, max_atoms: int = MAX_ATOMS_QUERY) -> tuple[Standardised, Chem.Mol]:
    """The standard form of a structure, with the molecule it describes.

    Args:
        text: one structure; the whole of it is read or it is refused.
        notation: what it is written in.
        max_atoms: 250 for a query, 999 for the registry.

    Raises:
        StructureRefused: outside the envelope, unreadable, or no molecule.
    """
    mol, _, changes = read_molecule(text, notation, max_atoms=max_atoms)
    mol, notes = normalised(mol)
    notes = [note for note in notes if note not in changes]
    return describe(mol, changes=(*changes, *notes)), mol


def describe(mol: Chem.Mol, *, changes: tuple[Note, ...] = ()) -> Standardised:
    """The record of a molecule that is already in standard form."""
    smiles, inchi = Chem.MolToSmiles(mol), inchi_of(mol)
    inchikey = rdinchi.InchiToInchiKey(inchi) if inchi else None
    return Standardised(
        smiles=smiles,
        inchi=inchi,
        inchikey=inchikey,
        formula=rdMolDescriptors.CalcMolFormula(mol),
        mass_g_per_mol=mass_g_per_mol(mol),
        parent=parent_of(mol, known=(smiles, inchikey)),
        changes=changes,
    )


def mass_g_per_mol(mol: Chem.Mol) -> float:
    """Average molar mass, hydrogens included, rounded to four places."""
    atoms = mol.GetAtoms()
    return round(sum(a.GetMass() + a.GetTotalNumHs() * _HYDROGEN_MASS_G_PER_MOL for a in atoms), 4)


def normalised(mol: Chem.Mol) -> tuple[Chem.Mol, list[Note]]:
    """The molecule with functional groups written the usual way, and what was changed.

    Only RDKit's charge-separated forms of nitro, sulfoxide, azide and the like; no bond to a metal is cut, no
    fragment removed, no tautomer chosen.
    """
    if _has_usual_groups(mol):
        return mol, []
    before = Chem.MolToSmiles(mol)
    after = _normalizer().normalize(mol)
    if Chem.MolToSmiles(after) == before:
        return mol, []
    if after.GetNumAtoms() != mol.GetNumAtoms():
        raise StructureRefused("atoms_lost", found=after.GetNumAtoms(), limit=mol.GetNumAtoms())
    return after, [Note("groups_normalised")]


def _has_usual_groups(mol: Chem.Mol) -> bool:
    """Whether RDKit's rules find nothing to write otherwise, seen at a glance: no charge, nothing of more valences.

    Each of them begins with a charge to be set or taken back, or at sulfur, phosphorus and what stands below them;
    nitrogen with five bonds is no molecule to begin with.
    """
    return all(not atom.GetFormalCharge() and atom.GetAtomicNum() in _OF_ONE_VALENCE for atom in atoms_of(mol))


def parent_of(mol: Chem.Mol, *, known: tuple[str, str | None] | None = None) -> Parent:
    """The parent by the rule at the top of this module.

    Several fragments that are the same molecule (two stearates of one calcium) count as one part.

    Args:
        mol: in standard form.
        known: SMILES and InChIKey of `mol`, where they are at hand; most molecules are their own parent.
    """
    if known is not None and _is_its_own_parent(mol, known[0]):
        return Parent(*known)
    parts: dict[str, Chem.Mol] = {}
    left_out: list[str] = []
    for fragment in Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=True):
        smiles = Chem.MolToSmiles(fragment)
        if smiles in HARMLESS:
            left_out.append(HARMLESS[smiles])
        else:
            parts[smiles] = fragment
    metals = sorted({a.GetSymbol() for part in parts.values() for a in part.GetAtoms()} - NON_METALS)
    if metals:
        return Parent(None, None, (Note("parent_metal", {"elements": ", ".join(metals)}),))
    organic = {smiles: part for smiles, part in parts.items() if _is_organic(smiles, part)}
    if not organic:
        return Parent(None, None, (Note("parent_inorganic"),))
    if len(parts) > 1:
        return Parent(None, None, (Note("parent_several", {"fragments": " . ".join(sorted(parts))[:300]}),))
    return _neutral(next(iter(parts.values())), sorted(set(left_out)), known)


def _is_its_own_parent(mol: Chem.Mol, smiles: str) -> bool:
    """Whether the rule leaves the molecule as it is, seen at a glance: one organic part, no metal, no charge."""
    if "." in smiles or smiles in _INORGANIC_CARBON:
        return False
    symbols = set()
    for atom in atoms_of(mol):
        if atom.GetFormalCharge():
            return False
        symbols.add(atom.GetSymbol())
    return "C" in symbols and symbols <= NON_METALS


def _is_organic(smiles: str, part: Chem.Mol) -> bool:
    return smiles not in _INORGANIC_CARBON and any(atom.GetAtomicNum() == 6 for atom in part.GetAtoms())


def _neutral(part: Chem.Mol, left_out: list[str], known: tuple[str, str | None] | None) -> Parent:
    notes = [Note("parent_fragments_removed", {"fragments": ", ".join(left_out)})] if left_out else []
    before = Chem.MolToSmiles(part)
    part = _uncharger().uncharge(part)
    smiles = Chem.MolToSmiles(part)
    if smiles != before:
        notes.append(Note("parent_neutralised"))
    if known is not None and known[0] == smiles:
        return Parent(smiles, known[1], tuple(notes))
    inchi = inchi_of(part)
    return Parent(smiles, rdinchi.InchiToInchiKey(inchi) if inchi else None, tuple(notes))


@functools.cache
def _normalizer() -> rdMolStandardize.Normalizer:
    return rdMolStandardize.Normalizer()


@functools.cache
def _uncharger() -> rdMolStandardize.Uncharger:
    return rdMolStandardize.Uncharger()
