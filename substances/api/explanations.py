"""Why two structures are alike, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.errors import DomainError
from portal.common.named import named
from portal.common.rest.problems import CONTENT_TYPE, ProblemSerializer
from portal.common.rest.throttles import seconds_to_wait
from substances.api.search_access import ACCESS, NOT_KEPT, SearchAccess
from substances.explaining.asking import ask_of_hit, ask_of_substances, request_explanation
from substances.explaining.telling import Told, is_done, told
from substances.models import Explanation, StructureSearch, Substance
from substances.searches.hits import shown_hits
from substances.services.similarity_neighbours import NotComputable, restricted_ids

_RETRY_AFTER_SECONDS = "1"
STATES = ["running", "done", "failed"]


class ExplanationDifference(serializers.Serializer[dict[str, Any]]):
    """What one has in place of the other's, in a chemist's shorthand; null for hydrogen or nothing."""

    first = serializers.CharField(allow_null=True)
    second = serializers.CharField(allow_null=True)


class ExplanationElement(serializers.Serializer[dict[str, Any]]):
    """Atoms of an element of which the two have not equally many."""

    symbol = serializers.CharField()
    first = serializers.IntegerField()
    second = serializers.IntegerField()


class ExplanationRank(serializers.Serializer[dict[str, Any]]):
    """What one fingerprint says; null where it says nothing."""

    fingerprint = serializers.CharField()
    score = serializers.FloatField(allow_null=True, help_text="Tanimoto coefficient, dimensionless, 0 to 1.")
    rank = serializers.IntegerField(allow_null=True, help_text="Of the second among listed substances, from 1.")
    among = serializers.IntegerField(allow_null=True, help_text="How many listed substances, itself counted.")


class ExplanationGroup(serializers.Serializer[dict[str, Any]]):
    """A group by whose rule it is a member."""

    slug = serializers.CharField()
    name = serializers.CharField(help_text="In the reader's language.")


class ExplanationAnswer(serializers.Serializer[dict[str, Any]]):
    """What two structures share and how they differ; empty until it is done."""

    status = serializers.ChoiceField(choices=STATES)
    not_computable = serializers.CharField(allow_null=True, help_text="Why nothing was compared; null where it was.")
    error = serializers.CharField(allow_null=True)
    common_atoms = serializers.IntegerField(
        allow_null=True, help_text="Heavy atoms that both have; null where that was not computed."
    )
    differences = ExplanationDifference(many=True)
    elements = ExplanationElement(many=True)
    fingerprints = ExplanationRank(many=True)
    groups_assessed = serializers.BooleanField(help_text="Whether every rule had an answer.")
    groups_of_both = ExplanationGroup(many=True)
    groups_of_first = ExplanationGroup(many=True)
    groups_of_second = ExplanationGroup(many=True)
    first_svg = serializers.CharField(allow_null=True, help_text="Drawn with what is common marked.")
    second_svg = serializers.CharField(allow_null=True)
    versions = serializers.DictField(child=serializers.CharField())
    data_release = serializers.CharField(allow_null=True)
    caution = serializers.CharField(help_text="What the answer must not be read as.")


_RESPONSES = {
    200: ExplanationAnswer,
    202: OpenApiResponse(ExplanationAnswer, "It is being worked out; ask again."),
    (422, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Not computable: no structure, a metal, a polymer."),
}


def answer(request: Request, first: Substance | StructureSearch, second: Substance) -> Response:
    """The explanation as REST tells it; 202 while a worker has it."""
    try:
        explanation = ask_of_substances(first, second) if isinstance(first, Substance) else ask_of_hit(first, second)
        if explanation is None:
            # Only what makes work counts as a search: who waits may ask often.
            if (seconds := seconds_to_wait(request._request, scope="searches")) is not None:
                raise Throttled(wait=seconds)
            explanation = request_explanation(first=first, second=second)
    except NotComputable as why:
        raise DomainError(why.message, code=why.code, status=422) from why
    if is_done(explanation):
        return Response(_body(explanation, told(explanation)), headers={"Cache-Control": NOT_KEPT})
    headers = {"Cache-Control": NOT_KEPT, "Retry-After": _RETRY_AFTER_SECONDS}
    return Response(_body(explanation, Told(), status="running"), status=202, headers=headers)


def _body(explanation: Explanation, said: Told, *, status: str = "done") -> dict[str, Any]:
    return {
        "status": "failed" if said.error else status,
        "not_computable": said.not_computable or None,
        "error": said.error or None,
        "common_atoms": said.common_atoms,
        "differences": [{"first": one or None, "second": two or None} for one, two in said.differences],
        "elements": [{"symbol": line.symbol, "first": line.first, "second": line.second} for line in said.elements],
        "fingerprints": [
            {"fingerprint": line.family, "score": line.score, "rank": line.rank, "among": line.among}
            for line in said.ranks
        ],
        "groups_assessed": said.groups_assessed,
        "groups_of_both": [_group(group) for group in said.both],
        "groups_of_first": [_group(group) for group in said.only_first],
        "groups_of_second": [_group(group) for group in said.only_second],
        "first_svg": explanation.first_svg or None,
        "second_svg": explanation.second_svg or None,
        "versions": explanation.versions,
        "data_release": explanation.data_release or None,
        "caution": _("Similarity warns; it does not decide. Not listed is not the same as safe."),
    }


def _group(group: Any) -> dict[str, str]:
    return {"slug": group.slug, "name": named(group)}


class SubstancesAlikeView(GenericAPIView[Substance]):
    """Why two substances are alike."""

    permission_classes = [AllowAny]
    filter_backends = []
    pagination_class = None
    queryset = Substance.objects.living()

    @extend_schema(operation_id="substances_alike", responses=_RESPONSES)
    def get(self, request: Request, pk: UUID, other: UUID) -> Response:
        """What two substances share, how they differ, and the rank each fingerprint gives the second."""
        shown = self.get_queryset().exclude(pk__in=restricted_ids())
        return answer(request, get_object_or_404(shown, pk=pk), get_object_or_404(shown, pk=other))


class HitExplanationView(SearchAccess):
    """Why a search has found a hit."""

    @extend_schema(operation_id="searches_explain", parameters=[ACCESS], responses=_RESPONSES)
    def get(self, request: Request, pk: UUID, rank: int) -> Response:
        """What the structure of a search and a hit share, and how they differ. As private as the search."""
        search = self.find(request, pk)
        hit = get_object_or_404(shown_hits(search).select_related("substance"), rank=rank)
        if hit.substance is None or hit.substance_id in restricted_ids():
            raise Http404
        return answer(request, search, hit.substance)
