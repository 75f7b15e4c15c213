"""Entity tags, so that a script which asks again for what it has is told so."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.http import parse_etags, quote_etag
from rest_framework.request import Request
from rest_framework.response import Response


def tag_of(*parts: object) -> str:
    """A strong entity tag of these parts."""
    text = json.dumps(parts, cls=DjangoJSONEncoder, sort_keys=True)
    return quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])


def matches(request: Request, tag: str) -> bool:
    """Whether the client says that it has this already (If-None-Match). Source: RFC 9110, 13.1.2."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or tag in {held.removeprefix("W/") for held in known}


def conditional(request: Request, body: Any, *, tag: str | None = None) -> Response:
    """`body` with its tag, or 304 where the client has it."""
    tag = tag or tag_of(body)
    headers = {"ETag": tag, "Vary": "Accept, Accept-Language, Cookie", "Cache-Control": "private, no-cache"}
    if matches(request, tag):
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)
