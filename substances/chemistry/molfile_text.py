"""Molfiles measured as text, before any parser: the announced counts must be there, line by line.

RDKit passes over much of what it does not know: a property line cut off, an attachment point, a bond to several atoms,
a link node. What is not named here is refused, not left out. No RDKit here.

Source: BIOVIA, CTfile Formats (V2000 connection table, V3000 connection table: `molfile_v3000_text`).
"""

from __future__ import annotations

import re

from .characters import refuse_non_ascii
from .elements import ATOMIC_NUMBER
from .messages import Note, StructureRefused
from .molfile_v3000_text import BONDS_OF_PATTERNS, PATTERN_SYMBOLS, scan_v3000

_HEADER_LINES = 3
_V2000_ATOM = re.compile(r"(?: *-?\d+\.\d*){3} *(\S{1,3})(?: .*)?", re.ASCII)
_V2000_BOND = re.compile(r"[ \d]{9,}", re.ASCII)
# Properties that describe one structure, with pairs of atom and value. Everything else (link nodes, R groups, atom
# lists, S-groups that stand for polymers and abbreviations) is for patterns, or would be lost.
_PROPERTY = re.compile(r"M  (CHG|ISO|RAD)([ \d]{3})((?: [ \d]{3} [-+ \d]{3})*) *", re.ASCII)
# What patterns have besides: lists of atoms, substitution, unsaturation, ring bonds; lists as they were written once.
_OF_PATTERNS = re.compile(r"M  (?:ALS|SUB|UNS|RBC) [- \dA-Za-z]*$|[ \d]{3} [TF] {4}[ \d]{4}[ \d]*$", re.ASCII)
_VALUES = {"CHG": (-15, 15), "ISO": (1, 400), "RAD": (0, 3)}
_PLAIN_BONDS = frozenset({"1", "2", "3", "4", "9"})
_BOND_STEREO = frozenset({"", "0", "1", "3", "4", "6"})
_DOUBLET = 4  # of the charge column; RDKit reads it as no charge and no radical
_MASS_DIFFERENCES, _CHARGES = range(-3, 5), range(8)
_NO_BONDS = 15  # of the valence column


def scan_molfile(text: str, *, patterns: bool = False) -> tuple[str, int, tuple[Note, ...]]:
    """One molfile without what stands around it, its number of atoms (hydrogens drawn included), and what to tell.

    Args:
        text: as given.
        patterns: whether it may be a search pattern: atoms A, Q, X, M and lists, any bonds, hydrogens to look for.

    Raises:
        StructureRefused: wrong header, counts that do not agree with the lines, query features, text behind the end.
    """
    changes: list[Note] = []
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        changes.append(Note("crlf"))
    lines, restored = _with_header(text.split("\n"))
    changes += restored
    if len(lines) < 4 or not lines[3].rstrip().endswith(("V2000", "V3000")):
        raise StructureRefused("molfile_header", char=lines[3][:40] if len(lines) > 3 else "")
    end = next((i for i, line in enumerate(lines) if line.rstrip() == "M  END"), None)
    if end is None:
        raise StructureRefused("molfile_end")
    changes += _check_tail(lines, end)
    for line in lines[3:end]:
        refuse_non_ascii(line, notation="molfile")
    scan = _scan_v2000 if lines[3].rstrip().endswith("V2000") else scan_v3000
    atoms = scan(lines[:end], patterns)
    program = lines[1] if lines[1].isascii() else ""  # says whether coordinates are 2D or 3D
    return "\n".join(["", program, "", *lines[3 : end + 1], ""]), atoms, tuple(changes)


def _with_header(lines: list[str]) -> tuple[list[str], list[Note]]:
    """The lines with three in front of the counts, where blank ones were lost or added on the way."""
    counts = next((i for i, line in enumerate(lines[:8]) if line.rstrip().endswith(("V2000", "V3000"))), None)
    if counts is None or counts == _HEADER_LINES:
        return lines, []
    added = lines[: max(counts - _HEADER_LINES, 0)]
    if any(line.strip() for line in added):
        return lines, []
    header = lines[len(added) : counts]
    return [*[""] * (_HEADER_LINES - len(header)), *header, *lines[counts:]], [
        Note("header_restored", {"found": counts})
    ]


def _check_tail(lines: list[str], end: int) -> list[Note]:
    """What is told about lines behind the end; a second structure is refused."""
    tail = [(i, line) for i, line in enumerate(lines[end + 1 :], end + 2) if line.strip()]
    stops = [i for i, line in tail if line.strip() == "$$$$"]
    if stops and any(i > stops[0] for i, _ in tail):
        raise StructureRefused("molfile_tail", line=stops[0] + 1)
    data = [(i, line) for i, line in tail if line.strip() != "$$$$"]
    if data and not data[0][1].startswith(">"):
        raise StructureRefused("molfile_tail", line=data[0][0])
    second = next((i for i, line in data if line.rstrip().endswith(("V2000", "V3000")) or line.rstrip() == "M  END"), 0)
    if second:
        raise StructureRefused("molfile_tail", line=second)
    return [Note("sdf_data")] * bool(data) + [Note("sdf_end")] * bool(stops)


def _check_symbol(symbol: str, line: int, patterns: bool) -> None:
    known = symbol in ATOMIC_NUMBER or symbol in ("D", "T") or (patterns and symbol in PATTERN_SYMBOLS)
    if not known:
        raise StructureRefused("molfile_query", char=symbol[:20], line=line)


def _scan_v2000(lines: list[str], patterns: bool) -> int:
    try:
        atoms, bonds, lists = int(lines[3][0:3]), int(lines[3][3:6]), int(lines[3][6:9].strip() or 0)
    except ValueError:
        raise StructureRefused("molfile_header", char=lines[3][:40]) from None
    matches = [_V2000_ATOM.fullmatch(line) for line in lines[4 : 4 + atoms]]
    read = next((i for i, match in enumerate(matches) if match is None), len(matches))
    if read != atoms:
        raise StructureRefused("molfile_counts", what="atoms", found=read, limit=atoms)
    for index, match in enumerate(matches):
        _check_symbol(match[1] if match else "", 5 + index, patterns)
    unbound = {index for index in range(1, atoms + 1) if _is_unbound(lines[3 + index], 4 + index)}
    block = lines[4 + atoms : 4 + atoms + bonds]
    read = next((i for i, line in enumerate(block) if _V2000_BOND.fullmatch(line) is None), len(block))
    if read != bonds:
        raise StructureRefused("molfile_counts", what="bonds", found=read, limit=bonds)
    if lists and not patterns:
        raise StructureRefused("molfile_counts", what="atom lists", found=0, limit=lists)
    for number, line in enumerate(block, 5 + atoms):
        if line[6:9].strip() not in (BONDS_OF_PATTERNS if patterns else _PLAIN_BONDS):
            raise StructureRefused("molfile_query", char=line[6:9].strip(), line=number)
        if line[9:12].strip() not in _BOND_STEREO or not unbound.isdisjoint(_ends(line)):
            raise StructureRefused("molfile_line", char=line[:40], line=number)
    rest = lines[4 + atoms + bonds :]
    if patterns:
        rest = ["" if _OF_PATTERNS.match(line) else line for line in rest]
    _check_properties(rest, 5 + atoms + bonds, atoms)
    return atoms


def _ends(line: str) -> tuple[int, ...]:
    """The numbers of the atoms that a bond joins, where they can be read."""
    return tuple(int(word) for word in (line[0:3], line[3:6]) if word.strip().isdigit())


def _is_unbound(line: str, number: int) -> bool:
    """Whether an atom says that it has no bonds; its mass difference and charge RDKit would take whatever they are."""
    try:
        mass, charge = int(line[34:36].strip() or 0), int(line[36:39].strip() or 0)
        valence = int(line[48:51].strip() or 0)
    except ValueError:
        raise StructureRefused("molfile_line", char=line[:48].strip(), line=number) from None
    if mass not in _MASS_DIFFERENCES or charge not in _CHARGES or charge == _DOUBLET:
        raise StructureRefused("molfile_line", char=line[:48].strip(), line=number)
    return valence == _NO_BONDS


def _check_properties(lines: list[str], first: int, atoms: int) -> None:
    """Each value once for each atom, within what it can be; the counts announced."""
    given: set[tuple[str, int]] = set()
    for number, line in enumerate(lines, first):
        if not line.strip():
            continue
        found = _PROPERTY.fullmatch(line)
        if found is None:
            is_other = line.startswith(("M  ", "A  ", "V  ", "G  ", "S  ")) and line[3:6] not in _VALUES
            raise StructureRefused("molfile_query" if is_other else "molfile_line", char=line[:20].strip(), line=number)
        try:
            numbers = [int(word) for word in found[3].split()]
            announced = int(found[2])
        except ValueError:
            raise StructureRefused("molfile_line", char=line[:20].strip(), line=number) from None
        least, most = _VALUES[found[1]]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
        wrong = len(numbers) != 2 * announced or any(
            (found[1], atom) in given or not 1 <= atom <= atoms or not (value == 0 or least <= value <= most)
            for atom, value in pairs
        )
        given |= {(found[1], atom) for atom, _value in pairs}
        if wrong or len(dict(pairs)) != len(pairs):
            raise StructureRefused("molfile_line", char=line[:20].strip(), line=number)
