"""Merging and splitting, for curators: what each substance carries, where it would go, and the proposal to do it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
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
from substances.services.succession import few
from substances.succession.meanwhile import followed
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
    other, form = _named(request.POST.get("into", ""), among=Substance.objects.seen()), ReasonForm(request.POST)
    if other is not None and (went := followed([other], by=substance)).said:
        instead = went.chosen[0] if went.chosen else None
        return _merge_page(request, substance, instead, form, problem=" ".join(went.said), status=409)
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
    if request.method != "POST":
        into = _into(request.GET, _chosen_ones(request.GET))
        view = dealt(substance, into) if len(into) > 1 else None
        return _split_page(request, substance, into, view, ReasonForm())
    form = ReasonForm(request.POST)
    went = followed(_chosen_ones(request.GET, among=Substance.objects.seen()), by=substance)
    into = _into(request.GET, went.chosen)
    view = dealt(substance, into, *_chosen(request.POST, went.instead))
    if went.said:
        return _split_page(request, substance, into, view, form, problem=" ".join(went.said), status=409)
    if not form.is_valid():
        return _split_page(request, substance, into, view, form, status=400)
    if unclear := _unclear(view):
        return _split_page(request, substance, into, view, form, problem=unclear, status=400)
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


def _named(text: str, *, among: QuerySet[Substance] | None = None) -> Substance | None:
    """The substance with this id; None where none is given.

    Args:
        among: those it may be; the living ones, without.

    Raises:
        Http404: there is none.
    """
    if not text:
        return None
    found = _ID.fullmatch(text)
    if found is None:
        raise Http404(f"{text[:60]!r} is no id of a substance.")
    return get_object_or_404(Substance.objects.living() if among is None else among, pk=UUID(found[0]))


def _chosen_ones(asked: QueryDict, *, among: QuerySet[Substance] | None = None) -> list[Substance]:
    """The successors that the address names and that are here already, each once.

    Raises:
        Http404: see `_named`.
    """
    ids = list(dict.fromkeys(asked.getlist("to")))[:MOST_SUCCESSORS]
    return [one for one in (_named(text, among=among) for text in ids) if one is not None]


def _into(asked: QueryDict, here: Sequence[Substance]) -> list[Into]:
    """The successors: those that are here, and those that the address calls new, each once."""
    made = dict.fromkeys(tidy(text)[:_LONGEST_TEXT] for text in asked.getlist("new")[:MOST_SUCCESSORS])
    known = [Into(one.pk, one.name) for one in here]
    return [*known, *(Into(uuid.uuid4(), name, is_new=True) for name in made if name)]


def _chosen(sent: QueryDict, instead: Mapping[UUID, UUID | None]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What the form says of single lines, and of the rest of each kind; an heir has what one that went was to have."""
    now = {str(gone): str(heir) if heir else "" for gone, heir in instead.items()}
    single = {
        name.removeprefix("line-"): [token for one in sent.getlist(name) if (token := now.get(one, one))]
        for name in sent
        if name.startswith("line-")
    }
    asked = {name.removeprefix("rest-"): sent.get(name, "") for name in sent if name.startswith("rest-")}
    return single, {kind: now.get(one, one) for kind, one in asked.items()}


def _unclear(view: Split) -> str:
    """Which lines are said both to stay and to go, for people; empty where none is."""
    both = [row.line.text for part in view.parts for row in part.rows if STAYS in row.to and len(row.to) > 1]
    return _("%(said)s: it stays, or it goes to somebody; choose one.") % {"said": few(both)} if both else ""


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
        "here": f"{request.path}?{_query(into)}",
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
