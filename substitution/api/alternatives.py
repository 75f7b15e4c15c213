"""Alternatives over REST."""

from __future__ import annotations

from django.db.models import F
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from portal.common.rest.pages import pages_by
from substitution.api.serializers import ReplacementSerializer
from substitution.filters import ReplacementFilter
from substitution.models import Replacement


@extend_schema_view(get=extend_schema(operation_id="alternatives_list"))
class AlternativesView(ListAPIView[Replacement]):
    """What could be used instead of what, in which function, on which evidence."""

    permission_classes = [AllowAny]
    serializer_class = ReplacementSerializer
    filterset_class = ReplacementFilter
    pagination_class = pages_by("function_name", "alternative_name", "pk")
    # Under plain names, since a cursor reads its position from the row itself.
    queryset = (
        Replacement.objects.standing()
        .with_numbers()
        .annotate(function_name=F("function__name"), alternative_name=F("alternative__name"))
    )


@extend_schema_view(get=extend_schema(operation_id="alternatives_read"))
class AlternativeView(RetrieveAPIView[Replacement]):
    """One replacement."""

    permission_classes = [AllowAny]
    serializer_class = ReplacementSerializer
    queryset = Replacement.objects.with_numbers()
    filter_backends = []
