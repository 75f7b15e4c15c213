"""InChI measured as text, before any parser: formula, layers and atom numbers must agree.

No RDKit here. Source: InChI Technical Manual, IUPAC and InChI Trust (layers of the standard InChI, version 1).
"""

from __future__ import annotations

import re

from .elements import ATOMIC_NUMBER
from .messages import StructureRefused
from .smiles_text import MAX_RING_CLOSURES

_STANDARD = "InChI=1S/"
_PART = re.compile(r"(\d{0,3})((?:[A-Z][a-z]?\d*)+)", re.ASCII)
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)
_LAYERS = {
    "c": re.compile(r"[\d\-(),;*]*", re.ASCII),
    "h": re.compile(r"[\d\-(),;*H]*", re.ASCII),
    "q": re.compile(r"[\d+\-;*]*", re.ASCII),
    "p": re.compile(r"[+-]\d+", re.ASCII),
    "b": re.compile(r"[\d\-+?,;*]*", re.ASCII),
    "t": re.compile(r"[\d\-+?,;*]*", re.ASCII),
    "m": re.compile(r"[\d.]*", re.ASCII),
    "s": re.compile(r"[123]", re.ASCII),
    "i": re.compile(r"[\d\-+,;*DTH()]*", re.ASCII),
}


def scan_inchi(text: str, *, offset: int = 0) -> tuple[int, int]:
    """Number of heavy atoms and of hydrogens that an InChI's formula names.

    Args:
        text: one InChI, ASCII, without blanks.
        offset: characters in front of it in what was given; positions count them.

    Raises:
        StructureRefused: not a standard InChI, an unknown layer, a number beyond the formula, too many rings.
    """
    if not text.startswith(_STANDARD):
        raise StructureRefused("inchi_not_standard")
    formula, *layers = text[len(_STANDARD) :].split("/")
    heavy, hydrogens = 0, 0
    if formula in ("p+1", "p-1"):
        formula, layers = "", [formula, *layers]
    elif formula:
        heavy, hydrogens = _count_formula(formula)
    position = offset + len(_STANDARD) + len(formula) + 1
    for layer in layers:
        _check_layer(layer, heavy or min(hydrogens, 2), position)
        position += len(layer) + 1
    return heavy, hydrogens


def _count_formula(formula: str) -> tuple[int, int]:
    """Heavy and hydrogen atoms of a formula layer such as `C8HF15O2.H3N` or `2C2H4O2.Pb`."""
    heavy = hydrogens = 0
    for part in formula.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            raise StructureRefused("inchi_formula", char=part[:40])
        times = int(match[1] or 1)
        for symbol, count in _ELEMENT.findall(match[2]):
            if symbol not in ATOMIC_NUMBER or len(count) > 5:
                raise StructureRefused("inchi_formula", char=part[:40])
            if symbol == "H":
                hydrogens += times * int(count or 1)
            else:
                heavy += times * int(count or 1)
    return heavy, hydrogens


def _check_layer(layer: str, heavy: int, position: int) -> None:
    form = _LAYERS.get(layer[:1])
    if form is None or form.fullmatch(layer[1:]) is None:
        raise StructureRefused("inchi_layer", position=position, char=layer[:20])
    if layer[0] == "c":
        for number in re.findall(r"(?<![\d])\d+(?!\*|\d)", layer[1:], re.ASCII):
            if len(number) > 4 or int(number) > heavy:
                raise StructureRefused("inchi_number", found=number[:12], limit=heavy)
        closures = _ring_closures(layer[1:])
        if closures > MAX_RING_CLOSURES:
            raise StructureRefused("too_many_rings", found=closures, limit=MAX_RING_CLOSURES)
    if max((len(n) for n in re.findall(r"\d+", layer, re.ASCII)), default=0) > 5:
        raise StructureRefused("inchi_layer", position=position, char=layer[:20])


def _ring_closures(connections: str) -> int:
    """Upper estimate of ring closures: atom numbers named again within one component."""
    closures = 0
    for component in connections.split(";"):
        times, _, body = component.rpartition("*")
        numbers = re.findall(r"\d+", body, re.ASCII)
        closures += (len(numbers) - len(set(numbers))) * int(times or 1)
    return closures
