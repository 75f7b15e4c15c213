"""Who belongs to an organisation: seen by its members, decided by its administrators. To others it is not there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.common.errors import DomainError
from portal.organisations import services
from portal.organisations.forms import InvitationForm, RoleForm
from portal.organisations.models import Membership, Organisation, User
from portal.organisations.permissions import may_administer
from portal.organisations.requests import SignedInRequest


@never_cache
@require_safe
@login_required
def members(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The members; to administrators with what they can change, and with open invitations."""
    return _page(request, _own(request, pk))


@require_POST
@login_required
def change_role(request: SignedInRequest, pk: UUID, user: UUID) -> HttpResponse:
    """Gives a member another role."""
    organisation = _own(request, pk)
    member, form = _member(organisation, user), RoleForm(request.POST)
    try:
        role = form.cleaned_data["role"] if form.is_valid() else ""
        services.change_role(by=request.user, organisation=organisation, user=member, role=role)
    except DomainError as error:
        return _refused(request, organisation, error)
    return _done(request, organisation, _("%(name)s has another role now.") % {"name": _called(member)})


@require_POST
@login_required
def remove(request: SignedInRequest, pk: UUID, user: UUID) -> HttpResponse:
    """Takes a member out."""
    organisation = _own(request, pk)
    member = _member(organisation, user)
    try:
        services.remove_member(by=request.user, organisation=organisation, user=member)
    except DomainError as error:
        return _refused(request, organisation, error)
    return _done(request, organisation, _("%(name)s does not belong to it any more.") % {"name": _called(member)})


@require_POST
@login_required
def leave(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Takes oneself out."""
    organisation = _own(request, pk)
    try:
        services.leave_organisation(by=request.user, organisation=organisation)
    except DomainError as error:
        return _refused(request, organisation, error)
    messages.success(request, _("You do not belong to %(name)s any more.") % {"name": organisation.name})
    return redirect("organisations:mine")


@never_cache
@require_POST
@login_required
def invite(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Makes an invitation; its link is shown on the page that answers, and never again."""
    organisation, form = _own(request, pk), InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, organisation, form=form, status=422)
    try:
        token = services.invite_member(by=request.user, organisation=organisation, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, organisation, form=form, status=error.status)
    link = request.build_absolute_uri(reverse("organisations:join", args=[token]))
    return _page(request, organisation, link=link, invited=form.cleaned_data["email"])


@require_POST
@login_required
def revoke(request: SignedInRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    """Ends an invitation; its link opens nothing any more."""
    organisation = _own(request, pk)
    try:
        services.revoke_invitation(by=request.user, organisation=organisation, invitation_id=invitation)
    except DomainError as error:
        return _refused(request, organisation, error)
    return _done(request, organisation, _("The invitation is revoked; its link opens nothing any more."))


def _own(request: SignedInRequest, pk: UUID) -> Organisation:
    return get_object_or_404(Organisation.objects.belonging_to(request.user), pk=pk)


def _member(organisation: Organisation, user: UUID) -> User:
    return get_object_or_404(organisation.members.all(), pk=user)


def _called(person: User) -> str:
    return person.name or person.email


def _done(request: SignedInRequest, organisation: Organisation, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("organisations:members", organisation.pk)


def _refused(request: SignedInRequest, organisation: Organisation, error: DomainError) -> HttpResponse:
    messages.error(request, error.message)
    return _page(request, organisation, status=error.status)


def _page(
    request: SignedInRequest,
    organisation: Organisation,
    *,
    form: InvitationForm | None = None,
    status: int = 200,
    **more: str,
) -> HttpResponse:
    administers = may_administer(request.user, organisation)
    context: dict[str, Any] = {
        "organisation": organisation,
        "memberships": organisation.memberships.select_related("user").order_by("user__name", "user__email"),
        "administers": administers,
        "invitations": organisation.invitations.open() if administers else [],
        "roles": Membership.Role.choices,
        "form": form or InvitationForm(),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Your organisations"), "url": reverse("organisations:mine")},
            {"label": organisation.name},
        ],
    }
    return render(request, "organisations/members.html", context | more, status=status)
