"""What a curator should look at in a structure, scored 1 (worth knowing) to 7 (probably wrong). Needs RDKit."""

from __future__ import annotations

import dataclasses

from rdkit import Chem

from .elements import NON_METALS
from .messages import Note

_ALKALI = frozenset({"Li", "Na", "K", "Rb", "Cs"})
_LARGE_HEAVY_ATOMS = 150


@dataclasses.dataclass(frozen=True, slots=True)
class Issue:
    """One thing to look at, and how much it matters (1 to 7)."""

    score: int
    note: Note


def structure_issues(mol: Chem.Mol) -> tuple[Issue, ...]:
    """Everything to look at in a sanitised molecule, the gravest first."""
    atoms = list(mol.GetAtoms())
    metals = ", ".join(sorted({atom.GetSymbol() for atom in atoms} - NON_METALS))
    isotopes = ", ".join(sorted({f"{a.GetIsotope()}{a.GetSymbol()}" for a in atoms if a.GetIsotope()}))
    charge, fragments = Chem.GetFormalCharge(mol), len(Chem.GetMolFrags(mol))
    radicals, open_stereo = sum(a.GetNumRadicalElectrons() for a in atoms), undefined_stereo(mol)
    bonded = any(atom.GetSymbol() in _ALKALI and atom.GetDegree() for atom in atoms)
    found = [
        (bonded, 6, Note("metal_bonded")),
        (charge != 0, 5, Note("charged", {"charge": f"{charge:+d}"})),
        (radicals > 0 and not metals, 5, Note("radical", {"count": radicals})),
        (metals != "", 3, Note("metal", {"elements": metals})),
        (not any(atom.GetAtomicNum() == 6 for atom in atoms), 2, Note("no_carbon")),
        (fragments > 1, 2, Note("several_fragments", {"count": fragments})),
        (len(atoms) > _LARGE_HEAVY_ATOMS, 2, Note("large", {"count": len(atoms)})),
        (open_stereo > 0, 1, Note("undefined_stereo", {"count": open_stereo})),
        (isotopes != "", 1, Note("isotopes", {"isotopes": isotopes})),
    ]
    return tuple(Issue(score, note) for holds, score, note in found if holds)


def undefined_stereo(mol: Chem.Mol) -> int:
    """Number of stereo centres and double bonds that could be marked and are not."""
    marks = Chem.FindPotentialStereo(mol)
    return sum(mark.specified == Chem.StereoSpecified.Unspecified for mark in marks)
