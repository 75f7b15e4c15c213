"""The first page, and the pages that say how we judge and where facts come from."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.kept import Kept
from portal.watching.models import Event
from portal.web.design import samples
from substances.importers.rules import EDITION, HISTORY, RULES
from substances.models import ConcernFlag, ListMembership, Source, Substance, SubstanceGroup
from substances.querysets import is_living
from substances.vocabulary import Authority, ListEffect, Strength
from substitution.models import Alternative, Replacement

SHOWN = Kept("substances", "substitution")

MOST_OWN_RULES = 500


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The question, one search field, one worked example, what changed, how much we do not know."""
    if text := request.GET.get("q", "").strip():
        return redirect(f"{reverse('web:search')}?{request.GET.urlencode()}" if text else "web:home")
    events = Event.objects.filter(organisation=None)[:5]
    context = {"home_search": True, "events": events, **SHOWN.get("home", _what_is_known)}
    return render(request, "web/home.html", context)


def _what_is_known() -> dict[str, Any]:
    known = Substance.objects.living().count()
    silent = known - Substance.objects.living().flagged().count()
    return {
        "example": _worked_example(),
        "latest": _latest(),
        "known": known,
        "silent": silent,
        "silent_share": silent / known if known else 0,
        "alternatives": Alternative.objects.standing().count(),
    }


def _worked_example() -> Replacement | None:
    """Bisphenol S for bisphenol A in thermal paper, where the catalogue holds it: the best-known regret."""
    return (
        Replacement.objects.standing()
        .with_what_is_shown()
        .filter(replaces__slug="bisphenol-a", alternative__candidate__slug="bisphenol-s", evidence__supports="against")
        .prefetch_related("replaces__structures", "alternative__candidate__structures")
        .first()
    )


def _latest() -> list[ListMembership]:
    """The newest listings of concern that have begun, one a substance."""
    rows = (
        ListMembership.objects.in_force()
        .of_living()
        .on(timezone.localdate())
        .filter(chemical_list__effect=ListEffect.CONCERN, valid_from__isnull=False)
        .select_related("substance", "chemical_list", "source")
        .order_by("-valid_from", "substance__name")[:20]
    )
    newest: dict[Any, ListMembership] = {}
    for row in rows:
        newest.setdefault(row.substance_id, row)
    return list(newest.values())[:5]


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How we judge, and what we do not know."""
    members = Count("memberships", filter=is_living("memberships__substance__"))
    context = {
        "authorities": Authority.values,
        "groups": SubstanceGroup.objects.annotate(members=members).select_related("source"),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("How we judge")}],
    }
    return render(request, "web/method.html", context)


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The register of rules that flags are cited from; rules of lists that came with a mapping behind it."""
    own = ConcernFlag.objects.in_force().exclude(rule__in=["", *RULES]).order_by("rule", "concern")
    strengths = dict(Strength.choices)
    context = {
        "rules": [{"rule": rule, "strength": strengths.get(rule.strength, _("not said"))} for rule in RULES.values()],
        "own": own.values("rule", "concern", "legal_basis").distinct()[:MOST_OWN_RULES],
        "edition": EDITION,
        "history": HISTORY[EDITION],
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Published rules")}],
    }
    return render(request, "web/rules.html", context)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every document a fact here rests on; lists have a page of their own."""
    context = {
        "sources": Source.objects.seen().order_by("publisher", "title"),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Sources")}],
    }
    return render(request, "web/sources.html", context)


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Every component, with made-up values."""
    return render(request, "web/design.html", samples())


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """What the REST API offers, with examples that run."""
    context = {
        "base": request.build_absolute_uri("/api/v1/"),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": "REST API"}],
    }
    return render(request, "web/api.html", context)
