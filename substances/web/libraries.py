"""Pages about libraries: which there are for whoever reads, and what one holds."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from substances.models import Library

MOST_REASONS = 20


@never_cache
@require_safe
def libraries(request: HttpRequest) -> HttpResponse:
    """Every library that the reader may see."""
    found = Library.objects.visible_to(request.user).select_related("organisation")
    return render(request, "substances/libraries.html", {"libraries": found})


@never_cache
@require_safe
def library(request: HttpRequest, slug: str) -> HttpResponse:
    """One library: who made it, on what terms, and what became of its rows."""
    visible = Library.objects.visible_to(request.user).select_related("organisation")
    found = get_object_or_404(visible, slug=slug)
    reasons = found.rejections.order_by().values("code").annotate(rows=Count("pk")).order_by("-rows", "code")
    context = {
        "library": found,
        "reasons": list(reasons[:MOST_REASONS]),
        "crumbs": [
            {"label": _("Libraries"), "url": reverse("web:libraries")},
            {"label": found.name},
        ],
    }
    return render(request, "substances/library.html", context)
