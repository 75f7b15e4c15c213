"""Lists and groups over REST."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from substances.api.clocks import CLOCKS, PagesOfADay, clocks_of, named_at
from substances.api.serializers import GroupSerializer, ListedSubstanceSerializer, ListSerializer
from substances.filters import ListedFilter
from substances.models import ChemicalList, ListMembership, SubstanceGroup
from substances.services.list_states import state_of


@extend_schema_view(get=extend_schema(operation_id="lists_list"))
class ListsView(ListAPIView[ChemicalList]):
    """Every list, with its effect, its current release and how many substances it names today."""

    permission_classes = [AllowAny]
    serializer_class = ListSerializer
    filter_backends = []

    def get_queryset(self) -> QuerySet[ChemicalList]:
        """Counted today, not on the day on which the process began."""
        return ChemicalList.objects.with_counts().select_related("current_release")


@extend_schema_view(get=extend_schema(operation_id="lists_read"))
class ListView(RetrieveAPIView[ChemicalList]):
    """One list."""

    permission_classes = [AllowAny]
    serializer_class = ListSerializer
    lookup_field = "slug"
    filter_backends = []

    def get_queryset(self) -> QuerySet[ChemicalList]:
        """Counted today, not on the day on which the process began."""
        return ChemicalList.objects.with_counts().select_related("current_release")


@extend_schema_view(get=extend_schema(operation_id="lists_substances", parameters=CLOCKS))
class ListSubstancesView(ListAPIView[ListMembership]):
    """The substances that a list names, by name or as members: today, or by the two clocks."""

    permission_classes = [AllowAny]
    serializer_class = ListedSubstanceSerializer
    filterset_class = ListedFilter
    # Entries have no name of their own to sort by.
    pagination_class = PagesOfADay
    queryset = ListMembership.objects.all()  # for the schema

    def get_queryset(self) -> QuerySet[ListMembership]:
        """Memberships of the list named in the address, by the clocks that were asked."""
        chemical_list = get_object_or_404(ChemicalList, slug=self.kwargs.get("slug"))
        clocks = clocks_of(self.request.query_params)
        state = None if clocks.is_now else state_of(chemical_list, clocks)
        named = named_at(chemical_list, clocks, state)
        pages = PagesOfADay.of(self)
        pages.clocks, pages.incomplete = clocks, state.words if state else ""
        return named.select_related("source").prefetch_related("substance__identifiers")


@extend_schema_view(get=extend_schema(operation_id="groups_list"))
class GroupsView(ListAPIView[SubstanceGroup]):
    """Structural groups and their rules."""

    permission_classes = [AllowAny]
    serializer_class = GroupSerializer
    queryset = SubstanceGroup.objects.select_related("source")
    filter_backends = []
