"""Symbols of the elements, in order of atomic number (IUPAC, 118 elements)."""

from __future__ import annotations

import re


def _symbols(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[A-Z][a-z]?", text))


SYMBOLS = _symbols(
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr "
    "Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu "
    "Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr "
    "Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
)
ATOMIC_NUMBER: dict[str, int] = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}

# Everything else is a metal or a metalloid whose salts and organic compounds are never taken apart.
NON_METALS = frozenset(_symbols("H He B C N O F Ne Si P S Cl Ar Se Br Kr I Xe At Rn Ts Og"))
