"""A structure search that was asked: wait, read the answer, call it off. The form is in `search_form`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.jobs.models import Job
from portal.jobs.services import cancel_job
from portal.organisations.models import Organisation
from substances.downloads.hits import forms_of
from substances.models import StructureSearch
from substances.searches.registry import KINDS
from substances.searches.repeating import changes_since
from substances.searches.results import notes_of, results
from substances.web.search_form import asked_of, choices, crumbs

# When the page asks again: soon at first, then ever later.
WAITS_MS = [100, 150, 250, 400, 600, 1000, 1000, 1000, 5000]


def find_visible(request: HttpRequest, pk: UUID) -> StructureSearch:
    """A search that the reader may read; 404 for any other."""
    rows = StructureSearch.objects.singly().select_related("job", "known_substance", "repeats__job", "organisation")
    return get_object_or_404(rows.visible_to(request.user, session_key=request.session.session_key), pk=pk)


def find_owned(request: HttpRequest, pk: UUID) -> StructureSearch:
    """A search that the reader may dispose of; 404 for any other."""
    rows = StructureSearch.objects.singly().select_related("job", "known_substance", "repeats__job", "organisation")
    return get_object_or_404(rows.owned_by(request.user, session_key=request.session.session_key), pk=pk)


@never_cache
@require_safe
def search_result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A search and its answers; while it runs, how far it is. Asked by htmx, only what changes."""
    search = find_visible(request, pk)
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return render(request, "substances/partials/_search_answer.html", _answer(request, search))
    return answer_page(request, search)


def answer_page(request: HttpRequest, search: StructureSearch, *, link_address: str = "") -> HttpResponse:
    """The page of a search for somebody who may read it; with its permanent link, the one time it is told."""
    user = request.user
    is_own = search.owner_id is None or search.owner_id == user.pk
    organisations = list(Organisation.objects.belonging_to(user)) if user.is_authenticated and is_own else []
    context = {
        **_answer(request, search),
        "typed": search.typed,
        "is_own": is_own,
        "organisations": organisations,
        "link_address": link_address,
        "crumbs": crumbs(),
    }
    return render(request, "substances/search_result.html", context)


def read_only_answer(search: StructureSearch, *, token: str) -> dict[str, Any]:
    """What a permanent link shows: the question as it was read, and the answer."""
    return {
        **_told(search),
        "job": None,
        "is_linked": True,
        "ended": search.job is None or search.job.has_ended,
        "files": _files(search, "web:linked-search-file", token),
    }


def _answer(request: HttpRequest, search: StructureSearch) -> dict[str, Any]:
    ended = search.job is None or search.job.has_ended
    return {
        **_told(search),
        "job": _job(request, search, search.job) if search.job and not ended else None,
        "files": _files(search, "web:structure-search-file", search.pk),
        "since": changes_since(search),
        "asked": asked_of(search.parameters, kind=search.kind),
        "choices": choices(),
    }


def _files(search: StructureSearch, name: str, key: object) -> list[dict[str, str]]:
    """Addresses of the files of an answer; none until it is there."""
    if search.job is not None and search.job.state != Job.State.DONE:
        return []
    return [{"label": form.upper(), "url": reverse(name, args=[key, form])} for form in forms_of(search.kind)]


def _told(search: StructureSearch) -> dict[str, Any]:
    kind = KINDS[search.kind]
    ended = search.job is None or search.job.has_ended
    answer = results(search) if ended else None
    return {
        "search": search,
        "kind": kind,
        "done": search.job is None or search.job.state == Job.State.DONE,
        "answer": answer,
        "listed_count": sum(1 for hit in answer.hits if hit.listed) if answer else 0,
        "position": (search.read_as.get("error") or {}).get("position"),
        "changes": [_(change["template"]) % change["params"] for change in search.read_as.get("changes", [])],
        "notes": notes_of(search),
    }


def _job(request: HttpRequest, search: StructureSearch, job: Job) -> dict[str, Any]:
    asked = whole_number(request.GET.get("asked"))
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


def whole_number(text: str | None) -> int:
    """A number from an address; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_POST
def cancel_search(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancels a search that has not ended."""
    search = find_owned(request, pk)
    if search.job is not None:
        cancel_job(job=search.job, by=request.user if request.user.is_authenticated else None)
        messages.info(request, _("The search is being cancelled."))
    return redirect("web:structure-search-result", search.pk)
