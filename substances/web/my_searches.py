"""What becomes of searches: one's own list, asking again, files, sharing, a permanent link, deleting."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.common.client_address import client_key
from portal.common.errors import DomainError
from portal.common.rest.pages import browse
from portal.common.rest.throttles import seconds_to_wait
from portal.jobs.models import Job
from portal.organisations.models import Organisation
from portal.organisations.requests import SignedInRequest
from substances.downloads.hits import hits_file
from substances.models import BatchPart, StructureSearch
from substances.searches.owning import delete_search, make_link, revoke_link, share_search
from substances.searches.registry import KINDS
from substances.searches.repeating import repeat_search
from substances.searches.request import token_hash
from substances.web.batches import batch_row
from substances.web.search_form import crumbs
from substances.web.searches import answer_page, find_owned, find_visible, read_only_answer


@never_cache
@require_safe
def my_searches(request: HttpRequest) -> HttpResponse:
    """The searches that the reader may read: their own, and those shared with their organisations. Newest first."""
    rows = StructureSearch.objects.visible_to(request.user, session_key=request.session.session_key)
    rows = rows.select_related("job", "known_substance", "owner", "organisation").defer("svg")
    rows = rows.annotate(goes_on=Exists(BatchPart.objects.filter(search=OuterRef("pk"), job__in=Job.objects.open())))
    page = browse(request, rows, ordering=("-created_at", "pk"))
    me = request.user.pk
    shown = [
        {
            "search": row,
            "said": row.known_substance or row.read_as.get("smiles") or row.typed,
            "question": KINDS[row.kind].question,
            "url": reverse("web:structure-search-result", args=[row.pk]),
            "state": row.job.get_state_display() if row.job else _("Done"),
            "is_own": row.owner_id is None or row.owner_id == me,
        }
        if row.kind in KINDS
        else batch_row(row, is_own=row.owner_id is None or row.owner_id == me)
        for row in page.rows
    ]
    context = {"rows": shown, "page": page, "crumbs": [*crumbs(), {"label": _("Your searches")}]}
    return render(request, "substances/my_searches.html", context)


@require_POST
def repeat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks the same question once more, on today's data."""
    search = find_visible(request, pk)
    if (seconds := seconds_to_wait(request, scope="searches")) is not None:
        messages.error(request, _("At most 10 searches a minute. Ask again in %(n)s s.") % {"n": seconds})
        return redirect("web:structure-search-result", search.pk)
    by = request.user if request.user.is_authenticated else None
    try:
        again = repeat_search(
            by=by, search=search, session_key=request.session.session_key or "", client=client_key(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("web:structure-search-result", search.pk)
    return redirect("web:structure-search-result", again.pk)


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Deletes a search: what was typed, its answer and its job."""
    owned = StructureSearch.objects.owned_by(request.user, session_key=request.session.session_key)
    delete_search(search=get_object_or_404(owned, pk=pk))
    messages.success(request, _("The search is deleted: what you typed, its answer and its job."))
    return redirect("web:my-searches")


@require_POST
@login_required
def share(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Lets the members of one of the owner's organisations read it, or nobody any more."""
    search = find_owned(request, pk)
    chosen = request.POST.get("organisation", "")
    own = Organisation.objects.belonging_to(request.user)
    organisation = next((one for one in own if str(one.pk) == chosen), None)
    share_search(by=request.user, search=search, organisation=organisation)
    if organisation:
        messages.success(request, _("Members of %(name)s can read it now.") % {"name": organisation})
    else:
        messages.success(request, _("Only you can read it now."))
    return redirect("web:structure-search-result", search.pk)


@never_cache
@require_POST
@login_required
def link(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Makes a permanent link, which is told this once, or revokes it."""
    search = find_owned(request, pk)
    if request.POST.get("act") == "revoke":
        revoke_link(by=request.user, search=search)
        messages.success(request, _("The link opens nothing any more."))
        return redirect("web:structure-search-result", search.pk)
    token = make_link(by=request.user, search=search)
    address = request.build_absolute_uri(reverse("web:linked-search", args=[token]))
    return answer_page(request, search, link_address=address)


@require_safe
def result_file(request: HttpRequest, pk: UUID, form: str) -> HttpResponseBase:
    """The answer as a file, for whoever may read it."""
    search = find_visible(request, pk)
    address = request.build_absolute_uri(reverse("web:structure-search-result", args=[search.pk]))
    return _private(hits_file(request, search, form, address=address))


@require_safe
def linked(request: HttpRequest, token: str) -> HttpResponseBase:
    """The answer that a permanent link opens: to be read, nothing else."""
    search = _linked(token)
    return _private(render(request, "substances/linked_search.html", read_only_answer(search, token=token)))


@require_safe
def linked_file(request: HttpRequest, token: str, form: str) -> HttpResponseBase:
    """The same as a file; it does not tell the link."""
    return _private(hits_file(request, _linked(token), form, address=_("by a permanent link")))


def _linked(token: str) -> StructureSearch:
    rows = StructureSearch.objects.select_related("job", "known_substance")
    return get_object_or_404(rows.linked_by(token_hash(token)))


def _private(answer: HttpResponseBase) -> HttpResponseBase:
    """Kept by nobody on the way, found by no search engine, told to no other site."""
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
