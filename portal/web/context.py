"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The portal's version, for the foot of each page."""
    return {"portal_version": settings.VERSION}
