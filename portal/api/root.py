"""The door of the REST API, and what stands at addresses that do not exist."""

from __future__ import annotations

from django.http import Http404
from django.urls import resolve
from django.utils.encoding import escape_uri_path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

NOTHING = "api-nothing"
COLLECTIONS = [
    *("substances", "lists", "groups", "libraries", "alternatives", "searches", "batches"),
    *("jobs", "companies", "schema"),
]


class RootView(APIView):
    """Where everything is."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="root",
        responses=inline_serializer("Root", {name: serializers.URLField() for name in COLLECTIONS}),
    )
    def get(self, request: Request) -> Response:
        """Addresses of the collections and of the schema."""
        return Response({name: reverse(f"api:{name}", request=request) for name in COLLECTIONS})


@extend_schema(exclude=True, responses=OpenApiTypes.OBJECT)
class NothingHere(APIView):
    """Addresses of the API that do not exist: a problem, not a page."""

    permission_classes = [AllowAny]
    throttle_classes = []

    def initial(self, request: Request, *_args: object, **_named: object) -> None:
        """Whatever the method.

        Raises:
            Http404: always, unless `get` can send the client on.
        """
        super().initial(request)
        if request.method not in {"GET", "HEAD"} or not self._with_slash(request):
            raise Http404

    def get(self, request: Request, rest: str) -> Response:
        """The address with its slash, which was left out."""
        return Response(status=308, headers={"Location": self._with_slash(request)})

    @staticmethod
    def _with_slash(request: Request) -> str:
        path = f"{request.path}/"
        if request.path.endswith("/") or resolve(path).url_name == NOTHING:
            return ""
        query = request.META.get("QUERY_STRING", "")
        return escape_uri_path(path) + (f"?{query}" if query else "")
