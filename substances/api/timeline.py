"""What happened to a substance, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from portal.common.rest.etags import conditional
from substances.models import Substance
from substances.services.substance_timeline import row_of, timeline_of_substance
from substances.timeline import Precision, What
from substances.vocabulary import Concern, ListEffect


class HappeningSerializer(serializers.Serializer[Any]):
    """One thing that happened, or is still to come."""

    day = serializers.DateField(
        allow_null=True, help_text="Null where its source prints none. Of a month or year its first."
    )
    precision = serializers.ChoiceField(choices=Precision.choices, allow_null=True, help_text="How certain the day is.")
    coming = serializers.BooleanField(help_text="Whether the day is still to come.")
    what = serializers.ChoiceField(choices=What.choices)
    list = serializers.SlugField(allow_null=True, help_text="Null for what no list says: flags, concern about a group.")
    list_name = serializers.CharField(allow_null=True)
    effect = serializers.ChoiceField(choices=ListEffect.choices, allow_null=True)
    details = serializers.ListField(
        child=serializers.CharField(), help_text="Reasons in normal form, classes as printed, words of the process."
    )
    concerns = serializers.ListField(child=serializers.ChoiceField(choices=Concern.choices))
    as_amended = serializers.BooleanField(
        help_text="The entry was amended since: details and concerns are those it has now, not those of that day."
    )
    # Type stubs take a declared field for the attribute of the same name.
    source = serializers.CharField(help_text="Key of the source.")  # type: ignore[assignment]
    release = serializers.UUIDField(allow_null=True, help_text="Null for the starter catalogue and people's flags.")
    release_published_on = serializers.DateField(allow_null=True)


class TimelineSerializer(serializers.Serializer[Any]):
    """Everything dated, oldest first, and what is known without a day."""

    happenings = HappeningSerializer(many=True)
    undated = HappeningSerializer(many=True)


class SubstanceTimelineView(APIView):
    """What lists, classifications, processes and flags said of a substance, and when, by every release held."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="substances_timeline",
        responses={
            200: TimelineSerializer,
            304: OpenApiResponse(description="The client has it (If-None-Match)."),
            308: OpenApiResponse(description="The substance was merged into the one at `Location`."),
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The whole line; it is short, so it has no pages."""
        substance = get_object_or_404(Substance.objects.seen(), pk=pk)
        if substance.merged_into_id:
            target = reverse("api:substance-timeline", args=[substance.merged_into_id], request=request)
            return Response(status=308, headers={"Location": target})
        told = timeline_of_substance(substance.pk, today=timezone.localdate())
        parts = {"happenings": told.happenings, "undated": told.undated}
        body = {name: [row_of(one) for one in rows] for name, rows in parts.items()}
        return conditional(request, TimelineSerializer(body).data)
