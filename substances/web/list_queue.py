"""What lists ask of curators: releases that wait for a word, and members of rows that name nobody we know for sure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.errors import DomainError
from portal.common.rest.pages import browse
from portal.organisations.permissions import curators_only
from portal.organisations.requests import SignedInRequest
from portal.organisations.services import audit
from substances.models import ChemicalList, MemberDecision, OpenMember, Release
from substances.services.list_diff import diff_of_releases
from substances.services.list_open_members import (
    candidates_of,
    decide_open_member,
    open_members,
    revoke_member_decision,
    standing_member_decisions,
)
from substances.services.lists import ListError, confirm_release, refuse_release
from substances.web.releases import diff_page
from substances.web.uploads import recent_uploads

MOST = 100  # open members on one page; decided ones make room


@require_safe
@curators_only
def queue(request: SignedInRequest) -> HttpResponse:
    """Everything that waits, releases first."""
    return _queue(request)


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def waiting_release(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One release that waits: why, and what it would change; sent, it is published or refused."""
    rows = Release.objects.exclude(state=Release.State.STAGED).defer("learned")
    shown = get_object_or_404(rows.select_related("chemical_list__current_release"), pk=pk)
    if request.method != "POST":
        return _release(request, shown)
    decision = request.POST.get("decision")
    if decision not in {"confirm", "refuse"} or request.POST.get("sure") != "on":
        return _release(request, shown, problem=_("Say what shall happen, and that you have looked."), status=400)
    try:
        _decide(request, pk, confirm=decision == "confirm")
    except ListError as error:
        return _queue(request, problem=str(error), status=409)
    messages.success(request, _done(pk) if decision == "confirm" else _("Refused. The old one stays."))
    return redirect("web:list-queue")


@require_POST
@curators_only
def decide_member(request: SignedInRequest, member: int) -> HttpResponse:
    """Says which candidate a member is, or that it is none of them."""
    found = get_object_or_404(OpenMember.objects.filter(release__state=Release.State.PUBLISHED), pk=member)
    said = request.POST.get("substance", "")
    try:
        substance = None if said in {"none", "new"} else UUID(said)
    except ValueError:
        return _queue(request, problem=_("Choose one of the candidates, or none of them."), status=400)
    try:
        decided = decide_open_member(by=request.user, member=found, substance=substance, is_new=said == "new")
    except DomainError as error:
        return _queue(request, problem=error.message, status=error.status)
    name = decided.decision.name if decided.decision else _("none of them")
    messages.success(request, _("Decided: %(name)s.") % {"name": name})
    return redirect("web:list-queue")


@require_POST
@curators_only
def revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Takes a remembered decision back, for a reason."""
    decision = get_object_or_404(MemberDecision, pk=pk)
    try:
        revoke_member_decision(by=request.user, decision=decision, reason=request.POST.get("reason", ""))
    except DomainError as error:
        return _queue(request, problem=error.message, status=error.status)
    messages.success(request, _("Revoked. The rows wait again."))
    return redirect("web:list-queue")


def _decide(request: SignedInRequest, pk: UUID, *, confirm: bool) -> None:
    """Confirms or refuses, as it stands by now, and puts down who did.

    Raises:
        ListError: somebody decided meanwhile.
    """
    with transaction.atomic():  # the decision and the line of the audit stand together or not at all
        release = Release.objects.select_related("chemical_list").filter(pk=pk, state=Release.State.WAITING).first()
        if release is None:
            raise ListError(_("Somebody has decided on it meanwhile."))
        if confirm:
            confirm_release(release, by=request.user)
        else:
            refuse_release(release)
        _put_down(request, release, "release.confirmed" if confirm else "release.refused")


def _done(pk: UUID) -> str:
    """What a confirmation came to."""
    if ChemicalList.objects.filter(current_release=pk).exists():
        return _("Published. The portal answers from it.")
    return _("Published, and kept as an earlier release: the portal answers from a newer state of this list.")


def _put_down(request: SignedInRequest, release: Release, action: str) -> None:
    about: dict[str, Any] = {"list": release.chemical_list.slug, "published_on": str(release.published_on)}
    about |= {"sha256": release.sha256, "waits_for": release.waits_for}
    audit(by=request.user, action=action, subject_kind="release", subject_id=release.pk, **about)


def _queue(request: SignedInRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    waiting = Release.objects.filter(state=Release.State.WAITING).defer("learned", "problems")
    members = list(open_members()[: MOST + 1])
    candidates = candidates_of(members)
    context = {
        "waiting": waiting.select_related("chemical_list").order_by("staged_at"),
        "members": [{"member": one, "candidates": candidates[one.pk]} for one in members[:MOST]],
        "more": len(members) > MOST,
        "decisions": browse(request, standing_member_decisions(), ordering=("-decided_at", "pk")),
        "uploads": recent_uploads(request.user),
        "problem": problem,
        "crumbs": [*_crumbs()[:-1], {"label": _("Lists")}],
    }
    return render(request, "substances/list_queue.html", context, status=status)


def _release(request: HttpRequest, shown: Release, *, problem: str = "", status: int = 200) -> HttpResponse:
    current = shown.chemical_list.current_release
    context: dict[str, Any] = {
        "release": shown,
        "list": shown.chemical_list,
        "current": current,
        "is_waiting": shown.state == Release.State.WAITING,
        "problem": problem,
        "crumbs": [*_crumbs(), {"label": shown.chemical_list.name}],
    }
    if current is not None:
        context |= diff_page(request, diff_of_releases(current, shown))
    return render(request, "substances/waiting_release.html", context, status=status)


def _crumbs() -> list[dict[str, Any]]:
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Review"), "url": reverse("web:review")},
        {"label": _("Lists"), "url": reverse("web:list-queue")},
    ]
