"""Structure search: ask, wait, read the answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.errors import DomainError
from portal.common.rest.throttles import seconds_to_wait
from portal.jobs.models import Job
from portal.jobs.services import cancel_job
from substances.models import StructureSearch
from substances.searches.parameters import MOST_HITS
from substances.searches.registry import KINDS
from substances.searches.request import request_search
from substances.searches.results import results

# When the page asks again: soon at first, then ever later.
WAITS_MS = [100, 150, 250, 400, 600, 1000, 1000, 1000, 5000]


class SearchForm(forms.Form):
    """What to look for."""

    structure = forms.CharField(label=gettext_lazy("Structure"), strip=False, max_length=200_000)
    format = forms.ChoiceField(
        label=gettext_lazy("Read it as"), choices=StructureSearch.Format.choices, initial="auto", required=False
    )
    threshold = forms.DecimalField(
        label=gettext_lazy("At least this alike"),
        min_value=0,
        max_value=1,
        decimal_places=3,
        initial="0.3",
        required=False,
    )
    limit = forms.IntegerField(
        label=gettext_lazy("At most"), min_value=1, max_value=MOST_HITS, initial=50, required=False
    )


@require_http_methods(["GET", "HEAD", "POST"])
def structure_search(request: HttpRequest) -> HttpResponse:
    """The form; sent, it becomes a search with an address of its own."""
    if request.method == "POST":
        return _submit(request)
    return _form_page(request, SearchForm(initial={"structure": request.GET.get("structure", "")}))


def _form_page(
    request: HttpRequest,
    form: SearchForm,
    *,
    error: DomainError | None = None,
    seconds: int | None = None,
    status: int = 200,
) -> HttpResponse:
    typed = form.data.get("structure") if form.is_bound else form.initial.get("structure")
    context = {
        "form": form,
        "typed": typed or "",
        "again": form.data if form.is_bound else None,
        "refused": error,
        "seconds": seconds,
        "position": error.more.get("position") if error else None,
        "readings": error.more.get("readings", []) if error else [],
        "crumbs": _crumbs(),
    }
    return render(request, "substances/structure_search.html", context, status=status)


def _submit(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST, auto_id="%s")
    if (seconds := seconds_to_wait(request, scope="searches")) is not None:
        page = _form_page(request, form, seconds=seconds, status=429)
        page["Retry-After"] = str(seconds)
        return page
    if not form.is_valid():
        return _form_page(request, form, status=400)
    asked = form.cleaned_data
    if request.session.session_key is None:
        request.session.create()
    try:
        search = request_search(
            by=request.user if request.user.is_authenticated else None,
            session_key=request.session.session_key or "",
            access_token="",
            text=asked["structure"],
            format=asked["format"] or "auto",
            parameters={name: asked[name] for name in ("threshold", "limit")},
        )
    except DomainError as error:
        return _form_page(request, form, error=error, status=error.status)
    return redirect("web:structure-search-result", search.pk)


def _crumbs() -> list[dict[str, Any]]:
    return [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Structure search")}]


def _find(request: HttpRequest, pk: UUID) -> StructureSearch:
    rows = StructureSearch.objects.select_related("job", "known_substance")
    return get_object_or_404(rows.visible_to(request.user, session_key=request.session.session_key), pk=pk)


@never_cache
@require_safe
def search_result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A search and its answers; while it runs, how far it is. Asked by htmx, only what changes."""
    search = _find(request, pk)
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return render(request, "substances/partials/_search_answer.html", _answer(request, search))
    context = {**_answer(request, search), "typed": search.typed, "crumbs": _crumbs()}
    return render(request, "substances/search_result.html", context)


def _answer(request: HttpRequest, search: StructureSearch) -> dict[str, Any]:
    ended = search.job is None or search.job.has_ended
    answer = results(search) if ended else None
    return {
        "search": search,
        "answer_template": KINDS[search.kind].template,
        "done": search.job is None or search.job.state == Job.State.DONE,
        "job": _job(request, search, search.job) if search.job and not ended else None,
        "answer": answer,
        "listed_count": sum(1 for hit in answer.hits if hit.listed) if answer else 0,
        "position": (search.read_as.get("error") or {}).get("position"),
        "changes": [_(change["template"]) % change["params"] for change in search.read_as.get("changes", [])],
        "again": {"threshold": search.threshold, "limit": search.limit},
    }


def _job(request: HttpRequest, search: StructureSearch, job: Job) -> dict[str, Any]:
    asked = _whole_number(request.GET.get("asked"))
    page = reverse("web:structure-search-result", args=[search.pk])
    running = job.state == Job.State.RUNNING
    return {
        "title": _("Searching") if running else _("Waiting for a worker"),
        "done": job.progress_done,
        "total": job.progress_total,
        "unit": _("structures"),
        "cancel_url": reverse("web:structure-search-cancel", args=[search.pk]),
        "poll_url": f"{page}?asked={asked + 1}",
        "poll_ms": WAITS_MS[min(asked, len(WAITS_MS) - 1)],
        "page_url": page,
        "target": "#job",
    }


def _whole_number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_POST
def cancel_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancels a search that has not ended."""
    search = _find(request, pk)
    if search.job is not None:
        cancel_job(job=search.job, by=request.user if request.user.is_authenticated else None)
        messages.info(request, _("The search is being cancelled."))
    return redirect("web:structure-search-result", search.pk)
