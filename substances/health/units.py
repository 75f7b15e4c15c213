"""Units of limits: read as printed, compared, and changed between ppm and mg/m³ where a molar mass allows it. Pure.

Source: footnotes of Directives 91/322/EEC, 2000/39/EC and 2004/37/EC: mg/m³ at 20 °C and 101.3 kPa, ppm by volume in
air (ml/m³); 29 CFR 1910.1000, Table Z-1, note (a): 25 °C and 760 torr. The molar volume follows by the ideal gas law
with R = 8.314 462 618 J/(mol K) (CODATA 2018).
"""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal, localcontext

from substances.health_terms import LimitUnit

_GAS_CONSTANT = Decimal("8.314462618")
# By the temperature that a law measures at, in °C.
MOLAR_VOLUMES_L_PER_MOL = {
    20: _GAS_CONSTANT * Decimal("293.15") / Decimal("101.3"),
    25: _GAS_CONSTANT * Decimal("298.15") / Decimal("101.325"),
}
# Numbers are printed with two or three digits, the rounder one often first.
_AGREES_WITHIN = Decimal("0.06")
_SIGNIFICANT = 3
# More than the database keeps before the point, and than a cubic metre holds in milligrams or parts in a million.
_TOO_MUCH = 10**8
_NUMBER = re.compile(r"(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d{1,8})?|\d{1,9}(?:[.,]\d{1,8})?)", re.ASCII)
_MICRO = str.maketrans({"\u03bc": "µ", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
_SPELLINGS = {
    "mg/m3": LimitUnit.MG_M3,
    "mg/m³": LimitUnit.MG_M3,
    "mg.m-3": LimitUnit.MG_M3,
    "µg/m3": LimitUnit.UG_M3,
    "µg/m³": LimitUnit.UG_M3,
    "ug/m3": LimitUnit.UG_M3,
    "ppm": LimitUnit.PPM,
    "ml/m3": LimitUnit.PPM,
    "ml/m³": LimitUnit.PPM,
    "f/ml": LimitUnit.FIBRES_CM3,
    "f/cm3": LimitUnit.FIBRES_CM3,
    "f/cm³": LimitUnit.FIBRES_CM3,
    "fibres/cm3": LimitUnit.FIBRES_CM3,
    "fibres/cm³": LimitUnit.FIBRES_CM3,
    "µg/l": LimitUnit.UG_L,
    "ug/l": LimitUnit.UG_L,
    "µg/100ml": LimitUnit.UG_DL,
    "ug/100ml": LimitUnit.UG_DL,
    "µg/dl": LimitUnit.UG_DL,
    "ug/dl": LimitUnit.UG_DL,
    "µg/gcreatinine": LimitUnit.UG_G_CREATININE,
    "ug/gcreatinine": LimitUnit.UG_G_CREATININE,
    "mg/kgbw/day": LimitUnit.MG_KG_DAY,
    "mg/kgbw/d": LimitUnit.MG_KG_DAY,
    "mg/kg/day": LimitUnit.MG_KG_DAY,
    "µg/kgbw/day": LimitUnit.UG_KG_DAY,
    "ug/kgbw/day": LimitUnit.UG_KG_DAY,
}


class NotALimit(ValueError):
    """A text that is no number, or no unit that is known; the message quotes it and says what would be right."""


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit; `computed` where nobody printed it."""

    value: Decimal
    unit: str
    computed: bool = False


def unit_of(text: str) -> str:
    """The unit that a text spells, such as "mg/m3" or "ml/m³".

    Raises:
        NotALimit: it is none that is known.
    """
    squeezed = "".join(text.casefold().translate(_MICRO).split())
    if squeezed not in _SPELLINGS:
        raise NotALimit(f"{text[:60]!r} is no unit of a limit; known are {', '.join(LimitUnit.values)}")
    return _SPELLINGS[squeezed].value


def number_of(text: str) -> Decimal:
    """The number above zero that a cell holds: `1 210`, `0,66` or `1.5`; a comma stands before decimals.

    Raises:
        NotALimit: it is none, or could be read in two ways (`1,210` is a thousand to some, little more than one to
            others).
    """
    printed = text.strip()
    match = _NUMBER.fullmatch(printed)
    if match is None or re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", printed, re.ASCII):
        raise NotALimit(f"{text[:60]!r} is no number that reads in one way only; write 1210 or 1210.5")
    value = Decimal(re.sub(r"[ \u00a0\u202f]", "", printed).replace(",", "."))
    if not 0 < value < _TOO_MUCH:
        raise NotALimit(f"{text[:60]!r} is no limit: a limit is above zero and below {_TOO_MUCH:,}")
    return value


def degrees_of(jurisdiction: str) -> int:
    """At how many °C a law measures air: 25 in the United States, 20 in the EU."""
    return 25 if jurisdiction == "US" else 20


def converted(amount: Amount, mass_g_per_mol: float | Decimal | None, *, celsius: int = 20) -> Amount | None:
    """ppm as mg/m³ and mg/m³ as ppm, at 20 or 25 °C and normal pressure, with three digits; None without a molar mass.

    Only for what is a gas or vapour: who asks must know that it is no dust (a limit for a fraction of dust is not).
    """
    if not mass_g_per_mol or amount.unit not in (LimitUnit.PPM, LimitUnit.MG_M3):
        return None
    factor = Decimal(str(mass_g_per_mol)) / MOLAR_VOLUMES_L_PER_MOL[celsius]
    if amount.unit == LimitUnit.PPM:
        return Amount(_rounded(amount.value * factor), LimitUnit.MG_M3.value, computed=True)
    return Amount(_rounded(amount.value / factor), LimitUnit.PPM.value, computed=True)


def agree(one: Amount, other: Amount, mass_g_per_mol: float | Decimal, *, celsius: int = 20) -> bool:
    """Whether a value in ppm and one in mg/m³ are the same within 6 %, as far as printed numbers are rounded."""
    as_other = converted(one, mass_g_per_mol, celsius=celsius)
    if as_other is None or as_other.unit != other.unit:
        return False
    return abs(as_other.value - other.value) / other.value <= _AGREES_WITHIN


def _rounded(value: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _SIGNIFICANT
        return +value
