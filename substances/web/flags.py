"""Proposing a concern about a substance, with evidence."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.common.errors import DomainError
from portal.organisations.models import Organisation, User
from portal.organisations.permissions import organisations_of
from portal.organisations.requests import SignedInRequest
from substances.flags.rules import may_flag_for
from substances.flags.services import propose_flag
from substances.models import Substance
from substances.vocabulary import Concern, Strength


class FlagForm(forms.Form):
    """A concern and the evidence for it."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("On behalf of"))
    concern = forms.ChoiceField(
        label=gettext_lazy("Concern"), choices=[("", gettext_lazy("Choose one")), *Concern.choices]
    )
    strength = forms.ChoiceField(
        label=gettext_lazy("How sure is the evidence?"), choices=Strength.choices, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        min_length=40,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("What was found, by whom, in which study or document. It will be public."),
    )
    evidence_url = forms.URLField(label=gettext_lazy("Where it can be read"), required=False, assume_scheme="https")

    def __init__(self, *arguments: Any, speaks_for: QuerySet[Organisation], **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = cast("forms.ModelChoiceField[Organisation]", self.fields["organisation"])
        choices.queryset = speaks_for
        if len(speaks_for) == 1:
            choices.initial = speaks_for[0]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def propose(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form; sent, it becomes a proposal that another person reviews."""
    substance = get_object_or_404(Substance.objects.living(), pk=pk)
    speaks_for = may_flag_for(request.user)
    form = FlagForm(request.POST if request.method == "POST" else None, speaks_for=speaks_for)
    if request.method == "POST" and form.is_valid() and _propose(request, substance, form):
        return redirect("web:substance", substance.pk)
    context = {
        "form": form,
        "substance": substance,
        "closed": "" if speaks_for else why_closed(request.user),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": substance.name, "url": reverse("web:substance", args=[substance.pk])},
            {"label": _("Propose a concern")},
        ],
    }
    return render(request, "substances/propose_flag.html", context, status=400 if form.errors else 200)


def _propose(request: SignedInRequest, substance: Substance, form: FlagForm) -> bool:
    try:
        propose_flag(by=request.user, substance=substance, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, _("Thank you. Another person reviews it; until then it is shown as proposed."))
    return True


def why_closed(user: User) -> str:
    """What a person lacks who may not propose a concern, and what they can do about it."""
    if organisations_of(user).filter(kind=Organisation.Kind.NGO).exists():
        return _("A curator has not confirmed your NGO yet. As soon as one has, you can propose concerns here.")
    if user.organisations.filter(kind=Organisation.Kind.NGO).exists():
        return _("You may read for your NGO, not write. Ask one of its administrators to make you an editor.")
    if user.organisations.exists():
        return _("Your organisation is no NGO. A concern is flagged in the name of an NGO that a curator confirmed.")
    return _("A concern is flagged in the name of an NGO that a curator confirmed. Add yours, or ask to join it.")
