"""Where a request really comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest, *_credentials: object) -> str:
    """The client's address; X-Forwarded-For is believed only as far as our own proxies wrote it.

    Each of the `TRUSTED_PROXIES` proxies in front appends the address it saw; what stands further left was sent by
    the client and may be forged.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    hops = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted: int = settings.TRUSTED_PROXIES
    if not trusted or len(hops) < trusted:
        return remote
    return str(hops[-trusted])
