"""Who makes or imports what over REST, as lists report it: of one substance, and of the members of a group."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.reverse import reverse

from substances.api.clocks import CLOCKS, PagesOfADay, clocks_of
from substances.api.facts import FactsOfASubstance, not_held
from substances.api.serializers import FactSerializer
from substances.api.succession import SUCCESSION
from substances.clocks import Clocks
from substances.models import GroupMembership, ReportedProducer, SubstanceGroup
from substances.services.list_states import silent_on_makers


class MadeSubstanceSerializer(serializers.Serializer[ReportedProducer]):
    """What is made: the substance it was tied to, and by which identifier."""

    id = serializers.UUIDField(source="substance_id")
    name = serializers.CharField(source="substance.name")
    url = serializers.SerializerMethodField()
    resolved_by = serializers.CharField()

    def get_url(self, row: ReportedProducer) -> str:
        """Where the whole row is."""
        return reverse("api:substance", args=[row.substance_id], request=self.context.get("request"))


class ReportedProducerSerializer(FactSerializer[ReportedProducer]):
    """That a company makes or imports a substance, as a publisher of a list reports it; names are as printed."""

    made = MadeSubstanceSerializer(source="*", read_only=True)
    countries = serializers.ListField(child=serializers.CharField(), help_text="As printed.")
    list = serializers.SlugField(source="release.chemical_list.slug", read_only=True)
    publisher = serializers.CharField(source="release.chemical_list.publisher", read_only=True)
    published_on = serializers.DateField(source="release.published_on", read_only=True)
    release = serializers.UUIDField(source="release_id", read_only=True)
    reported = serializers.DictField(child=serializers.CharField(), help_text="Every cell of its row, as printed.")

    class Meta:
        model = ReportedProducer
        fields = [
            *("company", "company_group", "stands_for_many", "isin", "domicile", "countries", "made"),
            *("list", "publisher", "published_on", "release", "sheet", "line", "reported", "source", "checked"),
        ]


_RELATED = ("source", "substance", "release__chemical_list")
_WIDE = ("release__learned", "release__problems", "release__waits_for")


@extend_schema_view(
    get=extend_schema(
        operation_id="substances_producers",
        parameters=CLOCKS,
        responses={200: ReportedProducerSerializer(many=True), **SUCCESSION},
    )
)
class SubstanceProducersView(FactsOfASubstance):
    """Who is said to make or import a substance. None here means: not known here."""

    serializer_class = ReportedProducerSerializer
    queryset = ReportedProducer.objects.all()  # for the schema
    facts: ClassVar[Any] = ReportedProducer
    related: ClassVar[list[str]] = list(_RELATED)
    wide: ClassVar[list[str]] = list(_WIDE)

    def incomplete(self, pk: UUID, clocks: Clocks) -> str:
        """Of which lists that say who makes what the state of that day is not held."""
        return not_held(silent_on_makers(clocks))


@extend_schema_view(get=extend_schema(operation_id="groups_producers", parameters=CLOCKS))
class GroupProducersView(ListAPIView[ReportedProducer]):
    """Who is said to make or import members of a group, a row for each member. None here means: not known here."""

    permission_classes = [AllowAny]
    serializer_class = ReportedProducerSerializer
    filter_backends = []
    pagination_class = PagesOfADay
    queryset = ReportedProducer.objects.all()  # for the schema

    def get_queryset(self) -> QuerySet[ReportedProducer]:
        """Those of today's members, by the clocks that were asked."""
        clocks = clocks_of(self.request.query_params)
        pages = PagesOfADay.of(self)
        pages.clocks, pages.incomplete = clocks, not_held(silent_on_makers(clocks))
        group = get_object_or_404(SubstanceGroup, slug=self.kwargs.get("slug"))
        members = GroupMembership.objects.living().filter(group=group).values("substance")
        rows = ReportedProducer.objects.at(clocks).of_somebody().filter(substance__in=members)
        return rows.select_related(*_RELATED).defer(*_WIDE)
