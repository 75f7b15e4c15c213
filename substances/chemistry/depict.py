"""Drawings of molecules as SVG that a strict Content-Security-Policy allows. Needs RDKit for coordinates only.

Bonds and labels carry classes (`b` bond, `t` text and filled shapes, `hl` shared part, `a-o` … the atom's colour) and
presentation attributes; nothing has a `style`, a script or a font file, and everything is in `currentColor`, so pages
colour it in light and dark. `rdkit.Chem.Draw` is not used: it needs X libraries that a bare system lacks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from xml.sax.saxutils import escape, quoteattr

from rdkit import Chem
from rdkit.Chem import rdDepictor

from .depict_bonds import Stroke, bond_strokes
from .depict_labels import FONT_FAMILY, Label, label_of
from .geometry import Box, Point

FRAME = (260.0, 170.0)
LARGEST_BOND, USUAL_BOND = 34.0, 30.0
MARGIN = 10.0
_RDKIT_BOND = 1.5
_FONT_PER_BOND = 0.44
_BAND_PER_BOND = 0.42


def depict(
    mol: Chem.Mol,
    *,
    label: str,
    highlight_atoms: Collection[int] = (),
    highlight_bonds: Collection[int] | None = None,
    flat: Chem.Mol | None = None,
) -> str:
    """An SVG drawing of a sanitised molecule.

    The frame is 260 by 170 and grows in proportion where the molecule is larger.

    Args:
        mol: any number of atoms and fragments; not changed.
        label: what the picture shows, for people who do not see it.
        highlight_atoms: indices of atoms to put a marker band under.
        highlight_bonds: indices of bonds to mark; by default those between marked atoms.
        flat: `laid_out(mol)`, where it is at hand.
    """
    drawn = laid_out(mol) if flat is None else flat
    atoms = list(highlight_atoms)
    bonds = list(highlight_bonds) if highlight_bonds is not None else _bonds_between(mol, set(atoms))
    points, bond_length = _scaled(drawn)
    labels = _labels(drawn, points, bond_length * _FONT_PER_BOND)
    strokes = bond_strokes(drawn, points, labels, bond_length)
    band = _band(drawn, points, atoms, bonds, bond_length * _BAND_PER_BOND)
    view = _view(points, labels)
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mol" viewBox="{view}" role="img"',
            f' aria-label={quoteattr(_printable(label))} fill="none" stroke-linecap="round" stroke-linejoin="round">',
            band,
            *_paths(strokes),
            *_texts(labels),
            "</svg>",
        ]
    )


def laid_out(mol: Chem.Mol) -> Chem.Mol:
    """A copy with double bonds in rings written out, flat coordinates and wedges."""
    drawn = Chem.Mol(mol)
    Chem.Kekulize(drawn, clearAromaticFlags=True)
    rdDepictor.Compute2DCoords(drawn, canonOrient=True, useRingTemplates=True)
    if drawn.GetNumBonds():
        rdDepictor.StraightenDepiction(drawn, minimizeRotation=True)
        Chem.WedgeMolBonds(drawn, drawn.GetConformer())
    return drawn


def _bonds_between(mol: Chem.Mol, atoms: set[int]) -> list[int]:
    return [b.GetIdx() for b in mol.GetBonds() if b.GetBeginAtomIdx() in atoms and b.GetEndAtomIdx() in atoms]


def _scaled(mol: Chem.Mol) -> tuple[list[Point], float]:
    """Positions in the frame's units with y downward, and the length of a usual bond."""
    conformer = mol.GetConformer()
    raw = [conformer.GetAtomPosition(i) for i in range(mol.GetNumAtoms())]
    flat = [Point(p.x, -p.y) for p in raw]
    width, height = _extent(flat)
    room_x, room_y = FRAME[0] - 5 * MARGIN, FRAME[1] - 5 * MARGIN
    fit = min(room_x / max(width, 0.1), room_y / max(height, 0.1)) * _RDKIT_BOND
    bond_length = min(LARGEST_BOND, max(fit, USUAL_BOND))
    scale = bond_length / _RDKIT_BOND
    return [Point(p.x * scale, p.y * scale) for p in flat], bond_length


def _extent(points: Sequence[Point]) -> tuple[float, float]:
    xs, ys = [p.x for p in points], [p.y for p in points]
    return max(xs) - min(xs), max(ys) - min(ys)


def _labels(mol: Chem.Mol, points: Sequence[Point], font: float) -> list[Label | None]:
    sizes = {atom: len(fragment) for fragment in Chem.GetMolFrags(mol) for atom in fragment}
    return [label_of(atom, points, font, alone=sizes[atom.GetIdx()] <= 2) for atom in mol.GetAtoms()]


def _view(points: Sequence[Point], labels: Sequence[Label | None]) -> str:
    """The viewBox: around everything, never smaller than the frame, always in its proportion."""
    boxes = [box for label in labels if label for box in label.boxes] + [Box.around(p) for p in points]
    left, top = min(b.left for b in boxes) - MARGIN, min(b.top for b in boxes) - MARGIN
    width = max(b.right for b in boxes) + MARGIN - left
    height = max(b.bottom for b in boxes) + MARGIN - top
    grown = max(1.0, width / FRAME[0], height / FRAME[1])
    full_width, full_height = FRAME[0] * grown, FRAME[1] * grown
    left, top = left - (full_width - width) / 2, top - (full_height - height) / 2
    return f"{left:.1f} {top:.1f} {full_width:.1f} {full_height:.1f}"


def _band(mol: Chem.Mol, points: Sequence[Point], atoms: Collection[int], bonds: Collection[int], width: float) -> str:
    """The marker band: one path under everything else."""
    pieces, covered = [], set()
    for index in bonds:
        bond = mol.GetBondWithIdx(index)
        a, b = points[bond.GetBeginAtomIdx()], points[bond.GetEndAtomIdx()]
        covered |= {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()}
        pieces.append(f"M{a}L{b}")
    pieces += [f"M{points[i]}h.01" for i in sorted(set(atoms) - covered)]
    if not pieces:
        return ""
    return f'<path class="hl" stroke="#bfe3e2" stroke-width="{width:.1f}" d="{"".join(pieces)}"/>'


def _paths(strokes: Sequence[Stroke]) -> list[str]:
    """One path for all lines, and one for all filled shapes, of a colour."""
    collected: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for stroke in strokes:
        collected[stroke.filled, stroke.atom_class].append(stroke.path)
    lines = 'stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke"'
    return [
        f'<path class="t {atom_class}" fill="currentColor" d="{"".join(parts)}"/>'
        if filled
        else f'<path class="b {atom_class}" {lines} d="{"".join(parts)}"/>'
        for (filled, atom_class), parts in sorted(collected.items())
    ]


def _texts(labels: Sequence[Label | None]) -> list[str]:
    present = [label for label in labels if label]
    if not present:
        return []
    body = "".join(label.svg for label in present)
    return [f'<g font-family="{escape(FONT_FAMILY)}" fill="currentColor">{body}</g>']


def _printable(text: str) -> str:
    """The text without characters that XML forbids."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and not "\ud800" <= char <= "\udfff"))
