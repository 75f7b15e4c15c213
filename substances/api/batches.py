"""Batches over REST: many structures at once, accepted in the request, answered row by row by workers."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.client_address import client_key
from portal.common.rest.parsers import BoundedJSONParser, BoundedMultiPartParser
from portal.common.rest.problems import CONTENT_TYPE, ProblemSerializer
from portal.jobs.models import Job
from substances.api.search_access import ACCESS, NOT_KEPT
from substances.api.searches import LOCATION
from substances.batches.asking import (
    MOST_HITS_A_ROW,
    PARAMETERS,
    cancel_batch,
    format_of,
    records_in,
    request_batch,
)
from substances.batches.tables import as_json
from substances.batches.telling import Outcome, Show, progress_of, rows_of, told
from substances.chemistry.records import Record
from substances.importers.base import WrongFile
from substances.models import StructureSearch
from substances.searches.request import token_hash
from substances.services.reading import SearchRefused
from substances.web.batches import text_in

MOST_IN_A_REQUEST = 1_000
ROWS_A_PAGE = 200


class BatchStructure(serializers.Serializer[dict[str, Any]]):
    """One row."""

    structure = serializers.CharField(
        max_length=20_000, trim_whitespace=False, allow_blank=True, help_text="SMILES, InChI, molfile, name or number."
    )
    id = serializers.CharField(max_length=200, required=False, default="", help_text="What you call it.")
    format = serializers.ChoiceField(choices=StructureSearch.Format.choices, default="auto")


@extend_schema_serializer(component_name="Batch")
class BatchRequest(serializers.Serializer[dict[str, Any]]):
    """What to look for: rows, or a file."""

    structures = serializers.ListField(
        child=BatchStructure(),
        required=False,
        min_length=1,
        max_length=MOST_IN_A_REQUEST,
        help_text="Up to 1,000 rows.",
    )
    file = serializers.FileField(required=False, help_text="Lines, SMILES, CSV or SDF, at most 25 MiB.")
    threshold = serializers.DecimalField(
        max_digits=4,
        decimal_places=3,
        min_value=0,
        max_value=1,
        required=False,
        help_text="Least Tanimoto coefficient.",
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST_HITS_A_ROW, required=False, help_text="Hits a row at most."
    )

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """One of both.

        Raises:
            ValidationError: neither, or both.
        """
        if ("structures" in said) == ("file" in said):
            raise serializers.ValidationError(_("Give either structures or a file."))
        return said


class BatchState(serializers.Serializer[dict[str, Any]]):
    """How far a batch is."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Job.State.choices)
    rows = serializers.IntegerField(help_text="As many as were given.")
    answered = serializers.IntegerField()
    listed = serializers.IntegerField(help_text="Answered rows that are listed, or resemble something listed.")
    not_assessed = serializers.IntegerField(help_text="Rows that could not be read or compared; never “no match”.")
    no_hit = serializers.IntegerField(help_text="Rows that we do not know and that nothing here resembles.")
    threshold = serializers.CharField()
    limit = serializers.IntegerField()
    data_release = serializers.CharField(allow_null=True)
    versions = serializers.DictField(child=serializers.CharField())
    url = serializers.URLField()
    results_url = serializers.URLField()


class BatchSubstance(serializers.Serializer[dict[str, Any]]):
    """A substance that a row is, or resembles."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    cas = serializers.CharField(allow_null=True)


class BatchHit(serializers.Serializer[dict[str, Any]]):
    """Something a row resembles."""

    substance = BatchSubstance()
    score = serializers.FloatField(help_text="Tanimoto coefficient, dimensionless, 0 to 1.")
    listed = serializers.BooleanField(help_text="When it was asked.")


class BatchRowAnswer(serializers.Serializer[dict[str, Any]]):
    """A row as given, and what became of it."""

    row = serializers.IntegerField(help_text="Counts from 1, in the order given.")
    line = serializers.IntegerField(help_text="Of the file, where the row begins.")
    id = serializers.CharField(allow_null=True)
    structure = serializers.CharField(help_text="As given.")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(allow_null=True, help_text="Why it was not assessed, in the reader's language.")
    smiles = serializers.CharField(allow_null=True, help_text="Canonical, as compared.")
    inchikey = serializers.CharField(allow_null=True)
    changes = serializers.ListField(child=serializers.CharField(), help_text="What was normalised while reading.")
    known = BatchSubstance(allow_null=True)
    known_listed = serializers.BooleanField(
        allow_null=True, help_text="Whether that is listed today; null without one."
    )
    listed = serializers.BooleanField(help_text="Whether it or one of its hits was listed when it was asked.")
    hits = BatchHit(many=True)


class BatchAnswers(serializers.Serializer[dict[str, Any]]):
    """A page of rows."""

    results = BatchRowAnswer(many=True)
    next = serializers.URLField(allow_null=True)


class _Batches(GenericAPIView[StructureSearch]):
    """A batch belongs to a person, a session or the holder of its address; others get 404."""

    permission_classes = [AllowAny]
    parser_classes = [BoundedJSONParser, BoundedMultiPartParser]
    filter_backends = []
    pagination_class = None
    queryset = StructureSearch.objects.filter(kind=StructureSearch.Kind.BATCH)

    def access(self) -> str:
        """The token that came with the address."""
        return str(self.request.query_params.get("access", ""))

    def find(self, pk: UUID) -> StructureSearch:
        """The batch `pk`, if this client may see it."""
        found = StructureSearch.objects.filter(kind=StructureSearch.Kind.BATCH).visible_to(
            self.request.user,
            session_key=self.request.session.session_key,
            access_sha256=token_hash(self.access()),
        )
        return get_object_or_404(found, pk=pk)

    def address(self, name: str, search: StructureSearch, access: str, **query: object) -> str:
        """Where something of the batch is; with the access token, where the client came with one."""
        query |= {"access": access} if access else {}
        url: str = reverse(f"api:{name}", args=[search.pk], request=self.request)
        return f"{url}?{urlencode(query)}" if query else url

    def described(self, search: StructureSearch, access: str, *, status: int = 200) -> Response:
        """The batch as REST tells it."""
        progress = progress_of(search)
        body = {
            "id": str(search.pk),
            "status": progress.state,
            **{name: getattr(progress, name) for name in ("rows", "answered", "listed", "not_assessed", "no_hit")},
            "threshold": search.parameters["threshold"],
            "limit": search.limit,
            "data_release": search.data_release or None,
            "versions": search.versions,
            "url": self.address("batch", search, access),
            "results_url": self.address("batch-results", search, access),
        }
        headers = {"Cache-Control": NOT_KEPT} | ({"Location": str(body["url"])} if status == 202 else {})
        return Response(body, status=status, headers=headers)


class BatchesView(_Batches):
    """Batches."""

    throttle_scope = "searches"
    throttled_methods = ("POST",)

    @extend_schema(
        operation_id="batches_create",
        request={"application/json": BatchRequest, "multipart/form-data": BatchRequest},
        parameters=[LOCATION],
        responses={
            202: BatchState,
            (400, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "No rows, or no such file."),
            (413, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too many rows, or too large."),
            (429, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too often, or too many open; see `Retry-After`."),
            (503, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too busy for strangers; see `Retry-After`."),
        },
    )
    def post(self, request: Request) -> Response:
        """Accepts up to 10,000 rows as a file, or 1,000 as JSON; without an account 1,000."""
        asked = BatchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = request.user if request.user.is_authenticated else None
        access = "" if person else secrets.token_urlsafe(24)
        search = request_batch(
            by=person,
            session_key=request.session.session_key or "",
            access_token=access,
            records=_records(said),
            parameters={name: said[name] for name in PARAMETERS if name in said},
            client=client_key(request._request),
            file_name=said["file"].name if "file" in said else "",
        )
        return self.described(search, access, status=202)


def _records(said: dict[str, Any]) -> Any:
    if "structures" in said:
        rows = enumerate(said["structures"], 1)
        return [Record(n, n, one["structure"], one["format"], one["id"]) for n, one in rows]
    try:
        text = text_in(said["file"].read())
    except WrongFile as error:
        raise SearchRefused(400, "wrong_file", str(error)) from error
    return records_in(text, format_of(text, said["file"].name))


class BatchView(_Batches):
    """One batch."""

    throttle_classes = []  # asking again is not counted

    @extend_schema(operation_id="batches_read", parameters=[ACCESS], responses=BatchState)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is. Asking again is not counted against the limit."""
        return self.described(self.find(pk), self.access())

    @extend_schema(operation_id="batches_cancel", parameters=[ACCESS], responses={200: BatchState})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Calls off what has not ended; what was answered stays."""
        search = self.find(pk)
        cancel_batch(search=search, by=request.user if request.user.is_authenticated else None)
        return self.described(search, self.access())


class BatchResultsView(_Batches):
    """The rows of a batch."""

    throttle_classes = []

    @extend_schema(
        operation_id="batches_results",
        parameters=[
            ACCESS,
            OpenApiParameter("after", OpenApiTypes.INT, description="The number of the last row seen."),
            OpenApiParameter("show", str, enum=Show.values, description="Which rows; all, if not given."),
        ],
        responses=BatchAnswers,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Rows in the order given, 200 a page; those without an answer yet are `waiting`."""
        search = self.find(pk)
        progress = progress_of(search)
        show, after = request.query_params.get("show", Show.ALL), request.query_params.get("after", "0")
        if show not in Show.values:
            raise serializers.ValidationError({"show": [_("There is no such choice.")]})
        if not (after.isascii() and after.isdigit() and len(after) < 10):
            raise serializers.ValidationError({"after": [_("Write a whole number from 0 on.")]})
        rows = list(rows_of(search, show, ended=progress.has_ended).filter(number__gt=int(after))[: ROWS_A_PAGE + 1])
        page = rows[:ROWS_A_PAGE]
        query = {"after": page[-1].number, **({"show": show} if show != Show.ALL else {})} if page else {}
        more = len(rows) > ROWS_A_PAGE
        body = {
            "results": [as_json(one) for one in told(page, ended=progress.has_ended)],
            "next": self.address("batch-results", search, self.access(), **query) if more else None,
        }
        return Response(body, headers={"Cache-Control": NOT_KEPT})
