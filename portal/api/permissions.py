"""Who may call what: every endpoint names its permission; one that does not is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:
    # rest_framework.views imports this module to fill its defaults.
    from rest_framework.request import Request
    from rest_framework.views import APIView


class DenyByDefault(BasePermission):
    """Nobody: the default, so that a forgotten endpoint is closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False
