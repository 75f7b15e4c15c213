"""Bonds of drawings: lines, double lines on the right side, wedges, dashes. Needs RDKit."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rdkit import Chem

from .depict_labels import Label, atom_class
from .geometry import Point, middle

_RING_GAP = 0.17  # of a bond, between the two lines of a double bond at the side
_PAIR_GAP = 0.085  # of a bond, from the axis to each line of a centred double bond
_SIDE_CUT = 0.10  # of a bond, cut off each end of the line at the side
_WEDGE_HALF_WIDTH = 0.1
_DASHES = 7
_WEDGES = (Chem.BondDir.BEGINWEDGE, Chem.BondDir.BEGINDASH)


@dataclasses.dataclass(frozen=True, slots=True)
class Stroke:
    """A line or a filled shape, as SVG path data, in the colour of one atom."""

    path: str
    atom_class: str
    filled: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Drawn:
    """One bond between two places, with what bounds its lines."""

    bond: Chem.Bond
    start: Point
    end: Point
    labels: tuple[Label | None, Label | None]
    length: float

    def line(self, shift: Point = Point(0, 0), cut: tuple[float, float] = (0.0, 0.0)) -> tuple[Point, Point]:  # noqa: B008 - immutable
        """A line beside the axis, cut at both ends and outside the labels."""
        along = (self.end - self.start).unit()
        a, b = self.start + shift + along * cut[0], self.end + shift - along * cut[1]
        return _outside(a, b, self.labels[0]), _outside(b, a, self.labels[1])


def bond_strokes(mol: Chem.Mol, points: Sequence[Point], labels: Sequence[Label | None], length: float) -> list[Stroke]:
    """Everything to draw for the bonds of a Kekulé molecule with wedges.

    Args:
        mol: the molecule.
        points: where each atom stands.
        labels: the label of each atom, or None for plain corners.
        length: of a usual bond.
    """
    strokes: list[Stroke] = []
    for bond in mol.GetBonds():
        a, b = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        drawn = _Drawn(bond, points[a], points[b], (labels[a], labels[b]), length)
        strokes += _strokes(drawn, points)
    return strokes


def _strokes(drawn: _Drawn, points: Sequence[Point]) -> list[Stroke]:
    bond, kind = drawn.bond, drawn.bond.GetBondType()
    if bond.GetBondDir() in _WEDGES:
        return _wedge(drawn)
    if kind == Chem.BondType.DOUBLE:
        return _double(drawn, points)
    if kind in (Chem.BondType.TRIPLE, Chem.BondType.QUADRUPLE):
        offsets = (0.0, 2.0, -2.0) if kind == Chem.BondType.TRIPLE else (1.0, -1.0, 3.0, -3.0)
        return [stroke for k in offsets for stroke in _halves(drawn, drawn.line(_aside(drawn, k * _PAIR_GAP)))]
    if kind in (Chem.BondType.ZERO, Chem.BondType.HYDROGEN, Chem.BondType.UNSPECIFIED):
        return _dashed(drawn)
    return _halves(drawn, drawn.line())


def _halves(drawn: _Drawn, line: tuple[Point, Point]) -> list[Stroke]:
    """A line in one colour, or each half in the colour of its atom."""
    a, b = line
    first, second = atom_class(drawn.bond.GetBeginAtom()), atom_class(drawn.bond.GetEndAtom())
    if first == second:
        return [Stroke(f"M{a}L{b}", first)]
    half = (a + b) * 0.5
    return [Stroke(f"M{a}L{half}", first), Stroke(f"M{half}L{b}", second)]


def _aside(drawn: _Drawn, share: float) -> Point:
    """A step across the bond, in parts of a bond."""
    return (drawn.end - drawn.start).unit().normal() * (share * drawn.length)


def _double(drawn: _Drawn, points: Sequence[Point]) -> list[Stroke]:
    if drawn.bond.GetStereo() == Chem.BondStereo.STEREOANY:
        step = _aside(drawn, _PAIR_GAP)
        lines = [(drawn.start + step, drawn.end - step), (drawn.start - step, drawn.end + step)]
        return [
            s
            for a, b in lines
            for s in _halves(drawn, (_outside(a, b, drawn.labels[0]), _outside(b, a, drawn.labels[1])))
        ]
    side = _side(drawn, points)
    if side == 0:
        pair = (drawn.line(_aside(drawn, _PAIR_GAP)), drawn.line(_aside(drawn, -_PAIR_GAP)))
        return [stroke for line in pair for stroke in _halves(drawn, line)]
    cut = drawn.length * _SIDE_CUT
    ends = (drawn.bond.GetBeginAtom(), drawn.bond.GetEndAtom())
    cuts = tuple(cut if atom.GetDegree() > 1 else 0.0 for atom in ends)
    beside = drawn.line(_aside(drawn, side * _RING_GAP), (cuts[0], cuts[1]))
    return _halves(drawn, drawn.line()) + _halves(drawn, beside)


def _side(drawn: _Drawn, points: Sequence[Point]) -> int:
    """On which side the second line goes: 1 or -1 along the normal, 0 for one line on each side."""
    normal = _aside(drawn, 1.0)
    centre = _ring_centre(drawn.bond, points)
    if centre is not None:
        return 1 if normal.dot(centre - drawn.start) > 0 else -1
    begin, end = drawn.bond.GetBeginAtom(), drawn.bond.GetEndAtom()
    degrees = sorted((begin.GetDegree(), end.GetDegree()))
    if degrees in ([1, 1], [1, 3], [1, 4]) or _cumulated(begin, drawn.bond) or _cumulated(end, drawn.bond):
        return 0
    if degrees[0] == 1 and 6 not in (begin.GetAtomicNum() if begin.GetDegree() == 1 else end.GetAtomicNum(),):
        return 0
    sides = 0
    for atom, place in ((begin, drawn.start), (end, drawn.end)):
        for neighbour in atom.GetNeighbors():
            if neighbour.GetIdx() not in (begin.GetIdx(), end.GetIdx()):
                sides += 1 if normal.dot(points[neighbour.GetIdx()] - place) > 0 else -1
    return 1 if sides >= 0 else -1


def _cumulated(atom: Chem.Atom, bond: Chem.Bond) -> bool:
    others = [b for b in atom.GetBonds() if b.GetIdx() != bond.GetIdx()]
    return any(b.GetBondType() == Chem.BondType.DOUBLE for b in others) and atom.GetDegree() == 2


def _ring_centre(bond: Chem.Bond, points: Sequence[Point]) -> Point | None:
    """The middle of the ring a double bond belongs to: the one with most double bonds, then the smallest."""
    mol = bond.GetOwningMol()
    info = mol.GetRingInfo()
    best: tuple[float, int] | None = None
    centre = None
    for atoms, bonds in zip(info.AtomRings(), info.BondRings(), strict=True):
        if bond.GetIdx() not in bonds:
            continue
        doubles = sum(mol.GetBondWithIdx(i).GetBondType() == Chem.BondType.DOUBLE for i in bonds)
        rank = (-doubles / len(bonds), len(bonds))
        if best is None or rank < best:
            best, centre = rank, middle(points[i] for i in atoms)
    return centre


def _wedge(drawn: _Drawn) -> list[Stroke]:
    """A filled wedge toward the reader, or a wedge of dashes away; its tip is at the begin atom."""
    tip, end = drawn.line()
    across = _aside(drawn, _WEDGE_HALF_WIDTH)
    css = atom_class(drawn.bond.GetEndAtom())
    if drawn.bond.GetBondDir() == Chem.BondDir.BEGINWEDGE:
        return [Stroke(f"M{tip}L{end + across}L{end - across}Z", css, filled=True)]
    dashes = []
    for k in range(1, _DASHES + 1):
        place, half = tip + (end - tip) * (k / _DASHES), across * (k / _DASHES)
        dashes.append(f"M{place + half}L{place - half}")
    return [Stroke("".join(dashes), css)]


def _dashed(drawn: _Drawn) -> list[Stroke]:
    a, b = drawn.line()
    pieces = [(a + (b - a) * (k / 9), a + (b - a) * ((k + 1) / 9)) for k in range(0, 9, 2)]
    return [Stroke("".join(f"M{p}L{q}" for p, q in pieces), atom_class(drawn.bond.GetBeginAtom()))]


def _outside(start: Point, end: Point, label: Label | None) -> Point:
    """Where the line start → end leaves the label at its start."""
    if label is None:
        return start
    share = min(max((box.exit_from(start, end) for box in label.boxes), default=0.0), 0.8)
    return start + (end - start) * share
