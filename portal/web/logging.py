"""What the log says of a request."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

# What stands behind these opens a door: an invitation, a new password, a confirmed address. Matched anywhere and
# without asking the resolver, so that a mistyped address is masked too.
_SECRET = re.compile(
    r"(/organisations/(?:invitation|join)/|/account/password/reset/key/|/account/confirm-email/|/search/link/)[\s\S]+",
    re.I,
)
MASK = r"\1***"


class RequestLog(RequestMiddleware):
    """Logs method and path, never what stands behind the question mark, nor a key within the path.

    What somebody searches for may be a trade secret, and an access token opens a search.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Such as `GET /search/`, or `GET /organisations/invitation/***`."""
        return f"{request.method} {_SECRET.sub(MASK, request.path)}"
