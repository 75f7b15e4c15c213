"""What is said of one substance, kind by kind and by the two clocks: lists that name it, classifications, flags."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import resolve
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from substances.api.clocks import CLOCKS, PagesOfADay, clocks_of
from substances.api.serializers import ClassificationSerializer, FlagSerializer, ListMembershipSerializer
from substances.api.succession import SUCCESSION, led_on
from substances.clocks import Clocks
from substances.models import ConcernFlag, HazardClassification, ListMembership, Substance
from substances.services.list_states import ListState, silent_lists


class FactsOfASubstance(ListAPIView[Any]):
    """One kind of fact about one substance."""

    permission_classes = [AllowAny]
    filter_backends = []
    pagination_class = PagesOfADay
    facts: ClassVar[Any]
    related: ClassVar[list[str]] = ["source"]
    wide: ClassVar[list[str]] = []

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of them, of today or by the clocks; of a substance merged into another 308 to the same of that one."""
        found = get_object_or_404(Substance.objects.seen(), pk=kwargs["pk"])
        return led_on(request, found, str(resolve(request.path).url_name)) or super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the substance in the address, by the clocks that were asked."""
        clocks = clocks_of(self.request.query_params)
        pages = PagesOfADay.of(self)
        pages.clocks = clocks
        pk: UUID | None = self.kwargs.get("pk")  # none while the schema is written
        if pk and not clocks.is_now:
            pages.incomplete = self.incomplete(pk, clocks)
        rows: QuerySet[Any] = (
            self.facts._default_manager.all()
            .at(clocks)
            .filter(substance=pk)
            .select_related(*self.related)
            .defer(*self.wide)
        )
        return rows

    def incomplete(self, pk: UUID, clocks: Clocks) -> str:
        """Of which lists the state of that day is not held, in words; empty where of none."""
        return incomplete_for(pk, clocks)


def incomplete_for(pk: UUID, clocks: Clocks) -> str:
    """Of which lists the state of that day is not held, in words; empty where of none."""
    named = ListMembership.objects.at(clocks).filter(substance=pk).order_by()
    return not_held(silent_lists(clocks, pk, naming=frozenset(named.values_list("chemical_list", flat=True))))


def not_held(silent: Iterable[ListState]) -> str:
    """That nothing follows from the silence of these lists, in words; empty where there are none."""
    names = ", ".join(state.chemical_list.name for state in silent)
    return _("Earlier state not in the source of: %(lists)s.") % {"lists": names} if names else ""


@extend_schema_view(
    get=extend_schema(
        operation_id="substances_memberships",
        parameters=CLOCKS,
        responses={200: ListMembershipSerializer(many=True), **SUCCESSION},
    )
)
class MembershipsView(FactsOfASubstance):
    """The lists that name a substance, a row for each statement."""

    serializer_class = ListMembershipSerializer
    queryset = ListMembership.objects.all()  # for the schema
    facts: ClassVar[Any] = ListMembership
    related: ClassVar[list[str]] = ["source", "chemical_list"]


@extend_schema_view(
    get=extend_schema(
        operation_id="substances_classifications",
        parameters=CLOCKS,
        responses={200: ClassificationSerializer(many=True), **SUCCESSION},
    )
)
class ClassificationsView(FactsOfASubstance):
    """The hazard classes that sources give a substance."""

    serializer_class = ClassificationSerializer
    queryset = HazardClassification.objects.all()  # for the schema
    facts: ClassVar[Any] = HazardClassification


@extend_schema_view(
    get=extend_schema(
        operation_id="substances_flags",
        parameters=CLOCKS,
        responses={200: FlagSerializer(many=True), **SUCCESSION},
    )
)
class FlagsView(FactsOfASubstance):
    """The concerns about a substance."""

    serializer_class = FlagSerializer
    queryset = ConcernFlag.objects.all()  # for the schema
    facts: ClassVar[Any] = ConcernFlag
