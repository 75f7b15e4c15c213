"""What the soak sends: texts that are almost structures, grown by rule and then damaged, from one seed.

Each comes with what a molecule read from it may at most be: its heavy atoms by element and its charge, counted from the
text by rules that know nothing of the portal's own readers.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chemistry.bad_input import EVERY, MOLFILE, V3000

SEEDS = (
    *("CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "O=[N+]([O-])c1ccccc1", "CC(=O)[O-].CC(=O)[O-].[Pb+2]", "F/C=C/F"),
    *(
        "N[C@@H](C)C(=O)O",
        "[Na+].[Cl-]",
        "c1cc[nH]c1",
        "C1CC2CCC1C2",
        "FC(F)(F)C(F)(F)C(=O)O",
        "[13CH3]Br",
        "C%12CCCC%12",
    ),
)
INCHIS = (
    "InChI=1S/C15H16O2/c1-15(2,11-3-7-13(16)8-4-11)12-5-9-14(17)10-6-12/h3-10,16-17H,1-2H3",
    "InChI=1S/C3H7NO2/c1-2(4)3(5)6/h2H,4H2,1H3,(H,5,6)/t2-/m0/s1",
    "InChI=1S/2C2H4O2.Pb/c2*1-2(3)4;/h2*1H3,(H,3,4);/q;;+2/p-2",
)
SMARTS = ("[N+](=O)[O-]", "c1ccccc1[F,Cl]", "[$([#6]~[#8])]", "[!#6;R]", "C(=O)[O,N]", "[#6]-,=[#8]", "[CX4;H2]")
CAGE = (
    "c12c3c4c5c1c1c6c7c2c2c8c3c3c9c4c4c%10c5c5c1c1c6c6c%11c7c2c2c7c8c3c3c8c9c4c4c9c%10c5c5c1c1c6c6c%11c2c2c7c3c3c8c4"
    "c4c9c5c1c1c6c2c3c41"
)
# What is known to need a time-out, or to try a reader's depth.
HARD = (
    ("smarts", "*" + "~*" * 60 + "[U]"),
    ("smarts", "[$(" * 5 + "*~*" + ")]" * 5),
    ("smarts", "[$(*~*~*~*~*~*~*~*)]" * 10),
    ("smarts", "C(" * 9 + "C" + ")" * 9),
    ("smiles", CAGE),
    ("smiles", "[Fe]" + "(Cl)" * 8 + "C#C" * 79),
    ("smiles", "C[C@H](O)" * 60 + "C"),
    ("smiles", "F" + "/C=C" * 100 + "/F"),
    ("smiles", "C1C1" * 100),
    ("smiles", "C(" * 100 + "C" + ")" * 100),
    ("inchi", "InChI=1S/C60/c" + "-".join(str(1 + (7 * n) % 60) for n in range(180))),
)
_ALPHABET = "CNOPSFIclnos[]()=#12%.+-@H/\\:*>$ ~!&,;|{}\u041e\u0661\x00\n"


@dataclass(frozen=True, slots=True)
class Input:
    """One text, and how it is to be read."""

    notation: str
    text: str
    hard: bool = False


def inputs(count: int, seed: int) -> Iterator[Input]:
    """So many texts, the same for the same seed; what is known to be bad or hard in front."""
    known = [Input(bad.notation, bad.text) for bad in EVERY]
    known += [Input(notation, text, hard=True) for notation, text in HARD]
    yield from known[:count]
    dice = random.Random(seed)
    makers = (_smiles, _smiles, _smarts, _inchi, _molfile)
    for _ in range(count - len(known)):
        yield dice.choice(makers)(dice)


def _damaged(dice: random.Random, text: str, alphabet: str) -> str:
    for _ in range(dice.choice((0, 1, 1, 2, 4))):
        at = dice.randrange(len(text) + 1)
        what = dice.choice(("insert", "delete", "double", "swap"))
        piece = text[at : at + dice.randint(1, 6)]
        if what == "insert":
            text = text[:at] + dice.choice(alphabet) + text[at:]
        elif what == "delete":
            text = text[:at] + text[at + len(piece) :]
        elif what == "double":
            text = text[:at] + piece * dice.choice((2, 2, 40)) + text[at + len(piece) :]
        else:
            text = text[:at] + piece[::-1] + text[at + len(piece) :]
    return text


def _grown(dice: random.Random, depth: int = 0) -> str:
    """A SMILES by rule: atoms, bonds, branches, rings."""
    text = ""
    for _ in range(dice.randint(1, 6)):
        text += dice.choice(("C", "C", "N", "O", "[nH]", "c1ccccc1", "[Si]", "Cl", "[C@H]", "[O-]", "[NH3+]", "S", "P"))
        if depth < 6 and dice.random() < 0.3:
            text += f"({dice.choice(('', '=', '#', '/'))}{_grown(dice, depth + 1)})"
        text += dice.choice(("", "", "", "=", "#", ".", "-"))
    return text


def _smiles(dice: random.Random) -> Input:
    return Input("smiles", _damaged(dice, dice.choice((*SEEDS, _grown(dice))), _ALPHABET))


def _smarts(dice: random.Random) -> Input:
    text = dice.choice(SMARTS) + dice.choice(("", "~*" * dice.randint(1, 50), f"[$({dice.choice(SMARTS)})]"))
    return Input("smarts", _damaged(dice, text, _ALPHABET))


def _inchi(dice: random.Random) -> Input:
    return Input("inchi", _damaged(dice, dice.choice(INCHIS), "0123456789-,;()/HCOctbmsqpi+*"))


def _molfile(dice: random.Random) -> Input:
    lines = dice.choice((MOLFILE, V3000)).split("\n")
    at = dice.randrange(len(lines))
    what = dice.choice(("drop", "double", "damage", "damage", "swap"))
    if what == "drop":
        del lines[at]
    elif what == "double":
        lines.insert(at, lines[at])
    elif what == "swap":
        lines[at], lines[0] = lines[0], lines[at]
    else:
        lines[at] = _damaged(dice, lines[at], "0123456789 -.CNOHMVENDRQAX=")
    return Input("molfile", "\n".join(lines))


# --- What a text names, counted by other means than the portal's --------------------------------------------------

Composition = tuple[Counter[str], int]
_ATOM = re.compile(r"\[([^\[\]]*)\]|(Cl|Br|[BCNOPSFI]|[bcnops])", re.ASCII)
_BRACKET = re.compile(r"\d*(se|as|te|si|[A-Z][a-z]?|[bcnops])[^+-]*(?:([+-])(\d+|[+-]*))?", re.ASCII)
_FORMULA = re.compile(r"([A-Z][a-z]?)(\d*)", re.ASCII)


def composition(one: Input) -> Composition | None:
    """Heavy atoms by element, and charge, that the text names; None where nothing can be said."""
    counters = {"smiles": _of_smiles, "inchi": _of_inchi, "molfile": _of_molfile}
    return counters[one.notation](one.text) if one.notation in counters else None


def composition_of_formula(formula: str) -> Composition:
    """The same of a formula in Hill order with its charge, such as C3H4FO2- or Ca+2."""
    body, sign, size = re.fullmatch(r"([A-Za-z0-9]*)([+-]?)(\d*)", formula).groups()  # type: ignore[union-attr]
    counts = Counter({symbol: int(count or 1) for symbol, count in _FORMULA.findall(body) if symbol != "H"})
    return counts, int(f"{sign}{size or 1}") if sign else 0


def _of_smiles(text: str) -> Composition:
    counts: Counter[str] = Counter()
    charge = 0
    for bracket, plain in _ATOM.findall(text.partition("|")[0]):
        if plain:
            counts[plain.capitalize()] += 1
        elif found := _BRACKET.match(bracket):
            if found[1] != "H":
                counts[found[1].capitalize()] += 1
            if found[2]:
                size = int(found[3]) if found[3].isdigit() else 1 + len(found[3])
                charge += size if found[2] == "+" else -size
    return counts, charge


def _of_inchi(text: str) -> Composition | None:
    layers = text.strip().split("/")
    if len(layers) < 2:
        return None
    counts: Counter[str] = Counter()
    for part in layers[1].split("."):
        found = re.match(r"(\d*)(.*)", part)
        for symbol, count in _FORMULA.findall(found[2] if found else ""):
            if symbol != "H":
                counts[symbol] += int((found[1] if found else "") or 1) * int(count or 1)
    charge = 0
    for layer in layers[2:]:
        if layer.startswith("p"):
            charge += int(layer[1:] or 0)
        elif layer.startswith("q"):
            for part in layer[1:].split(";"):
                times, _, size = part.rpartition("*")
                charge += int(times or 1) * int(size or 0)
    return counts, charge


def _of_molfile(text: str) -> Composition:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    symbols = re.compile(
        r"(?: *-?\d+\.\d*){3} *([A-Z][a-z]?)(?: .*)?|M  V30 \d+ ([A-Z][a-z]?)(?: -?[\d.]+){3} .*", re.ASCII
    )
    counts = Counter(
        symbol
        for line in lines
        if (found := symbols.fullmatch(line.rstrip())) and (symbol := found[1] or found[2]) not in "HDT"
    )
    charge = sum(int(size) for line in lines for size in re.findall(r"CHG=(-?\d+)", line))
    for line in lines:
        if line.startswith("M  CHG"):
            charge += sum(int(size) for size in line.split()[4::2])
    return counts, charge
