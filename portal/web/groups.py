"""Pages about groups of substances, for regulators: all groups, one group, and its members as files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.common.named import named
from portal.web.group_page import GroupFacts, badges, facts_of_group
from portal.web.group_rows import COLUMNS, about_group, chosen_of, members_beside
from substances.clocks import AS_OF, KNOWN_ON
from substances.downloads.files import file_links, substance_file
from substances.group_filters import YES_NO
from substances.models import ConcernFlag, ListMembership, SubstanceGroup
from substances.querysets import is_living
from substances.vocabulary import How, ListEffect
from substances.web.clocks import clocks_of

SORT_WORDS = {
    "name": gettext_lazy("By name"),
    "how": gettext_lazy("By badge"),
    "lists": gettext_lazy("Most lists first"),
}

# Companies that the page shows; files and REST have all of them.
MOST_MAKERS = 12


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """Every group, with how many members it has, by which badge, and how many of them no list of concern names."""
    today = timezone.localdate()
    named_by_concern = ListMembership.objects.in_force().on(today).filter(chemical_list__effect=ListEffect.CONCERN)
    living = is_living("memberships__substance__")
    flags = ConcernFlag.objects.standing(today)
    rows = (
        SubstanceGroup.objects.select_related("source")
        .order_by("name")
        .annotate(
            members_total=Count("memberships", filter=living),
            members_inferred=Count("memberships", filter=living & Q(memberships__how=How.INFERRED)),
            members_named=Count(
                "memberships",
                filter=living & Q(Exists(named_by_concern.filter(substance=OuterRef("memberships__substance")))),
            ),
            members_flagged=Count(
                "memberships", filter=living & Q(Exists(flags.filter(substance=OuterRef("memberships__substance"))))
            ),
        )
    )
    context = {"groups": rows, "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Groups")}]}
    return render(request, "web/groups.html", context)


@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """One group: rule, members, neighbours not yet listed, processes, uses, tonnage, makers and replacements."""
    clocks = clocks_of(request)
    facts = facts_of_group(request, slug, day=timezone.localdate(), clocks=clocks.shown)
    return render(request, "web/group.html", {**_context(request, facts), "clocks": clocks}, status=clocks.status)


def _context(request: HttpRequest, facts: GroupFacts) -> dict[str, Any]:
    return {
        "facts": facts,
        "group": facts.group,
        "badges": badges(facts.counts),
        "is_filtered": bool(_chosen(request, facts)),
        "filters": _filters(request, facts),
        "sorts": _sorts(request, facts),
        "complaints": facts.chosen.complaints(),
        "files": file_links("web:group-file", facts.group.slug, query=_query(request, facts)),
        "kept": _day(request),
        "names_demo_companies": any(row["company__is_demo"] for row in facts.production),
        "makers": [
            {"maker": one, "profile": facts.profiles.get(one.isin)} for one in facts.makers.companies[:MOST_MAKERS]
        ],
        "sections": _sections(facts),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Groups"), "url": reverse("web:groups")},
            {"label": named(facts.group)},
        ],
    }


def _filters(request: HttpRequest, facts: GroupFacts) -> list[dict[str, Any]]:
    """As `components/filters.html` takes them; a choice counts members of the whole group."""
    counts, fields = facts.counts, facts.chosen.form.fields
    halves = {
        "listed": (counts.listed, counts.not_listed),
        "flagged": (counts.flagged, counts.total - counts.flagged),
        "registered": (counts.registered, counts.not_registered),
    }
    options: dict[str, list[tuple[str, Any, int]]] = {
        "how": [(str(how), How(how).label, n) for how, n in badges(counts)],
        **{
            name: [(value, label, n) for (value, label), n in zip(YES_NO, both, strict=True)]
            for name, both in halves.items()
        },
        "list": [(one.slug, one.name, one.count) for one in facts.lists],
    }
    ticked = {name: set(request.GET.getlist(name)) for name in options}
    return [
        {
            "name": name,
            "label": fields[name].label,
            "options": [
                {"value": value, "label": label, "count": count, "checked": value in ticked[name]}
                for value, label, count in sorted(choices, key=lambda choice: choice[0] not in ticked[name])
                if count or value in ticked[name]
            ],
        }
        for name, choices in options.items()
    ]


def _sorts(request: HttpRequest, facts: GroupFacts) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"?{urlencode([*_day(request), *_chosen(request, facts), ('sort', name)])}#members",
            "current": name == facts.sort,
        }
        for name, label in SORT_WORDS.items()
    ]


def _day(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, request.GET[name]) for name in (AS_OF, KNOWN_ON) if request.GET.get(name)]


def _chosen(request: HttpRequest, facts: GroupFacts) -> list[tuple[str, str]]:
    return [(name, value) for name in facts.chosen.filters for value in request.GET.getlist(name)]


def _query(request: HttpRequest, facts: GroupFacts) -> str:
    """The part of the address that says which members, of which day."""
    return urlencode([*_day(request), *_chosen(request, facts)])


def _sections(facts: GroupFacts) -> list[dict[str, Any]]:
    made_by = {row["company__slug"] for row in facts.production}
    return [
        {"id": "rule", "label": _("Rule")},
        {"id": "members", "label": _("Members"), "count": facts.counts.total},
        {"id": "unlisted", "label": _("Not yet listed"), "count": facts.counts.not_listed + len(facts.near)},
        {"id": "processes", "label": _("Open processes"), "count": len(facts.processes)},
        {"id": "uses", "label": _("Uses and tonnage")},
        {"id": "makers", "label": _("Makers"), "count": len(facts.makers.companies) + len(made_by)},
        {"id": "replaced", "label": _("Replacements"), "count": len(facts.replacements)},
    ]


@require_safe
def group_file(request: HttpRequest, slug: str, form: str) -> StreamingHttpResponse:
    """The members that the filters leave, by the clocks of the page, as a file."""
    found = get_object_or_404(SubstanceGroup.objects.select_related("source"), slug=slug)
    clocks = clocks_of(request)
    chosen = chosen_of(found, request.GET, clocks.shown)
    if clocks.errors or chosen.complaints():
        raise Http404(" ".join([*chosen.complaints(), *(text for told in clocks.errors.values() for text in told)]))
    asked = {name: ", ".join(request.GET.getlist(name)) for name in chosen.filters if request.GET.get(name)}
    about = about_group(found, clocks.shown) | {f"Asked for {name}": value for name, value in asked.items()}
    rows = members_beside(found, chosen, clocks.shown)
    return substance_file(request, rows, form, name=f"group-{slug}", about=about, more=COLUMNS, clocks=clocks.shown)
