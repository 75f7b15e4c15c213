"""Every address of the portal, filled in with something that is in the catalogue."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, reverse
from django.urls.exceptions import NoReverseMatch
from django.urls.resolvers import get_resolver

from portal.companies.models import Company
from substances.models import ChemicalList, Substance, SubstanceGroup
from substitution.models import TechnicalFunction

UNKNOWN = uuid.UUID(int=0)


def names(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named pattern, with its name as `reverse` wants it. The admin's are left out but for its door."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            yield from names(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield f"{prefix}{pattern.name}", pattern


def values_for(name: str) -> dict[str, Any]:
    """Values for what an address may have in it: a row of the catalogue where one fits, else one nobody has."""
    bisphenol_a = Substance.objects.get(identifiers__scheme="cas", identifiers__value="80-05-7")
    rows = {
        "function": TechnicalFunction.objects.filter(slug="developer").first() or TechnicalFunction.objects.first(),
        "compan": Company.objects.first(),
        "list": ChemicalList.objects.first(),
        "group": SubstanceGroup.objects.first(),
    }
    slug = next((row.slug for key, row in rows.items() if key in name and row), "none")
    pk = bisphenol_a.pk if "substance" in name or "flag" in name else UNKNOWN
    others = {
        "token": "none",
        "key": "none",
        "uidb36": "0",
        "format": "json",
        "form": "xlsx",
        "user": UNKNOWN,
        "invitation": UNKNOWN,
        "member": 0,
        "other": bisphenol_a.pk,
        "rank": 1,
    }
    return {"pk": pk, "id": pk, "slug": slug, **others}


def every_address(patterns: Sequence[URLPattern | URLResolver] | None = None) -> list[str]:
    """One address for every named pattern of the portal."""
    found = []
    for name, pattern in names(patterns if patterns is not None else get_resolver().url_patterns):
        wanted = pattern.pattern.regex.groupindex
        known = values_for(name)
        try:
            found.append(reverse(name, kwargs={key: known.get(key, "none") for key in wanted}))
        except NoReverseMatch:
            kwargs = dict.fromkeys(wanted, known["pk"])
            found.append(reverse(name, kwargs=kwargs))
    return sorted(set(found))
