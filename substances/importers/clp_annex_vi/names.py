"""Whom a row of Annex VI names: qualifiers behind a name, groups by their wording, members told apart by [1], [2]."""

from __future__ import annotations

import re
from collections.abc import Mapping

from substances.importers.base import MISSING, Member, Problem, split_parallel

# A row without CAS and EC number is a group where its name says so; others are substances that have no number.
_GROUP = re.compile(
    r"\b(?:compounds|salts|esters|alkyls|dyes|fibres|wool)\b"
    r"|\bwith (?:the )?exception of\b|\b(?:specified|mentioned) elsewhere in this annex\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"\[(\d{1,2})\](?=[\s;,\[]|$)", re.ASCII)


def is_group(name: str) -> bool:
    """Whether a name that no number goes with is that of a group, by its words."""
    return _GROUP.search(name) is not None


def qualifier(name: str) -> str:
    """What square brackets at the end of a name narrow it to, such as a particle size or a share; else ""."""
    depth = 0
    text = name.rstrip()
    if not text.endswith("]"):
        return ""
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] == "]") - (text[place] == "[")
        if depth == 0:
            inside = text[place + 1 : -1].strip()
            return inside if text[:place].endswith((" ", "%")) and not inside.isdigit() else ""
    return ""


def members(name: str, ec: str, cas: str, index_number: str) -> tuple[tuple[Member, ...], tuple[Problem, ...]]:
    """The substances of an entry whose name, EC and CAS cells may each be marked [1], [2].

    A cell without marks stands for every member, unless it has several lines: then lines run parallel. Where it is not
    clear which number belongs to which name, there are no members, and a problem.
    """
    cells = [_marked(name), _marked(ec), _marked(cas)]
    marks = sorted({mark for cell in cells for mark in cell} - {0})
    if not marks:
        return _unmarked(name, ec, cas, index_number)
    if any(0 in cell and (len(cell) > 1 or "\n" in cell[0]) for cell in cells[1:]):
        return (), (_not_clear("some numbers are marked [1], [2], others are not"),)
    names, ecs, cases = cells
    common = names.get(0, "")
    if common and set(names) - {0}:
        return (), (_not_clear("some names are marked [1], [2], others are not"),)
    if missing := [mark for mark in marks if not common and not names.get(mark)]:
        return (), (_not_clear(f"no name is marked [{missing[0]}]"),)
    found = [
        Member(
            name=_flat(names.get(mark) or common),
            ec_number=ecs.get(mark, ecs.get(0, "")),
            cas_rn=cases.get(mark, cases.get(0, "")),
            index_number=index_number,
        )
        for mark in marks
    ]
    return tuple(dict.fromkeys(found)), ()


def _unmarked(name: str, ec: str, cas: str, index_number: str) -> tuple[tuple[Member, ...], tuple[Problem, ...]]:
    """Names are wrapped over lines at will, numbers stand one a line."""
    parts = split_parallel([ec, cas])
    if parts is None:
        return (), (_not_clear("EC and CAS numbers have different numbers of lines"),)
    flat = _flat(name)
    found = [Member(flat, number, other, index_number) for other, number in parts]
    return tuple(dict.fromkeys(found)), ()


def _marked(cell: str) -> Mapping[int, str]:
    """The text before each mark by the marks; under 0 what no mark follows."""
    found: dict[int, str] = {}
    text, start = "", 0
    for match in _MARK.finditer(cell):
        before = cell[start : match.start()].strip(" \n;,")
        if before:  # else two marks stand behind one text
            text = "" if before in MISSING else before
        found[int(match[1])] = text
        start = match.end()
    rest = cell[start:].strip(" \n;,")
    if rest and rest not in MISSING:
        found[0] = rest
    return found


def _flat(text: str) -> str:
    return " ".join(text.split())


def _not_clear(why: str) -> Problem:
    return Problem("members_not_clear", f"{why}; which number belongs to which name is not clear")
