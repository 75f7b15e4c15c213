"""Pages about one's organisations, and for curators those that wait."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.errors import DomainError
from portal.organisations import services
from portal.organisations.forms import OrganisationForm
from portal.organisations.models import Organisation, User
from portal.organisations.permissions import curators_only


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The organisations one belongs to; the first page after sign-up."""
    user = cast(User, request.user)
    memberships = user.memberships.select_related("organisation").order_by("organisation__name")
    return render(request, "organisations/mine.html", {"memberships": memberships})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Brings an organisation into the portal; a curator confirms it later."""
    form = OrganisationForm(request.POST or None)
    if form.is_valid():
        try:
            services.create_organisation(by=cast(User, request.user), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Your organisation is here. A curator will confirm it."))
            return redirect("organisations:mine")
    return render(request, "organisations/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@curators_only
def waiting(request: HttpRequest) -> HttpResponse:
    """Organisations that wait to be confirmed, oldest first."""
    organisations = Organisation.objects.unconfirmed().prefetch_related("memberships__user")
    return render(request, "organisations/waiting.html", {"organisations": organisations})


@require_POST
@curators_only
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirms one."""
    organisation = get_object_or_404(Organisation, pk=pk)
    try:
        services.confirm_organisation(by=cast(User, request.user), organisation=organisation)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(name)s is confirmed.") % {"name": organisation.name})
    return redirect("organisations:waiting")
