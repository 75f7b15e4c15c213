"""What the log says of a request."""

from __future__ import annotations

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """Logs method and path, never what stands behind the question mark.

    What somebody searches for may be a trade secret, and an access token opens a search.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Such as `GET /search/`."""
        return f"{request.method} {request.path}"
