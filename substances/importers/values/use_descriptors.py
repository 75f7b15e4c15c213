"""Use descriptors out of text: sectors (SU), products (PC), articles (AC), processes (PROC), releases (ERC).

`SU 10`, `PC9a`, `ac13` and `ERC 8A: wide dispersive use` become `SU10`, `PC9a`, `AC13`, `ERC8a`. Codes carry no names
here: what a publisher prints behind a code is kept as its words.

Source of the codes: ECHA, Guidance on information requirements and chemical safety assessment, Chapter R.12,
version 3.0 (December 2015), together with codes of earlier versions that lists still print.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Literal, TypeAlias, cast

from substances.importers.base import MISSING, Problem

DescriptorKind: TypeAlias = Literal["SU", "PC", "AC", "PROC", "ERC"]

_NUMBERS: dict[str, str] = {
    "SU": "0 0-1 0-2 1 2a 2b 3 4 5 6a 6b 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24",
    "PC": "0 1 2 3 4 7 8 9a 9b 9c 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 "
    "39 40 41 42",
    "AC": "0 1 2 3 4 5 6 7 8 10 11 13 30 31 32 33 34 35 36 38",
    "PROC": "0 1 2 3 4 5 6 7 8a 8b 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27a 27b 28",
    "ERC": "1 2 3 4 5 6a 6b 6c 6d 7 8a 8b 8c 8d 8e 8f 9a 9b 10a 10b 11a 11b 12a 12b 12c",
}
CODES: frozenset[str] = frozenset(f"{kind}{number}" for kind, text in _NUMBERS.items() for number in text.split())
_CODE = re.compile(
    r"(?<![A-Za-z0-9])(SU|PC|AC|PROC|ERC)[ -]?0?(\d{1,2})(-[12]|[A-Ha-h])?(?![A-Za-z0-9]|-\d)",
    re.ASCII | re.IGNORECASE,
)
# An article category may be divided by letters, which are not checked here.
_DIVIDED = re.compile(r"(AC\d{1,2})[a-h]", re.ASCII)
_BLANKS = str.maketrans("\u00a0\u2009\u202f\u2010\u2011\u2013", "   ---")
_ENDS = " ,;:.|/&+-()\n"


@dataclasses.dataclass(frozen=True, slots=True)
class UseDescriptor:
    """One use descriptor.

    Attributes:
        code: in normal form, such as "PC9a".
        words: what is printed behind it, up to the next code.
    """

    code: str
    words: str = ""

    @property
    def kind(self) -> DescriptorKind:
        """Which of the five kinds it is."""
        return cast(DescriptorKind, self.code.rstrip("0123456789abcdefgh-"))


def use_descriptors(cell: str) -> tuple[tuple[UseDescriptor, ...], tuple[Problem, ...]]:
    """The use descriptors in a cell, each once, in the order printed; unknown codes and text without one are told."""
    text = cell.translate(_BLANKS)
    if text.strip() in MISSING:
        return (), ()
    matches = list(_CODE.finditer(text))
    found: dict[str, UseDescriptor] = {}
    problems: list[Problem] = []
    lead = (text[: matches[0].start()] if matches else text).strip(_ENDS)
    if lead:
        problems.append(_not_read(lead))
    ends = [*(match.start() for match in matches), len(text)][1:]
    for match, end in zip(matches, ends, strict=True):
        code = f"{match[1].upper()}{int(match[2])}{(match[3] or '').lower()}"
        words = " ".join(text[match.end() : end].lstrip(_ENDS).rstrip(_ENDS.replace(")", "")).split())
        if words[:1].isdigit():  # "PROC 1, 2, 3": the rest may be codes, or may not
            problems.append(_not_read(words))
        if not _is_known(code):
            problems.append(Problem("use_descriptor_unknown", f"{code} is no use descriptor of ECHA's guidance R.12"))
        found.setdefault(code, UseDescriptor(code, words))
    return tuple(found.values()), tuple(problems)


def _is_known(code: str) -> bool:
    divided = _DIVIDED.fullmatch(code)
    return code in CODES or (divided is not None and divided[1] in CODES)


def _not_read(text: str) -> Problem:
    return Problem("use_descriptor_not_read", f"{text!r} begins with no use descriptor")
