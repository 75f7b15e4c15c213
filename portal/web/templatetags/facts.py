"""What our own facts look like on a page: stored drawings, concerns, what evidence says."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from portal.common import named as names
from substances.group_words import Clause, plain_of
from substances.reasons import in_words
from substances.vocabulary import Concern

register = template.Library()


@register.filter
def drawing(drawn: Any) -> SafeString:
    """The stored SVG of a structure, a search or a substance; empty where there is none.

    It was written by our own `chemistry.depict`, which escapes the only text in it.
    """
    structure = getattr(drawn, "shown_structure", drawn)
    return mark_safe(getattr(structure, "svg", "") or "")  # noqa: S308 - markup of our own writer


@register.filter
def named(thing: names.Named | None) -> str:
    """What a group, a function or an alternative is called in the reader's language; empty for nothing."""
    return names.named(thing) if thing else ""


@register.filter
def says_of(supports: str) -> str:
    """What a piece of evidence says, as `components/says.html` names it: against, for or mixed."""
    return {"against": "against", "for": "for"}.get(supports, "mixed")


@register.filter
def concern_name(concern: object) -> str:
    """A concern's slug in words; the slug itself where it is none of ours."""
    return str(dict(Concern.choices).get(str(concern), concern or ""))


@register.filter
def reason_words(reason: str) -> str:
    """Why a list names a substance, in words."""
    return in_words(reason)


@register.filter
def evidence_counts(lines: Any) -> list[dict[str, Any]]:
    """How many lines speak against, neither way and for, in this order; only those there are."""
    says = [says_of(line.supports) for line in lines]
    return [{"says": kind, "count": says.count(kind)} for kind in ("against", "mixed", "for") if kind in says]


@register.filter
def plainly(clauses: Any) -> list[Clause]:
    """The conditions of a rule for who reads no patterns, each said once."""
    return plain_of(clauses)


@register.filter
def marked(svg: str) -> SafeString:
    """A drawing of our own `chemistry.depict` that is kept among other values."""
    return mark_safe(svg)  # noqa: S308 - as above


@register.filter
def rule_value(value: Any) -> str:
    """A condition of a group's rule as text: patterns one after another, counts by element."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return "  ".join(str(part) for part in value) if isinstance(value, list) else str(value)
