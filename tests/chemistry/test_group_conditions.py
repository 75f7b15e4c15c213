"""Conditions of group rules that no pattern can say, and what a law exempts."""

import pytest
from rdkit import Chem

from substances.chemistry.groups import GroupRule, check_rule, match_group

PERFLUORINATED = "[CX4;!R;H0;$(C(F)F),$(C(F)(C(F)F)C(F)F)]"
LINEAR_C10_TO_13: GroupRule = {
    "only_elements": ["C", "Cl"],
    "chains": [{"atoms": "[CX4;!R]", "length": [10, 13], "branched": False}],
}
ACIDS_C8: GroupRule = {
    "chains": [{"atoms": PERFLUORINATED, "start": "[$([CX3](=O)[OX2H,OX1-])]", "size": [7, 7], "attachments": [1, 1]}]
}
BUTYL_OR_LONGER: GroupRule = {
    "chains": [{"atoms": "[CX4;!R]", "start": "c1ccccc1C(=O)[OX2]", "length": [4, None], "every": True}]
}


@pytest.mark.parametrize(
    ("rule", "smiles", "member"),
    [
        pytest.param(LINEAR_C10_TO_13, "C" * 9 + "CCl", True, id="ten"),
        pytest.param(LINEAR_C10_TO_13, "C" * 12 + "CCl", True, id="thirteen"),
        pytest.param(LINEAR_C10_TO_13, "C" * 8 + "CCl", False, id="nine"),
        pytest.param(LINEAR_C10_TO_13, "C" * 13 + "CCl", False, id="fourteen"),
        pytest.param(LINEAR_C10_TO_13, "CC(C)CCCCCCCCCCl", False, id="branched"),
        pytest.param(LINEAR_C10_TO_13, "C1CCCCCCCCCC1Cl", False, id="a ring is no chain"),
        pytest.param(ACIDS_C8, "OC(=O)" + "C(F)(F)" * 6 + "C(F)(F)F", True, id="PFOA"),
        pytest.param(ACIDS_C8, "[NH4+].[O-]C(=O)" + "C(F)(F)" * 6 + "C(F)(F)F", True, id="its salt"),
        pytest.param(ACIDS_C8, "OC(=O)" + "C(F)(F)" * 4 + "C(F)(C(F)(F)F)C(F)(F)F", True, id="a branched isomer"),
        pytest.param(ACIDS_C8, "OC(=O)" + "C(F)(F)" * 7 + "C(F)(F)F", False, id="PFNA"),
        pytest.param(ACIDS_C8, "OC(=O)" + "C(F)(F)" * 6 + "C(F)(F)Cl", False, id="chlorine at the end"),
        pytest.param(ACIDS_C8, "OC(=O)" + "C(F)(F)" * 7 + "C(O)=O", False, id="two ends that are bound"),
        pytest.param(BUTYL_OR_LONGER, "CCCCOC(=O)c1ccccc1C(=O)OCCCC", True, id="dibutyl phthalate"),
        pytest.param(BUTYL_OR_LONGER, "CCCCOC(=O)c1ccccc1C(=O)OCC", False, id="one of the two is shorter"),
        pytest.param({"element_counts": {"Cl": [2, 3]}}, "ClCCl", True, id="two of two"),
        pytest.param({"element_counts": {"Cl": [2, 3]}}, "ClC(Cl)(Cl)Cl", False, id="four of three"),
        pytest.param({"element_counts": {"C": [0, 0]}}, "O", True, id="none at all"),
        pytest.param({"mass_percent": {"Cl": [89.0, 89.2]}}, "ClC(Cl)Cl", True, id="chloroform, 89.1 %"),
        pytest.param({"mass_percent": {"Cl": [90, None]}}, "ClC(Cl)Cl", False, id="not 90 %"),
        pytest.param({"in_one_part": True, "only_elements": ["C", "O"]}, "[Na+].CC(=O)[O-]", True, id="a part fits"),
        pytest.param({"in_one_part": True, "elements": ["C", "Na"]}, "[Na+].CC(=O)[O-]", False, id="no part has both"),
        pytest.param({"alternatives": [{"elements": ["F"]}, {"elements": ["Cl"]}]}, "CCl", True, id="one of two"),
        pytest.param({"alternatives": [{"elements": ["F"]}, {"elements": ["Cl"]}]}, "CBr", False, id="none of two"),
    ],
)
def test_a_condition_decides_who_is_a_member(rule: GroupRule, smiles: str, member: bool) -> None:
    assert match_group(Chem.MolFromSmiles(smiles), rule).member is member


def test_the_atoms_of_a_part_are_counted_in_the_whole() -> None:
    rule: GroupRule = {"in_one_part": True, "all_of": ["C(=O)[O-]"]}
    assert match_group(Chem.MolFromSmiles("[Na+].CC(=O)[O-]"), rule).atoms == (2, 3, 4)


@pytest.mark.parametrize(
    ("exemption", "smiles", "member", "exempt"),
    [
        pytest.param({"smiles": "Oc1ccccc1"}, "Oc1ccccc1", False, (0,), id="this structure"),
        pytest.param({"smiles": "Oc1ccccc1"}, "Cc1ccc(O)cc1", True, (), id="and no other"),
        pytest.param({"smiles": "C[C@H](O)c1ccccc1O"}, "C[C@@H](O)c1ccccc1O", False, (0,), id="however its atoms turn"),
        pytest.param({"smarts": "cCl"}, "Oc1ccc(Cl)cc1", False, (0,), id="a pattern"),
        pytest.param({"smarts": "cCl", "on": "a-list"}, "Oc1ccc(Cl)cc1", True, (0,), id="by one list only"),
        pytest.param({"each": "[CX4]", "is_": "[CH3]"}, "Cc1cc(C)ccc1O", False, (0,), id="each of them"),
        pytest.param({"each": "[CX4]", "is_": "[CH3]"}, "CCc1cc(C)ccc1O", True, (), id="not each of them"),
        pytest.param({"each": "[CX4]", "is_": "[CH3]"}, "Oc1ccccc1", True, (), id="none there"),
    ],
)
def test_what_a_law_leaves_out_is_told(exemption: dict, smiles: str, member: bool, exempt: tuple[int, ...]) -> None:  # type: ignore[type-arg]  # YAML
    answer = match_group(Chem.MolFromSmiles(smiles), {"all_of": ["[OX2H]c"], "exempt": [exemption]})  # type: ignore[list-item]  # YAML
    assert (answer.member, answer.exempt) == (member, exempt)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"exempt": [{"smiles": "C", "smarts": "C", "reason": "x"}]}, "has one of smiles, smarts"),
        ({"exempt": [{"each": "C", "reason": "x"}]}, "each with is_"),
        ({"exempt": [{"smarts": "C"}]}, "says why"),
        ({"exempt": [{"smiles": "C1", "reason": "x"}]}, "C1"),
        ({"chains": [{"atoms": "[#6", "length": [1, 2]}]}, "cannot be read"),
        ({"element_counts": {"C": [1]}}, "a range is"),
        ({"alternatives": [{"elements": ["Xx"]}]}, "unknown element Xx"),
    ],
)
def test_an_author_is_told_what_is_wrong_with_a_condition(rule: GroupRule, words: str) -> None:
    assert words in " ".join(check_rule(rule))
