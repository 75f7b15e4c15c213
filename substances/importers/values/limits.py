"""Concentration limits, M-factors, acute toxicity estimates, Notes and label codes of Annex VI as structured values.

`Skin Irrit. 2; H315: 1 % ≤ C < 5 %` · `C ≥ 0,1 %` · `M=10` · `M (Chronic) = 100` · `oral: ATE = 500 mg/kg bw` ·
Notes `A`, `H`, `1` · pictograms `GHS08` and signal words `Dgr`, `Wng`. What cannot be read is kept as text, with a
problem; the limit of nothing is guessed.

Source: Regulation (EC) No 1272/2008, Annex VI, Part 1, 1.1 and 1.2 (columns of the table and Notes); Annex V
(pictograms).
"""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal

from substances.importers.base import MISSING, Problem
from substances.importers.values.hazard_codes import classifications

# As long as a number may be: cells come from strangers.
_NUMBER = r"(?<![\d.,])(?:\d{1,3}(?: \d{3}){1,3}|\d{1,9}(?:[.,]\d{1,9})?)(?!\d)"
_HEAD = r"(?P<head>[A-Za-z][A-Za-z .-]{1,24}(?:\d[A-D]?)? ?\*{0,4} ?[;,] ?(?:EU)?H\d{3}[A-Za-z]{0,2} ?\*{0,4}) ?: ?"
_ITEM = re.compile(
    rf"(?:{_HEAD})?"
    rf"(?:(?P<low>{_NUMBER}) ?%? ?(?P<above>[≤<]) ?C ?(?P<below>[≤<]) ?(?P<high>{_NUMBER}) ?%"
    rf"|C ?(?P<sign>[≥>=≤<]) ?(?P<bound>{_NUMBER}) ?%)(?: ?\*{{1,4}})?"
    rf"|(?<![A-Za-z])M ?(?:\( ?(?P<kind>acute|chronic) ?\) ?)?[=:] ?(?P<factor>{_NUMBER})"
    r"(?: ?\( ?(?P<last>acute|chronic) ?\))?"
    rf"|(?P<route>oral|dermal|inhalation) ?:? ?ATE ?= ?(?P<value>{_NUMBER}) ?(?P<unit>mg/kg(?: bw)?|mg/l|ppm ?V?)"
    r"(?: \(?(?P<form>dusts? ?(?:or|and|/) ?mists?|dusts?|mists?|vapours?|gas(?:es)?)\)?)?"
    r"|(?P<general>(?<!\S)\*{1,4}(?!\S))",
    re.ASCII | re.IGNORECASE,
)
# Letters and numbers of Annex VI, Part 1, 1.1.3; X is a letter of later amendments.
NOTES: frozenset[str] = frozenset("ABCDEFGHJKLMNPQRSTUVWX") | frozenset(str(number) for number in range(1, 13))
PICTOGRAMS: frozenset[str] = frozenset(f"GHS0{number}" for number in range(1, 10))
SIGNAL_WORDS = {"dgr": "danger", "wng": "warning", "danger": "danger", "warning": "warning"}
_TEXTS = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "⩾": "≥", "⩽": "≤", "\uff05": "%"})


@dataclasses.dataclass(frozen=True, slots=True)
class ConcentrationLimit:
    """From which share of a mixture on a hazard class counts, where a specific limit is given.

    Attributes:
        hazard_class, hazard_statement: "" where the limit is printed without them.
        min_percent, max_percent: bounds of the concentration C in per cent; None where there is none.
        min_included, max_included: whether the bound itself belongs to it.
        as_printed: the limit.
    """

    hazard_class: str
    hazard_statement: str
    min_percent: Decimal | None
    max_percent: Decimal | None
    min_included: bool
    max_included: bool
    as_printed: str


@dataclasses.dataclass(frozen=True, slots=True)
class MFactor:
    """A multiplying factor for very toxic to aquatic life. `applies_to`: acute, chronic, or "" where it is not said."""

    factor: int
    applies_to: str
    as_printed: str


@dataclasses.dataclass(frozen=True, slots=True)
class ToxicityEstimate:
    """An acute toxicity estimate (ATE).

    Attributes:
        route: oral, dermal or inhalation.
        value, unit: mg/kg bw, mg/L or ppmV.
        form: such as "dusts or mists"; "" where it is not said.
    """

    route: str
    value: Decimal
    unit: str
    form: str
    as_printed: str


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What the column of limits says.

    Attributes:
        general: whether an asterisk refers to the generic limits.
        not_read: what was not understood, as printed.
    """

    concentrations: tuple[ConcentrationLimit, ...] = ()
    m_factors: tuple[MFactor, ...] = ()
    estimates: tuple[ToxicityEstimate, ...] = ()
    general: bool = False
    not_read: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Label:
    """Pictograms and signal word. `signal_word`: danger, warning, or "" where none is printed."""

    pictograms: tuple[str, ...] = ()
    signal_word: str = ""
    problems: tuple[Problem, ...] = ()


def limits(cell: str) -> Limits:
    """The limits, M-factors and estimates in a cell, in the order printed; line ends are the spreadsheet's."""
    text = " ".join(cell.translate(_TEXTS).split())
    text = text.replace(">=", "≥").replace("=>", "≥").replace("<=", "≤").replace("=<", "≤")
    if text in MISSING:
        return Limits()
    concentrations: list[ConcentrationLimit] = []
    m_factors: list[MFactor] = []
    estimates: list[ToxicityEstimate] = []
    left: list[str] = []
    problems: list[Problem] = []
    general = False
    end = 0
    for item in _ITEM.finditer(text):
        left.append(text[end : item.start()])
        end = item.end()
        if item["general"]:
            general = True
        elif item["factor"]:
            m_factors.append(_m_factor(item))
        elif item["route"]:
            estimates.append(_estimate(item))
        else:
            one, odd = _concentration(item)
            problems += odd
            concentrations += [one] if one else []
            left += [] if one else [item[0]]
    not_read = tuple(part for part in (part.strip(" ;,.") for part in (*left, text[end:])) if part)
    problems += [Problem("limit_not_read", f"{part!r} is no limit that is understood") for part in not_read]
    return Limits(tuple(concentrations), tuple(m_factors), tuple(estimates), general, not_read, tuple(problems))


def notes(cell: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The Notes in a cell: letters and numbers, in the order printed."""
    tokens = [token for token in re.split(r"[\s,;.]+", cell.translate(_TEXTS)) if token not in MISSING]
    tokens = [token for token in tokens if token.casefold() not in ("note", "notes")]
    odd = [token for token in tokens if token not in NOTES]
    problems = tuple(Problem("note_unknown", f"{token!r} is no Note of Annex VI") for token in odd)
    return tuple(dict.fromkeys(token for token in tokens if token in NOTES)), problems


def label(cell: str) -> Label:
    """The pictograms and the signal word in a cell; asterisks refer to elsewhere and say nothing here."""
    pictograms: dict[str, None] = {}
    word = ""
    problems = []
    for token in re.split(r"[\s,;]+", cell.translate(_TEXTS)):
        if token in PICTOGRAMS:
            pictograms[token] = None
        elif token.casefold() in SIGNAL_WORDS and word in ("", SIGNAL_WORDS[token.casefold()]):
            word = SIGNAL_WORDS[token.casefold()]
        elif token not in MISSING and token.strip("*"):
            problems.append(Problem("label_not_read", f"{token!r} is no pictogram or signal word"))
    return Label(tuple(pictograms), word, tuple(problems))


def _concentration(item: re.Match[str]) -> tuple[ConcentrationLimit | None, tuple[Problem, ...]]:
    """The limit; None where its bounds contradict themselves."""
    low, high = (_number(item[name]) if item[name] else None for name in ("low", "high"))
    above, below = item["above"] == "≤", item["below"] == "≤"
    if item["bound"]:
        bound, sign = _number(item["bound"]), item["sign"]
        low, above = (bound, sign != ">") if sign in "≥>=" else (None, False)
        high, below = (bound, sign != "<") if sign in "≤<=" else (None, False)
    if (low is not None and high is not None and low > high) or max(low or 0, high or 0) > 100:
        return None, ()
    found = classifications(item["head"] or "")
    name, code = next(((one.hazard_class, one.hazard_statement) for one in found.classifications), ("", ""))
    return ConcentrationLimit(name, code, low, high, above, below, item[0]), found.problems


def _m_factor(item: re.Match[str]) -> MFactor:
    return MFactor(int(_number(item["factor"])), (item["kind"] or item["last"] or "").lower(), item[0])


def _estimate(item: re.Match[str]) -> ToxicityEstimate:
    unit = {"mg/kg": "mg/kg bw", "mg/kg bw": "mg/kg bw", "mg/l": "mg/L"}.get(item["unit"].lower(), "ppmV")
    return ToxicityEstimate(item["route"].lower(), _number(item["value"]), unit, (item["form"] or "").lower(), item[0])


def _number(digits: str) -> Decimal:
    return Decimal(digits.replace(" ", "").replace(",", "."))
