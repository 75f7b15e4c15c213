"""Pages about lists."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.rest.pages import browse
from substances.models import ChemicalList, ListMembership
from substances.services.list_releases import published_releases


@require_safe
def chemical_list(request: HttpRequest, slug: str) -> HttpResponse:
    """One list: what being named by it means, its releases, and whom it names today."""
    shown = get_object_or_404(ChemicalList.objects.with_counts().select_related("current_release", "source"), slug=slug)
    members = (
        ListMembership.objects.in_force()
        .on(timezone.localdate())
        .filter(chemical_list=shown)
        .select_related("source", "entry", "substance")
        .prefetch_related("substance__identifiers")
    )
    context = {
        "list": shown,
        "releases": published_releases(shown),
        "page": browse(request, members, ordering=("-valid_from", "pk") if _all_dated(members) else ("pk",)),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Sources and releases"), "url": reverse("web:sources")},
            {"label": shown.name},
        ],
    }
    return render(request, "substances/list.html", context)


def _all_dated(rows: object) -> bool:
    """Whether every row has a day: a cursor cannot pass over rows without one."""
    return not rows.filter(valid_from__isnull=True).exists()  # type: ignore[attr-defined]  # a queryset
