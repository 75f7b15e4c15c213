"""Days as publishers print them, in every form we have met; an ambiguous or impossible one is refused, not guessed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

# Month names as they were seen or as the locale has them, folded: English and Dutch, whole and short.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari",
            "mar march mrt maart",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august augustus",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_DAY_NAME_YEAR = re.compile(r"(\d{1,2})[-. ]([A-Za-z]{3,9})\.?[-. ](\d{4}|\d{2})", re.ASCII)
_NAME_DAY_YEAR = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}), ?(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_YEAR_NAME = re.compile(r"(\d{4}) ([A-Za-z]{3,9})", re.ASCII)
# A year of two digits: publishers of chemicals' lists began after 1950.
_CENTURY_TURNS = 50


class NotADay(ValueError):
    """A text that is no day; the message quotes it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """A day, and how exactly it was printed.

    Attributes:
        first: the day, or the first day of the month where only a month was printed.
        exact: whether the day itself was printed.
    """

    first: dt.date
    exact: bool


def day(cell: object, *, month_first: bool = False) -> Day:
    """A day as printed: `04-Feb-2026`, `4 mrt 2024`, `1-Jan-90`, `25/06/2020`, `2011 May`, ISO, or a real date.

    Args:
        month_first: whether `06/25/2020` is how this publisher writes; else the day comes first. A text that only
            makes sense the other way round is refused.

    Raises:
        NotADay: it is none of these.
    """
    if isinstance(cell, dt.datetime):
        return Day(cell.date(), True)
    if isinstance(cell, dt.date):
        return Day(cell, True)
    text = " ".join(str(cell).replace("\u00a0", " ").split())
    try:
        return _read(text, month_first)
    except (ValueError, KeyError):
        raise NotADay(f"{text!r} is not a day") from None


def _read(text: str, month_first: bool) -> Day:
    if match := _DAY_NAME_YEAR.fullmatch(text):
        return Day(dt.date(_year(match[3]), _month(match[2]), int(match[1])), True)
    if match := _NAME_DAY_YEAR.fullmatch(text):
        return Day(dt.date(int(match[3]), _month(match[1]), int(match[2])), True)
    if match := _ISO.fullmatch(text):
        return Day(dt.date(int(match[1]), int(match[2]), int(match[3])), True)
    if match := _SLASHED.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        month, number = (first, second) if month_first else (second, first)
        return Day(dt.date(int(match[3]), month, number), True)
    if match := _YEAR_NAME.fullmatch(text):
        return Day(dt.date(int(match[1]), _month(match[2]), 1), False)
    raise ValueError


def _month(name: str) -> int:
    return _MONTHS[name.casefold()]


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= _CENTURY_TURNS else 2000)
