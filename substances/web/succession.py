"""Merging and splitting, for curators: what each substance carries, where it would go, and the proposal to do it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.common.errors import DomainError
from portal.common.text import tidy
from portal.organisations.permissions import curators_only
from portal.organisations.requests import SignedInRequest
from substances.models import Substance
from substances.services.search import search_substances
from substances.succession.proposals import (
    MOST_SUCCESSORS,
    Into,
    propose_merge,
    propose_split,
    waiting_about,
    waiting_to_end,
)
from substances.succession.reading import STAYS, Split, compared, dealt, token_of

_MOST_FOUND = 8
_LONGEST_TEXT = 500
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        min_length=10,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Another curator decides by it. It stays in the audit trail."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def merge(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Which other one it is, both side by side, and the proposal to merge it into that one."""
    substance = get_object_or_404(Substance.objects.seen(), pk=pk)
    if not _is_living(substance):
        return _went(request, substance)
    if request.method != "POST":
        return _merge_page(request, substance, _named(request.GET.get("into", "")), ReasonForm())
    other, form = _named(request.POST.get("into", "")), ReasonForm(request.POST)
    if other is None:
        return _merge_page(request, substance, None, ReasonForm(), problem=_("Name the other substance."), status=400)
    if not form.is_valid():
        return _merge_page(request, substance, other, form, status=400)
    reason, seen = form.cleaned_data["reason"], request.POST.get("seen", "")
    try:
        made = propose_merge(by=request.user, substance=substance, into=other.pk, reason=reason, seen=seen)
    except DomainError as error:
        return _merge_page(request, substance, other, form, problem=error.message, status=error.status)
    messages.success(request, _("Proposed. Nothing changes until another curator accepts it."))
    return redirect("web:proposal", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def split(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Into which ones, what goes to whom, and the proposal to do so. The address holds the successors chosen so far."""
    substance = get_object_or_404(Substance.objects.seen(), pk=pk)
    if not _is_living(substance):
        return _went(request, substance)
    into = _into(request.GET)
    if request.method != "POST":
        view = dealt(substance, into) if len(into) > 1 else None
        return _split_page(request, substance, into, view, ReasonForm())
    form = ReasonForm(request.POST)
    chosen, rest = _chosen(request.POST)
    view = dealt(substance, into, chosen, rest)
    if not form.is_valid():
        return _split_page(request, substance, into, view, form, status=400)
    try:
        made = propose_split(
            by=request.user,
            substance=substance,
            into=into,
            assigned=_assigned(view, into),
            reason=form.cleaned_data["reason"],
            seen=request.POST.get("seen", ""),
        )
    except DomainError as error:
        return _split_page(request, substance, into, view, form, problem=error.message, status=error.status)
    messages.success(request, _("Proposed. Nothing changes until another curator accepts it."))
    return redirect("web:proposal", made.pk)


def _is_living(substance: Substance) -> bool:
    return substance.merged_into_id is None and substance.split_at is None


def _went(request: HttpRequest, substance: Substance) -> HttpResponse:
    """It was merged or split meanwhile: its own page says which."""
    messages.error(request, _("%(name)s was merged or split meanwhile.") % {"name": substance.name})
    return redirect("web:substance", substance.merged_into_id or substance.pk)


def _named(text: str) -> Substance | None:
    """The substance with this id; None where none is given.

    Raises:
        Http404: there is none, or it is no more.
    """
    if not text:
        return None
    found = _ID.fullmatch(text)
    if found is None:
        raise Http404(f"{text[:60]!r} is no id of a substance.")
    return get_object_or_404(Substance.objects.living(), pk=UUID(found[0]))


def _into(asked: QueryDict) -> list[Into]:
    """The successors that the address names, each once."""
    ids = list(dict.fromkeys(asked.getlist("to")))[:MOST_SUCCESSORS]
    there = [_named(text) for text in ids]
    made = dict.fromkeys(tidy(text)[:_LONGEST_TEXT] for text in asked.getlist("new")[:MOST_SUCCESSORS])
    known = [Into(one.pk, one.name) for one in there if one is not None]
    return [*known, *(Into(uuid.uuid4(), name, is_new=True) for name in made if name)]


def _chosen(sent: QueryDict) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What the form says of single lines, and of the rest of each kind."""
    single = {name.removeprefix("line-"): sent.getlist(name) for name in sent if name.startswith("line-")}
    rest = {name.removeprefix("rest-"): sent.get(name, "") for name in sent if name.startswith("rest-")}
    return single, rest


def _assigned(view: Split, into: Sequence[Into]) -> dict[str, list[UUID]]:
    """Each line of which somebody said whose it is, with the ids of those."""
    by_token = {token_of(into, one): one.pk for one in into}
    found = {}
    for part in view.parts:
        for row in part.rows:
            tokens = row.to or ({part.rest} if part.rest else set())
            if tokens and tokens <= by_token.keys() | {STAYS}:
                found[row.line.key] = [by_token[token] for token in by_token if token in tokens]
    return found


def _found(request: HttpRequest, substance: Substance) -> dict[str, Any]:
    """Substances that answer to what is looked for, for the form that chooses one."""
    text = tidy(request.GET.get("q", ""))[:_LONGEST_TEXT]
    if not text:
        return {"q": "", "found": []}
    if address := _ID.search(text):
        rows = list(Substance.objects.living().filter(pk=UUID(address[0])).prefetch_related("identifiers"))
    else:
        answer = search_substances(text, limit=_MOST_FOUND)
        rows = [hit.substance for hit in answer.results]
    return {"q": text, "found": [row for row in rows if row.pk != substance.pk]}


def _merge_page(
    request: HttpRequest,
    substance: Substance,
    other: Substance | None,
    form: ReasonForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "substance": substance,
        "other": other,
        "form": form,
        "view": compared(substance, other) if other and other.pk != substance.pk else None,
        "problem": problem or (_("Name another substance.") if other == substance else ""),
        "waiting": waiting_about(substance.pk) or (waiting_to_end([other.pk]) if other else None),
        "crumbs": _crumbs(substance, _("Merge")),
        **_found(request, substance),
    }
    return render(request, "substances/merge.html", context, status=status)


def _split_page(
    request: HttpRequest,
    substance: Substance,
    into: Sequence[Into],
    view: Split | None,
    form: ReasonForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "substance": substance,
        "into": [{"one": one, "without": _query(into, without=one)} for one in into],
        "known": [one for one in into if not one.is_new],
        "new": [one for one in into if one.is_new],
        "view": view,
        "form": form,
        "problem": problem,
        "is_full": len(into) >= MOST_SUCCESSORS,
        "here": request.get_full_path(),
        "query": _query(into),
        "waiting": waiting_about(substance.pk),
        "crumbs": _crumbs(substance, _("Split")),
        **_found(request, substance),
    }
    return render(request, "substances/split.html", context, status=status)


def _query(into: Sequence[Into], *, without: Into | None = None) -> str:
    """The successors as an address names them."""
    asked = QueryDict(mutable=True)
    for one in into:
        if one is not without:
            asked.appendlist("new" if one.is_new else "to", one.name if one.is_new else str(one.pk))
    return asked.urlencode()


def _crumbs(substance: Substance, here: str) -> list[Mapping[str, str]]:
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Substances"), "url": reverse("web:substances")},
        {"label": substance.name, "url": reverse("web:substance", args=[substance.pk])},
        {"label": here},
    ]
