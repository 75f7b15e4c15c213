"""Public changes over REST: what happened to which substance or list, newest first."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.rest.pages import pages_by
from portal.watching.models import Event
from substances.filters import EventFilter
from substances.services.news import KINDS, News, news, told

EVENT_KINDS = tuple(KINDS)


class EventSubstanceSerializer(serializers.Serializer[Any]):
    """The substance that an event is about."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField())
    def get_url(self, substance: Any) -> str:
        """Where the whole row is."""
        return reverse("api:substance", args=[substance.pk], request=self.context.get("request"))


class EventSerializer(serializers.Serializer[News]):
    """One change."""

    id = serializers.UUIDField(source="event.pk")
    kind = serializers.ChoiceField(source="event.kind", choices=EVENT_KINDS)
    occurred_on = serializers.DateField(source="event.occurred_on", help_text="The day it is about.")
    recorded_at = serializers.DateTimeField(source="event.recorded_at", help_text="When this portal told it.")
    title = serializers.CharField(help_text="In the reader's language.")
    summary = serializers.CharField(help_text="What it touches, and how alike neighbours are; may be empty.")
    substance = EventSubstanceSerializer(allow_null=True)
    list = serializers.SlugField(source="chemical_list.slug", allow_null=True, default=None)
    details = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(help_text="For programs; by kind."))
    def get_details(self, told: News) -> dict[str, Any]:
        """What the event carries, without the way a proposal took."""
        return {name: value for name, value in told.event.details.items() if name != "proposal"}


class EventPage(serializers.Serializer[dict[str, Any]]):
    """A page of changes."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = EventSerializer(many=True)


class EventsView(GenericAPIView[Event]):
    """Public changes, newest first."""

    permission_classes = [AllowAny]
    serializer_class = EventSerializer  # type: ignore[assignment]  # it is given the event in words
    filterset_class = EventFilter
    pagination_class = pages_by("-recorded_at", "pk")
    queryset = Event.objects.all()  # for the schema

    def get_queryset(self) -> QuerySet[Event]:
        """Only what everybody may see, whoever asks."""
        return news()

    @extend_schema(operation_id="events_list", responses=EventPage)
    def get(self, request: Request) -> Response:
        """A page of changes; filters narrow it. An organisation's own events are never among them."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        context = self.get_serializer_context()
        return self.get_paginated_response([EventSerializer(one, context=context).data for one in told(page)])
