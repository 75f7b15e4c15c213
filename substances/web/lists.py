"""Pages about lists."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.rest.pages import browse
from substances.models import ChemicalList, ListMembership
from substances.services.list_releases import published_releases
from substances.services.list_states import state_of
from substances.web.clocks import clocks_of


@require_safe
def chemical_list(request: HttpRequest, slug: str) -> HttpResponse:
    """One list: what being named by it means, its releases, and whom it names today."""
    shown = get_object_or_404(ChemicalList.objects.with_counts().select_related("current_release", "source"), slug=slug)
    clocks = clocks_of(request)
    members = (
        ListMembership.objects.filter(chemical_list=shown)
        .at(clocks.shown)
        .select_related("source", "entry", "substance")
        .prefetch_related("substance__identifiers")
    )
    named_today: int = shown.substances_count  # type: ignore[attr-defined]  # by with_counts
    context = {
        "list": shown,
        "clocks": clocks,
        "state": None if clocks.shown.is_now else state_of(shown, clocks.shown),
        "count": _substances_in(members) if clocks.query else named_today,
        "releases": published_releases(shown),
        "page": browse(request, members, ordering=("-valid_from", "pk") if _all_dated(members) else ("pk",)),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Sources and releases"), "url": reverse("web:sources")},
            {"label": shown.name},
        ],
    }
    return render(request, "substances/list.html", context, status=clocks.status)


def _substances_in(rows: QuerySet[ListMembership]) -> int:
    return rows.order_by().values("substance").distinct().count()


def _all_dated(rows: object) -> bool:
    """Whether every row has a day: a cursor cannot pass over rows without one."""
    return not rows.filter(valid_from__isnull=True).exists()  # type: ignore[attr-defined]  # a queryset
