"""The curators' queue: proposals, oldest first, decided by somebody else than who brought them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.common.errors import DomainError
from portal.organisations.requests import SignedInRequest
from portal.review.models import Proposal
from portal.review.services import accept_proposal, reject_proposal
from substances.models import Substance


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
@login_required
def queue(request: SignedInRequest) -> HttpResponse:
    """What waits for a decision, oldest first; one's own is shown, and locked."""
    if not request.user.is_curator:
        raise PermissionDenied
    waiting = list(Proposal.objects.waiting().select_related("proposed_by", "organisation"))
    subjects = _subjects(waiting)
    context = {
        "rows": [{"proposal": p, "substance": subjects.get(p.target_id)} for p in waiting],
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Review")}],
    }
    return render(request, "web/review_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def proposal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One proposal with its evidence and history; a curator who did not bring it decides."""
    shown = get_object_or_404(
        Proposal.objects.visible_to(request.user).select_related("proposed_by", "organisation", "decided_by"), pk=pk
    )
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not request.user.is_curator:
            raise PermissionDenied
        if form.is_valid() and _decide(request, shown, form):
            return redirect("web:review")
    return render(
        request, "web/proposal.html", _proposal_context(request, shown, form), status=400 if form.errors else 200
    )


def _decide(request: SignedInRequest, shown: Proposal, form: DecisionForm) -> bool:
    decide = accept_proposal if form.cleaned_data["decision"] == "accept" else reject_proposal
    try:
        decide(by=request.user, proposal=shown, reason=form.cleaned_data["reason"])
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, _("Decided. The decision and its reason are public."))
    return True


def _proposal_context(request: SignedInRequest, shown: Proposal, form: DecisionForm) -> dict[str, Any]:
    return {
        "proposal": shown,
        "substance": _subjects([shown]).get(shown.target_id),
        "steps": shown.steps.select_related("by"),
        "form": form,
        "is_own": shown.proposed_by_id == request.user.pk,
        "is_open": shown.state in (Proposal.State.SUBMITTED, Proposal.State.IN_REVIEW),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Review"), "url": reverse("web:review")},
            {"label": _("Proposal")},
        ],
    }
