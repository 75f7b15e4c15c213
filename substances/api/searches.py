"""Structure searches over REST: accepted at once, answered by a worker or from what is stored."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from threading import BoundedSemaphore
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.client_address import client_key
from portal.common.errors import Gone
from portal.common.rest.pages import pages_by
from portal.common.rest.problems import CONTENT_TYPE, ProblemSerializer
from portal.jobs.services import cancel_job
from portal.organisations.idempotency import IDEMPOTENCY_KEY, made_once, token_of
from substances.api.search_access import ACCESS, NOT_KEPT, SearchAccess, access_of
from substances.api.search_serializers import PARAMETERS, SearchRequest, SearchState
from substances.models import StructureSearch
from substances.searches.owning import delete_search
from substances.searches.repeating import repeat_search
from substances.searches.request import request_search

PAUSE_SECONDS = 0.03
LONGEST_WAIT_SECONDS = 2.0
# Who waits holds a thread of this process; of its four, two are always left for others.
MOST_WAITING = 2
WAITING = BoundedSemaphore(MOST_WAITING)


PREFER = OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="wait=N: seconds, at most 2 (RFC 7240).")
LOCATION = OpenApiParameter(
    "Location", OpenApiTypes.URI, OpenApiParameter.HEADER, response=[202], description="Where to ask how far it is."
)
ASKED = {
    202: SearchState,
    (400, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "It cannot be read; `position` says where."),
    (413, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too large."),
    (422, CONTENT_TYPE): OpenApiResponse(
        ProblemSerializer, "Nothing we know, or `readings` gives several; the key came before with another body."
    ),
    (429, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too often, or too many open; see `Retry-After`."),
    (503, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Too busy for strangers; see `Retry-After`."),
}


class _Asking(SearchAccess):
    """What begins a search: counted, and made once where it carries an Idempotency-Key."""

    throttle_scope = "searches"
    throttled_methods = ("POST",)

    def asked(self, request: Request, ask: Callable[..., StructureSearch]) -> Response:
        """The answer to a request that begins a search.

        Args:
            ask: begins it, given who asks: `by`, `session_key`, `access_token`, `client`.
        """
        person = request.user if request.user.is_authenticated else None
        access = "" if person else token_of(request) or secrets.token_urlsafe(24)
        who = {
            "by": person,
            "session_key": request.session.session_key or "",
            "access_token": access,
            "client": client_key(request._request),
        }
        begun: list[StructureSearch] = []

        def make() -> str:
            begun.append(ask(**who))
            return str(begun[0].pk)

        made = made_once(request, make)
        search = begun[0] if begun else StructureSearch.objects.select_related("job").filter(pk=made).first()
        if search is None:
            raise Gone(_("What this Idempotency-Key made has been deleted. Send a new key."))
        headers = {"Location": self.address("search", search, access)}
        if (waited := preferred_wait(request.headers.get("Prefer", ""))) is not None and wait(search, waited):
            headers["Preference-Applied"] = f"wait={waited:g}"
        return self.described(search, access, status=202, **headers)


class SearchesView(_Asking):
    """Searches."""

    pagination_class = pages_by("-created_at", "pk")

    @extend_schema(operation_id="searches_list", responses=SearchState(many=True))
    def get(self, request: Request) -> Response:
        """One's own and those shared with one's organisations, newest first; without an account, of the session."""
        rows = StructureSearch.objects.singly().select_related("job").defer("svg", "typed")
        page = self.paginate_queryset(rows.visible_to(request.user, session_key=request.session.session_key))
        answer = self.get_paginated_response([self.told(search, "") for search in page or []])
        answer["Cache-Control"] = NOT_KEPT
        return answer

    @extend_schema(
        operation_id="searches_create",
        request=SearchRequest,
        parameters=[PREFER, IDEMPOTENCY_KEY, LOCATION],
        responses=ASKED,
    )
    def post(self, request: Request) -> Response:
        """Accepts a search; 10 a minute. A known substance is answered at once, anything else by a worker."""
        asked = SearchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        what = {
            "text": asked.validated_data["structure"],
            "kind": asked.validated_data["kind"],
            "format": asked.validated_data["format"],
            "parameters": {name: asked.validated_data.get(name) for name in PARAMETERS},
        }
        return self.asked(request, partial(request_search, **what))


class SearchRepeatView(_Asking):
    """The same question once more."""

    @extend_schema(
        operation_id="searches_repeat",
        request=None,
        parameters=[ACCESS, PREFER, IDEMPOTENCY_KEY, LOCATION],
        responses=ASKED,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Asks it on today's data: a new search that names this one. `changes` tells what is different."""
        return self.asked(request, partial(repeat_search, search=self.find(request, pk)))


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
    search.refresh_from_db(fields=["read_as", "versions", "data_release"])
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
        return self.described(self.find(request, pk), access_of(request))

    @extend_schema(operation_id="searches_cancel", parameters=[ACCESS], responses={200: SearchState, 204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Cancels it while it has not ended (200). One that has ended is deleted: text, hits and job (204)."""
        search = self.find_owned(request, pk)
        if search.job is None or search.job.has_ended:
            delete_search(search=search)
            return Response(status=204)
        cancel_job(job=search.job, by=request.user if request.user.is_authenticated else None)
        return self.described(search, access_of(request))
