"""What a search text could be."""

import pytest

from substances.chemistry.formats import readings, smiles_error


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("80-05-7", ["cas_rn"]),
        ("201-245-8", ["ec_number"]),
        ("IISBACLAFKSPIT-UHFFFAOYSA-N", ["inchikey"]),
        ("InChI=1S/CH4/h1H4", ["inchi"]),
        ("c1ccccc1O", ["smiles"]),
        ("C6H6", ["formula"]),
        ("bisphenol A", ["name"]),
        ("BPA", ["name"]),
        ("Co", ["formula", "name"]),
        ("CCO", ["smiles", "name"]),
        ("CO", ["smiles", "formula", "name"]),
        ("", []),
    ],
)
def test_a_text_gets_every_reading_it_can_have(text: str, formats: list[str]) -> None:
    assert [reading.format for reading in readings(text)] == formats


def test_methanol_and_carbon_monoxide_are_both_told() -> None:
    found = readings("CO")
    assert [reading.format for reading in found] == ["smiles", "formula", "name"]
    assert found[0].meaning.message.startswith("a structure, written as SMILES")
    assert found[1].meaning.message == "a molecular formula: 1 C, 1 O"


def test_an_abbreviation_that_is_also_smiles_keeps_its_reading_as_a_name() -> None:
    assert [reading.format for reading in readings("SCCP")] == ["smiles", "name"]


def test_a_broken_structure_is_not_mistaken_for_a_name() -> None:
    error = smiles_error("CC(=O")
    assert error is not None
    assert error.code == "branch_unclosed"
    assert smiles_error("bisphenol A") is None


@pytest.mark.parametrize(
    ("text", "position"),
    [
        pytest.param("c1ccccc", 2, id="ring never closed"),
        pytest.param("CCО", 3, id="Cyrillic letter in a structure"),
    ],
)
def test_a_text_meant_as_structure_says_which_character_is_wrong(text: str, position: int) -> None:
    error = smiles_error(text)
    assert error is not None
    assert error.position == position


@pytest.mark.parametrize("name", ["Соль", "PCB153", "Tc99", "4,4′-oxydianiline"])
def test_a_name_is_not_taken_for_a_broken_structure(name: str) -> None:
    assert smiles_error(name) is None
