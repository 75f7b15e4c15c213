"""What programs write behind a SMILES, `|…|`: left out where it only repeats or decorates, refused where it says more.

No RDKit here. Source: ChemAxon, Extended SMILES and SMARTS (CXSMILES), features as RDKit and Marvin write them.
"""

from __future__ import annotations

import dataclasses
import re

from .messages import Note, StructureRefused

_NUMBERS = r"\d+(?:[.:]\d+)*(?:,\d+(?:[.:]\d+)*)*"
# Coordinates; double bonds in rings (c, t, ctu), lone pairs, wedges of the drawing, centres that mean what they say.
_DECORATION = re.compile(rf"\([-+\d.,;eE ]*\)|(?:ctu|c|t|lp|wU|wD|a):{_NUMBERS}", re.ASCII)
# Stereo centres of which only the relation is known (o), or that stand for both forms at once (&).
_RELATIVE = re.compile(r"[&o]\d+:(?P<atoms>\d+(?:,\d+)*)", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Extended:
    """A SMILES without its extension.

    Attributes:
        smiles: what stands before it.
        relative: atoms (from 0, as written) whose handedness the extension takes back.
        changes: what to tell.
    """

    smiles: str
    relative: frozenset[int] = frozenset()
    changes: tuple[Note, ...] = ()


def without_extension(body: str, *, offset: int = 0) -> Extended:
    """The SMILES of a text that may have an extension behind it.

    Args:
        body: without blanks around it.
        offset: characters in front of it in what was given; positions count them.

    Raises:
        StructureRefused: the extension says more than the SMILES does (groups, polymers, radicals, labels), is not
            closed, or something stands behind it.
    """
    start = body.find("|")
    if start <= 0 or not _is_printable(body):
        return Extended(body)
    end = body.find("|", start + 1)
    if end < 0:
        raise StructureRefused("cxsmiles", position=offset + start + 1, char=body[start : start + 20])
    if end + 1 < len(body):
        raise StructureRefused("inner_blank", position=offset + end + 2)
    relative: set[int] = set()
    at = start + 1
    while at < end:
        found = _DECORATION.match(body, at, end) or _RELATIVE.match(body, at, end)
        if found is None or (found.end() < end and body[found.end()] != ","):
            raise StructureRefused("cxsmiles", position=offset + at + 1, char=body[at : at + 20])
        if found.re is _RELATIVE:
            relative |= {int(number[:6]) for number in found["atoms"].split(",")}
        at = found.end() + 1
    return Extended(body[:start].rstrip(), frozenset(relative), (Note("cxsmiles_removed"),))


def _is_printable(body: str) -> bool:
    return body.isascii() and body.isprintable()
