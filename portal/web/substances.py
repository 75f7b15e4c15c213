"""Pages about substances that gather what several rooms know."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.common.rest.pages import browse
from portal.companies.models import Production
from portal.review.models import Proposal
from portal.web import sentences
from portal.web.facets import counted, facets
from substances.filters import SubstanceFilter
from substances.models import ConcernFlag, ListMembership, Name, Substance
from substances.services.search import search_substances
from substances.services.similarity import NotComputable, similar_to
from substances.vocabulary import AUTHORITY_RANK, IdentifierScheme
from substitution.models import Replacement
from substitution.services.alternatives import by_substance

SHOWN_IN_STRIP = ["cas", "ec", "index", "inchikey", "dtxsid", "cid"]
# Least Tanimoto coefficient of a neighbour on the substance's page.
WORTH_SHOWING = Decimal("0.3")
COUNTERS = {
    "concern": counted("flags__concern"),
    "authority": counted("flags__authority"),
    "group": counted("group_memberships__group__slug"),
    "list": counted("list_memberships__chemical_list__slug"),
    "kind": counted("kind"),
}


def search(request: HttpRequest) -> HttpResponse:
    """What a text finds: at most 100 substances, best first."""
    text = request.GET.get("q", "").strip()
    if not text:
        return redirect("web:substances")
    answer = search_substances(text)
    if request.GET.get("go") and len(answer.results) == 1:
        return redirect("web:substance", answer.results[0].substance.pk)
    context = {
        "query": text,
        "answer": answer,
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Search")}],
    }
    return render(request, "web/search.html", context)


def substances(request: HttpRequest) -> HttpResponse:
    """All substances, by filters: OR within one, AND between them. A `q` is a search."""
    if request.GET.get("q", "").strip():
        return search(request)
    rows = Substance.objects.living()
    chosen = SubstanceFilter(request.GET, queryset=rows)
    found = chosen.qs
    page = browse(request, found.with_what_a_row_shows())
    context = {
        "page": page,
        "count": found.count(),
        "filters": facets(SubstanceFilter, request.GET, rows, COUNTERS),
        "is_filtered": any(request.GET.getlist(name) for name in COUNTERS),
        "errors": chosen.errors,
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Substances")}],
    }
    return render(request, "web/substances.html", context)


def substance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything the portal knows of one substance."""
    shown = get_object_or_404(
        Substance.objects.with_what_a_row_shows().prefetch_related("names", "classifications__source"), pk=pk
    )
    if shown.merged_into_id:
        return HttpResponsePermanentRedirect(reverse("web:substance", args=[shown.merged_into_id]))
    return render(request, "web/substance.html", _substance_context(request, shown))


def _substance_context(request: HttpRequest, shown: Substance) -> dict[str, Any]:
    memberships = list(
        ListMembership.objects.in_force()
        .filter(substance=shown)
        .select_related("chemical_list", "source", "release")
        .order_by("valid_from", "chemical_list__name")
    )
    flags = sorted(shown.flags.all(), key=lambda f: (AUTHORITY_RANK[f.authority], f.concern))
    replacements = by_substance([shown]).get(shown.pk, [])
    production = list(Production.objects.filter(substance=shown).select_related("company", "source"))
    similar, not_computable = _similar(shown)
    return {
        "substance": shown,
        "structure": shown.shown_structure,
        "against": sentences.against(flags, memberships),
        "instead": sentences.instead(replacements),
        "identifiers": _strip(shown),
        "other_names": _other_names(shown),
        "flags": flags,
        "flag_tiles": _one_of_each(flags),
        "disagreements": _disagreements(flags),
        "memberships": memberships,
        "by_function": _by_function(replacements),
        "replacements": replacements,
        "similar": similar,
        "not_computable": not_computable,
        "production": production,
        "names_demo_companies": any(row.company.is_demo for row in production),
        "proposals": Proposal.objects.filter(target_kind="substance", target_id=shown.pk, state="submitted").count(),
        "sections": _sections(shown, flags, memberships, replacements, similar, production),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Substances"), "url": reverse("web:substances")},
            {"label": shown.name},
        ],
    }


def _strip(shown: Substance) -> list[dict[str, str]]:
    """Identifiers, each value once, then the SMILES."""
    values: dict[tuple[str, str], dict[str, str]] = {}
    for claim in sorted(shown.identifiers.all(), key=lambda c: SHOWN_IN_STRIP.index(c.scheme)):
        values.setdefault((claim.scheme, claim.value), {"scheme": claim.scheme, "value": claim.value})
    structure = shown.shown_structure
    if structure is not None:
        values.setdefault(
            (IdentifierScheme.INCHIKEY, structure.inchikey), {"scheme": "inchikey", "value": structure.inchikey}
        )
        values[("smiles", "")] = {"scheme": "smiles", "value": structure.smiles}
    return list(values.values())


def _other_names(shown: Substance) -> list[Name]:
    """Names that say something else than the heading, each once; those in the reader's language first."""
    others: dict[str, Name] = {}
    language = get_language() or ""
    for name in sorted(shown.names.all(), key=lambda name: not language.startswith(name.language)):
        others.setdefault(name.text.casefold(), name)
    others.pop(shown.name.casefold(), None)
    return list(others.values())


def _one_of_each(flags: list[ConcernFlag]) -> list[ConcernFlag]:
    """The firmest flag of each concern, for the tiles under the name."""
    firmest: dict[str, ConcernFlag] = {}
    for flag in sorted(flags, key=lambda f: (f.strength == "suspected", AUTHORITY_RANK[f.authority])):
        firmest.setdefault(flag.concern, flag)
    return list(firmest.values())


def _disagreements(flags: list[ConcernFlag]) -> list[dict[str, Any]]:
    """Concerns on whose strength standing sources differ."""
    by_concern: dict[str, list[ConcernFlag]] = {}
    for flag in flags:
        by_concern.setdefault(flag.concern, []).append(flag)
    return [
        {"label": rows[0].get_concern_display(), "flags": rows}
        for rows in by_concern.values()
        if len({row.strength for row in rows if row.strength}) > 1
    ]


def _by_function(replacements: list[Replacement]) -> list[dict[str, Any]]:
    grouped: dict[int, dict[str, Any]] = {}
    for row in replacements:
        grouped.setdefault(row.function_id, {"function": row.function, "rows": []})["rows"].append(row)
    return list(grouped.values())


def _similar(shown: Substance) -> tuple[list[Any], str]:
    """Listed neighbours, or why there can be none."""
    try:
        return similar_to(shown, limit=8, threshold=WORTH_SHOWING, listed_only=True), ""
    except NotComputable as why:
        return [], why.message


def _sections(
    shown: Substance,
    flags: list[ConcernFlag],
    memberships: list[ListMembership],
    replacements: list[Replacement],
    similar: list[Any],
    production: list[Production],
) -> list[dict[str, Any]]:
    sections = [
        {"id": "concerns", "label": _("Concerns"), "count": len(flags)},
        {"id": "lists", "label": _("Lists"), "count": len(memberships)},
        {"id": "groups", "label": _("Groups"), "count": len(shown.group_memberships.all())},
        {"id": "hazards", "label": _("Hazards"), "count": len(shown.classifications.all())},
        {"id": "alternatives", "label": _("Alternatives"), "count": len(replacements)},
        {"id": "similar", "label": _("Similar"), "count": len(similar)},
    ]
    if production:
        sections.append({"id": "companies", "label": _("Companies"), "count": len({r.company_id for r in production})})
    return sections
