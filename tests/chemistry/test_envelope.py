"""Texts that are refused before any parser sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from substances.chemistry.envelope import check_smarts, check_structure
from substances.chemistry.messages import StructureRefused
from substances.chemistry.smiles_text import scan_smiles

BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
BPA_INCHI = "InChI=1S/C15H16O2/c1-15(2,11-3-7-13(16)8-4-11)12-5-9-14(17)10-6-12/h3-10,16-17H,1-2H3"


def refusal(text: str, notation: str = "smiles", max_atoms: int = 250) -> StructureRefused:
    with pytest.raises(StructureRefused) as raised:
        check_structure(text, notation, max_atoms=max_atoms)  # type: ignore[arg-type]  # a parametrised word
    return raised.value


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        pytest.param("CC\u041e", "lookalike", 3, id="Cyrillic O"),
        pytest.param("  CC\u041e", "lookalike", 5, id="position counts blanks in front"),
        pytest.param("CC\u00e9", "not_ascii", 3, id="letter with accent"),
        pytest.param("CC\u2212C", "lookalike", 3, id="minus sign"),
        pytest.param("CC\nCC", "inner_blank", 3, id="two lines"),
        pytest.param("CC ethane", "inner_blank", 3, id="name behind"),
        pytest.param("CC |$R;$|", "cxsmiles", 5, id="CXSMILES"),
        pytest.param("CC\x00C", "control_character", 3, id="NUL"),
        pytest.param("", "empty", None, id="empty"),
        pytest.param(" \t\n", "empty", None, id="blank"),
        pytest.param("CCO>>CC=O", "reaction", 4, id="reaction"),
        pytest.param("*CC*", "polymer", 1, id="open ends"),
        pytest.param("C[*]", "polymer", 3, id="open end in a bracket"),
        pytest.param("C~C", "query", 2, id="any bond"),
        pytest.param("[#6]C", "query", 2, id="atomic number"),
        pytest.param("[99999999999C]", "isotope_out_of_range", 1, id="huge isotope"),
        pytest.param("[999C]", "isotope_out_of_range", 1, id="isotope of no element"),
        pytest.param("[0CH4]", "isotope_out_of_range", 1, id="isotope zero"),
        pytest.param("[C+99]", "charge_out_of_range", 1, id="charge"),
        pytest.param("C[Xx]", "unknown_element", 2, id="unknown element"),
        pytest.param("C[CH99]", "bracket_unread", 2, id="unread bracket"),
        pytest.param("C[N", "bracket_unclosed", 2, id="open bracket"),
        pytest.param("CC(C", "branch_unclosed", 3, id="open parenthesis"),
        pytest.param("CC)C", "branch_unopened", 3, id="closed parenthesis"),
        pytest.param("C()C", "branch_empty", 3, id="empty parenthesis"),
        pytest.param("C1CC", "ring_unclosed", 2, id="open ring"),
        pytest.param("C11", "ring_on_itself", 3, id="ring on itself"),
        pytest.param("1CC1", "ring_without_atom", 1, id="ring without atom"),
        pytest.param("CC=", "bond_dangling", 3, id="bond at the end"),
        pytest.param("=CC", "bond_dangling", 1, id="bond at the start"),
        pytest.param("CC..C", "dot_dangling", 4, id="two dots"),
        pytest.param("CCx", "unexpected_character", 3, id="no SMILES letter"),
        pytest.param("C" * 5001, "too_long", None, id="too long"),
        pytest.param("C" * 251, "too_many_atoms", None, id="251 atoms"),
        pytest.param("C(" * 101 + "C" + ")" * 101, "too_deep", None, id="nested"),
        pytest.param("[U]" + "(C)" * 13, "too_many_neighbours", 1, id="13 neighbours"),
        pytest.param("C1C1" * 101, "too_many_rings", None, id="101 rings"),
    ],
)
def test_a_smiles_outside_the_envelope_is_refused_at_its_place(text: str, code: str, position: int | None) -> None:
    error = refusal(text)
    assert (error.code, error.position) == (code, position)
    assert error.message


def test_a_lookalike_is_named() -> None:
    assert "'\u041e' (CYRILLIC CAPITAL LETTER O), only looks like 'O'" in refusal("CC\u041e").message


def test_limits_are_those_of_use() -> None:
    assert check_structure("C" * 999, "smiles", max_atoms=999).atoms == 999
    assert refusal("C" * 1000, max_atoms=999).code == "too_many_atoms"


def test_blanks_around_are_cut_and_told() -> None:
    checked = check_structure(" CCO\n", "smiles")
    assert (checked.text, [note.code for note in checked.changes]) == ("CCO", ["trimmed"])


def test_atoms_know_their_place_in_the_text() -> None:
    assert check_structure(" C[13CH3]Cl", "smiles").positions == (2, 3, 10)


@pytest.mark.parametrize(
    "smiles",
    [
        BPA,
        "C%10CCCC%10",
        "[Na+].[Cl-]",
        "F/C=C\\F",
        "N[C@@H](C)C(=O)O",
        "[NH3]->[Pt](<-[NH3])(Cl)Cl",
        "[nH]1cccc1",
        "[2H]O[2H]",
        "C[CH3:1]",
        "[se]1cccc1",
        "[Co+3]",
        "C#N",
        "C$C",
        "Br",
    ],
)
def test_ordinary_smiles_pass(smiles: str) -> None:
    assert check_structure(smiles, "smiles").text == smiles


@given(st.text(alphabet="CNOPSFIclnos[]()=#12%.+-@H/\\:*>$ ", max_size=30))
def test_any_text_is_counted_or_refused(text: str) -> None:
    assert counted_or_refused_at(text) in range(len(text) + 1)


def counted_or_refused_at(text: str) -> int:
    try:
        return len(scan_smiles(text))
    except StructureRefused as error:
        return error.position or 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("InChI=1/CH4/h1H4", "inchi_not_standard", id="not standard"),
        pytest.param("InChI=1S/C9999H20", "too_many_atoms", id="too many atoms"),
        pytest.param("InChI=1S/C2H9999", "too_many_hydrogens", id="too many hydrogens"),
        pytest.param("InChI=1S/Xx", "inchi_formula", id="no formula"),
        pytest.param("InChI=1S/Zz2/z100", "inchi_formula", id="polymer"),
        pytest.param("InChI=1S/C2H6/c1-3/h1-2H3", "inchi_number", id="number beyond the formula"),
        pytest.param("InChI=1S/C9H2/c" + "1-2-" * 102 + "1", "too_many_rings", id="too many rings"),
        pytest.param("InChI=1S/C2H6/cx-y", "inchi_layer", id="letters among numbers"),
        pytest.param("InChI=1S/C2H6/x1-2", "inchi_layer", id="unknown layer"),
        pytest.param("InChI=1S/C2H6/c1-2/h1-2H3 x", "inner_blank", id="tail"),
        pytest.param("InChI=1S/\u0421H4", "lookalike", id="Cyrillic C"),
    ],
)
def test_an_inchi_that_does_not_agree_with_itself_is_refused(text: str, code: str) -> None:
    assert refusal(text, "inchi").code == code


def test_an_ordinary_inchi_passes_with_its_heavy_atoms() -> None:
    assert check_structure(BPA_INCHI, "inchi").atoms == 17


ETHANOL_V2000 = """
  Benigna 2D

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    1.2990    0.7500    0.0000 C   0  0
    2.5981   -0.0000    0.0000 O   0  0
  1  2  1  0
  2  3  1  0
M  END
"""


def test_an_ordinary_molfile_passes() -> None:
    assert check_structure(ETHANOL_V2000, "molfile").atoms == 3


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param("  3  2", "  4  2", "molfile_counts", id="more atoms announced"),
        pytest.param("  3  2", "  3  3", "molfile_counts", id="more bonds announced"),
        pytest.param("  3  2", "  2  2", "molfile_counts", id="fewer atoms announced"),
        pytest.param("V2000", "V9999", "molfile_header", id="unknown version"),
        pytest.param(" O  ", " R# ", "molfile_query", id="R group"),
        pytest.param(" O  ", " *  ", "molfile_query", id="open end"),
        pytest.param("2  3  1", "2  3  8", "molfile_query", id="any bond"),
        pytest.param("M  END\n", "", "molfile_end", id="no end"),
        pytest.param("M  END\n", "M  END\nmore\n", "molfile_tail", id="text behind"),
        pytest.param("M  END\n", "M  STY  1   1 SRU\nM  END\n", "molfile_query", id="repeat unit"),
        pytest.param("0.0000 O ", "0.0000 \u041e ", "lookalike", id="Cyrillic O"),
    ],
)
def test_a_molfile_that_does_not_agree_with_itself_is_refused(old: str, new: str, code: str) -> None:
    assert refusal(ETHANOL_V2000.replace(old, new), "molfile").code == code


ETHANE_V3000 = """
  Benigna 2D

  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 2 1 0 0 0
M  V30 BEGIN ATOM
M  V30 1 C 0 0 0 0
M  V30 2 C 1.5 0 0 0
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 1 2
M  V30 END BOND
M  V30 END CTAB
M  END
"""


def test_an_ordinary_v3000_molfile_passes() -> None:
    assert check_structure(ETHANE_V3000, "molfile").atoms == 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param("COUNTS 2", "COUNTS 900", "molfile_counts", id="more atoms announced"),
        pytest.param("COUNTS 2 1", "COUNTS 2 2", "molfile_counts", id="more bonds announced"),
        pytest.param("2 1 0 0 0", "2 1 0 0 -\nM  V30 0", "molfile_line", id="line continued"),
        pytest.param("1 1 1 2", "1 8 1 2", "molfile_query", id="any bond"),
        pytest.param("2 C 1.5", "2 R# 1.5", "molfile_query", id="R group"),
        pytest.param("END BOND", "END BOND\nM  V30 BEGIN SGROUP\nM  V30 END SGROUP", "molfile_query", id="S-group"),
        pytest.param("M  V30 COUNTS 2 1 0 0 0\n", "", "molfile_header", id="no counts"),
    ],
)
def test_a_v3000_molfile_that_does_not_agree_with_itself_is_refused(old: str, new: str, code: str) -> None:
    assert refusal(ETHANE_V3000.replace(old, new), "molfile").code == code


def test_a_molfile_without_atoms_or_beyond_its_size_is_refused() -> None:
    empty = "\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n"
    assert refusal(empty, "molfile").code == "empty"
    assert refusal(ETHANOL_V2000 + "\n" * 40_000, "molfile").code == "too_long"


def test_windows_line_ends_are_unified_and_told() -> None:
    checked = check_structure(ETHANOL_V2000.replace("\n", "\r\n"), "molfile")
    assert ([note.code for note in checked.changes], "\r" in checked.text) == (["crlf"], False)


def test_an_sd_file_of_one_record_tells_what_was_left_out() -> None:
    checked = check_structure(ETHANOL_V2000 + ">  <CAS>\n64-17-5\n\n$$$$\n", "molfile")
    assert [note.code for note in checked.changes] == ["sdf_data", "sdf_end"]


def test_a_second_record_is_refused() -> None:
    assert refusal(ETHANOL_V2000 + "$$$$\n" + ETHANOL_V2000, "molfile").code == "molfile_tail"


@pytest.mark.parametrize(
    ("smarts", "code"),
    [
        ("C" * 1001, "too_long"),
        ("C" * 201, "smarts_primitives"),
        ("C.C.C.C.C", "smarts_fragments"),
        ("[$(" * 6 + "C" + ")]" * 6, "smarts_depth"),
        ("", "empty"),
        ("C>>O", "reaction"),
    ],
)
def test_a_pattern_beyond_the_limits_is_refused(smarts: str, code: str) -> None:
    with pytest.raises(StructureRefused) as raised:
        check_smarts(smarts)
    assert raised.value.code == code
