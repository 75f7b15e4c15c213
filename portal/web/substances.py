"""Pages about substances that gather what several rooms know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.kept import Kept
from portal.common.rest.filters import Filters
from portal.common.rest.pages import browse
from portal.web import exposure, sentences
from portal.web.facets import Counter, counted, facets
from portal.web.substance_page import SubstanceFacts, facts_of
from substances.downloads.files import file_links, in_order, substance_file
from substances.filters import SubstanceFilter
from substances.levels import Says, Statement
from substances.models import ConcernFlag, GroupMembership, ListMembership, Name, Substance
from substances.querysets import is_living
from substances.services.heirs import heirs
from substances.services.levels import levels_of, tiles
from substances.services.search import search_substances
from substances.services.succession import successors_of
from substances.succession.reading import decided_about
from substances.vocabulary import Concern, IdentifierScheme, Strength
from substances.web.clocks import PageClocks, clocks_of
from substitution.models import Replacement

Fact = TypeVar("Fact", bound=Model)

# Parts of pages that are made of these rooms' rows, kept until one of them changes.
SHOWN = Kept("substances", "substitution", "companies")
# Companies reported to make a substance that its page shows; REST has all of them.
MOST_MAKERS = 30
SHOWN_IN_STRIP = ["cas", "ec", "index", "inchikey", "dtxsid", "cid"]


def _flags(left: Filters, path: str, *, together_with: str) -> dict[str, int]:
    """Substances by what their standing flags say; a concern and an authority are asked of one and the same flag."""
    flags = _of_those_left(ConcernFlag.objects.standing(), left)
    chosen = left.form.cleaned_data.get(together_with)
    same = flags.filter(**{f"{together_with}__in": chosen}) if chosen else flags
    return counted(same, path, each="substance")


def _lists(left: Filters) -> dict[str, int]:
    today = ListMembership.objects.in_force().on(timezone.localdate())
    return counted(_of_those_left(today, left), "chemical_list__slug", each="substance")


def _groups(left: Filters) -> dict[str, int]:
    return counted(_of_those_left(GroupMembership.objects.all(), left), "group__slug", each="substance")


def _of_those_left(facts: QuerySet[Fact], left: Filters) -> QuerySet[Fact]:
    """The facts about substances that filters leave; where none is set, all but those about the few that live no more.

    To look for the few costs a third of looking for each of all (28,000 substances, SQLite).
    """
    if any(left.data.getlist(name) for name in left.filters):
        return facts.filter(substance__in=left.qs)
    return facts.exclude(substance__in=Substance.objects.exclude(is_living()))


COUNTERS: dict[str, Counter] = {
    "concern": lambda left: _flags(left, "concern", together_with="authority"),
    "authority": lambda left: _flags(left, "authority", together_with="concern"),
    "group": _groups,
    "list": _lists,
    "kind": lambda left: counted(left.qs, "kind"),
}


@require_safe
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


@require_safe
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
        **_counted(request, rows, found),
        "is_filtered": any(request.GET.getlist(name) for name in COUNTERS),
        "complaints": chosen.complaints(),
        "files": file_links("web:substances-file", query=_only_filters(request)),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Substances")}],
    }
    return render(request, "web/substances.html", context, status=400 if context["complaints"] else 200)


def _counted(request: HttpRequest, rows: QuerySet[Substance], found: QuerySet[Substance]) -> dict[str, Any]:
    """How many there are, and how many each further choice would leave; every page of one answer tells the same."""
    chosen = sorted((name, sorted(request.GET.getlist(name))) for name in COUNTERS)
    return SHOWN.get(
        f"facets {chosen}",
        lambda: {"count": found.count(), "filters": facets(SubstanceFilter, request.GET, rows, COUNTERS)},
    )


def _only_filters(request: HttpRequest) -> str:
    asked = request.GET.copy()
    for name in set(asked) - set(COUNTERS):
        del asked[name]
    return asked.urlencode()


@require_safe
def substances_file(request: HttpRequest, form: str) -> StreamingHttpResponse:
    """What the filters leave, all of it, as a file; a choice that is not known is no reason to give everything."""
    chosen = SubstanceFilter(request.GET, queryset=Substance.objects.living())
    if chosen.complaints():
        raise Http404(" ".join(chosen.complaints()))
    asked = {name.capitalize(): ", ".join(request.GET.getlist(name)) for name in COUNTERS if request.GET.get(name)}
    about = {"Substances": chosen.qs.count(), **asked}
    return substance_file(request, in_order(chosen.qs), form, name="substances", about=about)


@require_safe
def substance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything the portal knows of one substance."""
    clocks = clocks_of(request)
    is_quiet = clocks.shown.is_now and not clocks.errors
    # Kept for today only: there is one today, and any number of other days.
    make = partial(_substance_page, pk, clocks)
    page = SHOWN.get(f"substance {pk}", make) if is_quiet else make()
    if page.merged_into:
        return _lead_on(request, pk, page.merged_into)
    if page.is_split:
        return _gone(request, pk)
    context = {"page": page, "crumbs": page.crumbs, "clocks": clocks, "pk": pk, "arrived": _arrived(request, pk)}
    return render(request, "web/substance_page.html", context, status=clocks.status)


def _lead_on(request: HttpRequest, pk: UUID, into: UUID) -> HttpResponse:
    """To the one that stands, by the same clocks, with word of whose address was asked for."""
    asked = request.GET.copy()
    asked.setdefault("merged", str(pk))
    return HttpResponsePermanentRedirect(f"{reverse('web:substance', args=[into])}?{asked.urlencode()}")


def _arrived(request: HttpRequest, pk: UUID) -> dict[str, Any] | None:
    """Of whoever came by the address of one that was merged into this: which one that was, when and why."""
    try:
        asked = UUID(request.GET.get("merged", ""))
    except ValueError:
        return None
    gone = Substance.objects.filter(pk=asked, merged_into__isnull=False).first()
    if gone is None or heirs().get(gone.pk) != (pk,):
        return None
    return {"name": gone.name, "decided": decided_about(gone.pk)}


def _gone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """410: it was split, and which of its successors is meant only the reader knows."""
    shown = get_object_or_404(Substance, pk=pk)
    context = {
        "substance": shown,
        "successors": successors_of(shown),
        "decided": decided_about(pk),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Substances"), "url": reverse("web:substances")},
            {"label": shown.name},
        ],
    }
    return render(request, "web/substance_split.html", context, status=410)


@dataclass(frozen=True)
class SubstancePage:
    """The page of a substance but for what belongs to its reader; of a merged one only where it went."""

    merged_into: UUID | None
    is_split: bool = False
    name: str = ""
    cas_rn: str = ""
    content: str = ""
    crumbs: Sequence[dict[str, str]] = ()


def _substance_page(pk: UUID, clocks: PageClocks) -> SubstancePage:
    facts = facts_of(pk, clocks.shown)
    shown = facts.substance
    if shown.merged_into_id:
        return SubstancePage(shown.merged_into_id)
    if shown.split_at:
        return SubstancePage(None, is_split=True)
    context = _substance_context(facts, clocks)
    content = render_to_string("web/partials/_substance.html", context)
    return SubstancePage(None, False, shown.name, shown.cas_rn, content, context["crumbs"])


def _substance_context(facts: SubstanceFacts, clocks: PageClocks) -> dict[str, Any]:
    shown = facts.substance
    return {
        "facts": facts,
        "clocks": clocks,
        "silent": facts.silent,
        "substance": shown,
        "structure": shown.shown_structure,
        "against": sentences.against(facts.flags, facts.memberships, is_past=not clocks.shown.is_now),
        "instead": sentences.instead(facts.replacements),
        "identifiers": _strip(shown),
        "other_names": _other_names(shown, facts.names),
        "flags": facts.flags,
        "flag_tiles": tiles(facts.flags),
        "side_by_side": _side_by_side(facts),
        "memberships": facts.memberships,
        "standing": facts.groups,
        "by_function": _by_function(facts.replacements),
        "replacements": facts.replacements,
        "similar": facts.similar,
        "not_computable": facts.not_computable,
        "production": facts.production,
        "makers": [{"maker": one, "profile": None} for one in facts.makers.companies[:MOST_MAKERS]],
        "names_demo_companies": any(row.company.is_demo for row in facts.production),
        "proposals": facts.proposals,
        "health": exposure.told(facts.health),
        "sections": _sections(facts),
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


def _other_names(shown: Substance, names: list[Name]) -> list[Name]:
    """Names that say something else than the heading, each once; those in the reader's language first."""
    others: dict[str, Name] = {}
    language = get_language() or ""
    for name in sorted(names, key=lambda name: not language.startswith(name.language)):
        others.setdefault(name.text.casefold(), name)
    others.pop(shown.name.casefold(), None)
    return list(others.values())


# What a statement that is no "yes" says, in words.
SAYS = {
    Says.NO: gettext_lazy("concluded: no"),
    Says.INCONCLUSIVE: gettext_lazy("inconclusive"),
    Says.NO_DATA: gettext_lazy("no data"),
}


def _side_by_side(facts: SubstanceFacts) -> list[dict[str, Any]]:
    """Concerns on which sources differ, or of which an assessment says anything but yes; the shown level in front."""
    return [
        {
            "label": Concern(level.concern).label,
            "disagree": level.disagree,
            "rows": [{"said": one, "says": _says(one)} for one in level.statements],
        }
        for level in levels_of(facts.flags, facts.memberships)
        if level.disagree or any(one.says is not Says.YES for one in level.statements)
    ]


def _says(one: Statement) -> str:
    words = str(SAYS[one.says]) if one.says in SAYS else str(dict(Strength.choices).get(one.strength, _("yes")))
    return f"{one.of.upper().replace('VPV', 'vPv')}: {words}" if one.of else words


def _by_function(replacements: list[Replacement]) -> list[dict[str, Any]]:
    grouped: dict[int, dict[str, Any]] = {}
    for row in replacements:
        grouped.setdefault(row.function_id, {"function": row.function, "rows": []})["rows"].append(row)
    return list(grouped.values())


def _sections(facts: SubstanceFacts) -> list[dict[str, Any]]:
    sections = [
        {"id": "concerns", "label": _("Concerns"), "count": len(facts.flags)},
        {"id": "lists", "label": _("Lists"), "count": len(facts.memberships)},
        {"id": "groups", "label": _("Groups"), "count": len(facts.groups.belongings)},
        {"id": "hazards", "label": _("Hazards"), "count": len(facts.substance.classifications.all())},
        {"id": "health", "label": _("Exposure and health"), "count": facts.health.count},
        {"id": "alternatives", "label": _("Alternatives"), "count": len(facts.replacements)},
        {"id": "similar", "label": _("Similar"), "count": len(facts.similar)},
    ]
    companies = {row.company_id for row in facts.production}
    told = len(companies) + len(facts.makers.companies)
    return [*sections, {"id": "companies", "label": _("Companies"), "count": told}]
