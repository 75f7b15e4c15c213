"""The door of the REST API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView


class RootView(APIView):
    """Where everything is."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="root", responses={200: dict[str, str]})
    def get(self, request: Request) -> Response:
        """Addresses of the collections and of the schema."""
        names = ["substances", "lists", "groups", "alternatives", "searches", "jobs", "companies", "schema"]
        return Response({name: reverse(f"api:{name}", request=request) for name in names})
