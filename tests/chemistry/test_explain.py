"""What two molecules share, drawn alike, and what one has in place of the other's."""

from __future__ import annotations

import pytest
from rdkit import Chem

from substances.chemistry import explain
from substances.chemistry.explain import CommonPartTooHard, common_part, laid_out_alike
from substances.chemistry.explain_operations import compare, share
from substances.chemistry.fragment_words import fragment_of

BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
BPS = "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1"


def differences(first: str, second: str) -> list[tuple[str, str]]:
    found = common_part(Chem.MolFromSmiles(first), Chem.MolFromSmiles(second)).differences
    return [(one.first.text if one.first else "", one.second.text if one.second else "") for one in found]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        pytest.param(BPA, BPS, [("C(CH₃)₂", "SO₂")], id="bisphenols A and S"),
        pytest.param("Oc1ccccc1", "Nc1ccccc1", [("OH", "NH₂")], id="phenol and aniline"),
        pytest.param("c1ccccc1", "Cc1ccccc1", [("", "CH₃")], id="benzene and toluene"),
        pytest.param("O=[N+]([O-])c1ccc(Cl)cc1", "Nc1ccc(Cl)cc1", [("NO₂", "NH₂")], id="a nitro group"),
        pytest.param("OC(=O)c1ccccc1", "c1ccccc1", [("COOH", "")], id="an acid"),
        pytest.param("c1ccc(Oc2ccccc2)cc1", "c1ccc(CCc2ccccc2)cc1", [("O", "CH₂CH₂")], id="what stands between rings"),
        pytest.param("CCO", "CCO", [], id="the same"),
        pytest.param("C[C@H](F)Cl", "C[C@@H](F)Cl", [], id="but for stereochemistry"),
        pytest.param("C12C3C4C1C5C2C3C45", "C12C3C4C1C5C2C3C45", [], id="a cage and itself"),
    ],
)
def test_what_differs_is_told_in_a_chemists_shorthand(first: str, second: str, told: list[tuple[str, str]]) -> None:
    assert differences(first, second) == told


def test_what_is_common_may_be_in_pieces() -> None:
    common = common_part(Chem.MolFromSmiles(BPA), Chem.MolFromSmiles(BPS))
    assert (len(common.pairs), common.pieces, common.first_piece) == (14, 2, 7)


def test_an_aromatic_ring_is_not_a_saturated_one() -> None:
    first, second = Chem.MolFromSmiles("OC(=O)c1ccccc1"), Chem.MolFromSmiles("OC(=O)C1CCCCC1")
    (only,) = common_part(first, second).differences
    assert only.first is not None
    assert only.second is not None
    assert [(one.text, one.ring) for one in (only.first, only.second)] == [("C₆H₅", "aromatic"), ("C₆H₁₁", "ring")]


def test_every_pair_is_of_one_element_and_every_bond_of_one_kind() -> None:
    first, second = (
        Chem.MolFromSmiles("CCCCC(CC)COC(=O)c1ccccc1C(=O)OCC(CC)CCCC"),
        Chem.MolFromSmiles("CCOC(=O)c1ccccc1"),
    )
    common = common_part(first, second)
    assert all(first.GetAtomWithIdx(a).GetSymbol() == second.GetAtomWithIdx(b).GetSymbol() for a, b in common.pairs)
    assert all(first.GetBondWithIdx(a).GetBondType() == second.GetBondWithIdx(b).GetBondType() for a, b in common.bonds)
    assert len(dict(common.pairs)) == len({b for _, b in common.pairs}) == len(common.pairs)


def test_what_is_common_lies_alike() -> None:
    first, second = Chem.MolFromSmiles("Oc1ccccc1"), Chem.MolFromSmiles("CCNc1ccccc1")
    common = common_part(first, second)
    flat_first, flat_second = laid_out_alike(first, second, common.pairs)
    for a, b in common.pairs:
        here, there = flat_first.GetConformer().GetAtomPosition(a), flat_second.GetConformer().GetAtomPosition(b)
        assert (here - there).Length() == pytest.approx(0, abs=0.05)


def test_a_molecule_too_large_to_look_into_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "MAX_HEAVY_ATOMS", 10)
    with pytest.raises(CommonPartTooHard):
        common_part(Chem.MolFromSmiles(BPA), Chem.MolFromSmiles(BPS))
    assert share(BPA, BPS, ["", ""]) == {"computed": False}


def test_scores_and_elements_are_those_of_the_two() -> None:
    answer = compare(BPA, BPA)
    assert {shared == united for shared, united in answer["scores"].values()} == {True}
    assert compare(BPA, BPS)["elements"] == {"C": [15, 12], "H": [16, 10], "O": [2, 4], "S": [0, 1]}


@pytest.mark.parametrize(
    ("smiles", "atoms", "text"),
    [
        ("CCOCCO", [1, 2, 3, 4, 5], "CH₂OCH₂CH₂OH"),
        ("CC(C)(C)C", [1, 2, 3, 4], "C(CH₃)₃"),
        ("OC(F)(F)F", [1, 2, 3, 4], "CF₃"),
        ("CCCl", [1, 2], "CH₂Cl"),
        ("C[N+](C)(C)C", [1, 2, 3, 4], "N+(CH₃)₃"),
    ],
)
def test_a_part_is_written_as_chemists_do(smiles: str, atoms: list[int], text: str) -> None:
    assert fragment_of(Chem.MolFromSmiles(smiles), atoms).text == text
