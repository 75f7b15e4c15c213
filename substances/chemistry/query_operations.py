"""What the sandbox does with queries: reads one, and puts one to many structures. Needs RDKit."""

from __future__ import annotations

import base64
import functools
from collections.abc import Iterator, Sequence
from typing import Any

from rdkit import Chem

from .depict import depict
from .fingerprints import PATTERN, TooManyPaths, fingerprint
from .query import read_query
from .standardise import STANDARDISER, describe

MOST_OCCURRENCES = 50


def read_for_search(text: str, format: str, svg: bool = True) -> dict[str, Any]:
    """What a person looks for inside structures: how it was read, as SMARTS, and the bits that screen for it."""
    query = read_query(text, format)
    # A part of a molecule, such as a nitro group by itself, is a radical: nothing to draw or to know again.
    whole = None if query.whole is None or _has_radical(query.whole) else query.whole
    standard = describe(whole) if whole is not None else None
    return {
        "format": format,
        "smiles": standard.smiles if standard else "",
        "smarts": query.smarts,
        "query": query.read_as,
        "inchikey": standard.inchikey if standard else None,
        "parent_inchikey": standard.parent.inchikey if standard else None,
        "changes": [note.as_dict() for note in query.changes],
        "standardiser": STANDARDISER,
        "screen": _screen(query.mol),
        "screen_key": str(PATTERN),
        "svg": depict(whole, label=standard.formula) if svg and standard and whole else None,
    }


def _has_radical(mol: Chem.Mol) -> bool:
    return any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())


def _screen(query: Chem.Mol) -> str | None:
    """The bits (base64) that every structure has in which the query is found; None where they cannot be made."""
    try:
        return base64.b64encode(fingerprint(query, PATTERN)).decode()
    except TooManyPaths:
        return None


def query_matches(text: str, format: str, smiles: list[str], every: int) -> Iterator[dict[str, Any]]:
    """Row by row, and told after `every` rows: how many were looked at, and in which (from 0) the query is found.

    Each found row is [row, atoms, bonds, times]; atoms and bonds of at most 50 occurrences.
    """
    query = _query(text, format)
    found: list[list[Any]] = []
    for row, one in enumerate(smiles, 1):
        mol = Chem.MolFromSmiles(one)
        occurrences = () if mol is None else mol.GetSubstructMatches(query, uniquify=True, maxMatches=MOST_OCCURRENCES)
        if occurrences:
            atoms = sorted({atom for occurrence in occurrences for atom in occurrence})
            found.append([row - 1, atoms, _bonds_matched(mol, query, occurrences), len(occurrences)])
        if row % every == 0 or row == len(smiles):
            yield {"done": row, "found": found}
            found = []


@functools.lru_cache(maxsize=4)
def _query(text: str, format: str) -> Chem.Mol:
    return read_query(text, format).mol


def _bonds_matched(mol: Chem.Mol, query: Chem.Mol, occurrences: Sequence[Sequence[int]]) -> list[int]:
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in query.GetBonds()]
    pairs = {(occurrence[a], occurrence[b]) for occurrence in occurrences for a, b in ends}
    return sorted({mol.GetBondBetweenAtoms(a, b).GetIdx() for a, b in pairs})
