"""How allauth and axes are bent to our accounts."""

from __future__ import annotations

from collections.abc import Mapping

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from portal.common.client_address import client_address

#: Where the session keeps the address of an invitation, from the link to the end of the sign-up.
INVITATION_IN_SESSION = "invitation"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's adapter: people have one name, addresses are the real client's."""

    def save_user(self, request: HttpRequest, user: object, form: object, commit: bool = True) -> object:
        """The new person, with the name from the form."""
        user.name = form.cleaned_data["name"]  # type: ignore[attr-defined]  # our User and our SignupForm
        return super().save_user(request, user, form, commit)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The real client's address; a forged X-Forwarded-For changes nothing."""
        return client_address(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """After sign-up: back to the invitation, or to the question which organisation one belongs to."""
        return str(request.session.get(INVITATION_IN_SESSION) or reverse("organisations:mine"))


def attempted_account(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """Whose account somebody tries to enter, in lower case, so that attempts are counted for each account.

    The page names the address `login`, allauth `email`, Django's administration `username`.
    """
    given = {**request.POST.dict(), **(credentials or {})}
    named = next((given[name] for name in ("email", "login", "username") if given.get(name)), "")
    return str(named).strip().lower()
