"""Molfiles of structures in standard form, for people who take them elsewhere. Needs RDKit."""

from __future__ import annotations

from rdkit import Chem

from .depict import laid_out
from .parse import inchi_of


def molfile_of(mol: Chem.Mol, *, flat: Chem.Mol | None = None) -> str:
    """A molfile with flat coordinates that says the same molecule; "" where none would.

    V2000; V3000 only for what V2000 has no words for (dative bonds). It is read back: a molfile that names another
    InChIKey than the molecule, or nobody, is worse than none.

    Args:
        mol: sanitised, in standard form; not changed.
        flat: `depict.laid_out(mol)`, where it is at hand.

    Source: BIOVIA, CTfile Formats: molfile.
    """
    text: str = Chem.MolToMolBlock(laid_out(mol) if flat is None else flat)
    read = Chem.MolFromMolBlock(text)
    if read is None or not _same(mol, read):
        return ""
    return text


def _same(mol: Chem.Mol, read: Chem.Mol) -> bool:
    if Chem.MolToSmiles(mol) == Chem.MolToSmiles(read):
        return True
    told = inchi_of(mol)
    return bool(told) and told == inchi_of(read)
