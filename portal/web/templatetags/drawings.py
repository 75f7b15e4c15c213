"""Stored drawings of structures, as markup."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def drawing(drawn: Any) -> SafeString:
    """The stored SVG of a structure, a search or a substance; empty where there is none.

    It was written by our own `chemistry.depict`, which escapes the only text in it.
    """
    structure = getattr(drawn, "shown_structure", drawn)
    return mark_safe(getattr(structure, "svg", "") or "")  # noqa: S308 - markup of our own writer
