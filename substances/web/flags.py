"""Proposing a concern about a substance, with evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.common.errors import DomainError
from portal.organisations.models import Organisation
from substances.flags.services import propose_flag
from substances.models import Substance
from substances.vocabulary import Concern, Strength


class FlagForm(forms.Form):
    """A concern and the evidence for it."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("On behalf of"))
    concern = forms.ChoiceField(label=gettext_lazy("Concern"), choices=Concern.choices)
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
    evidence_url = forms.URLField(
        label=gettext_lazy("Where it can be read"), required=False, assume_scheme="https"
    )

    def __init__(self, *arguments: Any, user: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices: forms.ModelChoiceField = self.fields["organisation"]  # type: ignore[assignment]  # set above
        choices.queryset = user.organisations.all()
        if (only := user.organisations.first()) is not None and user.organisations.count() == 1:
            choices.initial = only


@login_required
def propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form; sent, it becomes a proposal that another person reviews."""
    substance = get_object_or_404(Substance.objects.living().with_what_a_row_shows(), pk=pk)
    form = FlagForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            propose_flag(by=request.user, substance=substance, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Thank you. Another person reviews it; until then it is shown as proposed."))
            return redirect("web:substance", substance.pk)
    context = {
        "form": form,
        "substance": substance,
        "has_organisation": request.user.organisations.exists(),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": substance.name, "url": reverse("web:substance", args=[substance.pk])},
            {"label": _("Propose a concern")},
        ],
    }
    return render(request, "substances/propose_flag.html", context, status=400 if form.errors else 200)
