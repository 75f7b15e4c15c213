"""Structure searches over REST: accepted at once, answered by a worker or from what is stored."""

from __future__ import annotations

import secrets
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.jobs.models import Job
from portal.jobs.services import cancel_job
from substances.models import StructureSearch
from substances.services.similarity import MOST_HITS, Neighbour, request_search, results, token_hash

LONGEST_WAIT_SECONDS = 5.0


class SearchRequest(serializers.Serializer[dict[str, Any]]):
    """What to look for."""

    kind = serializers.ChoiceField(choices=StructureSearch.Kind.choices, default="similarity")
    structure = serializers.CharField(max_length=200_000, trim_whitespace=False)
    format = serializers.ChoiceField(choices=StructureSearch.Format.choices, default="auto")
    threshold = serializers.DecimalField(
        max_digits=4, decimal_places=3, min_value=Decimal(0), max_value=Decimal(1), default=Decimal("0.3")
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST_HITS, default=50)


class SearchState(serializers.Serializer[StructureSearch]):
    """How far a search is."""

    id = serializers.UUIDField(read_only=True)
    kind = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=Job.State.choices, read_only=True)
    progress = serializers.FloatField(allow_null=True, read_only=True, help_text="Share done, 0 to 1.")
    read_as = serializers.DictField(allow_null=True, read_only=True)
    results_url = serializers.URLField(read_only=True)
    url = serializers.URLField(read_only=True)
    error = serializers.DictField(allow_null=True, read_only=True)


class SearchResults(serializers.Serializer[StructureSearch]):
    """The answers to a search, best first; ties by id."""

    results = serializers.ListField(child=serializers.DictField(), read_only=True)
    next = serializers.URLField(allow_null=True, read_only=True)
    not_computable = serializers.CharField(allow_null=True, read_only=True)
    compared_with = serializers.IntegerField(allow_null=True, read_only=True)
    fingerprint = serializers.CharField(read_only=True)
    threshold = serializers.CharField(read_only=True)
    versions = serializers.DictField(read_only=True)
    caution = serializers.CharField(read_only=True)


ACCESS = OpenApiParameter("access", str, description="Given with the address when a search is accepted without an account.")


def state_of(search: StructureSearch) -> dict[str, Any]:
    """Status, progress and error of a search: its job's, or done where it was answered in the request."""
    job = search.job
    if job is None:
        return {"status": "done", "progress": 1.0, "error": None}
    share = job.progress_done / job.progress_total if job.progress_total else None
    error = _error(search, job) if job.state == Job.State.FAILED else None
    return {"status": job.state, "progress": 1.0 if job.state == Job.State.DONE else share, "error": error}


def _error(search: StructureSearch, job: Job) -> dict[str, Any]:
    refusal = search.read_as.get("error") or {}
    message = _(refusal["template"]) % refusal["params"] if refusal else _(job.error_message)
    return {"code": job.error_code, "message": message, "position": refusal.get("position")}


def _read_as(search: StructureSearch) -> dict[str, Any] | None:
    """Format, structure and what was normalised on the way in; null until a worker has read it."""
    if "smiles" not in search.read_as:
        return None
    changes = [{"code": c["code"], "message": _(c["template"]) % c["params"]} for c in search.read_as["changes"]]
    named = {name: search.read_as.get(name) for name in ("format", "smiles", "inchikey", "formula")}
    return {**named, "changes": changes}


class _SearchAccess(GenericAPIView[StructureSearch]):
    """A search belongs to a person, a session or the holder of its address; others get 404."""

    permission_classes = [AllowAny]
    filter_backends = []
    pagination_class = None
    queryset = StructureSearch.objects.select_related("job", "known_substance")

    def find(self, request: Request, pk: UUID) -> StructureSearch:
        """The search `pk`, if this client may see it."""
        access = request.query_params.get("access", "")
        visible = self.get_queryset().visible_to(  # type: ignore[attr-defined]  # SearchQuerySet
            request.user, session_key=request.session.session_key, access_sha256=token_hash(access)
        )
        found: StructureSearch = get_object_or_404(visible, pk=pk)
        return found

    def addresses(self, request: Request, search: StructureSearch, access: str) -> dict[str, str]:
        """Where the search and its results are; with the access token, where the client came with one."""
        tail = f"?{urlencode({'access': access})}" if access else ""
        return {
            "url": reverse("api:search", args=[search.pk], request=request) + tail,
            "results_url": reverse("api:search-results", args=[search.pk], request=request) + tail,
        }

    def describe(self, request: Request, search: StructureSearch, access: str) -> dict[str, Any]:
        """The search as REST tells it."""
        return {
            "id": str(search.pk),
            "kind": search.kind,
            **state_of(search),
            "read_as": _read_as(search),
            **self.addresses(request, search, access),
        }


class SearchesView(_SearchAccess):
    """Searches."""

    serializer_class = SearchRequest
    throttle_scope = "searches"
    throttled_methods = ("POST",)

    @extend_schema(
        operation_id="searches_create",
        request=SearchRequest,
        parameters=[OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="wait=N: seconds, at most 5")],
        responses={
            202: SearchState,
            400: OpenApiResponse(description="The structure cannot be read; `position` says where."),
            413: OpenApiResponse(description="Too large."),
            422: OpenApiResponse(description="Two readings; `readings` gives both."),
            429: OpenApiResponse(description="More than 10 a minute."),
        },
    )
    def post(self, request: Request) -> Response:
        """Accepts a search. A known substance is answered at once, anything else by a worker."""
        asked = SearchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        access = secrets.token_urlsafe(24)
        user = request.user if request.user.is_authenticated else None
        search = request_search(
            by=user,
            session_key=request.session.session_key or "",
            access_token=access,
            text=asked.validated_data["structure"],
            format=asked.validated_data["format"],
            threshold=asked.validated_data["threshold"],
            limit=asked.validated_data["limit"],
        )
        waited = self._wait(request, search)
        headers = {"Location": self.addresses(request, search, access)["url"], "Cache-Control": "no-store"}
        if waited:
            headers["Preference-Applied"] = f"wait={waited:g}"
        return Response(self.describe(request, search, access), status=202, headers=headers)

    @staticmethod
    def _wait(request: Request, search: StructureSearch) -> float:
        """Holds the answer while the job runs, for as long as the client prefers. Source: RFC 7240, 4.3."""
        wanted = _preferred_wait(request.headers.get("Prefer", ""))
        if not wanted or search.job is None:
            return wanted
        ends = time.monotonic() + wanted
        while not search.job.has_ended and time.monotonic() < ends:
            time.sleep(0.03)
            search.job.refresh_from_db()
        search.refresh_from_db(fields=["read_as"])
        return wanted


def _preferred_wait(header: str) -> float:
    """Seconds of the `wait` preference, at most `LONGEST_WAIT_SECONDS`; 0 where there is none that we understand."""
    for preference in header.split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        number = value.strip().strip('"')
        if name.strip().lower() == "wait" and number.isascii() and number.isdigit():
            return min(float(number), LONGEST_WAIT_SECONDS)
    return 0.0


class SearchView(_SearchAccess):
    """One search."""

    serializer_class = SearchState

    @extend_schema(operation_id="searches_read", parameters=[ACCESS], responses=SearchState)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is. Asking again is not counted against the limit."""
        search = self.find(request, pk)
        return _private(self.describe(request, search, request.query_params.get("access", "")))

    throttle_classes = []

    @extend_schema(operation_id="searches_cancel", parameters=[ACCESS], responses={200: SearchState})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Cancels it, if it has not ended."""
        search = self.find(request, pk)
        if search.job is not None:
            cancel_job(job=search.job, by=request.user if request.user.is_authenticated else None)
            search.job.refresh_from_db()
        return _private(self.describe(request, search, request.query_params.get("access", "")))


class SearchResultsView(_SearchAccess):
    """The answers to one search."""

    serializer_class = SearchResults
    throttle_classes = []
    page_size = 50

    @extend_schema(
        operation_id="searches_results",
        parameters=[ACCESS, OpenApiParameter("after", int, description="The last rank seen.")],
        responses=SearchResults,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Hits by falling likeness; `listed` says whether a list of concern names the substance."""
        search = self.find(request, pk)
        after = request.query_params.get("after", "0")
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
        answer = results(search)
        page = answer.hits[start : start + self.page_size]
        more = len(answer.hits) > start + self.page_size
        access = request.query_params.get("access", "")
        body = {
            "results": [self._row(request, rank, hit) for rank, hit in enumerate(page, start + 1)],
            "next": self._next(request, search, start + self.page_size, access) if more else None,
            "not_computable": answer.not_computable or None,
            "compared_with": search.compared_with,
            "fingerprint": search.fingerprint_key,
            "threshold": str(search.threshold),
            "versions": search.versions,
            "caution": "Similarity warns; it does not decide. Not listed is not the same as safe.",
        }
        return _private(body)

    def _row(self, request: Request, rank: int, hit: Neighbour) -> dict[str, Any]:
        substance = hit.substance
        structure = substance.shown_structure
        return {
            "rank": rank,
            "score": round(hit.score, 4),
            "substance": {
                "id": str(substance.pk),
                "name": substance.name,
                "cas": substance.cas_rn or None,
                "smiles": structure.smiles if structure else None,
                "url": reverse("api:substance", args=[substance.pk], request=request),
            },
            "listed": hit.listed,
            "svg_url": reverse("api:substance-drawing", args=[substance.pk], request=request),
        }

    def _next(self, request: Request, search: StructureSearch, rank: int, access: str) -> str:
        query = {"after": rank, **({"access": access} if access else {})}
        return reverse("api:search-results", args=[search.pk], request=request) + "?" + urlencode(query)


def _private(body: dict[str, Any]) -> Response:
    return Response(body, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
