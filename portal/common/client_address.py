"""Where a request really comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# What a provider gives one household or machine: whoever has it has 2^64 addresses. Source: RFC 6177, RFC 7421.
IPV6_CLIENT_BITS = 64


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


def client_key(request: HttpRequest) -> str:
    """Who a limit counts: the person, or where nobody is signed in the address, of IPv6 the network (/64)."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user-{user.pk}"
    return _network(client_address(request))


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a socket without one, or what a proxy made up
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), IPV6_CLIENT_BITS), strict=False))
