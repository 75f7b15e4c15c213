"""What the registry contradicts itself in, for curators: by kind, with what can be proposed; dismissed for a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.common.errors import DomainError
from portal.common.rest.pages import browse
from portal.organisations.permissions import curators_only
from portal.organisations.requests import SignedInRequest
from portal.review.services import WAITING
from substances.models import RegistryCheck, RegistryFinding
from substances.registry_check.filters import STATES, FindingFilter
from substances.registry_check.kinds import KINDS, MERGE, RAISE_FLAG, REJECT_CLAIM
from substances.registry_check.proposals import Remedy, propose_remedy, remedies
from substances.registry_check.services import dismiss_finding, reopen_finding
from substances.registry_check.words import list_names, sentence_of


@require_safe
@curators_only
def findings(request: SignedInRequest) -> HttpResponse:
    """Findings, by kind."""
    return _page(request)


@require_POST
@curators_only
def propose(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Proposes one remedy; another curator decides."""
    finding = get_object_or_404(RegistryFinding, pk=pk)
    try:
        about = UUID(request.POST.get("about", ""))
    except ValueError:
        return _page(request, problem=_("Say which substance would change."), status=400)
    try:
        propose_remedy(by=request.user, finding=finding, remedy=request.POST.get("remedy", ""), about=about)
    except DomainError as error:
        return _page(request, problem=error.message, status=error.status)
    messages.success(request, _("Proposed. Nothing changes until another curator accepts it."))
    return redirect(_back(request))


@require_POST
@curators_only
def dismiss(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Dismisses a finding for a reason, or opens it again."""
    finding = get_object_or_404(RegistryFinding, pk=pk)
    try:
        if request.POST.get("decision") == "reopen":
            reopen_finding(by=request.user, finding=finding)
        else:
            dismiss_finding(by=request.user, finding=finding, reason=request.POST.get("reason", ""))
    except DomainError as error:
        return _page(request, problem=error.message, status=error.status)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page that was open, with its filters."""
    came_from = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts=None) and came_from.startswith("/review/registry/")
    return came_from if ours else reverse("web:registry-findings")


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    chosen = FindingFilter(request.GET, queryset=RegistryFinding.objects.all())
    page = browse(request, chosen.qs.with_what_is_shown(), ordering=("kind", "key"))
    lists = list_names()
    state = request.GET.get("state") if chosen.form.is_valid() else ""
    context = {
        "rows": [_row(finding, lists) for finding in page.rows],
        "page": page,
        "kinds": _kinds(request, state or "open"),
        "states": [
            {"label": label, "url": f"?state={slug}", "on": slug == (state or "open")} for slug, label in STATES
        ],
        "last": RegistryCheck.objects.first(),
        "complaints": chosen.complaints(),
        "here": request.get_full_path() if request.method == "GET" else reverse("web:registry-findings"),
        "problem": problem,
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Review"), "url": reverse("web:review")},
            {"label": _("Registry")},
        ],
    }
    return render(request, "substances/registry_findings.html", context, status=status)


def _kinds(request: HttpRequest, state: str) -> list[dict[str, Any]]:
    """Each kind that has any, with how many, most first."""
    rows: Any = getattr(RegistryFinding.objects.all(), state)()
    counted = rows.order_by().values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind")
    asked = set(request.GET.getlist("kind"))
    return [
        {
            "label": KINDS[slug].label if slug in KINDS else slug,
            "count": n,
            "url": f"?state={state}&kind={slug}",
            "on": slug in asked,
        }
        for slug, n in counted
    ]


def _row(finding: RegistryFinding, lists: Any) -> dict[str, Any]:
    kind = KINDS.get(finding.kind)
    waits = finding.proposal is not None and finding.proposal.state in WAITING
    can = [] if waits or finding.gone_at or finding.dismissed_at else remedies(finding)
    return {
        "finding": finding,
        "kind": kind,
        "says": sentence_of(finding, lists),
        "remedies": [{"remedy": one, "label": _label(one, finding)} for one in can],
        "compare": next((_compare(one) for one in can if one.into), ""),
        "waits": waits,
    }


def _compare(remedy: Remedy) -> str:
    """The page that shows both side by side, before anybody proposes."""
    return f"{reverse('web:substance-merge', args=[remedy.about.pk])}?into={remedy.into.pk if remedy.into else ''}"


def _label(remedy: Remedy, finding: RegistryFinding) -> str:
    """What a button says; of two substances the first and the second are those linked above it."""
    first = finding.substance_id == remedy.about.pk
    if remedy.slug == RAISE_FLAG:
        return _("Propose to raise the flag")
    if remedy.slug == REJECT_CLAIM and finding.other is not None:
        return _("Propose: wrong for the first") if first else _("Propose: wrong for the second")
    if remedy.slug == REJECT_CLAIM:
        return _("Propose: it is wrong")
    if remedy.slug == MERGE:
        return _("Propose: merge 1 into 2") if first else _("Propose: merge 2 into 1")
    return _("Propose to withdraw it")
