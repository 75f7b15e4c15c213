"""Requests of people who are signed in, so that types know what `login_required` has made sure of."""

from __future__ import annotations

from django.http import HttpRequest

from portal.organisations.models import User


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: its user has an account. For annotations only."""

    user: User
