"""Who may do what, as questions that pages, REST and services ask; the answer is no unless something says yes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from portal.organisations.models import Membership, Organisation, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

Rest = ParamSpec("Rest")
WRITERS = (Membership.Role.ADMIN, Membership.Role.EDITOR)


def may_curate(user: User | AnonymousUser) -> bool:
    """Whether the person judges proposals and confirms organisations."""
    return user.is_authenticated and user.is_active and user.is_curator


def may_act_for(user: User | AnonymousUser, organisation: Organisation | None) -> bool:
    """Whether the person may write in the name of the organisation: its administrators and editors."""
    return organisation is not None and organisations_of(user).filter(pk=organisation.pk).exists()


def may_administer(user: User | AnonymousUser, organisation: Organisation | None) -> bool:
    """Whether the person decides who belongs to the organisation."""
    if organisation is None or not (user.is_authenticated and user.is_active):
        return False
    return organisation.memberships.filter(user=user, role=Membership.Role.ADMIN).exists()


def organisations_of(user: User | AnonymousUser) -> QuerySet[Organisation]:
    """The organisations in whose name the person may write."""
    if not (user.is_authenticated and user.is_active):
        return Organisation.objects.none()
    return Organisation.objects.filter(memberships__user=user, memberships__role__in=WRITERS)


def curators_only(view: Callable[Concatenate[Any, Rest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Opens a page to curators; others are refused, strangers are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if not may_curate(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)
