"""The curators' queue, and one proposal: decided by somebody else than who brought it, who may take it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.errors import DomainError
from portal.common.rest.pages import browse
from portal.organisations.permissions import curators_only, may_curate
from portal.organisations.requests import SignedInRequest
from portal.review.models import Proposal
from portal.review.registry import kind_of
from portal.review.services import (
    WAITING,
    accept_proposal,
    may_withdraw,
    reasons_locked,
    reject_proposal,
    take_up_proposal,
    why_locked,
    withdraw_proposal,
)
from substances.flags.services import KIND as FLAG
from substances.models import Substance
from substances.succession.proposals import MERGE, SPLIT, accept_as_seen, is_late
from substances.succession.reading import compared, planned
from substances.vocabulary import Strength

LONGEST_REMARK = 4000


class DecisionForm(forms.Form):
    """A decision and its public reason."""

    reason = forms.CharField(
        label=gettext_lazy("Public reason"), min_length=10, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    decision = forms.ChoiceField(choices=[("accept", ""), ("reject", "")], widget=forms.HiddenInput)


def _subjects(proposals: list[Proposal]) -> dict[UUID, Substance]:
    wanted = [p.target_id for p in proposals if p.target_kind == "substance"]
    return {s.pk: s for s in Substance.objects.filter(pk__in=wanted).with_what_a_row_shows()}


@require_safe
@curators_only
def queue(request: SignedInRequest) -> HttpResponse:
    """What waits for a decision, oldest first; what this curator may not decide is shown, and why."""
    waiting = Proposal.objects.waiting().select_related("proposed_by", "organisation")
    page = browse(request, waiting, ordering=("submitted_at", "pk"))
    subjects = _subjects(page.rows)
    locked = reasons_locked(user=request.user, proposals=page.rows)
    context = {
        "rows": [
            {"proposal": p, "substance": subjects.get(p.target_id), "described": _say(p), "locked": locked.get(p.pk)}
            for p in page.rows
        ],
        "page": page,
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Review")}],
    }
    return render(request, "web/review_queue.html", context)


@require_safe
@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """What this person has proposed, newest first, and how it stands."""
    own = Proposal.objects.filter(proposed_by=request.user).select_related("organisation")
    page = browse(request, own, ordering=("-created_at", "pk"))
    subjects = _subjects(page.rows)
    context = {
        "rows": [{"proposal": p, "substance": subjects.get(p.target_id), "described": _say(p)} for p in page.rows],
        "page": page,
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Your proposals")}],
    }
    return render(request, "web/my_proposals.html", context)


def _say(proposal: Proposal) -> str:
    """What would change, in one line."""
    return kind_of(proposal.kind).describe(proposal)


def _find(request: SignedInRequest, pk: UUID) -> Proposal:
    rows = Proposal.objects.visible_to(request.user).select_related(
        "proposed_by", "organisation", "decided_by", "reviewer"
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def proposal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One proposal with its evidence and history; a curator from outside decides, who brought it may withdraw it."""
    shown = _find(request, pk)
    if request.method != "POST":
        return _page(request, shown, DecisionForm())
    if request.POST.get("decision") == "take_up":
        return _take_up(request, shown)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=400)
    try:
        _decide(request, shown, form)
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, _find(request, pk), form, status=error.status)
    messages.success(request, _("Decided. The decision and its reason are public."))
    return redirect("web:review")


def _decide(request: SignedInRequest, shown: Proposal, form: DecisionForm) -> None:
    """Accepts or rejects; to merge and split only as it was seen."""
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["decision"] != "accept":
        reject_proposal(by=request.user, proposal=shown, reason=reason)
    elif shown.kind in {MERGE, SPLIT}:
        accept_as_seen(by=request.user, proposal=shown, reason=reason, seen=request.POST.get("seen", ""))
    else:
        accept_proposal(by=request.user, proposal=shown, reason=reason)


def _plan(shown: Proposal) -> dict[str, Any]:
    """Of a proposal to merge or split that waits: what each substance carries now, and where it would go."""
    if shown.kind not in {MERGE, SPLIT} or shown.state not in WAITING:
        return {}
    if is_late(shown):
        return {"is_late": True, "cannot_be": True}
    if shown.kind == SPLIT:
        split = planned(shown)
        return {"split": split, "seen": split.seen, "cannot_be": split.open > 0} if split else {}
    both = Substance.objects.in_bulk([shown.target_id, UUID(shown.payload["into"])])
    merge = compared(both[shown.target_id], both[UUID(shown.payload["into"])])
    return {"merge": merge, "seen": merge.seen}


def _take_up(request: SignedInRequest, shown: Proposal) -> HttpResponse:
    """Lets the others see that this curator reads it."""
    try:
        take_up_proposal(by=request.user, proposal=shown)
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _find(request, shown.pk), DecisionForm(), status=error.status)
    return redirect("web:proposal", shown.pk)


@require_POST
@login_required
def withdraw(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Takes a proposal back, for who brought it; the page then says so."""
    shown = _find(request, pk)
    try:
        withdraw_proposal(by=request.user, proposal=shown, remark=request.POST.get("remark", "")[:LONGEST_REMARK])
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _find(request, pk), DecisionForm(), status=error.status)
    messages.success(request, _("Withdrawn. Its history stays on this page."))
    return redirect("web:proposal", shown.pk)


def _page(request: SignedInRequest, shown: Proposal, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    substance = _subjects([shown]).get(shown.target_id)
    context: dict[str, Any] = {
        "proposal": shown,
        "is_flag": shown.kind == FLAG,
        "label": kind_of(shown.kind).label,
        "described": _say(shown),
        **_plan(shown),
        "strength": dict(Strength.choices).get(shown.payload.get("strength")),
        "substance": substance,
        # Beside the proposal itself, which already shows as a flag.
        "known": [flag for flag in substance.flags.all() if flag.proposal_id != shown.pk] if substance else [],
        "steps": [(step, Proposal.State(step.to_state).label) for step in shown.steps.select_related("by")],
        "form": form,
        "locked": why_locked(user=request.user, proposal=shown),
        "may_withdraw": may_withdraw(user=request.user, proposal=shown),
        "crumbs": _crumbs(request),
    }
    return render(request, "web/proposal.html", context, status=status)


def _crumbs(request: SignedInRequest) -> list[dict[str, Any]]:
    review = [{"label": _("Review"), "url": reverse("web:review")}] if may_curate(request.user) else []
    return [{"label": _("Home"), "url": reverse("web:home")}, *review, {"label": _("Proposal")}]
