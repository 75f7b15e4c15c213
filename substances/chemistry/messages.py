"""What the chemistry kernel says to people, as templates a caller can translate.

The kernel knows no Django, so it marks its English sentences with a `gettext_noop` of its own (found by
`makemessages`) and hands out code, template and parameters. A page writes
`gettext(note.template) % note.params`; a log or a test reads `note.message`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeAlias, TypedDict

Param: TypeAlias = str | int


class NoteDict(TypedDict):
    """A note as it travels in JSON."""

    code: str
    template: str
    params: dict[str, Param]
    message: str


def gettext_noop(message: str) -> str:
    """The same text, marked for the message catalogue."""
    return message


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """One thing told about an input: a normalisation, a reading, an issue.

    `code` is stable and for programs, `template` is the English sentence with `%(name)s` places, `params` fills them.
    """

    code: str
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict)

    @property
    def template(self) -> str:
        """The English sentence with its places unfilled: the key for translation."""
        return TEMPLATES[self.code]

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template % self.params

    def as_dict(self) -> NoteDict:
        """The note as plain JSON values."""
        return {
            "code": self.code,
            "template": self.template,
            "params": dict(self.params),
            "message": self.message,
        }


class ChemistryError(ValueError):
    """An input that is not read as what it claims to be; says what is wrong and what would be right.

    Attributes:
        note: code, template, parameters and English sentence.
        position: 1-based character in the text as it was given, or None where no single one is at fault.
    """

    def __init__(self, code: str, *, position: int | None = None, **params: Param) -> None:
        self.position = position
        if position is not None:
            params["position"] = position
        self.note = Note(code, params)
        super().__init__(self.note.message)

    @property
    def code(self) -> str:
        """Stable name of what went wrong."""
        return self.note.code

    @property
    def message(self) -> str:
        """English sentence."""
        return self.note.message

    @property
    def template(self) -> str:
        """English sentence with its places unfilled, for translation."""
        return self.note.template

    @property
    def params(self) -> Mapping[str, Param]:
        """What fills the template."""
        return self.note.params


class StructureRefused(ChemistryError):
    """A structure that is not read: not this notation, too large, or not a molecule."""


_CHARACTERS = {
    "lookalike": gettext_noop("Character %(position)s, '%(char)s' (%(name)s), only looks like '%(ascii)s'."),
    "not_ascii": gettext_noop("Character %(position)s, '%(char)s' (%(name)s), does not belong in %(notation)s."),
    "control_character": gettext_noop("Character %(position)s is a control character (%(name)s)."),
    "unexpected_character": gettext_noop("Character %(position)s, '%(char)s', cannot stand here in %(notation)s."),
}

_IDENTIFIERS = {
    "shape": gettext_noop("'%(value)s' is not a %(scheme)s; one looks like %(example)s."),
    "check_digit": gettext_noop(
        "The check digit of %(scheme)s %(value)s is %(found)s; with these digits it would be %(expected)s."
    ),
    "date": gettext_noop("'%(value)s' looks like a date: a spreadsheet may have changed a CAS number."),
    "date_suggestion": gettext_noop(
        "'%(value)s' looks like a date: a spreadsheet may have changed the CAS number %(suggestion)s."
    ),
    "trimmed": gettext_noop("Blanks around the text were left out."),
    "blanks_removed": gettext_noop("Blanks inside the number were left out."),
    "hyphens_unified": gettext_noop("Other dashes were read as hyphens."),
    "hyphens_added": gettext_noop("Read as %(value)s: the hyphens were missing."),
    "zeros_removed": gettext_noop("Zeros in front were left out."),
    "decimal_removed": gettext_noop("'.0' at the end was left out; a spreadsheet adds it to whole numbers."),
    "prefix_removed": gettext_noop("'%(prefix)s' in front was left out."),
    "case_changed": gettext_noop("Letters were read as capitals."),
}

_ENVELOPE = {
    "empty": gettext_noop("There is no structure in this text."),
    "too_long": gettext_noop("This text has %(found)s characters; %(limit)s is the most that is read."),
    "too_many_atoms": gettext_noop("This structure has %(found)s atoms; %(limit)s is the most that is read here."),
    "too_many_hydrogens": gettext_noop(
        "This InChI names %(found)s hydrogen atoms; %(limit)s is the most that is read."
    ),
    "too_many_rings": gettext_noop("This text has %(found)s ring closures; %(limit)s is the most that is read."),
    "too_many_neighbours": gettext_noop(
        "The atom at character %(position)s has %(found)s neighbours; %(limit)s is the most that is read."
    ),
    "too_deep": gettext_noop("Branches are nested %(found)s deep; %(limit)s is the most that is read."),
    "inner_blank": gettext_noop(
        "There is a blank or line break at character %(position)s; give one structure, without a name behind it."
    ),
    "cxsmiles": gettext_noop(
        "From character %(position)s on, this extends SMILES in a way that changes what it means ('%(char)s'); "
        "that is not read. Give one structure as plain SMILES."
    ),
    "reaction": gettext_noop("'>' at character %(position)s: this is a reaction; give one structure."),
    "polymer": gettext_noop(
        "'%(char)s' at character %(position)s stands for any atom or an open end. "
        "Polymers and generic structures have no single structure to compare; give a repeat unit with its ends closed."
    ),
    "query": gettext_noop("'%(char)s' at character %(position)s belongs to a search pattern, not to one structure."),
    "isotope_out_of_range": gettext_noop("There is no isotope %(isotope)s%(element)s (character %(position)s)."),
    "isotope_unknown": gettext_noop("There is no isotope %(isotope)s%(element)s."),
    "charge_out_of_range": gettext_noop("The charge %(charge)s at character %(position)s is not one an atom carries."),
    "charge_impossible": gettext_noop(
        "Atom %(atom)s (%(element)s) has the charge %(charge)s, which no such atom carries."
    ),
    "unknown_element": gettext_noop("'%(char)s' at character %(position)s is not the symbol of an element."),
    "bracket_unclosed": gettext_noop("The bracket opened at character %(position)s is not closed."),
    "bracket_unread": gettext_noop("'%(char)s' at character %(position)s is not an atom in SMILES."),
    "branch_unclosed": gettext_noop("The parenthesis opened at character %(position)s is not closed."),
    "branch_unopened": gettext_noop("The parenthesis closed at character %(position)s was never opened."),
    "branch_empty": gettext_noop("The parenthesis at character %(position)s holds no atom of a branch."),
    "ring_unclosed": gettext_noop("Ring %(ring)s, opened at character %(position)s, is not closed."),
    "ring_on_itself": gettext_noop("Ring %(ring)s at character %(position)s joins an atom to itself."),
    "ring_bonds_differ": gettext_noop(
        "Ring %(ring)s, closed at character %(position)s, begins with the bond '%(first)s' and ends with '%(char)s'."
    ),
    "ring_without_atom": gettext_noop("The ring number at character %(position)s follows no atom."),
    "bond_dangling": gettext_noop("The bond '%(char)s' at character %(position)s does not join two atoms."),
    "dot_dangling": gettext_noop("The dot at character %(position)s does not stand between two parts."),
    "inchi_not_standard": gettext_noop("This InChI is not a standard one: it should begin with 'InChI=1S/'."),
    "inchi_formula": gettext_noop("'%(char)s' is not a formula; an InChI starts with one after 'InChI=1S/'."),
    "inchi_layer": gettext_noop("'/%(char)s' at character %(position)s is not a layer of a standard InChI."),
    "inchi_number": gettext_noop("The InChI speaks of atom %(found)s, but its formula has %(limit)s atoms."),
    "inchi_differs": gettext_noop("This InChI describes another structure than it was read as: %(found)s."),
    "molfile_header": gettext_noop("Line 4 of a molfile holds its counts and V2000 or V3000; here it is '%(char)s'."),
    "molfile_counts": gettext_noop(
        "The molfile announces %(limit)s %(what)s, but %(found)s can be read in their place."
    ),
    "molfile_line": gettext_noop("Line %(line)s of the molfile cannot be read: '%(char)s'."),
    "molfile_end": gettext_noop(
        "The molfile has no line 'M  END': it may have been cut off, with charges or isotopes in what is missing."
    ),
    "molfile_tail": gettext_noop("There is text behind the end of the molfile (line %(line)s); give one structure."),
    "molfile_query": gettext_noop(
        "'%(char)s' in line %(line)s of the molfile is for search patterns, polymers or generic structures."
    ),
    "smarts_primitives": gettext_noop("This pattern has %(found)s parts; %(limit)s is the most that is read."),
    "smarts_fragments": gettext_noop("This pattern has %(found)s fragments; %(limit)s is the most that is read."),
    "smarts_depth": gettext_noop("This pattern is nested %(found)s deep; %(limit)s is the most that is read."),
}

_RECORDS = {
    "csv_header": gettext_noop(
        "No column of '%(char)s' can hold structures; the first row has a column SMILES, InChI, structure, CAS or name."
    ),
    "row_quote": gettext_noop("A quote in line %(line)s is not closed where its cell ends; write it as CSV again."),
    "row_cells": gettext_noop(
        "Line %(line)s has %(found)s cells under %(limit)s headers; put cells that have commas in quotes."
    ),
    "too_long_record": gettext_noop("This record has more than %(limit)s characters; is '$$$$' missing behind it?"),
}

_PARSER = {
    "unreadable": gettext_noop("This %(notation)s cannot be read."),
    "unreadable_at": gettext_noop("This %(notation)s cannot be read; look at character %(position)s."),
    "atoms_lost": gettext_noop("The text names %(limit)s atoms, but %(found)s were read; nothing was kept."),
    "valence": gettext_noop("Atom %(atom)s (%(element)s) has %(valence)s bonds, more than this element forms."),
    "valence_at": gettext_noop(
        "Atom %(atom)s (%(element)s, character %(position)s) has %(valence)s bonds, more than this element forms."
    ),
    "aromatic_outside_ring": gettext_noop("Atom %(atom)s (%(element)s) is written aromatic but stands in no ring."),
    "not_kekule": gettext_noop(
        "The aromatic ring with atoms %(atoms)s has no arrangement of double bonds; "
        "perhaps a hydrogen is missing, as in [nH]."
    ),
    "query_read": gettext_noop("This is a search pattern, not one structure."),
    "bad_rule": gettext_noop("'%(char)s' cannot be read as a SMARTS pattern."),
    "internal": gettext_noop("Something went wrong while the structure was read (%(what)s). Nothing was stored."),
}

_CHANGES = {
    "crlf": gettext_noop("Line ends were unified."),
    "sdf_end": gettext_noop("The line '$$$$' of an SD file was left out."),
    "sdf_data": gettext_noop("The data fields behind the molfile were left out."),
    "cxsmiles_removed": gettext_noop("What follows the SMILES ('|…|': coordinates or drawing marks) was left out."),
    "header_restored": gettext_noop("The molfile's header was put right: it had %(found)s lines, not three."),
    "stereo_relative": gettext_noop(
        "%(count)s stereo centres are marked as racemic or relative; they were read as left open."
    ),
    "mobile_hydrogen": gettext_noop(
        "This InChI leaves open at which atom a hydrogen stands; one of the possible forms was read."
    ),
    "atom_maps_removed": gettext_noop("Atom numbers (as in [CH3:1]) were left out."),
    "hydrogens_folded": gettext_noop("Hydrogen atoms written out were joined to their neighbours."),
    "groups_normalised": gettext_noop("Functional groups were written the usual way (for example nitro groups)."),
    "stereo_cleaned": gettext_noop("Stereo marks that mean nothing here were left out."),
}

_QUERIES = {
    "query_pattern": gettext_noop(
        "Read as a pattern (SMARTS): capital letters are aliphatic atoms, small ones aromatic; "
        "hydrogens count only where brackets name them; stereochemistry is not compared."
    ),
    "query_drawing": gettext_noop(
        "Read as a drawing: elements and bonds as drawn, in rings or not; hydrogens count only where they are drawn; "
        "stereochemistry is not compared."
    ),
    "query_kekule": gettext_noop(
        "In this pattern double bonds alternate in a ring, so aromatic rings are not found. "
        "Write aromatic atoms with small letters: c1ccccc1."
    ),
}

_PARENT = {
    "parent_fragments_removed": gettext_noop("For similarity only, left out: %(fragments)s."),
    "parent_neutralised": gettext_noop("For similarity only, charges were balanced with hydrogen."),
    "parent_metal": gettext_noop("Contains %(elements)s: compared by group and element only."),
    "parent_inorganic": gettext_noop("No organic part: compared by group and element only."),
    "parent_several": gettext_noop("More than one part besides harmless counter-ions and water: %(fragments)s."),
}

_ISSUES = {
    "undefined_stereo": gettext_noop("%(count)s stereo centres or double bonds are left open."),
    "charged": gettext_noop("The charges do not add up to zero but to %(charge)s."),
    "isotopes": gettext_noop("Isotopes are named: %(isotopes)s."),
    "several_fragments": gettext_noop("Made of %(count)s parts that are not bonded."),
    "metal": gettext_noop("Contains metal or metalloid: %(elements)s."),
    "metal_bonded": gettext_noop("A bond to an alkali metal is drawn; salts are written with charges."),
    "radical": gettext_noop("Unpaired electrons: %(count)s."),
    "no_carbon": gettext_noop("Contains no carbon."),
    "large": gettext_noop("Has %(count)s heavy atoms; similarity says little at this size."),
}

_READINGS = {
    "means_cas_rn": gettext_noop("the CAS number %(value)s"),
    "means_ec_number": gettext_noop("the EC number %(value)s"),
    "means_clp_index_number": gettext_noop("the CLP index number %(value)s"),
    "means_inchikey": gettext_noop("the InChIKey %(value)s"),
    "means_dtxsid": gettext_noop("the DTXSID %(value)s"),
    "means_pubchem_cid": gettext_noop("the PubChem compound %(value)s"),
    "means_inchi": gettext_noop("a structure, written as InChI"),
    "means_molfile": gettext_noop("a structure, written as a molfile"),
    "means_smiles": gettext_noop("a structure, written as SMILES: %(atoms)s and the hydrogens that belong to them"),
    "means_formula": gettext_noop("a molecular formula: %(atoms)s"),
    "means_name": gettext_noop("a name or an abbreviation"),
}

TEMPLATES: dict[str, str] = {
    **_CHARACTERS,
    **_IDENTIFIERS,
    **_ENVELOPE,
    **_RECORDS,
    **_PARSER,
    **_CHANGES,
    **_QUERIES,
    **_PARENT,
    **_ISSUES,
    **_READINGS,
}
