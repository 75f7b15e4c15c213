"""V3000 connection tables measured as text: counts, blocks and attributes; what would be passed over is refused.

No RDKit here. Source: BIOVIA, CTfile Formats: the extended connection table (V3000).
"""

from __future__ import annotations

import re

from .elements import ATOMIC_NUMBER
from .messages import StructureRefused

_COUNTS = re.compile(r"M  V30 COUNTS (\d{1,5}) (\d{1,5})\b.*", re.ASCII)
_NUMBER = r" -?\d+\.?\d*(?:[eE]-?\d+)?"
_ATOM = re.compile(rf"M  V30 \d{{1,6}} (\S+)(?:{_NUMBER}){{3}} \d+(?P<more>(?: .*)?)", re.ASCII)
_BOND = re.compile(r"M  V30 \d{1,6} (\d{1,2}) \d+ \d+(?P<more>(?: .*)?)", re.ASCII)
_ATTRIBUTE = re.compile(r" +([A-Z]+)=(-?\d+)", re.ASCII)
_COLLECTION = re.compile(r"M  V30 (?:DEFAULT|MDLV30/(?:STEABS|STERAC\d+|STEREL\d+|HILITE)) .*", re.ASCII)
_PLAIN_BONDS = frozenset({"1", "2", "3", "4", "9"})
# Attributes that describe one structure, and those of reactions and drawings, which change nothing.
_OF_ATOMS = frozenset({"CHG", "RAD", "CFG", "MASS", "VAL", "INVRET", "EXACHG", "STBOX"})
_OF_BONDS = frozenset({"CFG", "RXCTR", "STBOX"})
_OF_PATTERNS = frozenset({"HCOUNT", "SUBST", "UNSAT", "RBCNT", "TOPO"})
#: Any atom (A, *), any but carbon (Q), halogens (X), metals (M), each perhaps with hydrogen; L stands for a list.
PATTERN_SYMBOLS = frozenset({"A", "Q", "X", "M", "AH", "QH", "XH", "MH", "*", "L"})
#: Besides the plain ones: single or double, single or aromatic, double or aromatic, any.
BONDS_OF_PATTERNS = _PLAIN_BONDS | {"5", "6", "7", "8"}
_LIST = re.compile(r"(?:NOT)?\[[A-Z][a-z]?(?:,[A-Z][a-z]?){0,30}\]", re.ASCII)
_BLOCKS = frozenset({"CTAB", "ATOM", "BOND", "COLLECTION"})
_PATTERN_BLOCKS = frozenset({"SGROUP", "RGROUP", "TEMPLATE", "LINKNODE"})


def scan_v3000(lines: list[str], patterns: bool) -> int:
    """Number of atoms of a V3000 molfile, header lines first, up to but without `M  END`.

    Args:
        lines: of the file.
        patterns: whether it may be a search pattern.

    Raises:
        StructureRefused: counts that do not agree, lines that cannot be read, features of patterns.
    """
    counts = next((m for line in lines if (m := _COUNTS.fullmatch(line.rstrip()))), None)
    if counts is None:
        raise StructureRefused("molfile_header", char=lines[4][:40] if len(lines) > 4 else "")
    found = {"ATOM": 0, "BOND": 0}
    block = ""
    for number, raw in enumerate(lines[4:], 5):
        line = raw.rstrip()
        if line.endswith("-"):
            raise StructureRefused("molfile_line", char=line[:40], line=number)
        if line.startswith(("M  V30 BEGIN ", "M  V30 END ")):
            block = _block(line, number)
        elif block in found:
            _check_row(line, block, number, patterns)
            found[block] += 1
        elif not _may_stand(line, block):
            is_link = line.startswith("M  V30 LINKNODE")
            raise StructureRefused("molfile_query" if is_link else "molfile_line", char=line[:40], line=number)
    for what, name, announced in (("atoms", "ATOM", int(counts[1])), ("bonds", "BOND", int(counts[2]))):
        if found[name] != announced:
            raise StructureRefused("molfile_counts", what=what, found=found[name], limit=announced)
    return found["ATOM"]


def _block(line: str, number: int) -> str:
    """The block that lines belong to from here on; "" behind the end of one."""
    _, begins, what = line.partition("BEGIN ")
    name = what.split(" ")[0]
    if name in _PATTERN_BLOCKS:
        raise StructureRefused("molfile_query", char=name, line=number)
    if begins and name not in _BLOCKS:
        raise StructureRefused("molfile_line", char=line[:40], line=number)
    return name


def _may_stand(line: str, block: str) -> bool:
    """Whether a line may stand outside the blocks of atoms and bonds."""
    if block == "COLLECTION":
        return _COLLECTION.fullmatch(line) is not None
    return not line.strip() or _COUNTS.fullmatch(line) is not None


def _is_symbol(symbol: str, patterns: bool) -> bool:
    if symbol in ATOMIC_NUMBER or symbol in ("D", "T"):
        return True
    return patterns and (symbol in PATTERN_SYMBOLS or _LIST.fullmatch(symbol) is not None)


def _check_row(line: str, block: str, number: int, patterns: bool) -> None:
    found = (_ATOM if block == "ATOM" else _BOND).fullmatch(line)
    if found is None:
        raise StructureRefused("molfile_line", char=line[:40], line=number)
    if block == "ATOM" and not _is_symbol(found[1], patterns):
        raise StructureRefused("molfile_query", char=found[1][:20], line=number)
    if block == "BOND" and found[1] not in (BONDS_OF_PATTERNS if patterns else _PLAIN_BONDS):
        raise StructureRefused("molfile_query", char=found[1], line=number)
    known = (_OF_ATOMS if block == "ATOM" else _OF_BONDS) | (_OF_PATTERNS if patterns else frozenset())
    rest = found["more"].rstrip()
    while rest:
        attribute = _ATTRIBUTE.match(rest)
        if attribute is None or attribute[1] not in known:
            raise StructureRefused("molfile_query", char=rest.strip()[:20], line=number)
        rest = rest[attribute.end() :]
