"""Doors that a one-time link opens: to the first curator's rights, and into an organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.common.errors import DomainError, NotAllowed
from portal.organisations import services
from portal.organisations.accounts import INVITATION_IN_SESSION


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Makes who is signed in a curator, once they say so; others sign up or in first and come back."""
    template = "organisations/invitation.html"
    if not services.is_open_invitation(token):
        return _over(request, "organisations/invitation_over.html")
    if not request.user.is_authenticated:
        return _sign_in_first(request, template, reverse("organisations:invitation", args=[token]))
    if request.method != "POST":
        return render(request, template)
    try:
        services.accept_invitation(token=token, by=request.user)
    except DomainError:
        return _over(request, "organisations/invitation_over.html")
    request.session.pop(INVITATION_IN_SESSION, None)
    messages.success(request, _("You are a curator now."))
    return redirect("organisations:waiting")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Lets who is signed in join the organisation that invited them, once they say so."""
    template = "organisations/join.html"
    found = services.open_invitation(token)
    if found is None:
        return _over(request, "organisations/join_over.html")
    context = {"organisation": found.organisation, "role": found.get_role_display()}
    if not request.user.is_authenticated:
        return _sign_in_first(request, template, reverse("organisations:join", args=[token]), **context)
    if request.method != "POST":
        return render(request, template, context)
    try:
        services.join_organisation(token=token, by=request.user)
    except NotAllowed as error:
        return render(request, template, context | {"refused": error.message}, status=error.status)
    except DomainError:
        return _over(request, "organisations/join_over.html")
    request.session.pop(INVITATION_IN_SESSION, None)
    messages.success(request, _("You belong to %(name)s now.") % {"name": found.organisation.name})
    return redirect("organisations:mine")


def _sign_in_first(request: HttpRequest, template: str, here: str, **context: Any) -> HttpResponse:
    request.session[INVITATION_IN_SESSION] = here
    return render(request, template, context | {"next": here})


def _over(request: HttpRequest, template: str) -> HttpResponse:
    request.session.pop(INVITATION_IN_SESSION, None)
    return render(request, template, status=410)
