"""How often one client may ask. Counters stand in the database cache, shared between processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.throttling import SimpleRateThrottle

from portal.common.client_address import client_address

if TYPE_CHECKING:
    # rest_framework.views imports this module to fill its defaults.
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PerClient(SimpleRateThrottle):
    """A rate per person, or per real client address where nobody is signed in.

    A view names its rate by `throttle_scope`, and by `throttled_methods` the methods that count (all, if it does not).
    """

    scope = "api"

    def allow_request(self, request: Request, view: APIView) -> bool:
        methods = getattr(view, "throttled_methods", None)
        if methods is not None and request.method not in methods:
            return True
        self.scope = getattr(view, "throttle_scope", "api")
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str:
        who = f"user-{request.user.pk}" if request.user.is_authenticated else client_address(request._request)
        return f"throttle-{self.scope}-{who}"
