"""Differences between releases, in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from substances.reasons import in_words
from substances.services.list_diff import Difference
from substances.vocabulary import EntryRole

register = template.Library()
_KINDS = {
    "name": gettext_lazy("name"),
    "identifiers": gettext_lazy("numbers"),
    "reason": gettext_lazy("reason"),
    "dates": gettext_lazy("days"),
    "group": gettext_lazy("place"),
    "classification": gettext_lazy("classification"),
    "details": gettext_lazy("details"),
}


@register.filter
def kind_words(kind: str) -> str:
    """What kind of thing differs."""
    return str(_KINDS.get(kind, kind))


@register.filter
def was(difference: Difference) -> str:
    """What a row said before."""
    return _said(difference.kind, difference.before)


@register.filter
def is_now(difference: Difference) -> str:
    """What a row says after."""
    return _said(difference.kind, difference.after)


def _said(kind: str, value: Any) -> str:
    if kind == "identifiers":
        return ", ".join([*value["cas"], *value["ec"]]) or _("none")
    if kind == "reason":
        return in_words(";".join(value)) or _("none")
    if kind == "dates":
        until = f" – {value['valid_until']}" if value["valid_until"] else ""
        return f"{value['listed_on'] or _('not dated')}{until}"
    if kind == "group":
        role = str(dict(EntryRole.choices)[value["role"]])
        return f"{role}: {value['of'] or value['line']}" if value["line"] is not None else role
    if kind == "details":
        return "; ".join(f"{name}: {one if one not in (None, '') else _('none')}" for name, one in value.items())
    return "; ".join(value) or _("none") if isinstance(value, list) else str(value)
