"""Atom labels of drawings: which atoms carry one, what it says, where its parts stand. Needs RDKit."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from rdkit import Chem

from .elements import NON_METALS
from .geometry import Box, Point

FONT_FAMILY = "Arial, Helvetica, Liberation Sans, sans-serif"
_CAP_HEIGHT = 0.72  # of the font size
_SMALL = 0.72  # size of indices and charges
# Advance widths in thousandths of the font size, as in Helvetica and the fonts made to its measure.
_WIDTHS = {"I": 278, "l": 222, "i": 222, "f": 278, "t": 278, "r": 333, "s": 500, "c": 500, "k": 500, "M": 833}
_WIDTHS |= {"C": 722, "H": 722, "N": 722, "O": 778, "S": 667, "P": 667, "F": 611, "B": 667, "D": 722, "T": 611}
_WIDTHS |= {"+": 584, "−": 584, "•": 350, "m": 833, "W": 944}
_CLASSES = {"O": "a-o", "N": "a-n", "S": "a-s", "Cl": "a-x", "F": "a-f", "Br": "a-br"}
_HYDROGEN_ISOTOPES = {2: "D", 3: "T"}


@dataclasses.dataclass(frozen=True, slots=True)
class Label:
    """The label of one atom: its SVG, and the boxes that bonds must not enter."""

    svg: str
    boxes: tuple[Box, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Run:
    """Letters of one size; `shift` moves the baseline down, in parts of the font size."""

    text: str
    size: float = 1.0
    shift: float = 0.0

    @property
    def width(self) -> float:
        return sum(_WIDTHS.get(char, 600) for char in self.text) / 1000 * self.size


def atom_class(atom: Chem.Atom) -> str:
    """The class that colours an atom and its halves of bonds."""
    return _CLASSES.get(atom.GetSymbol(), "a-c")


def label_of(atom: Chem.Atom, points: Sequence[Point], font: float, *, alone: bool) -> Label | None:
    """The label of an atom, or None for a carbon that is a plain corner.

    Args:
        atom: of a molecule with explicit valences.
        points: where each atom of the molecule stands.
        font: size of letters.
        alone: whether the atom stands in a fragment of one or two atoms, where carbons are spelt out.
    """
    if _is_corner(atom) and not alone:
        return None
    place = points[atom.GetIdx()]
    before, symbol, after = _isotope(atom), _symbol(atom), _charge(atom)
    hydrogens = _hydrogens(atom)
    side = _free_side(atom, points) if hydrogens else "right"
    runs = [*before, symbol, *after]
    if side == "right":
        runs = [*before, symbol, *hydrogens, *after]
    elif side == "left":
        runs = [*hydrogens, *before, symbol, *after]
    css = f"t {atom_class(atom)}"
    left = place.x - font * (symbol.width / 2 + sum(run.width for run in runs[: runs.index(symbol)]))
    parts = [_line(runs, runs.index(symbol), place, font, css)]
    boxes = _boxes(runs, left, place.y, font)
    if side in ("above", "below") and hydrogens:
        height = place.y + font * (0.95 if side == "below" else -0.95)
        parts.append(_line(hydrogens, 0, Point(place.x, height), font, css))
        start = place.x - font * hydrogens[0].width / 2
        boxes += _boxes(hydrogens, start, height, font)
    return Label("".join(parts), tuple(boxes))


def _is_corner(atom: Chem.Atom) -> bool:
    return (
        atom.GetAtomicNum() == 6
        and atom.GetDegree() > 0
        and not atom.GetFormalCharge()
        and not atom.GetIsotope()
        and not atom.GetNumRadicalElectrons()
    )


def _symbol(atom: Chem.Atom) -> _Run:
    if atom.GetAtomicNum() == 1:
        return _Run(_HYDROGEN_ISOTOPES.get(atom.GetIsotope(), "H"))
    return _Run(atom.GetSymbol())


def _isotope(atom: Chem.Atom) -> list[_Run]:
    if not atom.GetIsotope() or (atom.GetAtomicNum() == 1 and atom.GetIsotope() in _HYDROGEN_ISOTOPES):
        return []
    return [_Run(str(atom.GetIsotope()), _SMALL, -0.36)]


def _hydrogens(atom: Chem.Atom) -> list[_Run]:
    count = atom.GetTotalNumHs()
    if not count:
        return []
    return [_Run("H")] + ([_Run(str(count), _SMALL, 0.2)] if count > 1 else [])


def _charge(atom: Chem.Atom) -> list[_Run]:
    charge = atom.GetFormalCharge()
    lone = atom.GetNumRadicalElectrons() if atom.GetSymbol() in NON_METALS else 0  # says nothing of a metal ion
    dots = "•" * min(lone, 3)
    size = str(abs(charge)) if abs(charge) > 1 else ""
    text = dots + size + ("+" if charge > 0 else "−" if charge < 0 else "")
    return [_Run(text, _SMALL, -0.36)] if text else []


def _free_side(atom: Chem.Atom, points: Sequence[Point]) -> str:
    """Where hydrogens find most room: right before left before above and below."""
    place = points[atom.GetIdx()]
    directions = [(points[n.GetIdx()] - place).unit() for n in atom.GetNeighbors()]
    if not directions:
        return "left" if atom.GetSymbol() in ("O", "S", "F", "Cl", "Br", "I") else "right"
    sides = {"right": Point(1, 0), "left": Point(-1, 0), "below": Point(0, 1), "above": Point(0, -1)}
    free = {name: -max(side.dot(d) for d in directions) for name, side in sides.items()}
    for name in ("right", "left"):
        if free[name] >= math.cos(math.radians(121)):  # no bond within 59° of it
            return name if free[name] >= free["left"] - 1e-6 else "left"
    return max(free, key=lambda name: free[name])


def _line(runs: Sequence[_Run], anchor: int, place: Point, font: float, css: str) -> str:
    """Text whose run number `anchor` is centred on a place, whatever font is there.

    The text is hung up at the anchor's end if it grows to the left, else at its start, so that a font of other
    widths moves the outer letters only.
    """
    half = font * runs[anchor].width / 2
    after = font * sum(run.width for run in runs[anchor + 1 :])
    before = font * sum(run.width for run in runs[:anchor])
    ends = before > after
    x = place.x + half + after if ends else place.x - half - before
    y = place.y + font * _CAP_HEIGHT / 2
    spans, level = [], 0.0
    for run in runs:
        step, level = run.shift - level, run.shift
        if run.size == 1.0 and not step:
            spans.append(run.text)
        else:
            spans.append(f'<tspan dy="{step * font:.1f}" font-size="{run.size * font:.1f}">{run.text}</tspan>')
    hang = ' text-anchor="end"' if ends else ""
    return f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" font-size="{font:.1f}"{hang}>{"".join(spans)}</text>'


def _boxes(runs: Sequence[_Run], left: float, y: float, font: float) -> list[Box]:
    """What bonds keep away from: each run with a little air around it."""
    boxes, air = [], 0.13 * font
    for run in runs:
        right = left + font * run.width
        base = y + font * (_CAP_HEIGHT / 2 + run.shift)
        boxes.append(Box(left - air, base - font * _CAP_HEIGHT * run.size - air, right + air, base + air))
        left = right
    return boxes
