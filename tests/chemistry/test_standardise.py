"""Structures in standard form, their parents and their issues."""

import csv
import os
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors, rdDepictor, rdinchi

from substances.chemistry.envelope import Checked
from substances.chemistry.issues import structure_issues
from substances.chemistry.messages import StructureRefused
from substances.chemistry.parse import listen_to_rdkit, parsed
from substances.chemistry.standardise import HARMLESS, STANDARDISER, Standardised, standardise

listen_to_rdkit()

BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
PFOA = "OC(=O)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)F"
APFO = "[NH4+].[O-]C(=O)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)C(F)(F)F"


def record(text: str) -> Standardised:
    return standardise(text, "smiles")[0]


def told(text: str) -> list[str]:
    return [note.code for note in record(text).changes]


def test_bisphenol_a_has_its_known_identity() -> None:
    bpa = record(BPA)
    assert (bpa.inchikey, bpa.formula) == ("IISBACLAFKSPIT-UHFFFAOYSA-N", "C15H16O2")
    assert bpa.mass_g_per_mol == pytest.approx(228.29, abs=0.005)
    assert bpa.parent.inchikey == bpa.inchikey
    assert (bpa.changes, bpa.standardiser) == ((), STANDARDISER)


@pytest.mark.parametrize("smiles", [BPA, APFO, "[2H]O[2H]", "[Na+].[Cl-]", "CCCC[Sn](CCCC)(Cl)Cl"])
def test_the_molar_mass_is_that_of_rdkit(smiles: str) -> None:
    oracle = Descriptors.MolWt(Chem.MolFromSmiles(smiles))  # type: ignore[attr-defined]  # missing in RDKit's stubs
    assert record(smiles).mass_g_per_mol == pytest.approx(oracle, abs=0.001)


def test_the_same_structure_comes_from_smiles_inchi_and_molfile() -> None:
    mol = Chem.MolFromSmiles("N[C@@H](C)C(=O)O.F/C=C/F")
    rdDepictor.Compute2DCoords(mol)
    by_smiles = standardise(Chem.MolToSmiles(mol), "smiles")[0].inchikey
    by_inchi = standardise(record(Chem.MolToSmiles(mol)).inchi or "", "inchi")[0].inchikey
    by_v2000 = standardise(Chem.MolToMolBlock(mol), "molfile")[0].inchikey
    by_v3000 = standardise(Chem.MolToV3KMolBlock(mol), "molfile")[0].inchikey
    assert by_smiles == by_inchi == by_v2000 == by_v3000


def test_a_molfile_in_three_dimensions_keeps_its_handedness() -> None:
    block = """
  Benigna 3D

  5  4  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    0.6000    0.6000    0.6000 F   0  0
   -0.6000   -0.6000    0.6000 Cl  0  0
   -0.6000    0.6000   -0.6000 Br  0  0
    0.6000   -0.6000   -0.6000 I   0  0
  1  2  1  0
  1  3  1  0
  1  4  1  0
  1  5  1  0
M  END
"""
    mirrored = block.replace("0.6000 F", "0.6000 X").replace("-0.6000 I ", "-0.6000 F ").replace("0.6000 X", "0.6000 I")
    assert standardise(block, "molfile")[0].smiles != standardise(mirrored, "molfile")[0].smiles


@pytest.mark.parametrize(
    ("smiles", "change"),
    [
        pytest.param("C[CH3:1]", "atom_maps_removed", id="atom numbers"),
        pytest.param("C[H]", "hydrogens_folded", id="hydrogen written out"),
        pytest.param("CN(=O)=O", "groups_normalised", id="nitro group with five bonds"),
        pytest.param("C[C@H](C)C", "stereo_cleaned", id="handed atom that is not"),
        pytest.param("C/C=C(/C)C", "stereo_cleaned", id="double bond with no sides"),
    ],
)
def test_each_normalisation_is_told(smiles: str, change: str) -> None:
    assert told(smiles) == [change]


@pytest.mark.parametrize("smiles", ["C/C=C/C", "N[C@@H](C)C(=O)O", "C/C=C/C=C\\C", "[2H]C", APFO])
def test_nothing_is_told_where_nothing_was_changed(smiles: str) -> None:
    assert told(smiles) == []


@pytest.mark.parametrize(
    ("smiles", "code", "position"),
    [
        pytest.param("CC(C)(C)(C)C", "valence_at", 2, id="five bonds on carbon"),
        pytest.param("CCOO(C)C", "valence_at", 4, id="three bonds on oxygen"),
        pytest.param("c1cccc1", "not_kekule", None, id="five aromatic carbons"),
        pytest.param("cC1CC1", "aromatic_outside_ring", None, id="aromatic outside a ring"),
        pytest.param("[99C]", "isotope_unknown", None, id="isotope nobody has seen"),
        pytest.param("C%01CCC%01", "unreadable_at", 3, id="what only the parser refuses"),
    ],
)
def test_what_is_no_molecule_is_refused_in_plain_words(smiles: str, code: str, position: int | None) -> None:
    with pytest.raises(StructureRefused) as raised:
        standardise(smiles, "smiles")
    assert (raised.value.code, raised.value.position) == (code, position)


@pytest.mark.parametrize(
    ("checked", "code"),
    [
        pytest.param(Checked("smiles", "CC", (), 3), "atoms_lost", id="an atom fewer than counted"),
        pytest.param(Checked("smiles", "*C", (), 2), "query_read", id="any atom"),
        pytest.param(Checked("smiles", "", (), 0), "empty", id="no atom"),
    ],
)
def test_the_parser_is_not_trusted_to_read_what_was_counted(checked: Checked, code: str) -> None:
    with pytest.raises(StructureRefused) as raised:
        parsed(checked)
    assert raised.value.code == code


def test_an_atom_with_too_many_bonds_is_named_with_its_number() -> None:
    with pytest.raises(StructureRefused, match=r"Atom 2 \(C, character 4\) has 5 bonds"):
        standardise("  CC(C)(C)(C)C", "smiles")


def test_an_inchi_that_comes_back_different_is_refused() -> None:
    with pytest.raises(StructureRefused, match="HNO3") as raised:
        standardise("InChI=1S/Ca.NO3.H3N/c;2-1(3)4;/h;;1H3/q+2;-1;/p+1", "inchi")
    assert raised.value.code == "inchi_differs"


def test_pfoa_and_its_ammonium_salt_share_a_parent() -> None:
    salt, acid = record(APFO), record(PFOA)
    assert salt.inchikey != acid.inchikey
    assert salt.parent.inchikey == acid.inchikey
    assert [note.code for note in salt.parent.notes] == ["parent_fragments_removed", "parent_neutralised"]


@pytest.mark.parametrize(
    ("smiles", "metal"),
    [
        pytest.param("CC(=O)[O-].CC(=O)[O-].[Pb+2]", "Pb", id="lead acetate"),
        pytest.param("CCCC[Sn](CCCC)(OC(=O)CCCCCCCCCCC)OC(=O)CCCCCCCCCCC", "Sn", id="dibutyltin dilaurate"),
        pytest.param("[Na+].[Na+].[O-][Cr](=O)(=O)[O-]", "Cr", id="sodium chromate"),
        pytest.param("[Cr]", "Cr", id="chromium"),
        pytest.param("[Na]OC(C)=O", "Na", id="sodium drawn with a bond"),
        pytest.param("[Li+].CC(=O)[O-]", "Li", id="lithium is not harmless"),
        pytest.param("C[As](=O)(O)O", "As", id="arsenic"),
    ],
)
def test_metals_are_never_taken_apart(smiles: str, metal: str) -> None:
    found = record(smiles)
    assert found.parent.smiles is None
    assert [note.message for note in found.parent.notes] == [f"Contains {metal}: compared by group and element only."]
    assert metal in found.formula


@pytest.mark.parametrize(
    ("smiles", "parent"),
    [
        pytest.param("[Na+].CC(=O)[O-]", "CC(=O)O", id="sodium salt"),
        pytest.param("CCN.Cl", "CCN", id="hydrochloride"),
        pytest.param("CC[NH3+].[Cl-].O", "CCN", id="chloride hydrate"),
        pytest.param("C[N+](C)(C)C.[Cl-]", "C[N+](C)(C)C", id="quaternary ammonium keeps its charge"),
        pytest.param("[Ca+2].CCCC(=O)[O-].CCCC(=O)[O-]", "CCCC(=O)O", id="two of the same"),
        pytest.param("C[Si](C)(C)O[Si](C)(C)C", "C[Si](C)(C)O[Si](C)(C)C", id="silicon is no metal"),
        pytest.param("O", None, id="water itself"),
        pytest.param("[Na+].[C-]#N", None, id="cyanide"),
        pytest.param("CCO.CCCO", None, id="mixture"),
        pytest.param("C[N+](C)(C)C.[Br-]", None, id="bromide is not harmless"),
    ],
)
def test_a_parent_is_what_remains_without_harmless_parts(smiles: str, parent: str | None) -> None:
    assert record(smiles).parent.smiles == parent


def test_the_closed_list_is_written_in_standard_form() -> None:
    assert [Chem.MolToSmiles(Chem.MolFromSmiles(smiles)) for smiles in HARMLESS] == list(HARMLESS)


@pytest.mark.parametrize(
    ("smiles", "codes"),
    [
        (BPA, []),
        ("CC(O)Cl", ["undefined_stereo"]),
        ("CC=CC", ["undefined_stereo"]),
        ("CC(=O)[O-]", ["charged"]),
        ("[Na]OC(C)=O", ["metal_bonded", "metal"]),
        ("C[CH2]", ["radical"]),
        ("[13CH4]", ["isotopes"]),
        ("CCO.CCN", ["several_fragments"]),
        ("O", ["no_carbon"]),
    ],
)
def test_a_curator_is_told_what_to_look_at(smiles: str, codes: list[str]) -> None:
    assert [issue.note.code for issue in structure_issues(standardise(smiles, "smiles")[1])] == codes


def sample() -> list[str]:
    """SMILES to take there and back: 300 of the reference table where it is at hand, else a few made by hand."""
    folder = os.environ.get("BENIGNA_REFERENCE_DATA")
    if not folder:
        return [BPA, PFOA, APFO, "CN1SC=CC1=O", "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1", "[Na+].[O-]c1ccccc1"]
    with (Path(folder) / "structures" / "cas_smiles.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row["smiles"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [smiles for smiles in rows[:: len(rows) // 300] if "*" not in smiles and " " not in smiles]


def test_structures_go_to_standard_form_and_inchi_and_back_with_one_inchikey() -> None:
    smiles = sample()
    differing = []
    for text in smiles:
        first = standardise(text, "smiles", max_atoms=999)[0]
        again = standardise(first.smiles, "smiles", max_atoms=999)[0]
        oracle = rdinchi.MolToInchiKey(Chem.MolFromSmiles(text))
        if not first.inchikey == again.inchikey == oracle:
            differing.append(text)
    assert differing == []


def test_most_inchis_are_read_back_and_none_as_something_else() -> None:
    read, total = 0, 0
    for text in sample():
        first = standardise(text, "smiles", max_atoms=999)[0]
        total += 1
        try:
            read += standardise(first.inchi or "", "inchi", max_atoms=999)[0].inchikey == first.inchikey
        except StructureRefused as refusal:
            read += refusal.code not in ("inchi_differs", "unreadable")
    assert read >= 0.98 * total
