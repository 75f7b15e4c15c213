"""Events as an Atom feed. Source: RFC 4287; pages by RFC 5005, section 3; ids by RFC 4151.

Django writes the feed; here are the parts it leaves out: pages, and text that XML cannot carry.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
#: The year from which the authority of our tags is named.
SINCE = "2026"
# Source: XML 1.0, 2.2: characters that no document may have.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed.

    Attributes:
        id: of the event; the entry's id is made of it and never changes.
        title, summary: plain text.
        link: the page about it, absolute.
        recorded_at: when this portal told it.
        occurred_on: the day it is about.
        kind: of the event, as the entry's category.
    """

    id: uuid.UUID
    title: str
    summary: str
    link: str
    recorded_at: dt.datetime
    occurred_on: dt.date
    kind: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a feed says of itself.

    Attributes:
        authority: host that the portal is known by, for its tags.
        key: what the feed is about, such as list/reach-candidate-list; its id is made of it.
        page, address: of the page about the same, and of this page of the feed; absolute.
        newer, older: pages beside it.
        updated: when the newest thing in it was told; the beginning of time where there is none.
    """

    authority: str
    key: str
    title: str
    subtitle: str
    language: str
    page: str
    address: str
    first: str
    newer: str | None
    older: str | None
    updated: dt.datetime


def tag(authority: str, key: str) -> str:
    """A name that stays the same wherever the portal stands. Source: RFC 4151."""
    return f"tag:{authority},{SINCE}:{key}"


def atom(head: Head, items: Iterable[Item]) -> str:
    """The feed as a document."""
    feed = _Pages(
        title=clean(head.title),
        link=head.page,
        description="",
        subtitle=clean(head.subtitle),
        language=head.language,
        author_name="Benigna",
        feed_url=head.address,
        feed_guid=tag(head.authority, head.key),
        head=head,
    )
    for item in items:
        feed.add_item(
            title=clean(item.title),
            link=item.link,
            # Django declares summaries as HTML.
            description=escape(clean(item.summary)),
            unique_id=tag(head.authority, f"event/{item.id}"),
            pubdate=item.recorded_at,
            updateddate=item.recorded_at,
            categories=[item.kind],
        )
    return feed.writeString("utf-8")


def clean(text: str) -> str:
    """The text without characters that XML cannot carry."""
    return _NOT_XML.sub("\ufffd", text)


class _Pages(Atom1Feed):
    """An Atom feed with links to the pages beside it."""

    def add_root_elements(self, handler: Any) -> None:
        """Django's, and the pages. Source: RFC 5005, section 3."""
        super().add_root_elements(handler)
        head: Head = self.feed["head"]
        for relation, address in (("first", head.first), ("previous", head.newer), ("next", head.older)):
            if address:
                handler.addQuickElement("link", "", {"rel": relation, "href": address})

    def latest_post_date(self) -> dt.datetime:
        """When the newest thing of the whole feed was told, whichever page this is."""
        head: Head = self.feed["head"]
        return head.updated
