"""Substances over REST: what the registry knows, with the alternatives that substitution knows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.rest.etags import conditional
from substances.api.serializers import ClassificationSerializer, ListMembershipSerializer, NameSerializer, SubstanceSerializer
from substances.filters import SubstanceFilter
from substances.models import Substance
from substances.services.search import search_substances
from substitution.api.serializers import ReplacementSerializer
from substitution.models import Replacement
from substitution.services.alternatives import by_substance


class SubstanceRow(SubstanceSerializer):
    """A substance as the whole portal knows it: the registry's row and what could replace it."""

    alternatives = serializers.SerializerMethodField()

    class Meta(SubstanceSerializer.Meta):
        fields = [*SubstanceSerializer.Meta.fields, "alternatives"]

    def get_alternatives(self, substance: Substance) -> list[dict[str, Any]]:
        """In each function in which something could take its place."""
        found: dict[UUID, list[Replacement]] = self.context["alternatives"]
        return [self._brief(replacement) for replacement in found.get(substance.pk, [])]

    @staticmethod
    def _brief(replacement: Replacement) -> dict[str, Any]:
        alternative = replacement.alternative
        return {
            "id": str(replacement.pk),
            "name": alternative.name,
            "kind": alternative.kind,
            "function": replacement.function.slug,
            "status": replacement.status,
            "substance": str(alternative.candidate_id) if alternative.candidate_id else None,
        }


class SubstanceDetail(SubstanceRow):
    """Everything: names, classifications, lists, too."""

    names = NameSerializer(many=True, read_only=True)
    classifications = ClassificationSerializer(many=True, read_only=True)
    lists = serializers.SerializerMethodField()
    alternatives = serializers.SerializerMethodField()

    class Meta(SubstanceRow.Meta):
        fields = [*SubstanceRow.Meta.fields, "names", "note", "classifications", "lists", "structure", "revision"]

    structure = serializers.SerializerMethodField()

    def get_lists(self, substance: Substance) -> list[dict[str, Any]]:
        """The lists that name it, by each list's newest release."""
        rows = substance.list_memberships.in_force().select_related("chemical_list", "source")
        return list(ListMembershipSerializer(rows, many=True).data)

    def get_structure(self, substance: Substance) -> dict[str, Any] | None:
        """The structure shown first; `parent` is what similarity also compares."""
        structure = substance.shown_structure
        if structure is None:
            return None
        return {
            "smiles": structure.smiles,
            "inchi": structure.inchi,
            "inchikey": structure.inchikey,
            "formula": structure.formula,
            "mass_g_per_mol": structure.mass_g_per_mol,
            "parent_smiles": structure.parent_smiles,
            "source": structure.source.key,
            "checked": structure.checked,
            "svg_url": self.context["request"].build_absolute_uri(f"/api/v1/substances/{substance.pk}/structure.svg"),
        }

    def get_alternatives(self, substance: Substance) -> list[dict[str, Any]]:
        """In each function in which something could take its place, with evidence."""
        found = self.context["alternatives"].get(substance.pk, [])
        return list(ReplacementSerializer(found, many=True, context=self.context).data)


class SubstanceList(GenericAPIView[Substance]):
    """Substances: found by `q`, or browsed with filters."""

    permission_classes = [AllowAny]
    serializer_class = SubstanceRow
    filterset_class = SubstanceFilter
    queryset = Substance.objects.living().with_what_a_row_shows()

    @extend_schema(
        operation_id="substances_list",
        parameters=[
            OpenApiParameter("q", str, description="Name, CAS, EC, InChIKey or SMILES; at most 100 ranked rows."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Ranked rows for `q`; without it a page of all, by name. Filters narrow both."""
        text = request.query_params.get("q", "").strip()
        return self._found(text) if text else self._page()

    def _found(self, text: str) -> Response:
        answer = search_substances(text)
        allowed = set(
            self.filter_queryset(Substance.objects.filter(pk__in=[hit.substance.pk for hit in answer.results]))
            .values_list("pk", flat=True)
        )
        substances = [hit.substance for hit in answer.results if hit.substance.pk in allowed]
        body: dict[str, Any] = {"next": None, "previous": None, "results": self._rows(substances)}
        if answer.problem is not None:
            body["problem"] = {
                "detail": answer.problem.message,
                "expected": answer.problem.expected,
                "near": answer.problem.near,
            }
        return Response(body)

    def _page(self) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._rows(page or []))

    def _rows(self, substances: list[Substance]) -> list[dict[str, Any]]:
        context = {**self.get_serializer_context(), "alternatives": by_substance(substances)}
        return list(SubstanceRow(substances, many=True, context=context).data)


class SubstanceView(GenericAPIView[Substance]):
    """One substance."""

    permission_classes = [AllowAny]
    serializer_class = SubstanceDetail
    queryset = Substance.objects.with_what_a_row_shows().prefetch_related("names__source", "classifications__source")
    filter_backends = []
    pagination_class = None

    @extend_schema(operation_id="substances_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """All that is known of it. A substance merged into another answers 308 to the survivor."""
        substance = get_object_or_404(self.get_queryset(), pk=pk)
        if substance.merged_into_id:
            target = request.build_absolute_uri(f"/api/v1/substances/{substance.merged_into_id}/")
            return Response(status=308, headers={"Location": target})
        context = {**self.get_serializer_context(), "alternatives": by_substance([substance])}
        return conditional(request, SubstanceDetail(substance, context=context).data)


class StructureDrawing(GenericAPIView[Substance]):
    """The stored drawing of one substance."""

    permission_classes = [AllowAny]
    queryset = Substance.objects.with_what_a_row_shows()
    filter_backends = []
    pagination_class = None

    @extend_schema(
        operation_id="substances_drawing",
        responses={(200, "image/svg+xml"): OpenApiTypes.BINARY, 404: OpenApiResponse(description="No structure.")},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """The drawing as SVG, served so that nothing in it can run."""
        structure = get_object_or_404(self.get_queryset(), pk=pk).shown_structure
        if structure is None:
            return HttpResponse(status=404)
        answer = HttpResponse(structure.svg, content_type="image/svg+xml")
        answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        answer["Cache-Control"] = "public, max-age=3600"
        return answer
