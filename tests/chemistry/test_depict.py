"""Drawings as SVG."""

import math
import re
from xml.etree import ElementTree as ET

import pytest
from rdkit import Chem

from substances.chemistry.depict import depict

SVG = "{http://www.w3.org/2000/svg}"
MOLECULES = [
    "O",
    "Cl",
    "[Cr]",
    "[Na+].[Cl-]",
    "C",
    "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1",
    "C[C@H](N)C(=O)O",
    "F/C=C/F",
    "CC#N",
    "C=C=C",
    "[13CH3][N-][N+]#N",
    "c1ccc2c(c1)cc1ccc3cccc4ccc2c1c34",
    "[NH3]->[Pt](<-[NH3])(Cl)Cl",
    "[CH3]",
    "C" * 100,
]


def parsed(smiles: str, **options: object) -> ET.Element:
    return ET.fromstring(depict(Chem.MolFromSmiles(smiles), label="a molecule", **options))  # type: ignore[arg-type]  # S314 as well: our own text


def texts(smiles: str) -> list[str]:
    return ["".join(element.itertext()) for element in parsed(smiles).iter(f"{SVG}text")]


@pytest.mark.parametrize("smiles", MOLECULES)
def test_a_drawing_holds_under_a_strict_policy(smiles: str) -> None:
    root = parsed(smiles)
    assert (root.get("role"), root.get("aria-label")) == ("img", "a molecule")
    for element in root.iter():
        assert element.get("style") is None
        assert element.tag in {SVG + tag for tag in ("svg", "g", "path", "text", "tspan")}


@pytest.mark.parametrize("smiles", MOLECULES)
def test_everything_lies_within_the_frame(smiles: str) -> None:
    root = parsed(smiles)
    left, top, width, height = (float(part) for part in str(root.get("viewBox")).split())
    assert width >= 260
    assert width / height == pytest.approx(260 / 170, rel=0.01)
    for path in root.iter(f"{SVG}path"):
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", str(path.get("d"))):
            assert left <= float(x) <= left + width
            assert top <= float(y) <= top + height


@pytest.mark.parametrize(
    ("smiles", "labels"),
    [
        ("O", ["H2O"]),
        ("Cl", ["HCl"]),
        ("C", ["CH4"]),
        ("[Cr]", ["Cr"]),
        ("[Pb+2]", ["Pb2+"]),
        ("[NH4+]", ["NH4+"]),
        ("[2H]O[2H]", ["D", "D", "O"]),
        ("CCC", []),
        ("c1ccccc1O", ["OH"]),
        ("[13CH3]CC", ["H313C"]),
        ("CC[O-]", ["O−"]),
    ],
)
def test_labels_say_element_hydrogens_charge_and_isotope(smiles: str, labels: list[str]) -> None:
    turned = {"HO": "OH", "13CH3": "H313C"}
    assert sorted(turned.get(text, text) for text in texts(smiles)) == labels


def test_atoms_carry_the_class_of_their_colour() -> None:
    classes = {str(e.get("class")) for e in parsed("OC(=O)CC(N)CSC(F)C(Cl)Br").iter() if e.get("class")}
    assert {"b a-c", "t a-o", "t a-n", "t a-s", "t a-f", "t a-x", "t a-br"} <= classes


def test_a_benzene_ring_has_nine_lines() -> None:
    (path,) = parsed("c1ccccc1").iter(f"{SVG}path")
    assert str(path.get("d")).count("M") == 9


def ends(smiles: str) -> list[tuple[float, float]]:
    """Both ends of every line, in drawing order."""
    paths = [str(path.get("d")) for path in parsed(smiles).iter(f"{SVG}path")]
    return [(float(x), float(y)) for path in paths for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def test_the_second_lines_of_a_ring_lie_inside_it() -> None:
    points = ends("c1ccccc1")
    corners = sorted(set(points), key=points.count)[-6:]
    middle = (sum(x for x, _ in corners) / 6, sum(y for _, y in corners) / 6)
    radius = max(math.dist(middle, corner) for corner in corners)
    assert max(math.dist(middle, point) for point in points) <= radius + 0.1


def test_bonds_end_before_the_labels() -> None:
    assert math.dist(*ends("[H][H]")) < math.dist(*ends("CCC")[:2]) * 0.75


def test_a_wedge_is_filled_and_its_mirror_image_is_dashed() -> None:
    filled = [e.get("class") for s in ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O") for e in parsed(s).iter(f"{SVG}path")]
    assert sum(str(css).startswith("t ") for css in filled) == 1


def test_marked_atoms_lie_on_one_band_under_the_bonds() -> None:
    first = next(iter(parsed("CCO", highlight_atoms=[1, 2]).iter(f"{SVG}path")))
    assert (first.get("class"), str(first.get("d")).count("M")) == ("hl", 1)


def test_a_marked_atom_alone_is_a_dot() -> None:
    first = next(iter(parsed("CCO", highlight_atoms=[1]).iter(f"{SVG}path")))
    assert str(first.get("d")).endswith("h.01")


def test_the_label_cannot_leave_its_attribute() -> None:
    svg = depict(Chem.MolFromSmiles("C"), label='"><script>alert(1)</script>\x00')
    assert "<script>" not in svg
    assert ET.fromstring(svg).get("aria-label") == '"><script>alert(1)</script>'


def test_drawing_leaves_the_molecule_as_it_was() -> None:
    mol = Chem.MolFromSmiles("c1ccccc1[C@H](N)O")
    before = Chem.MolToSmiles(mol)
    depict(mol, label="")
    assert (Chem.MolToSmiles(mol), mol.GetNumConformers()) == (before, 0)
