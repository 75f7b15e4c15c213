"""The envelope: what a text must be before any parser sees it. No RDKit here; the web process uses this module.

RDKit reads `CC` + Cyrillic `О` as ethane and hangs or dies on texts of a few hundred characters, so characters,
counts and limits are checked on the text first. What passes still goes to the sandbox.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, TypeAlias, cast, get_args

from .characters import refuse_non_ascii, trimmed
from .cxsmiles_text import without_extension
from .inchi_text import scan_inchi
from .messages import Note, StructureRefused
from .molfile_text import scan_molfile
from .smiles_text import scan_smiles

Notation: TypeAlias = Literal["smiles", "inchi", "molfile"]

MAX_CHARACTERS = 5_000
MAX_MOLFILE_CHARACTERS_PER_ATOM = 120  # an atom line of 69 characters, one to two bond lines of 12 to 21, properties
MAX_ATOMS_REGISTRY = 999
MAX_ATOMS_QUERY = 250
MAX_HYDROGENS_PER_ATOM = 4
MAX_SMARTS_CHARACTERS = 1_000
MAX_SMARTS_PRIMITIVES = 200
MAX_SMARTS_FRAGMENTS = 4
MAX_SMARTS_DEPTH = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """A text that may be handed to the sandbox.

    Attributes:
        notation: what it is written in.
        text: what to parse; blanks around it, and what stands behind a molfile, are gone.
        changes: what was left out.
        atoms: atoms the text names, explicit hydrogens included; hydrogens in an InChI formula are not.
        positions: for SMILES, the character each atom starts at (from 1, in the text as given).
        mapped: whether atoms have numbers (`[CH3:1]`).
        relative: atoms (from 0) whose handedness is not what the SMILES says, but open.
    """

    notation: Notation
    text: str
    changes: tuple[Note, ...]
    atoms: int
    positions: tuple[int, ...] = ()
    mapped: bool = False
    relative: frozenset[int] = frozenset()


def notation_named(name: str) -> Notation:
    """The notation of that name.

    Raises:
        ValueError: there is none.
    """
    for notation in get_args(Notation):
        if name == notation:
            return cast(Notation, notation)
    raise ValueError(f"{name!r} is no notation; there are smiles, inchi and molfile")


def check_structure(text: str, notation: Notation, *, max_atoms: int = MAX_ATOMS_QUERY) -> Checked:
    """The text, if it is within what may be parsed.

    Args:
        text: as the person gave it.
        notation: what to read it as.
        max_atoms: 250 for a query, 999 for the registry.

    Raises:
        StructureRefused: with code, sentence and, where one character is at fault, its position.
    """
    if notation == "molfile":
        return _check_molfile(text, max_atoms)
    body, offset, changes = trimmed(text)
    if not body:
        raise StructureRefused("empty")
    if len(body) > MAX_CHARACTERS:
        raise StructureRefused("too_long", found=len(body), limit=MAX_CHARACTERS)
    refuse_non_ascii(body, notation="SMILES" if notation == "smiles" else "InChI", offset=offset)
    if notation == "smiles":
        return _within(_check_smiles(body, offset, changes), max_atoms)
    for index, char in enumerate(body):
        if char.isspace():
            raise StructureRefused("inner_blank", position=offset + index + 1)
    heavy, hydrogens = scan_inchi(body, offset=offset)
    limit = MAX_HYDROGENS_PER_ATOM * max_atoms
    if hydrogens > limit:
        raise StructureRefused("too_many_hydrogens", found=hydrogens, limit=limit)
    return _within(Checked("inchi", body, changes, heavy), max_atoms)


def _check_smiles(body: str, offset: int, changes: tuple[Note, ...]) -> Checked:
    extended = without_extension(body, offset=offset)
    atoms = scan_smiles(extended.smiles, offset=offset)
    positions = tuple(atom.position for atom in atoms)
    mapped = any(atom.mapped for atom in atoms)
    changes += extended.changes
    return Checked("smiles", extended.smiles, changes, len(atoms), positions, mapped, extended.relative)


def _check_molfile(text: str, max_atoms: int) -> Checked:
    if not text.strip():
        raise StructureRefused("empty")
    limit = max(MAX_CHARACTERS, MAX_MOLFILE_CHARACTERS_PER_ATOM * max_atoms)
    if len(text) > limit:
        raise StructureRefused("too_long", found=len(text), limit=limit)
    body, atoms, changes = scan_molfile(text)
    if atoms == 0:
        raise StructureRefused("empty")
    return _within(Checked("molfile", body, changes, atoms), max_atoms)


def _within(checked: Checked, max_atoms: int) -> Checked:
    if checked.atoms > max_atoms:
        raise StructureRefused("too_many_atoms", found=checked.atoms, limit=max_atoms)
    return checked


def check_query_molfile(text: str) -> tuple[str, int, tuple[Note, ...]]:
    """A molfile that may be a search pattern, without what stands around it; its atoms; what was left out.

    Raises:
        StructureRefused: as for a structure, but for atoms A, Q, X, M, lists, and bonds of several kinds.
    """
    if not text.strip():
        raise StructureRefused("empty")
    limit = MAX_MOLFILE_CHARACTERS_PER_ATOM * MAX_ATOMS_QUERY
    if len(text) > limit:
        raise StructureRefused("too_long", found=len(text), limit=limit)
    body, atoms, changes = scan_molfile(text, patterns=True)
    if not atoms:
        raise StructureRefused("empty")
    _within(Checked("molfile", body, changes, atoms), MAX_ATOMS_QUERY)
    return body, atoms, changes


def check_smarts(text: str) -> str:
    """A SMARTS pattern without blanks around it, if it is within what may be parsed.

    Raises:
        StructureRefused: empty, too long, not ASCII, too many parts or fragments, nested too deeply.
    """
    body, offset, _ = trimmed(text)
    if not body:
        raise StructureRefused("empty")
    if len(body) > MAX_SMARTS_CHARACTERS:
        raise StructureRefused("too_long", found=len(body), limit=MAX_SMARTS_CHARACTERS)
    refuse_non_ascii(body, notation="SMARTS", offset=offset)
    for index, char in enumerate(body):
        if char.isspace():
            raise StructureRefused("inner_blank", position=offset + index + 1)
    if ">>" in body:
        raise StructureRefused("reaction", position=offset + body.index(">>") + 1)
    _limit("smarts_primitives", sum(char.isalpha() or char in "*#$" for char in body), MAX_SMARTS_PRIMITIVES)
    _limit("smarts_fragments", body.count(".") + 1, MAX_SMARTS_FRAGMENTS)
    _limit("smarts_depth", _depth(body), MAX_SMARTS_DEPTH)
    return body


def _limit(code: str, found: int, limit: int) -> None:
    if found > limit:
        raise StructureRefused(code, found=found, limit=limit)


def _depth(text: str) -> int:
    """The deepest nesting of parentheses and brackets."""
    deepest = depth = 0
    for char in text:
        depth += (char in "([") - (char in ")]")
        deepest = max(deepest, depth)
    return deepest
