"""Pages about groups of substances, for regulators: all groups, one group, and its members as files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.common.named import named
from portal.common.tables import csv_file, json_file
from portal.web.group_page import GroupFacts, badges, facts_of_group
from portal.web.group_rows import about_group, member_rows, member_table
from substances.clocks import AS_OF, KNOWN_ON
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
        "download_query": _query(request),
        "names_demo_companies": any(row["company__is_demo"] for row in facts.production),
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
    halves = {"listed": counts.listed, "flagged": counts.flagged, "registered": counts.registered}
    options: dict[str, list[tuple[str, Any, int]]] = {
        "how": [(str(how), How(how).label, n) for how, n in badges(counts)],
        **{
            name: [(value, label, n if value == "yes" else counts.total - n) for value, label in YES_NO]
            for name, n in halves.items()
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


def _query(request: HttpRequest) -> str:
    """The filters and the order of the address, for links to files."""
    asked = [(name, value) for name, values in request.GET.lists() for value in values if name != "cursor"]
    return f"?{urlencode(asked)}" if asked else ""


def _sections(facts: GroupFacts) -> list[dict[str, Any]]:
    return [
        {"id": "rule", "label": _("Rule")},
        {"id": "members", "label": _("Members"), "count": facts.counts.total},
        {"id": "unlisted", "label": _("Not yet listed"), "count": facts.counts.not_listed + len(facts.near)},
        {"id": "processes", "label": _("Open processes"), "count": len(facts.processes)},
        {"id": "uses", "label": _("Uses and tonnage")},
        {"id": "makers", "label": _("Makers"), "count": len({row["company__slug"] for row in facts.production})},
        {"id": "replaced", "label": _("Replacements"), "count": len(facts.replacements)},
    ]


@require_safe
def group_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The members as CSV, by the filters of the address."""
    found = get_object_or_404(SubstanceGroup, slug=slug)
    return csv_file(member_table(found, request.GET, day=timezone.localdate()), name=f"group-{slug}.csv")


@require_safe
def group_json(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same as JSON, with what the group is."""
    found = get_object_or_404(SubstanceGroup.objects.select_related("source"), slug=slug)
    day = timezone.localdate()
    rows = member_rows(found, request.GET, day=day)
    return json_file(about_group(found, day=day), "members", rows, name=f"group-{slug}.json")
