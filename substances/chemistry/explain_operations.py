"""What the sandbox does to explain a likeness: scores by each fingerprint, and what is shared. Needs RDKit."""

from __future__ import annotations

import dataclasses
from typing import Any

from rdkit import Chem

from .depict import depict
from .envelope import MAX_ATOMS_REGISTRY
from .explain import CommonPartTooHard, common_part, laid_out_alike
from .fingerprints import PATTERN, STORED, TooManyPaths, fingerprint
from .fragment_words import Fragment
from .group_conditions import elements_of
from .parse import read_molecule
from .standardise import STANDARDISER, mass_g_per_mol

EXPLAINER = "explain-1"


def compare(first: str, second: str) -> dict[str, Any]:
    """Bits shared and in either by each fingerprint, elements, masses and drawings of two stored structures.

    Args:
        first, second: SMILES of our own writing.
    """
    a, b = _stored(first), _stored(second)
    elements = {
        symbol: [elements_of(a)[symbol], elements_of(b)[symbol]] for symbol in {*elements_of(a), *elements_of(b)}
    }
    return {
        "scores": {str(key).rpartition("-rdkit")[0]: _shared(a, b, key) for key in STORED if key != PATTERN},
        "elements": {symbol: elements[symbol] for symbol in sorted(elements, key=lambda name: (name != "C", name))},
        "masses_g_per_mol": [mass_g_per_mol(a), mass_g_per_mol(b)],
        "heavy_atoms": [a.GetNumHeavyAtoms(), b.GetNumHeavyAtoms()],
        "svgs": [depict(a, label=""), depict(b, label="")],
        "versions": {"standardiser": STANDARDISER, "explainer": EXPLAINER},
    }


def _shared(a: Chem.Mol, b: Chem.Mol, key: Any) -> list[int] | None:
    try:
        one, other = (int.from_bytes(fingerprint(mol, key), "little") for mol in (a, b))
    except TooManyPaths:
        return None
    return [(one & other).bit_count(), (one | other).bit_count()]


def share(first: str, second: str, labels: list[str]) -> dict[str, Any]:
    """What two stored structures have in common, marked on drawings that lie alike, and what differs.

    Args:
        first, second: SMILES of our own writing.
        labels: what the two drawings show, for people who do not see them.
    """
    a, b = _stored(first), _stored(second)
    try:
        common = common_part(a, b)
    except CommonPartTooHard:
        return {"computed": False}
    flats = laid_out_alike(a, b, common.pairs[: common.first_piece])
    drawn = [
        depict(
            mol,
            label=labels[side],
            highlight_atoms=[pair[side] for pair in common.pairs],
            highlight_bonds=[pair[side] for pair in common.bonds],
            flat=flats[side],
        )
        for side, mol in enumerate((a, b))
    ]
    return {
        "computed": True,
        "atoms": len(common.pairs),
        "pieces": common.pieces,
        "svgs": drawn,
        "differences": [[_told(one.first), _told(one.second)] for one in common.differences],
    }


def _told(fragment: Fragment | None) -> dict[str, Any] | None:
    return dataclasses.asdict(fragment) if fragment else None


def _stored(smiles: str) -> Chem.Mol:
    return read_molecule(smiles, "smiles", max_atoms=MAX_ATOMS_REGISTRY)[0]
