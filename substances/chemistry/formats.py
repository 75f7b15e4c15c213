"""What a search text could be: identifier, InChI, molfile, SMILES, formula, name. No RDKit here.

"CO" is methanol as SMILES and carbon monoxide as a formula: nothing is chosen here, all readings are given.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Literal, TypeAlias, get_args

from . import identifiers
from .characters import ascii_lookalike
from .cxsmiles_text import without_extension
from .elements import ATOMIC_NUMBER
from .envelope import MAX_ATOMS_REGISTRY, MAX_CHARACTERS, check_structure
from .messages import Note, StructureRefused
from .smiles_text import scan_smiles

Format: TypeAlias = identifiers.Scheme | Literal["inchi", "molfile", "smiles", "formula", "name"]
FORMATS: frozenset[str] = frozenset({*get_args(identifiers.Scheme), "inchi", "molfile", "smiles", "formula", "name"})

_FORMULA = re.compile(r"(?:[A-Z][a-z]?(?:[1-9]\d{0,3})?)+", re.ASCII)
_COUNTED = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)
_LETTERS = re.compile(r"[A-Za-z]{1,12}", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class FormatReading:
    """One thing a text could be.

    Attributes:
        format: which notation, identifier or "name".
        value: the text in that reading; an identifier is normalised.
        meaning: what it would mean, for a person who has to choose.
        changes: what was changed to read it so.
    """

    format: Format
    value: str
    meaning: Note
    changes: tuple[Note, ...] = ()


def readings(text: str) -> tuple[FormatReading, ...]:
    """Everything a text could be, the surest first; () for an empty text.

    A text that has a form of its own (identifier with a right check digit, InChI, molfile) has only that reading.
    Otherwise each of SMILES, formula and name that cannot be excluded from the text alone is given: letters alone
    are always perhaps a name, for "PCB" and "SCCP" are abbreviations and SMILES at once. Two readings of which one
    is found in the registry are for the caller to weigh; SMILES and formula together are ambiguous.
    """
    stripped = text.strip()
    if not stripped:
        return ()
    if "M  END" in text or "V2000" in text or "V3000" in text:
        return (FormatReading("molfile", text, Note("means_molfile")),)
    known = identifiers.recognise(text) if len(stripped) <= 100 else ()
    if known:
        return tuple(
            FormatReading(r.scheme, r.value, Note(f"means_{r.scheme}", {"value": r.value}), r.changes) for r in known
        )
    if stripped[:6].lower() == "inchi=":
        return (FormatReading("inchi", stripped, Note("means_inchi")),)
    found = [reading for reading in (_as_smiles(stripped), _as_formula(stripped)) if reading is not None]
    if not found or _LETTERS.fullmatch(stripped):
        found.append(FormatReading("name", stripped, Note("means_name")))
    return tuple(found)


def smiles_error(text: str) -> StructureRefused | None:
    """Why a text is not read as SMILES, if it looks as if it were meant as one; None if it is one or a name."""
    stripped = text.strip()
    has_bonds = any(char in "[]=#@" for char in stripped) and re.search(r"[BCNOPSFIbcnops(\[]", stripped)
    has_ring = re.fullmatch(r"\S*(?<![A-Z])c\d\S*", stripped, re.ASCII)
    # Letters of another script that would be a structure in ours.
    plain = "".join(ascii_lookalike(char) or char for char in stripped)
    is_disguised = plain != stripped and _as_smiles(plain) is not None
    if not (has_bonds or has_ring or is_disguised):
        return None
    try:
        check_structure(text, "smiles", max_atoms=MAX_ATOMS_REGISTRY)
    except StructureRefused as error:
        return error
    return None


def _as_smiles(text: str) -> FormatReading | None:
    if not text.isascii() or len(text) > MAX_CHARACTERS:
        return None
    try:
        atoms = scan_smiles(without_extension(text).smiles)
    except StructureRefused:
        return None
    if any(atom.aromatic for atom in atoms) and not any(char.isdigit() for char in text.partition("|")[0]):
        return None  # an aromatic atom needs a ring: "Co", "Sn", "boson" are not SMILES
    counts: dict[str, int] = {}
    for atom in atoms:
        counts[atom.symbol] = counts.get(atom.symbol, 0) + 1
    return FormatReading("smiles", text, Note("means_smiles", {"atoms": _listed(counts)}))


def _as_formula(text: str) -> FormatReading | None:
    """A molecular formula: symbols in capitals, none of them twice in a row of its own."""
    if not _FORMULA.fullmatch(text):
        return None
    counts: dict[str, int] = {}
    for symbol, count in _COUNTED.findall(text):
        if symbol not in ATOMIC_NUMBER or symbol in counts:
            return None  # written in one formula, an element stands once
        counts[symbol] = int(count or 1)
    return FormatReading("formula", text, Note("means_formula", {"atoms": _listed(counts)}))


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {symbol}" for symbol, count in counts.items())
