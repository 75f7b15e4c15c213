"""What is looked for inside structures: how a text or a drawing is read, and what it then finds."""

from __future__ import annotations

import base64

import pytest
from rdkit import Chem

from substances.chemistry.fingerprints import PATTERN, fingerprint
from substances.chemistry.messages import StructureRefused
from substances.chemistry.query import read_query
from substances.chemistry.query_operations import query_matches, read_for_search
from tests.chemistry.bad_input import MOLFILE, V3000

MOLECULES = {
    "nitrobenzene": "O=[N+]([O-])c1ccccc1",
    "nitromethane": "C[N+](=O)[O-]",
    "phenol": "Oc1ccccc1",
    "anisole": "COc1ccccc1",
    "ethanol": "CCO",
    "pyrrole": "c1cc[nH]c1",
    "N-methylpyrrole": "Cn1cccc1",
    "biphenyl": "c1ccc(-c2ccccc2)cc1",
    "cyclohexene": "C1=CCCCC1",
    "methylammonium": "C[NH3+]",
    "chlorobenzene": "Clc1ccccc1",
    "lead acetate": "CC(=O)[O-].CC(=O)[O-].[Pb+2]",
}
RINGS = {"nitrobenzene", "phenol", "anisole", "biphenyl", "chlorobenzene"}


def found(text: str, format: str = "smarts") -> set[str]:
    """The molecules in which a query is found."""
    query = read_query(text, format).mol
    return {name for name, smiles in MOLECULES.items() if Chem.MolFromSmiles(smiles).HasSubstructMatch(query)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("[N+](=O)[O-]", {"nitrobenzene", "nitromethane"}, id="a nitro group, a radical as SMILES"),
        pytest.param("CN(=O)=O", {"nitromethane"}, id="a nitro group without charges, whole"),
        pytest.param("[#6]N(=O)=O", {"nitrobenzene", "nitromethane"}, id="a nitro group without charges, a pattern"),
        pytest.param("C1=CC=CC=C1", RINGS, id="benzene with double bonds"),
        pytest.param("C1=CC=CC=C1O", {"phenol", "anisole"}, id="phenol with double bonds"),
        pytest.param("c1ccccc1", RINGS, id="benzene"),
        pytest.param("c[OH]", {"phenol"}, id="a hydrogen in brackets must be there"),
        pytest.param("[OH]C", {"ethanol"}, id="also in a whole SMILES"),
        pytest.param("[H]Oc", {"phenol"}, id="a hydrogen written out must be there"),
        pytest.param("cO", {"phenol", "anisole"}, id="part of an aromatic ring"),
        pytest.param("CO", {"anisole", "ethanol", "lead acetate"}, id="capital letters are aliphatic"),
        pytest.param("c1cc[nH]c1", {"pyrrole"}, id="pyrrole with its hydrogen"),
        pytest.param("C1=CNC=C1", {"pyrrole", "N-methylpyrrole"}, id="pyrrole with double bonds"),
        pytest.param("[NH3+]", {"methylammonium"}, id="a charge"),
        pytest.param("[Pb]", {"lead acetate"}, id="a metal"),
        pytest.param("c1ccccc1-c1ccccc1", {"biphenyl"}, id="a single bond between aromatic rings"),
        pytest.param("[$(c1ccccc1)][F,Cl]", {"chlorobenzene"}, id="a pattern in a pattern"),
    ],
)
def test_a_pattern_finds_what_a_chemist_expects(text: str, names: set[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("smiles", "names"),
    [
        pytest.param("CO", {"phenol", "anisole", "ethanol", "lead acetate"}, id="aliphatic or aromatic"),
        pytest.param("c1cc[nH]c1", {"pyrrole", "N-methylpyrrole"}, id="hydrogen is free"),
        pytest.param("C[N+](=O)[O-]", {"nitrobenzene", "nitromethane"}, id="charges hold"),
    ],
)
def test_the_structure_of_a_substance_is_read_as_a_drawing(smiles: str, names: set[str]) -> None:
    assert found(smiles, "structure") == names


OXYGEN = "    2.5981   -0.0000    0.0000 O   0"


@pytest.mark.parametrize(
    ("molfile", "names"),
    [
        pytest.param(MOLFILE, {"ethanol", "lead acetate"}, id="plain"),
        pytest.param(MOLFILE.replace(" O   0", " Q   0"), {"ethanol", "lead acetate"}, id="any atom but carbon"),
        pytest.param(MOLFILE.replace(" O   0", " X   0"), set(), id="a halogen"),
        pytest.param(MOLFILE.replace("  2  3  1", "  2  3  2"), {"lead acetate"}, id="a double bond"),
        pytest.param(
            MOLFILE.replace("  1  2  1", "  1  2  8"), {"ethanol", "lead acetate", "phenol", "anisole"}, id="any bond"
        ),
        pytest.param(
            MOLFILE.replace(" O   0", " L   0").replace("M  END", "M  ALS   3  2 F N   O   \nM  END"),
            {"ethanol", "lead acetate"},
            id="a list",
        ),
        pytest.param(V3000.replace("5 H 3", "5 A 3").replace("3 F 2", "3 [F,O] 2"), set(), id="V3000 with a list"),
    ],
)
def test_a_drawn_query_finds_what_its_open_atoms_and_bonds_allow(molfile: str, names: set[str]) -> None:
    assert found(molfile, "molfile") == names


@pytest.mark.parametrize(
    ("text", "format", "told"),
    [
        pytest.param("CCO", "smarts", ["query_pattern"], id="a pattern"),
        pytest.param("CN(=O)=O", "smarts", ["query_pattern", "groups_normalised"], id="charges written"),
        pytest.param(
            "C1=CC=CC=C1[F,Cl]", "smarts", ["query_pattern", "query_kekule"], id="a ring that misses aromatics"
        ),
        pytest.param(MOLFILE, "molfile", ["query_drawing"], id="a drawing"),
        pytest.param(
            "C[C@H](F)Cl |&1:1|", "smiles", ["query_pattern", "cxsmiles_removed", "stereo_relative"], id="CXSMILES"
        ),
    ],
)
def test_how_a_query_was_read_is_told(text: str, format: str, told: list[str]) -> None:
    assert [note.code for note in read_query(text, format).changes] == told


@pytest.mark.parametrize(
    ("text", "format", "code"),
    [
        ("", "smarts", "empty"),
        ("x", "smarts", "unreadable"),
        ("C>>O", "smarts", "reaction"),
        ("[$(" * 6 + "C" + ")]" * 6, "smarts", "smarts_depth"),
        ("C~" * 200 + "C", "smarts", "smarts_primitives"),
        ("C~C.C~C.C.C.C", "smarts", "smarts_fragments"),
        ("C\u041e~C", "smarts", "lookalike"),
        (MOLFILE.replace("M  END", "M  STY  1   1 SRU\nM  END"), "molfile", "molfile_query"),
        (MOLFILE.replace("  3  2", "  9  2"), "molfile", "molfile_counts"),
    ],
)
def test_a_query_outside_the_envelope_is_refused(text: str, format: str, code: str) -> None:
    with pytest.raises(StructureRefused) as raised:
        read_query(text, format)
    assert raised.value.code == code


QUERIES = [
    *(
        "[N+](=O)[O-]",
        "c1ccccc1O",
        "C1=CC=CC=C1",
        "CO",
        "*",
        "[!#6]",
        "C~C",
        "[#6]1~[#6]~[#6]~[#6]~[#6]~[#6]1",
        "[F,Cl]C",
    ),
    *(
        "c:c",
        "[H]O",
        "[NX3;H2]c",
        "C(=O)[O,N]",
        "[$(c1ccccc1)]Cl",
        "CC.CC",
        "[Pb]",
        "FC(F)(F)C(F)(F)",
        "S(=O)(=O)",
        "[R]@[R]",
    ),
    *("cO", "[CH3]", "N=N", "C#N", "[#6]-,=[#6]-[#8]", "c1ccc2ccccc2c1", "[O;!R]", "P(=O)(O)O", "[Si]~[#6]", "C=C-C=O"),
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_screen_lets_every_structure_through_that_has_it(query: str) -> None:
    """RDKit's matching of every structure is the oracle."""
    asked = as_number(base64.b64decode(read_for_search(query, "smarts", svg=False)["screen"]))
    for part in query_matches(query, "smarts", list(MOLECULES.values()), every=1):
        for row, *_where in part["found"]:
            has = as_number(fingerprint(Chem.MolFromSmiles(list(MOLECULES.values())[row]), PATTERN))
            assert asked & ~has == 0


def as_number(bits: bytes) -> int:
    return int.from_bytes(bits, "little")


def test_occurrences_are_told_by_atoms_and_bonds() -> None:
    (part,) = query_matches("cO", "smarts", ["COc1ccccc1", "CC"], every=5)
    assert part == {"done": 2, "found": [[0, [1, 2], [1], 1]]}
