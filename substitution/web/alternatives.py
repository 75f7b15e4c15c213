"""Alternatives, browsed by function."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.named import named
from portal.common.rest.pages import browse
from substitution.filters import ReplacementFilter
from substitution.models import Replacement, TechnicalFunction
from substitution.vocabulary import FunctionLevel


@require_safe
def functions(request: HttpRequest) -> HttpResponse:
    """Technical functions in a tree of three levels, each with the number of alternatives known for it."""
    text = request.GET.get("q", "").strip()
    rows = TechnicalFunction.objects.annotate(
        known=Count("replacements", filter=Q(replacements__in=Replacement.objects.standing()), distinct=True)
    )
    tree = _tree(list(rows), text)
    context = {
        "tree": tree,
        "query": text,
        "total": Replacement.objects.standing().count(),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Alternatives")}],
    }
    return render(request, "substitution/functions.html", context)


def _tree(rows: list[Any], text: str) -> list[dict[str, Any]]:
    """Chemical functions with the end uses and services below them; `text` keeps the branches that name it."""
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return [node for row in below.get(None, []) if (node := _node(row, below, text.casefold()))]


def _node(row: Any, below: dict[int | None, list[Any]], text: str) -> dict[str, Any] | None:
    says_it = text in f"{row.name} {row.name_pl} {row.description}".casefold()
    children = [node for child in below.get(row.pk, []) if (node := _node(child, below, "" if says_it else text))]
    if not says_it and not children:
        return None
    return {"function": row, "children": children, "known": row.known + sum(child["known"] for child in children)}


@require_safe
def function(request: HttpRequest, slug: str) -> HttpResponse:
    """What could be used instead of what, in one function and all below it."""
    shown = get_object_or_404(TechnicalFunction.objects.select_related("parent__parent", "source"), slug=slug)
    within = Q(function=shown) | Q(function__parent=shown) | Q(function__parent__parent=shown)
    rows = Replacement.objects.standing().filter(within)
    wanted = ReplacementFilter(request.GET, queryset=rows)
    chosen = wanted.qs
    page = browse(
        request,
        chosen.with_what_is_shown().annotate(
            replaced_name=F("replaces__name"), alternative_name=F("alternative__name")
        ),
        ordering=("replaced_name", "alternative_name", "pk"),
    )
    above = [f for f in (shown.parent and shown.parent.parent, shown.parent) if f]
    context = {
        "function": shown,
        "level": FunctionLevel(shown.level).label,
        "page": page,
        "complaints": wanted.complaints(),
        "count": chosen.count(),
        "kinds": _kinds(request, rows),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Alternatives"), "url": reverse("web:alternatives")},
            *({"label": named(f), "url": reverse("web:function", args=[f.slug])} for f in above),
            {"label": named(shown)},
        ],
    }
    return render(request, "substitution/function.html", context, status=400 if wanted.errors else 200)


def _kinds(request: HttpRequest, rows: Any) -> list[dict[str, Any]]:
    """Kinds of alternative as links with counts."""
    counts = dict(rows.order_by().values_list("alternative__kind").annotate(n=Count("pk")))
    current = request.GET.getlist("kind")
    labels = dict(ReplacementFilter.base_filters["kind"].extra["choices"])
    pills = [{"label": _("All"), "url": request.path, "count": sum(counts.values()), "current": not current}]
    return pills + [
        {"label": labels[kind], "url": f"{request.path}?kind={kind}", "count": n, "current": current == [kind]}
        for kind, n in sorted(counts.items(), key=lambda pair: -pair[1])
    ]
