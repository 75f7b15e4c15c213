"""Structure searches over REST: accepted at once, answered by a worker or from what is stored."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.client_address import client_key
from portal.common.errors import Gone
from portal.common.named import named
from portal.common.rest.problems import CONTENT_TYPE, ProblemSerializer
from portal.jobs.models import Job
from portal.jobs.services import cancel_job
from portal.organisations.idempotency import IDEMPOTENCY_KEY, made_once, token_of
from substances.api.search_serializers import PARAMETERS, SearchAnswer, SearchRequest, SearchState
from substances.models import StructureSearch, Substance
from substances.searches.request import request_search, token_hash
from substances.searches.results import FoundHit, notes_of, results

PAUSE_SECONDS = 0.03
LONGEST_WAIT_SECONDS = 2.0
# Who waits holds a thread of this process; of its four, two are always left for others.
MOST_WAITING = 2
WAITING = BoundedSemaphore(MOST_WAITING)


ACCESS = OpenApiParameter(
    "access", str, description="Given with the address when a search is accepted without an account."
)
AFTER = OpenApiParameter("after", OpenApiTypes.INT, description="The last rank seen.")
PREFER = OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="wait=N: seconds, at most 2 (RFC 7240).")
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[202], description="Where to ask how far it is."
)
# Holds the place of a substance in an address.
_ANY = UUID(int=0)
# Personal: for nobody else, and asked anew each time.
NOT_KEPT = "private, no-store"


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
    if "changes" not in search.read_as:
        return None
    changes = [{"code": c["code"], "message": _(c["template"]) % c["params"]} for c in search.read_as["changes"]]
    named = {name: search.read_as.get(name) for name in ("format", "smiles", "inchikey", "formula", "smarts")}
    return {**named, "changes": changes}


class SearchAccess(GenericAPIView[StructureSearch]):
    """A search belongs to a person, a session or the holder of its address; others get 404."""

    permission_classes = [AllowAny]
    filter_backends = []
    pagination_class = None
    queryset = StructureSearch.objects.select_related("job")

    def find(self, request: Request, pk: UUID) -> StructureSearch:
        """The search `pk`, if this client may see it."""
        rows = (
            StructureSearch.objects.singly()
            .select_related("job")
            .visible_to(
                request.user, session_key=request.session.session_key, access_sha256=token_hash(_access(request))
            )
        )
        return get_object_or_404(rows, pk=pk)

    def address(self, name: str, search: StructureSearch, access: str, **query: object) -> str:
        """Where something of the search is; with the access token, where the client came with one."""
        query |= {"access": access} if access else {}
        url: str = reverse(f"api:{name}", args=[search.pk], request=self.request)
        return f"{url}?{urlencode(query)}" if query else url

    def described(self, search: StructureSearch, access: str, *, status: int = 200, **headers: str) -> Response:
        """The search as REST tells it."""
        body = {
            "id": str(search.pk),
            "kind": search.kind,
            "parameters": search.parameters,
            **state_of(search),
            "read_as": _read_as(search),
            "versions": search.versions,
            "data_release": search.data_release or None,
            "url": self.address("search", search, access),
            "results_url": self.address("search-results", search, access),
        }
        return Response(body, status=status, headers={**headers, "Cache-Control": NOT_KEPT})


def _access(request: Request) -> str:
    return str(request.query_params.get("access", ""))


class SearchesView(SearchAccess):
    """Searches."""

    throttle_scope = "searches"
    throttled_methods = ("POST",)

    @extend_schema(
        operation_id="searches_create",
        request=SearchRequest,
        parameters=[PREFER, IDEMPOTENCY_KEY, LOCATION],
        responses={
            202: SearchState,
            (400, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "It cannot be read; `position` says where."),
            (413, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too large."),
            (422, CONTENT_TYPE): OpenApiResponse(
                ProblemSerializer,
                "Nothing we know, or `readings` gives several; the key came before with another body.",
            ),
            (429, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too often, or too many open; see `Retry-After`."),
            (503, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too busy for strangers; see `Retry-After`."),
        },
    )
    def post(self, request: Request) -> Response:
        """Accepts a search; 10 a minute. A known substance is answered at once, anything else by a worker."""
        asked = SearchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        person = request.user if request.user.is_authenticated else None
        access = "" if person else token_of(request) or secrets.token_urlsafe(24)

        def make() -> str:
            asked_for = request_search(
                by=person,
                session_key=request.session.session_key or "",
                access_token=access,
                text=asked.validated_data["structure"],
                kind=asked.validated_data["kind"],
                format=asked.validated_data["format"],
                parameters={name: asked.validated_data.get(name) for name in PARAMETERS},
                client=client_key(request._request),
            )
            return str(asked_for.pk)

        made = made_once(request, make)
        search = StructureSearch.objects.select_related("job").filter(pk=made).first()
        if search is None:
            raise Gone(_("What this Idempotency-Key made has been deleted. Send a new key."))
        headers = {"Location": self.address("search", search, access)}
        if (waited := preferred_wait(request.headers.get("Prefer", ""))) is not None and wait(search, waited):
            headers["Preference-Applied"] = f"wait={waited:g}"
        return self.described(search, access, status=202, **headers)


def wait(search: StructureSearch, seconds: float) -> bool:
    """Returns when the search has ended, at the latest after `seconds`; False, at once, where too many wait already."""
    if search.job is None:
        return True
    if not WAITING.acquire(blocking=False):
        return False
    try:
        ends = time.monotonic() + seconds
        while not search.job.has_ended and time.monotonic() < ends:
            time.sleep(PAUSE_SECONDS)
            search.job.refresh_from_db()
    finally:
        WAITING.release()
    search.refresh_from_db(fields=["read_as"])
    return True


def preferred_wait(header: str) -> float | None:
    """Seconds of the `wait` preference, at most `LONGEST_WAIT_SECONDS`; None where there is none that we understand.

    Source: RFC 7240, 4.3.
    """
    for preference in header.split(","):
        name, _equals, value = preference.partition(";")[0].partition("=")
        number = value.strip().strip('"')
        if name.strip().lower() == "wait" and number.isascii() and number.isdigit():
            return min(float(number[:9]), LONGEST_WAIT_SECONDS)
    return None


class SearchView(SearchAccess):
    """One search."""

    throttle_classes = []  # asking again is not counted

    @extend_schema(operation_id="searches_read", parameters=[ACCESS], responses=SearchState)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is. Asking again is not counted against the limit."""
        return self.described(self.find(request, pk), _access(request))

    @extend_schema(operation_id="searches_cancel", parameters=[ACCESS], responses={200: SearchState})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Cancels it, if it has not ended."""
        search = self.find(request, pk)
        if search.job is not None:
            cancel_job(job=search.job, by=request.user if request.user.is_authenticated else None)
        return self.described(search, _access(request))


class SearchResultsView(SearchAccess):
    """The answers to one search."""

    throttle_classes = []
    page_size = 50

    @extend_schema(operation_id="searches_results", parameters=[ACCESS, AFTER], responses=SearchAnswer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Hits by falling likeness; empty until the search is done."""
        search = self.find(request, pk)
        after = _rank(request.query_params.get("after", "0"))
        answer = results(search, drawn=False, after=after, at_most=self.page_size + 1)
        page, more = answer.hits[: self.page_size], len(answer.hits) > self.page_size
        body = {
            "results": self._rows(page),
            "next": self.address("search-results", search, _access(request), after=page[-1].rank) if more else None,
            "kind": search.kind,
            "parameters": search.parameters,
            "not_computable": answer.not_computable or None,
            "compared_with": search.compared_with,
            "fingerprint": search.fingerprint_key,
            "threshold": search.parameters.get("threshold"),
            "found": search.read_as.get("found"),
            "not_assessed": search.read_as.get("not_assessed"),
            "notes": notes_of(search),
            "versions": search.versions,
            "data_release": search.data_release or None,
            "caution": _("Similarity warns; it does not decide. Not listed is not the same as safe."),
        }
        return Response(body, headers={"Cache-Control": NOT_KEPT})

    def _rows(self, page: Sequence[FoundHit]) -> list[dict[str, Any]]:
        url, svg_url = (self._addresses(name) for name in ("api:substance", "api:substance-drawing"))
        return [
            {
                "rank": hit.rank,
                "score": None if hit.score is None else round(hit.score, 4),
                "substance": _told(hit.substance) | {"url": url(hit.substance.pk)} if hit.substance else None,
                "group": {"slug": hit.group.slug, "name": named(hit.group)} if hit.group else None,
                "listed": hit.listed,
                "note": hit.note or None,
                "atoms": hit.atoms,
                "told": hit.told,
                "svg_url": svg_url(hit.substance.pk) if hit.substance else None,
            }
            for hit in page
        ]

    def _addresses(self, name: str) -> Callable[[UUID], str]:
        """The address of each substance; looked up once, for fifty look-ups are a seventh of an answer."""
        before, _any, behind = reverse(name, args=[_ANY], request=self.request).partition(str(_ANY))
        return lambda pk: f"{before}{pk}{behind}"


def _told(substance: Substance) -> dict[str, Any]:
    structure = substance.shown_structure
    return {
        "id": str(substance.pk),
        "name": substance.name,
        "cas": substance.cas_rn or None,
        "smiles": structure.smiles if structure else None,
        "structure_disputed": substance.structure_disputed,
    }


def _rank(text: str) -> int:
    """A rank in an address.

    Raises:
        ValidationError: it is no whole number from 0 on.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise serializers.ValidationError({"after": [_("Write a whole number from 0 on.")]})
    return int(text)
