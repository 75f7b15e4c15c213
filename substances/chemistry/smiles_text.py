"""SMILES measured as text, before any parser: every character is accounted for, atoms and rings are counted.

No RDKit here. What passes is still to be parsed (in the sandbox) and compared with the count made here.
Source for the grammar: OpenSMILES specification 1.0 (2016); dative bonds `->` and `<-` as RDKit writes them.
"""

from __future__ import annotations

import dataclasses
import re

from .elements import ATOMIC_NUMBER
from .messages import StructureRefused

MAX_RING_CLOSURES = 100
MAX_NEIGHBOURS = 12
MAX_BRANCH_DEPTH = 100
MAX_CHARGE = 9
HEAVIEST_ISOTOPE = 300

_TOKEN = re.compile(
    r"(?P<bracket>\[[^\[\]]*\])"
    r"|(?P<atom>Cl|Br|[BCNOPSFI]|[bcnops])"
    r"|(?P<bond>->|<-|[-=#$:/\\])"
    r"|(?P<ring>%\d\d|%\(\d{1,5}\)|\d)"
    r"|(?P<open>\()|(?P<close>\))|(?P<dot>\.)",
    re.ASCII,
)
_BRACKET = re.compile(
    r"(?P<isotope>\d+)?"
    r"(?P<symbol>se|as|te|si|[A-Z][a-z]?|[bcnops])"
    r"(?P<chiral>@(?:@|(?:TH|AL|SP|TB|OH)\d{1,2})?)?"
    r"(?P<hydrogens>H\d?)?"
    r"(?P<charge>\+\d{1,2}|-\d{1,2}|\++|-+)?"
    r"(?::(?P<map>\d{1,4}))?",
    re.ASCII,
)


@dataclasses.dataclass(frozen=True, slots=True)
class SmilesAtom:
    """One atom as written. `position` is its first character, counted from 1 in the text as given."""

    symbol: str
    position: int
    aromatic: bool
    mapped: bool = False


@dataclasses.dataclass(slots=True)
class _Scan:
    atoms: list[SmilesAtom] = dataclasses.field(default_factory=list)
    degrees: list[int] = dataclasses.field(default_factory=list)
    rings: dict[int, tuple[int, int, str]] = dataclasses.field(default_factory=dict)
    branches: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    ring_closures: int = 0
    deepest: int = 0
    last: int | None = None
    previous: str = "dot"
    bond: tuple[str, int] | None = None


def scan_smiles(text: str, *, offset: int = 0) -> tuple[SmilesAtom, ...]:
    """The atoms of a SMILES in the order written; explicit `[H]` count as atoms.

    Args:
        text: one SMILES, ASCII, without blanks.
        offset: characters in front of it in what was given; positions count them.

    Raises:
        StructureRefused: something that is no SMILES, a search pattern, a reaction or a polymer; limits of degree,
            nesting and ring closures.
    """
    scan, index = _Scan(), 0
    while index < len(text):
        match = _TOKEN.match(text, index)
        if match is None or match.lastgroup is None:
            raise _unread(text, index, offset)
        _STEPS[match.lastgroup](scan, match[0], offset + index + 1)
        scan.previous = match.lastgroup
        index = match.end()
    _finish(scan, offset + len(text))
    return tuple(scan.atoms)


def _join(scan: _Scan, other: int, position: int) -> None:
    """Counts a bond between the last atom and another one."""
    for atom in (scan.last, other):
        if atom is None:
            continue
        scan.degrees[atom] += 1
        if scan.degrees[atom] > MAX_NEIGHBOURS:
            raise StructureRefused(
                "too_many_neighbours",
                position=scan.atoms[atom].position,
                found=scan.degrees[atom],
                limit=MAX_NEIGHBOURS,
            )
    scan.bond = None


def _add_atom(scan: _Scan, atom: SmilesAtom) -> None:
    if scan.last is None and scan.bond is not None:
        raise StructureRefused("bond_dangling", position=scan.bond[1], char=scan.bond[0])
    scan.atoms.append(atom)
    scan.degrees.append(0)
    if scan.last is not None:
        _join(scan, len(scan.atoms) - 1, atom.position)
    scan.last = len(scan.atoms) - 1


def _plain_atom(scan: _Scan, token: str, position: int) -> None:
    _add_atom(scan, SmilesAtom(token.capitalize(), position, token.islower()))


def _bracket_atom(scan: _Scan, token: str, position: int) -> None:
    _add_atom(scan, read_bracket(token, position))


def read_bracket(token: str, position: int) -> SmilesAtom:
    """A bracket atom such as `[13CH3:1]`; refuses unknown elements, impossible isotopes and charges."""
    body = token[1:-1]
    match = _BRACKET.fullmatch(body)
    if match is None:
        for char, code in (("*", "polymer"), ("#", "query"), (",", "query"), (";", "query"), ("!", "query")):
            if char in body:
                raise StructureRefused(code, position=position + 1 + body.index(char), char=char)
        raise StructureRefused("bracket_unread", position=position, char=token[:40])
    symbol = match["symbol"].capitalize()
    number = ATOMIC_NUMBER.get(symbol)
    if number is None:
        raise StructureRefused("unknown_element", position=position, char=match["symbol"])
    isotope = match["isotope"]
    if isotope is not None and (len(isotope) > 3 or not number <= int(isotope) <= HEAVIEST_ISOTOPE):
        raise StructureRefused("isotope_out_of_range", position=position, isotope=isotope[:12], element=symbol)
    charge = match["charge"] or ""
    size = int(charge[1:]) if charge[1:].isdigit() else len(charge)
    if size > (min(MAX_CHARGE, number) if charge[:1] == "+" else MAX_CHARGE):
        raise StructureRefused("charge_out_of_range", position=position, charge=charge[:12])
    return SmilesAtom(symbol, position, match["symbol"].islower(), match["map"] is not None)


def _bond(scan: _Scan, token: str, position: int) -> None:
    if scan.last is None or scan.bond is not None:
        raise StructureRefused("bond_dangling", position=position, char=token)
    scan.bond = (token, position)


def _ring(scan: _Scan, token: str, position: int) -> None:
    if scan.last is None or scan.previous in ("open", "close", "dot"):
        raise StructureRefused("ring_without_atom", position=position)
    number = int(token.strip("%()"))
    bond = scan.bond[0] if scan.bond else ""
    if number in scan.rings:
        atom, _, first = scan.rings.pop(number)
        if atom == scan.last:
            raise StructureRefused("ring_on_itself", position=position, ring=number)
        if first and bond and first != bond and not {first, bond} <= set("-/\\"):
            raise StructureRefused("ring_bonds_differ", position=position, ring=number, first=first, char=bond)
        _join(scan, atom, position)
    else:
        scan.ring_closures += 1
        if scan.ring_closures > MAX_RING_CLOSURES:
            raise StructureRefused("too_many_rings", found=scan.ring_closures, limit=MAX_RING_CLOSURES)
        scan.rings[number] = (scan.last, position, bond)
        scan.bond = None


def _open(scan: _Scan, token: str, position: int) -> None:
    if scan.last is None or scan.previous in ("open", "bond"):
        raise StructureRefused("branch_empty", position=position)
    scan.branches.append((scan.last, position))
    if len(scan.branches) > MAX_BRANCH_DEPTH:
        raise StructureRefused("too_deep", found=len(scan.branches), limit=MAX_BRANCH_DEPTH)


def _close(scan: _Scan, token: str, position: int) -> None:
    if not scan.branches:
        raise StructureRefused("branch_unopened", position=position)
    if scan.previous == "open":
        raise StructureRefused("branch_empty", position=position)
    _refuse_open_bond(scan)
    scan.last = scan.branches.pop()[0]


def _dot(scan: _Scan, token: str, position: int) -> None:
    if scan.last is None or scan.previous == "dot":
        raise StructureRefused("dot_dangling", position=position)
    _refuse_open_bond(scan)
    scan.last = None


def _refuse_open_bond(scan: _Scan) -> None:
    if scan.bond is not None:
        raise StructureRefused("bond_dangling", position=scan.bond[1], char=scan.bond[0])


def _finish(scan: _Scan, end: int) -> None:
    _refuse_open_bond(scan)
    if scan.branches:
        raise StructureRefused("branch_unclosed", position=scan.branches[-1][1])
    if scan.rings:
        number, (_, position, _bond) = next(iter(scan.rings.items()))
        raise StructureRefused("ring_unclosed", position=position, ring=number)
    if scan.atoms and scan.previous == "dot":
        raise StructureRefused("dot_dangling", position=end)


def _unread(text: str, index: int, offset: int) -> StructureRefused:
    """Why the scan stops at this character."""
    char, position = text[index], offset + index + 1
    if char.isspace():
        return StructureRefused("inner_blank", position=position)
    if char == "[":
        return StructureRefused("bracket_unclosed", position=position)
    if char == ">":
        return StructureRefused("reaction", position=position)
    if char == "*":
        return StructureRefused("polymer", position=position, char=char)
    if char in "~!&,;@?":
        return StructureRefused("query", position=position, char=char)
    return StructureRefused("unexpected_character", position=position, char=char, notation="SMILES")


_STEPS = {
    "bracket": _bracket_atom,
    "atom": _plain_atom,
    "bond": _bond,
    "ring": _ring,
    "open": _open,
    "close": _close,
    "dot": _dot,
}
