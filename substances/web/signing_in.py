"""What somebody did here before signing in comes along."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portal.organisations.models import User
from substances.searches.keeping import keep_searches


def take_searches_along(sender: type[User], request: HttpRequest | None, user: User, **_more: Any) -> None:
    """Gives the person the searches of the session they come from; connected to Django's `user_logged_in`.

    Signing in gives the session a new key, so that one known to somebody else opens nothing; the key of before is the
    one the browser sent. Of a session in which another person was signed in nothing is passed on: what was asked there
    has an owner.
    """
    if request is not None:
        keep_searches(by=user, session_key=request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
