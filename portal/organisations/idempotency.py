"""`Idempotency-Key` for REST: a POST that is sent again makes nothing new."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.crypto import salted_hmac
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from portal.common.client_address import client_key
from portal.organisations.services.request_keys import once

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Of 1 to 255 printable ASCII characters, such as a random UUID. Sent again within 24 hours by the same "
    "person (without an account: from the same address) with the same body, the request makes nothing new and gives "
    "back what it made; with another body it is refused with 422.",
)


def made_once(request: Request, make: Callable[[], str]) -> str:
    """The id of what this POST makes; where it came before under the same Idempotency-Key, of what it made then.

    Args:
        make: does what is asked, and gives the id of what it made.

    Raises:
        DomainError: as `once`.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return make()
    body = {"to": request.path, "body": request.data}
    return once(sender=client_key(request._request), key=key, body=body, make=make)[0]


def token_of(request: Request) -> str | None:
    """A token that is the same whenever the request is sent again, for what must not be stored; None without a key."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    return salted_hmac("portal.organisations.idempotency", f"{client_key(request._request)} {key}").hexdigest()
