"""The two clocks on a page: what was asked, what is shown, and the way back to today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils import timezone

from substances.clocks import AS_OF, KNOWN_ON, Clocks, ClocksRefused, now, read_clocks


@dataclass(frozen=True, slots=True)
class PageClocks:
    """What `components/clocks.html` shows.

    Attributes:
        shown: by which the page answers; today's where what was asked cannot be.
        as_of, known_on: as typed.
        errors: by field, what is wrong with it.
        path: of the page for today.
        query: what links to neighbouring pages carry on.
    """

    shown: Clocks
    as_of: str
    known_on: str
    path: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """Of the clocks shown."""
        return self.shown.query

    @property
    def latest(self) -> str:
        """The latest day that can be asked for."""
        return timezone.localdate().isoformat()

    @property
    def status(self) -> int:
        """Of the answer: 400 where what was asked cannot be."""
        return 400 if self.errors else 200


def clocks_of(request: HttpRequest) -> PageClocks:
    """The clocks that a page was asked for."""
    typed = {name: request.GET.get(name, "").strip() for name in (AS_OF, KNOWN_ON)}
    try:
        return PageClocks(read_clocks(typed), typed[AS_OF], typed[KNOWN_ON], request.path)
    except ClocksRefused as refused:
        return PageClocks(now(), typed[AS_OF], typed[KNOWN_ON], request.path, refused.errors)
