"""Days as a calendar that calendar programs subscribe to. Source: RFC 5545; names of calendars by RFC 7986.

A writer of our own: all-day events without alarms, repeats or people are seven lines each, and no library is installed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LINE_OCTETS = 75
_EPOCH = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """One all-day event.

    Attributes:
        uid: stays the same while the day is moved or renamed.
        on: the day.
        title, text: plain.
        link: the page about it, absolute.
        changed_at: when what is said was last published here.
        edition: the day of the source's edition; its revision is counted from it.
        categories: plain words.
    """

    uid: str
    on: dt.date
    title: str
    text: str
    link: str
    changed_at: dt.datetime
    edition: dt.date
    categories: tuple[str, ...] = ()


def calendar(days: Iterable[Day], *, name: str, description: str, language: str) -> str:
    """The calendar as a document: lines of at most 75 octets, ended by CRLF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Benigna//Benigna//{language.upper()[:2]}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        f"DESCRIPTION:{escaped(description)}",
        f"X-WR-CALDESC:{escaped(description)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        *(line for day in days for line in _event(day)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(day: Day) -> Iterator[str]:
    stamp = day.changed_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(day.uid)}"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"SEQUENCE:{max(0, (day.edition - _EPOCH).days)}"
    yield f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}"
    yield f"SUMMARY:{escaped(day.title)}"
    if day.text:
        yield f"DESCRIPTION:{escaped(day.text)}"
    yield f"URL:{day.link}"
    if day.categories:
        yield f"CATEGORIES:{','.join(escaped(one) for one in day.categories)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """Text as a value: backslash, semicolon, comma and line ends escaped, other control characters left out.

    Source: RFC 5545, 3.3.11.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join(
        char if char.isprintable() else "\\n" if char == "\n" else " " if char.isspace() else "" for char in text
    )


def folded(line: str) -> str:
    """The line, broken behind at most 75 octets and never within a character. Source: RFC 5545, 3.1."""
    parts, octets, part = [], 0, ""
    for char in line:
        size = len(char.encode())
        # A part that continues begins with a blank, which counts.
        if octets + size > _LINE_OCTETS:
            parts.append(part)
            part, octets = "", 1
        part, octets = part + char, octets + size
    return "\r\n ".join([*parts, part])
