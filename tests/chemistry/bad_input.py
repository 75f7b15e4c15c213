"""What people paste instead of a structure, and what becomes of it: refused by this name, or read as exactly this.

Data only: `refused` is the code of the refusal, `read` the SMILES of what was read, `told` the codes of what was
changed on the way.
"""

from __future__ import annotations

from typing import NamedTuple


class Bad(NamedTuple):
    """One text; either `refused` or `read`."""

    id: str
    notation: str
    text: str
    refused: str = ""
    read: str = ""
    told: tuple[str, ...] = ()


MOLFILE = """
  Benigna 2D

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    1.2990    0.7500    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    2.5981   -0.0000    0.0000 O   0  0  0  0  0  0  0  0  0  0  0  0
  1  2  1  0
  2  3  1  0
M  END
"""
_OXYGEN = "    2.5981   -0.0000    0.0000 O   0  0  0  0  0  0  0  0  0  0  0  0"

V3000 = """
  Benigna 2D

  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 5 4 0 0 0
M  V30 BEGIN ATOM
M  V30 1 C 0 0 0 0
M  V30 2 C 1.5 0 0 0
M  V30 3 F 2.0 1 0 0
M  V30 4 Cl 2.5 -1 0 0
M  V30 5 H 3 0 0 0
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 1 2
M  V30 2 1 2 3 CFG=1
M  V30 3 1 2 4
M  V30 4 1 2 5
M  V30 END BOND
M  V30 END CTAB
M  END
"""
_METHYL = "M  V30 1 C 0 0 0 0\n"
_HANDED = "C[C@@H](F)Cl"

SMILES = [
    Bad("nothing", "smiles", "", "empty"),
    Bad("blanks", "smiles", " \t\r\n\u00a0", "empty"),
    Bad("a name", "smiles", "bisphenol A", "unexpected_character"),
    Bad("a reaction", "smiles", "CC>>CO", "reaction"),
    Bad("a reaction with an agent", "smiles", "CC>[Pd]>CO", "reaction"),
    Bad("a polymer", "smiles", "*CC*", "polymer"),
    Bad("numbered open ends", "smiles", "[1*]CC[2*]", "polymer"),
    Bad("open end with hydrogen", "smiles", "[*H]C", "polymer"),
    Bad("a polymer in braces", "smiles", "{[$]CC[$]}", "unexpected_character"),
    Bad("a group R", "smiles", "[R]CC", "unknown_element"),
    Bad("any atom", "smiles", "[A]C", "unknown_element"),
    Bad("any bond", "smiles", "C~C", "query"),
    Bad("element by number", "smiles", "[#6H4]", "query"),
    Bad("a name behind it", "smiles", "CCO ethanol", "inner_blank"),
    Bad("two lines", "smiles", "CC\nCC", "inner_blank"),
    Bad("two lines of an old computer", "smiles", "CC\rCC", "inner_blank"),
    Bad("a zero byte", "smiles", "C\x00C", "control_character"),
    Bad("a blank that does not break", "smiles", "CC\u00a0CC", "lookalike"),
    Bad("a blank of no width", "smiles", "CC\u200bCC", "not_ascii"),
    Bad("writing from the right", "smiles", "\u202eCCO", "not_ascii"),
    Bad("full-width letters", "smiles", "\uff23\uff23\uff2f", "lookalike"),
    Bad("an Arabic digit", "smiles", "C\u0661CCCCC\u0661", "not_ascii"),
    Bad("a letter of mathematics", "smiles", "C\U0001d402C", "lookalike"),
    Bad("half a letter", "smiles", "C\ud800", "not_ascii"),
    Bad("quoted", "smiles", '"CCO"', "unexpected_character"),
    Bad("an extension with coordinates", "smiles", "CCO |(0,1,;2,3,;4,5,)|", read="CCO", told=("cxsmiles_removed",)),
    Bad("an extension, no blank", "smiles", "C1=CC=CC=C1|c:0,2,4|", read="c1ccccc1", told=("cxsmiles_removed",)),
    Bad(
        "an extension: racemic",
        "smiles",
        "C[C@H](F)Cl |&1:1|",
        read="CC(F)Cl",
        told=("cxsmiles_removed", "stereo_relative"),
    ),
    Bad("an extension: labels", "smiles", "CCO |$;;R1$|", "cxsmiles"),
    Bad("an extension: radical", "smiles", "CC |^1:0|", "cxsmiles"),
    Bad("an extension: repeat unit", "smiles", "CCO |Sg:n:0,1,2::ht|", "cxsmiles"),
    Bad("an extension: several ends", "smiles", "CCO |m:0:1.2|", "cxsmiles"),
    Bad("an extension not closed", "smiles", "CC |c:0", "cxsmiles"),
    Bad("an extension and a name", "smiles", "CC || ethane", "inner_blank"),
    Bad("isotope 0", "smiles", "[0CH4]", "isotope_out_of_range"),
    Bad("an isotope nobody made", "smiles", "[50CH4]", "isotope_unknown"),
    Bad("an isotope beyond counting", "smiles", "[999999999999C]", "isotope_out_of_range"),
    Bad("more charge than electrons", "smiles", "[He+3]", "charge_out_of_range"),
    Bad("charge 15", "smiles", "[Fe+15]", "charge_out_of_range"),
    Bad("ten plus signs", "smiles", "[C++++++++++]", "charge_out_of_range"),
    Bad("plus and minus", "smiles", "[C+-]", "bracket_unread"),
    Bad("nine hydrogens", "smiles", "[CH9]", "valence_at"),
    Bad("ten hydrogens", "smiles", "[CH10]", "bracket_unread"),
    Bad("an element to come", "smiles", "[Uue]", "bracket_unread"),
    Bad("13 neighbours", "smiles", "[U]" + "(F)" * 13, "too_many_neighbours"),
    Bad("101 ring closures", "smiles", "C1C1" * 101, "too_many_rings"),
    Bad("251 atoms", "smiles", "C" * 251, "too_many_atoms"),
    Bad("101 parentheses deep", "smiles", "C(" * 101 + "C" + ")" * 101, "too_deep"),
    Bad("5,001 characters", "smiles", "C" * 5001, "too_long"),
    Bad("a ring bond of two kinds", "smiles", "C=1CC-1", "ring_bonds_differ"),
    Bad("two bonds between two atoms", "smiles", "C12CC12", "unreadable"),
    Bad("an aromatic bond in no ring", "smiles", "CC:O", "aromatic_outside_ring"),
    Bad("aromatic atoms in no ring", "smiles", "cc", "aromatic_outside_ring"),
    Bad("a pyrrole without its hydrogen", "smiles", "c1cccn1", "not_kekule"),
    Bad("handedness where none is", "smiles", "C[C@@](C)(C)C", read="CC(C)(C)C", told=("stereo_cleaned",)),
    Bad("handedness with a bad number", "smiles", "C[Co@OH99](F)(Cl)(Br)(I)S", "unreadable"),
    Bad("atom numbers", "smiles", "[CH3:1][OH:2]", read="CO", told=("atom_maps_removed",)),
    Bad("a byte order mark", "smiles", "\ufeffCCO", read="CCO", told=("trimmed",)),
    Bad("a ring number of five digits", "smiles", "C%(99999)CCC%(99999)", read="C1CCC1"),
    Bad("a ring closed across a dot", "smiles", "C1.C1", read="CC"),
    Bad("lead acetate", "smiles", "CC(=O)[O-].CC(=O)[O-].[Pb+2]", read="CC(=O)[O-].CC(=O)[O-].[Pb+2]"),
]

_I = "InChI=1S/"
INCHI = [
    Bad("not standard", "inchi", "InChI=1/CH4/h1H4", "inchi_not_standard"),
    Bad("only its beginning", "inchi", _I, "unreadable"),
    Bad("an InChIKey", "inchi", "VNWKTOKETHGBQD-UHFFFAOYSA-N", "inchi_not_standard"),
    Bad("a layer twice", "inchi", _I + "C2H6/c1-2/c1-2/h1-2H3", "unreadable"),
    Bad("layers in another order", "inchi", _I + "C2H6/h1-2H3/c1-2", "unreadable"),
    Bad("hydrogens not told", "inchi", _I + "C2H6O/c1-2-3", "inchi_differs"),
    Bad(
        "handedness of another atom",
        "inchi",
        _I + "C3H7NO2/c1-2(4)3(5)6/h2H,4H2,1H3,(H,5,6)/t3-/m0/s1",
        "inchi_differs",
    ),
    Bad("handedness without its sign", "inchi", _I + "CH4/h1H4/m1", "inchi_differs"),
    Bad("a proton too few", "inchi", _I + "CH4/h1H4/p-5", "inchi_differs"),
    Bad("a charge no atom carries", "inchi", _I + "C/q+99", "charge_impossible"),
    Bad("an isotope nobody made", "inchi", _I + "CH4/h1H4/i1+50", "isotope_unknown"),
    Bad("an empty layer", "inchi", _I + "CH4/h1H4/", "inchi_layer"),
    Bad("fixed hydrogens", "inchi", _I + "CH4/h1H4/f/h1H4", "inchi_layer"),
    Bad("what a program adds", "inchi", _I + "CH4/h1H4\nAuxInfo=1/0/N:1", "inner_blank"),
    Bad("a polymer", "inchi", "InChI=1B/C2H4Zz2/c3-1-2-4/h1-2H2/z101-1-2(4-2,3-1)", "inchi_not_standard"),
    Bad("an amide", "inchi", _I + "C2H5NO/c1-2(3)4/h1H3,(H2,3,4)", read="CC(N)=O", told=("mobile_hydrogen",)),
    Bad("an acid", "inchi", _I + "C2H4O2/c1-2(3)4/h1H3,(H,3,4)", read="CC(=O)O"),
]


def _mol(id: str, old: str, new: str, refused: str = "", read: str = "", told: tuple[str, ...] = ()) -> Bad:
    return Bad(f"molfile, {id}", "molfile", MOLFILE.replace(old, new), refused, read, told)


def _atom(id: str, old: str, new: str, refused: str) -> Bad:
    return _mol(id, _OXYGEN, _OXYGEN.replace(old, new), refused)


def _property(id: str, line: str, refused: str = "", read: str = "") -> Bad:
    return _mol(id, "M  END", f"{line}\nM  END", refused, read)


def _v3000(id: str, old: str, new: str, refused: str = "", read: str = "", told: tuple[str, ...] = ()) -> Bad:
    return Bad(f"V3000, {id}", "molfile", V3000.replace(old, new), refused, read, told)


MOLFILES = [
    _mol("Windows line ends", "\n", "\r\n", read="CCO", told=("crlf",)),
    _mol("line ends of an old computer", "\n", "\r", read="CCO", told=("crlf",)),
    _mol("no end", "M  END\n", "", "molfile_end"),
    _mol("an end misspelt", "M  END", "M END", "molfile_end"),
    _mol("no empty first line", "\n  Benigna", "  Benigna", read="CCO", told=("header_restored",)),
    _mol("an empty line too many", "\n  Benigna", "\n\n  Benigna", read="CCO", told=("header_restored",)),
    _mol("no version", " V2000", "", "molfile_header"),
    _mol("a second structure", "M  END\n", "M  END\n$$$$\n" + MOLFILE, "molfile_tail"),
    _mol("a second structure in a data item", "M  END\n", "M  END\n>  <X>\n" + MOLFILE, "molfile_tail"),
    _mol("999 atoms announced", "  3  2", "999999", "molfile_counts"),
    _mol("atom lists announced", "  3  2  0", "  3  2  1", "molfile_counts"),
    _mol("an empty line among atoms", "    1.29", "\n    1.29", "molfile_counts"),
    _mol("a coordinate that is no number", "    2.5981", "       nan", "molfile_counts"),
    _mol("a bond to nobody", "  2  3  1", "  2  9  1", "unreadable"),
    _mol("a bond to itself", "  2  3  1", "  2  2  1", "unreadable"),
    _mol("a bond drawn twice", "  2  3  1", "  1  2  1", "unreadable"),
    _mol("an aromatic bond in no ring", "  2  3  1", "  2  3  4", "aromatic_outside_ring"),
    _mol("single or double", "  2  3  1", "  2  3  5", "molfile_query"),
    _mol("a wedge of no kind", "  2  3  1  0", "  2  3  1  9", "molfile_line"),
    _mol("only in rings", "  2  3  1  0", "  2  3  1  0  0  1", "query_read"),
    _atom("a mass difference of 9", "O   0", "O   9", "molfile_line"),
    _atom("the old mark of a radical", "O   0  0", "O   0  4", "molfile_line"),
    _atom("a charge code of 9", "O   0  0", "O   0  9", "molfile_line"),
    _atom("hydrogens to look for", "O   0  0  0  0", "O   0  0  0  1", "query_read"),
    _atom("a valence it does not have", "O   0  0  0  0  0  0", "O   0  0  0  0  0  3", "valence"),
    _atom("no valence, and a bond", "O   0  0  0  0  0  0", "O   0  0  0  0  0 15", "molfile_line"),
    _atom("any atom but carbon", "O  ", "Q  ", "molfile_query"),
    _atom("a lone pair", "O  ", "LP ", "molfile_query"),
    _atom("capitals", "O  ", "CL ", "molfile_query"),
    _property("charge 99", "M  CHG  1   3  99", "molfile_line"),
    _property("a charge cut off", "M  CHG", "molfile_line"),
    _property("two charges announced", "M  CHG  2   3  -1", "molfile_line"),
    _property("two charges of one atom", "M  CHG  1   3  -1\nM  CHG  1   3   1", "molfile_line"),
    _property("a charge of nobody", "M  CHG  1   9  -1", "molfile_line"),
    _property("a negative isotope", "M  ISO  1   3  -1", "molfile_line"),
    _property("an isotope nobody made", "M  ISO  1   3  99", "isotope_unknown"),
    _property("an alias", "A    3\nEt", "molfile_query"),
    _property("a repeat unit", "M  STY  1   1 SRU", "molfile_query"),
    _property("an attachment point", "M  APO  1   3   1", "molfile_query"),
    _property("an atom list", "M  ALS   3  2 F O   N   ", "molfile_query"),
    _property("a charge", "M  CHG  1   3  -1", read="CC[O-]"),
    _v3000("more atoms announced", "COUNTS 5", "COUNTS 50", "molfile_counts"),
    _v3000("fewer bonds announced", "COUNTS 5 4", "COUNTS 5 3", "molfile_counts"),
    _v3000("two tables of counts", "M  V30 BEGIN ATOM", "M  V30 COUNTS 2 1 0 0 0\nM  V30 BEGIN ATOM", "unreadable"),
    _v3000("two tables", "M  END", V3000.split("V3000\n")[1].rstrip(), "molfile_counts"),
    _v3000("charge −99", "3 F 2.0 1 0 0", "3 F 2.0 1 0 0 CHG=-99", "charge_impossible"),
    _v3000("an attachment point", _METHYL, _METHYL.replace("\n", " ATTCHPT=1\n"), "molfile_query"),
    _v3000("an attribute nobody knows", _METHYL, _METHYL.replace("\n", " FOO=2\n"), "molfile_query"),
    _v3000("an atom list", "1 C 0 0 0 0", "1 [C,N] 0 0 0 0", "molfile_query"),
    _v3000("a bond to several atoms", "3 1 2 4", "3 1 2 4 ENDPTS=(2 1 3) ATTACH=ANY", "molfile_query"),
    _v3000("a link node", "M  V30 END CTAB", "M  V30 LINKNODE 1 4 2 2 1 2 3\nM  V30 END CTAB", "molfile_query"),
    _v3000(
        "a block of groups",
        "M  V30 END CTAB",
        "M  V30 BEGIN SGROUP\nM  V30 END SGROUP\nM  V30 END CTAB",
        "molfile_query",
    ),
    _v3000("a line of nothing", "M  V30 BEGIN BOND", "garbage\nM  V30 BEGIN BOND", "molfile_line"),
    _v3000("two atoms of one number", "2 C 1.5", "1 C 1.5", "unreadable"),
    _v3000(
        "racemic",
        "M  V30 END CTAB",
        "M  V30 BEGIN COLLECTION\nM  V30 MDLV30/STERAC1 ATOMS=(1 2)\nM  V30 END COLLECTION\nM  V30 END CTAB",
        read="CC(F)Cl",
        told=("stereo_relative", "hydrogens_folded"),
    ),
    _v3000("handed", "CFG=1", "CFG=1", read=_HANDED, told=("hydrogens_folded",)),
]
EVERY = [*SMILES, *INCHI, *MOLFILES]
