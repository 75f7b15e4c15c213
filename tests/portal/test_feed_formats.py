"""Feeds and calendars as their standards want them, whatever text goes in."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.watching import atom, ical

ATOM = "{http://www.w3.org/2005/Atom}"
AT = dt.datetime(2026, 4, 15, 12, 0, tzinfo=dt.UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def a_feed(title: str = "t", summary: str = "s", **head: str | None) -> ET.Element:
    said = {
        "authority": "example.org",
        "key": "feed/all",
        "title": title,
        "subtitle": "sub",
        "language": "en",
        "page": "https://example.org/",
        "address": "https://example.org/feed.atom",
        "first": "https://example.org/feed.atom",
        "newer": None,
        "older": None,
    }
    item = atom.Item(uuid.UUID(int=7), title, summary, "https://example.org/x/", AT, AT.date(), "list.entered")
    text = atom.atom(atom.Head(**said | head, updated=AT), [item])  # type: ignore[arg-type]  # as above
    return ET.fromstring(text)


def said(element: ET.Element, path: str) -> str:
    found = element.find("/".join(ATOM + part for part in path.split("/")))
    assert found is not None
    return found.text or ""


@given(text=ANY_TEXT)
def test_a_feed_can_be_read_whatever_is_in_it(text: str) -> None:
    feed = a_feed(text, text)
    kept = re.sub(r"\r\n?", "\n", atom.clean(text))
    assert said(feed, "entry/title") == kept


def test_a_feed_has_what_the_standard_demands() -> None:
    feed = a_feed()
    assert (said(feed, "id"), said(feed, "updated")) == ("tag:example.org,2026:feed/all", "2026-04-15T12:00:00+00:00")
    assert said(feed, "author/name")
    assert said(feed, "entry/id") == f"tag:example.org,2026:event/{uuid.UUID(int=7)}"
    assert said(feed, "entry/updated") == "2026-04-15T12:00:00+00:00"


def test_a_page_of_a_feed_leads_to_the_pages_beside_it() -> None:
    feed = a_feed(older="https://example.org/feed.atom?cursor=x")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["next"] == "https://example.org/feed.atom?cursor=x"
    assert links["self"] == links["first"] == "https://example.org/feed.atom"
    assert "previous" not in links


def test_a_summary_with_markup_is_text() -> None:
    assert said(a_feed(summary="a < b & <b>c</b>"), "entry/summary") == "a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;"


def a_calendar(title: str = "t", text: str = "x") -> str:
    day = ical.Day("a@example.org", dt.date(2026, 5, 1), title, text, "https://example.org/", AT, AT.date(), (title,))
    return ical.calendar([day], name=title, description=text, language="en")


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


@given(title=ANY_TEXT, text=ANY_TEXT)
def test_a_calendars_lines_are_short_and_say_what_went_in(title: str, text: str) -> None:
    written = a_calendar(title, text)
    lines = written.split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f]|(?<!\r)\n|\r(?!\n)", written)
    summary = next(line for line in unfolded(written) if line.startswith("SUMMARY:"))
    back = unescaped(summary.removeprefix("SUMMARY:"))
    assert [char for char in back if char.isprintable()] == [
        char if char.isprintable() else " "
        for char in re.sub(r"\r\n?", "\n", title)
        if char.isprintable() or (char.isspace() and char != "\n")
    ]


@pytest.mark.parametrize("character", ["ą", "𝄞", "a"])
def test_a_line_is_never_broken_within_a_character(character: str) -> None:
    line = "SUMMARY:" + character * 100
    parts = ical.folded(line).split("\r\n ")
    assert "".join(parts) == line
    assert len(parts) > 1


def test_a_day_is_whole_and_without_a_time() -> None:
    lines = unfolded(a_calendar("a; b, c", "first\nsecond"))
    assert "DTSTART;VALUE=DATE:20260501" in lines
    assert "SUMMARY:a\\; b\\, c" in lines
    assert "DESCRIPTION:first\\nsecond" in lines
    assert "DTSTAMP:20260415T120000Z" in lines
    assert "SEQUENCE:9601" in lines
    assert [line for line in lines if line.startswith(("BEGIN", "END"))] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
