"""Substances over REST: what the registry knows, with the alternatives that substitution knows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.substance_serializers import SubstanceDetail, SubstancePage, SubstanceRow
from portal.common.rest.etags import conditional
from substances.api.clocks import CLOCKS, clocks_of, named_at
from substances.api.succession import SUCCESSION, led_on
from substances.clocks import Clocks
from substances.filters import SubstanceFilter
from substances.models import ChemicalList, HazardClassification, ListMembership, Name, Structure, Substance
from substances.querysets import SubstanceQuerySet
from substances.services.group_standing import with_standing
from substances.services.health_rows import health_rows
from substances.services.list_states import state_of
from substances.services.search import IdentifierProblem, search_substances
from substitution.models import Replacement
from substitution.services.alternatives import by_substance

Q = OpenApiParameter("q", str, description="Name, CAS, EC, InChIKey or SMILES; at most 100 ranked rows, on one page.")


class SubstanceList(GenericAPIView[Substance]):
    """Substances: found by `q`, or browsed with filters."""

    permission_classes = [AllowAny]
    serializer_class = SubstanceRow
    filterset_class = SubstanceFilter
    queryset = Substance.objects.living()

    @extend_schema(operation_id="substances_list", parameters=[Q, *CLOCKS], responses=SubstancePage)
    def get(self, request: Request) -> Response:
        """Ranked rows for `q`; without it a page of all, by name. Filters narrow both.

        The clocks go with filters: lists and flags, asked and shown, are of that day. A search by text is of today.
        """
        text = request.query_params.get("q", "").strip()
        clocks = clocks_of(request.query_params)
        if text and not clocks.is_now:
            raise ValidationError({"q": [_("A search by text answers for today; the clocks go with filters.")]})
        return self._found(text) if text else self._page(clocks)

    def _found(self, text: str) -> Response:
        answer = search_substances(text)
        found = Substance.objects.filter(pk__in=[hit.substance.pk for hit in answer.results])
        allowed = set(self.filter_queryset(found).values_list("pk", flat=True))
        substances = [hit.substance for hit in answer.results if hit.substance.pk in allowed]
        body: dict[str, Any] = {"next": None, "previous": None, "results": self._rows(substances)}
        if answer.problem is not None:
            body["problem"] = _told(answer.problem)
        return Response(body)

    def _page(self, clocks: Clocks) -> Response:
        # A request of its own kind: SubstanceFilter reads the clocks there.
        self.request.clocks = clocks  # type: ignore[attr-defined]
        for chemical_list in self._lists_asked(clocks):
            named_at(chemical_list, clocks, state_of(chemical_list, clocks))
        rows = Substance.objects.living().with_what_a_row_shows(clocks)
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self._rows(page or []))

    def _lists_asked(self, clocks: Clocks) -> QuerySet[ChemicalList]:
        """The lists named by the filter, where a day was asked: one that cannot answer for it is no empty answer."""
        asked = [] if clocks.is_now else self.request.query_params.getlist("list")
        return ChemicalList.objects.filter(slug__in=asked)

    def _rows(self, substances: list[Substance]) -> list[dict[str, Any]]:
        context = {**self.get_serializer_context(), "alternatives": by_substance(substances)}
        return list(SubstanceRow(substances, many=True, context=context).data)


def _told(problem: IdentifierProblem) -> dict[str, Any]:
    return {"detail": problem.message, "expected": problem.expected, "near": problem.near}


class SubstanceView(GenericAPIView[Substance]):
    """One substance."""

    permission_classes = [AllowAny]
    serializer_class = SubstanceDetail
    queryset = Substance.objects.seen()
    filter_backends = []
    pagination_class = None

    @extend_schema(
        operation_id="substances_read",
        parameters=CLOCKS,
        responses={
            200: SubstanceDetail,
            304: OpenApiResponse(description="The client has it (If-None-Match)."),
            **SUCCESSION,
        },
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """All that is known of it, today or by the two clocks. One merged into another answers 308 to the survivor.

        The clocks turn back flags, classifications, lists, exposure and health; names, structure, groups and
        alternatives are today's.
        """
        clocks = clocks_of(request.query_params)
        substance = get_object_or_404(_with_facts(Substance.objects.seen(), pk, clocks), pk=pk)
        if elsewhere := led_on(request, substance, "substance"):
            return elsewhere
        with_evidence = Replacement.objects.with_numbers()
        context = {**self.get_serializer_context(), "alternatives": by_substance([substance], with_evidence)}
        named = ListMembership.objects.at(clocks).filter(substance=substance).select_related("chemical_list", "source")
        context |= {"clocks": clocks, "named": list(named)}
        return conditional(request, SubstanceDetail(substance, context=context).data)


def _with_facts(rows: SubstanceQuerySet, pk: UUID, clocks: Clocks) -> SubstanceQuerySet:
    """With what the answer about the substance `pk` shows, by the clocks."""
    return (
        with_standing(rows, only=pk)
        .with_what_a_row_shows(clocks)
        .annotate(**health_rows(pk, clocks))
        .prefetch_related(
            Prefetch("names", Name.objects.select_related("source")),
            Prefetch("classifications", HazardClassification.objects.at(clocks).select_related("source")),
        )
    )


class AnyAccepted(BaseContentNegotiation):
    """A drawing is given whatever the client says it accepts; problems stay JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The first."""
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first."""
        return renderers[0], renderers[0].media_type


class StructureDrawing(GenericAPIView[Structure]):
    """The stored drawing of one substance."""

    permission_classes = [AllowAny]
    content_negotiation_class = AnyAccepted
    queryset = Structure.objects.filter(is_current=True)
    filter_backends = []
    pagination_class = None

    @extend_schema(operation_id="substances_drawing", responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """The drawing as SVG, served so that nothing in it can run."""
        svg = self.get_queryset().filter(substance=pk).values_list("svg", flat=True).first()
        if not svg:
            raise Http404
        answer = HttpResponse(svg, content_type="image/svg+xml")
        answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "public, max-age=3600"
        return answer
