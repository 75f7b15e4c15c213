"""Many structures for a library, each reduced to what is stored of it. Needs RDKit; runs in the sandbox.

Nothing is drawn and no formula is made: half of what a structure of the registry costs is left out, and that is what
lets a core read some hundred structures a second.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from rdkit import Chem
from rdkit.Chem import rdinchi

from .envelope import MAX_ATOMS_REGISTRY, notation_named
from .fingerprints import (
    ATOM_PAIR,
    BITS,
    MORGAN,
    MORGAN_COUNTS,
    PATTERN,
    RDKIT_PATH,
    FingerprintKey,
    TooManyPaths,
    fingerprint,
)
from .messages import ChemistryError
from .parse import inchi_of, read_molecule
from .standardise import normalised, parent_of

Answer: TypeAlias = dict[str, Any]

# What a library's structures have. Paths take as long as all others together and foresee least (docs/benchmarks.md), so
# they are made on demand alone.
LIBRARY = (ATOM_PAIR, MORGAN_COUNTS, MORGAN, PATTERN)
WITH_PATHS = (*LIBRARY, RDKIT_PATH)
_WIDTH = BITS // 8


def library_keys(*, paths: bool) -> tuple[FingerprintKey, ...]:
    """The fingerprints of a structure, in the order in which they are stored behind each other."""
    return WITH_PATHS if paths else LIBRARY


def read_for_library(structures: Iterable[tuple[str, str]], *, paths: bool = False) -> list[Answer]:
    """Each structure as it is stored, or `{"error": …}`; in their order, one's refusal costs no other anything.

    Args:
        structures: text and notation of each.
        paths: make path fingerprints, too.
    """
    keys = library_keys(paths=paths)
    return [_read(text, notation, keys) for text, notation in structures]


def _read(text: str, notation: str, keys: Sequence[FingerprintKey]) -> Answer:
    try:
        mol = read_molecule(text, notation_named(notation), max_atoms=MAX_ATOMS_REGISTRY)[0]
        mol = normalised(mol)[0]
    except ChemistryError as error:
        return {"error": error.note.as_dict()}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever RDKit throws is told of this structure, by name only
        return {"error": ChemistryError("internal", what=type(error).__name__).note.as_dict()}
    smiles = Chem.MolToSmiles(mol)
    inchi = inchi_of(mol)
    inchikey = str(rdinchi.InchiToInchiKey(inchi)) if inchi else ""
    parent = parent_of(mol, known=(smiles, inchikey or None))
    is_own = parent.smiles is None or parent.smiles == smiles
    compared = mol if is_own else read_molecule(str(parent.smiles), "smiles", max_atoms=MAX_ATOMS_REGISTRY)[0]
    return {
        "smiles": smiles,
        "inchikey": inchikey,
        "parent_inchikey": "" if is_own else parent.inchikey or "",
        "parent_reason": parent.notes[0].code if parent.notes else "",
        "fingerprints": base64.b64encode(zlib.compress(packed(mol, compared, keys), 1)).decode(),
    }


def packed(own: Chem.Mol, compared: Chem.Mol, keys: Sequence[FingerprintKey]) -> bytes:
    """A byte that says which fingerprints there are (the lowest bit: the first), then 256 bytes of each, or zeros.

    Args:
        own: what a substructure is sought in.
        compared: what likeness is told of.
    """
    there, parts = 0, []
    for place, key in enumerate(keys):
        try:
            parts.append(fingerprint(own if key.kind == "pattern" else compared, key))
        except TooManyPaths:
            parts.append(bytes(_WIDTH))
        else:
            there |= 1 << place
    return bytes([there, *b"".join(parts)])
