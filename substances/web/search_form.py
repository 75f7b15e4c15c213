"""The form of a structure search: what is asked, how, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.common.client_address import client_key
from portal.common.errors import DomainError
from portal.common.rest.throttles import seconds_to_wait
from substances.models import StructureSearch
from substances.searches.kinds import SearchKind
from substances.searches.parameters import MOST_HITS
from substances.searches.registry import KINDS
from substances.searches.request import request_search
from substances.searches.similarity import Family, Order


def offered() -> list[SearchKind]:
    """The kinds that the form offers, the plainest first."""
    return [kind for kind in KINDS.values() if kind.on_form]


class SearchForm(forms.Form):
    """What to look for. Fields that are not of the kind asked for are left alone."""

    structure = forms.CharField(label=gettext_lazy("Structure"), strip=False, max_length=200_000)
    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want to know?"),
        choices=lambda: [(kind.name, kind.question) for kind in [*offered(), KINDS[StructureSearch.Kind.LIBRARY]]],
        required=False,
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Read it as"), choices=StructureSearch.Format.choices, initial="auto", required=False
    )
    threshold = forms.DecimalField(
        label=gettext_lazy("At least this alike"), min_value=0, max_value=1, decimal_places=3, required=False
    )
    limit = forms.IntegerField(label=gettext_lazy("At most"), min_value=1, max_value=MOST_HITS, required=False)
    families = forms.MultipleChoiceField(
        label=gettext_lazy("Compared by"), choices=Family.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    collection = forms.CharField(required=False)  # a library's slug, from its page
    order = forms.ChoiceField(label=gettext_lazy("In which order"), choices=Order.choices, required=False)


def asked_of(parameters: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What the form shows as chosen: parameters of a search, and the defaults of the rest."""
    defaults = {name: one.default for kind in offered() for name, one in kind.parameters.items()}
    return {"kind": StructureSearch.Kind.SIMILARITY, "format": "auto", **defaults, **parameters, **more}


def choices() -> dict[str, Any]:
    """What the form lets one choose from; for every page that holds it."""
    return {"kinds": offered(), "families": Family.choices, "orders": Order.choices}


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
    said = {name: value for name, value in form.data.items() if value} if form.is_bound else {}
    if form.is_bound and request.POST.getlist("families"):
        said["families"] = request.POST.getlist("families")
    context = {
        "form": form,
        "typed": typed or "",
        "asked": asked_of(said),
        "choices": choices(),
        "refused": error,
        "seconds": seconds,
        "position": error.more.get("position") if error else None,
        "readings": error.more.get("readings", []) if error else [],
        "crumbs": crumbs(),
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
    kind = KINDS[asked["kind"] or StructureSearch.Kind.SIMILARITY]
    if kind.name != StructureSearch.Kind.LIBRARY:
        asked.pop("collection")
    try:
        search = request_search(
            by=request.user if request.user.is_authenticated else None,
            session_key=request.session.session_key or "",
            access_token="",
            text=asked["structure"],
            kind=kind.name,
            format=asked["format"] or "auto",
            parameters={name: asked[name] for name in kind.parameters if asked.get(name) not in (None, "", [])},
            client=client_key(request),
        )
    except DomainError as error:
        page = _form_page(request, form, error=error, status=error.status)
        for name, value in error.more.get("headers", {}).items():  # when to come back
            page[name] = value
        return page
    return redirect("web:structure-search-result", search.pk)


def crumbs() -> list[dict[str, Any]]:
    """The way here."""
    return [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Structure search")}]
