"""Why two structures are alike: a page for two substances, and one for a search and one of its hits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.common.errors import DomainError
from portal.common.rest.throttles import seconds_to_wait
from portal.jobs.models import Job
from substances.explaining.asking import ask_of_hit, ask_of_substances, request_explanation
from substances.explaining.telling import is_done, told
from substances.models import Explanation, StructureSearch, Substance
from substances.searches.hits import shown_hits
from substances.services.similarity_neighbours import NotComputable, restricted_ids
from substances.web.searches import WAITS_MS, find_visible, whole_number


@never_cache
@require_safe
def of_substances(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Why two substances are alike."""
    living = Substance.objects.living().exclude(pk__in=restricted_ids())
    first, second = get_object_or_404(living, pk=pk), get_object_or_404(living, pk=other)
    crumbs = [{"label": _("Home"), "url": reverse("web:home")}]
    crumbs.append({"label": first.name, "url": reverse("web:substance", args=[first.pk])})
    return _page(request, first, second, crumbs=crumbs)


@never_cache
@require_safe
def of_hit(request: HttpRequest, pk: UUID, rank: int) -> HttpResponse:
    """Why a search has found this hit."""
    search = find_visible(request, pk)
    hit = get_object_or_404(shown_hits(search).select_related("substance"), rank=rank)
    if hit.substance is None or hit.substance_id in restricted_ids():
        return HttpResponse(status=404)
    second = hit.substance
    crumbs = [{"label": _("Home"), "url": reverse("web:home")}]
    crumbs.append({"label": _("Structure search"), "url": reverse("web:structure-search-result", args=[search.pk])})
    return _page(request, search, second, crumbs=crumbs)


def _page(
    request: HttpRequest, first: Substance | StructureSearch, second: Substance, *, crumbs: list[dict[str, Any]]
) -> HttpResponse:
    context: dict[str, Any] = {
        "first_substance": first if isinstance(first, Substance) else first.known_substance,
        "second": second,
        "crumbs": crumbs,
    }
    try:
        explanation = ask_of_substances(first, second) if isinstance(first, Substance) else ask_of_hit(first, second)
        if explanation is None:
            if (seconds := seconds_to_wait(request, scope="searches")) is not None:
                page = _render(request, {**context, "seconds": seconds}, status=429)
                page["Retry-After"] = str(seconds)
                return page
            explanation = request_explanation(first=first, second=second)
    except NotComputable as why:
        return _render(request, {**context, "not_computable": why.message})
    except DomainError as error:
        return _render(request, {**context, "error": error.message}, status=error.status)
    return _render(request, {**context, **_told(request, explanation)})


def _told(request: HttpRequest, explanation: Explanation) -> dict[str, Any]:
    if not is_done(explanation):
        return {"job": _job(request, explanation)}
    answer = told(explanation)
    drawings = [SimpleNamespace(svg=svg) for svg in (explanation.first_svg, explanation.second_svg)]
    words = {"not_computable": answer.not_computable, "error": answer.error}
    return {"explanation": explanation, "told": answer, "drawings": drawings, **words}


def _job(request: HttpRequest, explanation: Explanation) -> dict[str, Any]:
    asked = whole_number(request.GET.get("asked"))
    running = explanation.job is not None and explanation.job.state == Job.State.RUNNING
    return {
        "title": _("Comparing the two structures") if running else _("Waiting for a worker"),
        "poll_url": f"{request.path}?asked={asked + 1}",
        "poll_ms": WAITS_MS[min(asked, len(WAITS_MS) - 1)],
        "page_url": request.path,
        "target": "#job",
    }


def _render(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    part = request.htmx  # type: ignore[attr-defined]  # django-htmx's middleware
    template = "substances/partials/_explanation.html" if part else "substances/explanation.html"
    return render(request, template, context, status=status)
