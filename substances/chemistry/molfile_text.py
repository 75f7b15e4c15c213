"""Molfiles measured as text, before any parser: the announced counts must be there, line by line.

No RDKit here. Source: BIOVIA, CTfile Formats (V2000 connection table, V3000 connection table).
"""

from __future__ import annotations

import re

from .characters import refuse_non_ascii
from .elements import ATOMIC_NUMBER
from .messages import Note, StructureRefused

_V2000_ATOM = re.compile(r"(?: *-?\d+\.\d*){3} *(\S{1,3})(?: .*)?", re.ASCII)
_V2000_BOND = re.compile(r"[ \d]{9,}", re.ASCII)
_V3000_COUNTS = re.compile(r"M  V30 COUNTS (\d{1,5}) (\d{1,5})\b.*", re.ASCII)
_V3000_ATOM = re.compile(r"M  V30 \d{1,6} (\S+)(?: -?\d+\.?\d*(?:[eE]-?\d+)?){3} \d+(?: .*)?", re.ASCII)
_V3000_BOND = re.compile(r"M  V30 \d{1,6} (\d{1,2}) \d+ \d+(?: .*)?", re.ASCII)
# Properties that describe one structure. Everything else (link nodes, R groups, atom lists, S-groups that stand for
# polymers and abbreviations) is for patterns, or would be lost.
_PROPERTIES = ("M  CHG", "M  ISO", "M  RAD")
_PLAIN_BONDS = frozenset({"1", "2", "3", "4", "9"})


def scan_molfile(text: str) -> tuple[str, int, tuple[Note, ...]]:
    """One molfile without what stands around it, its number of atoms (hydrogens drawn included), and what to tell.

    Raises:
        StructureRefused: wrong header, counts that do not agree with the lines, query features, text behind the end.
    """
    changes: list[Note] = []
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        changes.append(Note("crlf"))
    lines = text.split("\n")
    if len(lines) < 4 or not lines[3].rstrip().endswith(("V2000", "V3000")):
        raise StructureRefused("molfile_header", char=lines[3][:40] if len(lines) > 3 else "")
    end = next((i for i, line in enumerate(lines) if line.rstrip() == "M  END"), None)
    if end is None:
        raise StructureRefused("molfile_end")
    changes += _check_tail(lines, end)
    for line in lines[3:end]:
        refuse_non_ascii(line, notation="molfile")
    atoms = _scan_v2000(lines[:end]) if lines[3].rstrip().endswith("V2000") else _scan_v3000(lines[:end])
    program = lines[1] if lines[1].isascii() else ""  # says whether coordinates are 2D or 3D
    return "\n".join(["", program, "", *lines[3 : end + 1], ""]), atoms, tuple(changes)


def _check_tail(lines: list[str], end: int) -> list[Note]:
    """What is told about lines behind the end; a second structure is refused."""
    tail = [(i, line) for i, line in enumerate(lines[end + 1 :], end + 2) if line.strip()]
    stops = [i for i, line in tail if line.strip() == "$$$$"]
    if stops and any(i > stops[0] for i, _ in tail):
        raise StructureRefused("molfile_tail", line=stops[0] + 1)
    data = [(i, line) for i, line in tail if line.strip() != "$$$$"]
    if data and not data[0][1].startswith(">"):
        raise StructureRefused("molfile_tail", line=data[0][0])
    return [Note("sdf_data")] * bool(data) + [Note("sdf_end")] * bool(stops)


def _check_symbol(symbol: str, line: int) -> None:
    if symbol not in ATOMIC_NUMBER and symbol not in ("D", "T"):
        raise StructureRefused("molfile_query", char=symbol[:20], line=line)


def _scan_v2000(lines: list[str]) -> int:
    try:
        atoms, bonds = int(lines[3][0:3]), int(lines[3][3:6])
    except ValueError:
        raise StructureRefused("molfile_header", char=lines[3][:40]) from None
    matches = [_V2000_ATOM.fullmatch(line) for line in lines[4 : 4 + atoms]]
    read = next((i for i, match in enumerate(matches) if match is None), len(matches))
    if read != atoms:
        raise StructureRefused("molfile_counts", what="atoms", found=read, limit=atoms)
    for index, match in enumerate(matches):
        _check_symbol(match[1] if match else "", 5 + index)
    block = lines[4 + atoms : 4 + atoms + bonds]
    read = next((i for i, line in enumerate(block) if _V2000_BOND.fullmatch(line) is None), len(block))
    if read != bonds:
        raise StructureRefused("molfile_counts", what="bonds", found=read, limit=bonds)
    for index, line in enumerate(block):
        if line[6:9].strip() not in _PLAIN_BONDS:
            raise StructureRefused("molfile_query", char=line[6:9].strip(), line=5 + atoms + index)
    for number, line in enumerate(lines[4 + atoms + bonds :], 5 + atoms + bonds):
        if line.strip() and not line.startswith(_PROPERTIES):
            code = "molfile_query" if line.startswith(("M  ", "A  ", "V  ", "G  ", "S  ")) else "molfile_line"
            raise StructureRefused(code, char=line[:20].strip(), line=number)
    return atoms


def _scan_v3000(lines: list[str]) -> int:
    counts = next((m for line in lines if (m := _V3000_COUNTS.fullmatch(line.rstrip()))), None)
    if counts is None:
        raise StructureRefused("molfile_header", char=lines[4][:40] if len(lines) > 4 else "")
    atoms = bonds = 0
    block = ""
    for number, raw in enumerate(lines[4:], 5):
        line = raw.rstrip()
        if line.endswith("-"):
            raise StructureRefused("molfile_line", char=line[:40], line=number)
        if line.startswith(("M  V30 BEGIN ", "M  V30 END ")):
            block = _v3000_block(line, number)
        elif block == "ATOM":
            match = _V3000_ATOM.fullmatch(line)
            if match is None:
                raise StructureRefused("molfile_line", char=line[:40], line=number)
            _check_symbol(match[1], number)
            atoms += 1
        elif block == "BOND":
            match = _V3000_BOND.fullmatch(line)
            if match is None or match[1] not in _PLAIN_BONDS:
                raise StructureRefused("molfile_line", char=line[:40], line=number)
            bonds += 1
    for what, found, announced in (("atoms", atoms, int(counts[1])), ("bonds", bonds, int(counts[2]))):
        if found != announced:
            raise StructureRefused("molfile_counts", what=what, found=found, limit=announced)
    return atoms


def _v3000_block(line: str, number: int) -> str:
    """The block that lines belong to from here on."""
    _, _, what = line.partition("BEGIN ")
    name = what.split(" ")[0]
    if name in ("SGROUP", "RGROUP", "TEMPLATE", "LINKNODE"):
        raise StructureRefused("molfile_query", char=name, line=number)
    return name
