"""Tonnage bands as publishers print them: `1 - 10`, `≥ 10 to < 100 tonnes`, `1 000 - 10 000 tpa`, `100+`, or words.

Bands are half-open, as REACH uses them: 10 - 100 is from 10 tonnes up to, not including, 100 (Articles 12 and 119 of
Regulation (EC) No 1907/2006). What was not understood keeps its text and has no bounds; nothing is guessed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from substances.importers.base import MISSING, Problem


class TonnageStatus(StrEnum):
    """What a part of a cell says of the tonnage."""

    BAND = "band"
    CONFIDENTIAL = "confidential"
    INTERMEDIATE_ONLY = "intermediate_only"  # registered for intermediate uses, whose tonnage is not published
    CEASED = "ceased"  # manufacture or import has stopped
    NOT_REGISTERED = "not_registered"
    NOT_GIVEN = "not_given"
    NOT_UNDERSTOOD = "not_understood"


@dataclasses.dataclass(frozen=True, slots=True)
class Tonnage:
    """One part of a cell: a band, or why there is none.

    Attributes:
        as_printed: the part.
        min_tonnes_per_year, max_tonnes_per_year: the bounds; None where there is none. Both None without a band.
        min_included, max_included: whether a bound itself belongs to the band; by default only the lower one.
    """

    as_printed: str
    status: TonnageStatus
    min_tonnes_per_year: Decimal | None = None
    max_tonnes_per_year: Decimal | None = None
    min_included: bool = True
    max_included: bool = False


# As long as a number may be: cells come from strangers.
_NUMBER = (
    r"\d{1,3}(?:[ ,']\d{3}){1,4}(?:\.\d{1,6})?|\d{1,3}(?:\.\d{3}){2,4}"
    r"|\d{1,15}(?:\.(?!\d{3}(?!\d))\d{1,6}|,\d{1,2})?"
)
_UNIT = re.compile(
    r"(?<![a-z])(?:metric )?(?:tonnes?|tons?|tpa|tpy|t)(?![a-z])(?: ?(?:/|per) ?(?:annum|year|yr|a|y)(?![a-z]))?\.?"
    r"|(?<![a-z])(?:per|p\.?) ?(?:annum|year|a\.?)(?![a-z])"
)
_FROM = {"≥": True, ">": False, "at least": True, "more than": False, "over": False, "above": False, "from": True}
_TO = {"≤": True, "<": False, "up to": True, "less than": False, "below": False, "under": False}
_RANGE = re.compile(
    rf"(?:(?P<above>≥|>|from) ?)?(?P<least>{_NUMBER}) ?(?:-|to|and) ?(?:(?P<below>≤|<) ?)?(?P<most>{_NUMBER})", re.ASCII
)
_AT_LEAST = re.compile(
    rf"(?P<above>{'|'.join(_FROM)}) ?(?P<least>{_NUMBER})|(?P<bare>{_NUMBER}) ?(?:\+|plus|or more|and more)", re.ASCII
)
_AT_MOST = re.compile(rf"(?P<below>{'|'.join(_TO)}) ?(?P<most>{_NUMBER})", re.ASCII)
_EXACT = re.compile(_NUMBER, re.ASCII)
_PARTS = re.compile(r"[;\n()]")
_TEXTS = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("\xa0\u2007\u2009\u202f", " ") | {"’": "'", "⩾": "≥", "⩽": "≤"}
)
# What a part says in words, as folded text.
_WORDS = (
    (TonnageStatus.CONFIDENTIAL, re.compile(r"(?:total )?(?:tonnage )?(?:data |band )?(?:claimed |is )?confidential")),
    (
        TonnageStatus.INTERMEDIATE_ONLY,
        re.compile(r"(?:registered as )?(?:an )?intermediates?(?: uses?| registrations?)?(?: only)?"),
    ),
    (
        TonnageStatus.CEASED,
        re.compile(r"ceased? manufacture|manufacture (?:has )?ceased|no longer (?:manufactured|active|valid)|inactive"),
    ),
    (
        TonnageStatus.NOT_REGISTERED,
        re.compile(r"(?:not|no longer) (?:reach )?registered|no (?:active |reach )*registrations?"),
    ),
    (
        TonnageStatus.NOT_GIVEN,
        re.compile(r"(?:tonnage )?(?:data )?not (?:publicly )?(?:available|given|known|specified)|unknown|no data"),
    ),
)


def tonnages(cell: str) -> tuple[Tonnage, ...]:
    """What a cell says of the tonnage, part by part; parts are joined by semicolons, line ends or brackets.

    Two bands are two registrations: whether they add up, the publishers do not say, so they are not added.
    """
    parts = [" ".join(part.translate(_TEXTS).split()) for part in _PARTS.split(cell)]
    found = tuple(_part(part) for part in parts if part not in MISSING)
    return found or (Tonnage(cell.strip(), TonnageStatus.NOT_GIVEN),)


def tonnage_problems(found: Iterable[Tonnage]) -> tuple[Problem, ...]:
    """One problem for each part that was not understood."""
    return tuple(
        Problem("tonnage_not_understood", f"{one.as_printed!r} is no tonnage band that is understood")
        for one in found
        if one.status == TonnageStatus.NOT_UNDERSTOOD
    )


def _part(printed: str) -> Tonnage:
    text = printed.casefold().replace(">=", "≥").replace("=>", "≥").replace("<=", "≤").replace("=<", "≤")
    for status, words in _WORDS:
        if words.fullmatch(text.rstrip(".")):
            return Tonnage(printed, status)
    text = " ".join(_UNIT.sub(" ", text).split())
    return _band(printed, text) or Tonnage(printed, TonnageStatus.NOT_UNDERSTOOD)


def _band(printed: str, text: str) -> Tonnage | None:
    if match := _RANGE.fullmatch(text):
        least, most = _tonnes(match["least"]), _tonnes(match["most"])
        if least >= most:
            return None
        above, below = _FROM[match["above"] or "≥"], _TO[match["below"] or "<"]
        return Tonnage(printed, TonnageStatus.BAND, least, most, above, below)
    if match := _AT_LEAST.fullmatch(text):
        least = _tonnes(match["least"] or match["bare"])
        return Tonnage(printed, TonnageStatus.BAND, least, None, _FROM[match["above"] or "≥"])
    if match := _AT_MOST.fullmatch(text):
        most = _tonnes(match["most"])
        return Tonnage(printed, TonnageStatus.BAND, None, most, max_included=_TO[match["below"]])
    if _EXACT.fullmatch(text):
        return Tonnage(printed, TonnageStatus.BAND, _tonnes(text), _tonnes(text), max_included=True)
    return None


def _tonnes(digits: str) -> Decimal:
    """A number as printed: groups of three digits behind a blank, comma or apostrophe, or behind two points or more.

    `1.000` does not come here: it may be one tonne or a thousand.
    """
    plain = digits.replace(" ", "").replace("'", "")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    if re.fullmatch(r"\d+,\d{1,2}", plain):
        return Decimal(plain.replace(",", "."))
    return Decimal(plain.replace(",", ""))
