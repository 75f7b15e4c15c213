"""Group rules as data."""

import pytest
from rdkit import Chem

from substances.chemistry.groups import GroupRule, check_rule, match_group

BISPHENOLS: GroupRule = {"min_counts": {"[OX2H]-c1ccc(-[C,S])cc1": 2}, "none_of": ["[#9]"], "max_heavy_atoms": 40}
PFAS: GroupRule = {"any_of": ["[CX4](F)(F)F", "[CX4](F)(F)([!#1])[!#1]"], "elements": ["F"]}


@pytest.mark.parametrize(
    ("rule", "smiles", "member"),
    [
        pytest.param(BISPHENOLS, "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", True, id="bisphenol A"),
        pytest.param(BISPHENOLS, "O=S(=O)(c1ccc(O)cc1)c1ccc(O)cc1", True, id="bisphenol S"),
        pytest.param(BISPHENOLS, "Cc1ccc(O)cc1", False, id="one phenol is not enough"),
        pytest.param(BISPHENOLS, "FC(F)(F)C(c1ccc(O)cc1)(c1ccc(O)cc1)C(F)(F)F", False, id="excluded element"),
        pytest.param(PFAS, "OC(=O)C(F)(F)F", True, id="trifluoroacetic acid"),
        pytest.param(PFAS, "Fc1ccccc1", False, id="fluorobenzene"),
        pytest.param({"only_elements": ["C"]}, "CCC", True, id="hydrogen is always allowed"),
        pytest.param({"only_elements": ["C"]}, "CCO", False, id="another element"),
        pytest.param({"max_counts": {"[OX2H]": 1}}, "OCCO", False, id="too many"),
        pytest.param({"max_counts": {"[OX2H]": 2}}, "OCCO", True, id="just as many"),
        pytest.param({"min_heavy_atoms": 3}, "CC", False, id="too small"),
        pytest.param({"all_of": ["[OH]", "N"]}, "OCC", False, id="one of two missing"),
        pytest.param({"all_of": ["[OH]", "N"]}, "OCCN", True, id="both"),
    ],
)
def test_a_rule_decides_who_is_a_member(rule: GroupRule, smiles: str, member: bool) -> None:
    assert match_group(Chem.MolFromSmiles(smiles), rule).member is member


def test_a_member_shows_the_atoms_that_make_it_one() -> None:
    assert match_group(Chem.MolFromSmiles("CCO"), {"all_of": ["CO"]}).atoms == (1, 2)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"all_of": ["OC1=CC=CC=C1"]}, "aromatic rings are missed"),
        ({"all_of": ["[#6"]}, "cannot be read"),
        ({"elements": ["Xx"]}, "unknown element Xx"),
        ({"smarts": "C"}, "not smarts"),
        ({}, "nothing at all"),
    ],
)
def test_an_author_is_told_what_is_wrong_with_a_rule(rule: GroupRule, words: str) -> None:
    assert words in " ".join(check_rule(rule))


@pytest.mark.parametrize("rule", [BISPHENOLS, PFAS, {"all_of": ["C1=CCCCC1"]}, {"all_of": ["O=C1C=CC(=O)C=C1"]}])
def test_a_sound_rule_has_no_problems(rule: GroupRule) -> None:
    assert check_rule(rule) == ()
