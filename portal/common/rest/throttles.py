"""How often one client may ask.

What costs us work (searches) is counted in the database cache, shared between processes, pages and REST. Plain reads
are counted by each server process in its memory: a counter in the database was five of a read's statements, one of
them a write.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.core.cache import caches
from rest_framework.throttling import SimpleRateThrottle

from portal.common.client_address import client_key

if TYPE_CHECKING:
    # rest_framework.views imports this module to fill its defaults.
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

A_MINUTE = 60
READS = "api"


class PerClient(SimpleRateThrottle):
    """A rate per person, or per real client address where nobody is signed in.

    A view names its rate by `throttle_scope`, and by `throttled_methods` the methods that count (all, if it does not).
    """

    scope = READS

    def allow_request(self, request: Request, view: APIView) -> bool:
        methods = getattr(view, "throttled_methods", None)
        if methods is not None and request.method not in methods:
            return True
        self.scope = getattr(view, "throttle_scope", READS)
        self.cache = caches["process" if self.scope == READS else "default"]
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return counter_key(request._request, scope=self.scope)


class _PerClientOfPage(SimpleRateThrottle):
    """The same counters, for a page: it has no view of REST."""

    def __init__(self, scope: str) -> None:
        self.scope = self.counted = scope
        super().__init__()

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return counter_key(request, scope=self.counted)


def seconds_to_wait(request: HttpRequest, *, scope: str) -> int | None:
    """Counts one request to a page against the rate `scope`; None, or how long to wait where there were too many."""
    throttle = _PerClientOfPage(scope)
    if throttle.allow_request(request, None):  # type: ignore[arg-type]  # neither is looked at but by our own key
        return None
    return math.ceil(throttle.wait() or A_MINUTE)


def counter_key(request: HttpRequest, *, scope: str) -> str:
    """The cache key of a client's counter; one for pages and REST."""
    return f"throttle-{scope}-{client_key(request)}"
