"""What a thing of the catalogue is called in the reader's language."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import get_language


class Named(Protocol):
    """Something with an English name; a Polish one stands in `name_pl` where there is one."""

    name: str


def named(thing: Named) -> str:
    """Its Polish name where the reader's language is Polish and it has one, else its English name."""
    polish: str = getattr(thing, "name_pl", "")
    return polish if polish and (get_language() or "").startswith("pl") else thing.name
