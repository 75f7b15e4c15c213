"""Who reads a search over REST, and what is told of one."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import urlencode
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.rest.pages import Pages
from portal.jobs.models import Job
from substances.models import StructureSearch
from substances.searches.request import token_hash

ACCESS = OpenApiParameter(
    "access", str, description="Given with the address when a search is accepted without an account."
)
# Personal: for nobody else, and asked anew each time.
NOT_KEPT = "private, no-store"


class _Keys(TypedDict):
    session_key: str | None
    access_sha256: str


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
    pagination_class: type[Pages] | None = None
    queryset = StructureSearch.objects.select_related("job")

    def find(self, request: Request, pk: UUID) -> StructureSearch:
        """The search `pk`, if this client may read it."""
        rows = StructureSearch.objects.singly().select_related("job", "known_substance", "repeats__job")
        return get_object_or_404(rows.visible_to(request.user, **_keys(request)), pk=pk)

    def find_owned(self, request: Request, pk: UUID) -> StructureSearch:
        """The search `pk`, if this client may dispose of it."""
        rows = StructureSearch.objects.singly().select_related("job")
        return get_object_or_404(rows.owned_by(request.user, **_keys(request)), pk=pk)

    def address(self, name: str, search: StructureSearch, access: str, **query: object) -> str:
        """Where something of the search is; with the access token, where the client came with one."""
        query |= {"access": access} if access else {}
        url: str = reverse(f"api:{name}", args=[search.pk], request=self.request)
        return f"{url}?{urlencode(query)}" if query else url

    def described(self, search: StructureSearch, access: str, *, status: int = 200, **headers: str) -> Response:
        """The search as REST tells it."""
        return Response(self.told(search, access), status=status, headers={**headers, "Cache-Control": NOT_KEPT})

    def told(self, search: StructureSearch, access: str) -> dict[str, Any]:
        """What REST says of a search."""
        return {
            "id": str(search.pk),
            "kind": search.kind,
            "parameters": search.parameters,
            **state_of(search),
            "read_as": _read_as(search),
            "versions": search.versions,
            "data_release": search.data_release or None,
            "repeats": str(search.repeats_id) if search.repeats_id else None,
            "created_at": search.created_at.isoformat(),
            "url": self.address("search", search, access),
            "results_url": self.address("search-results", search, access),
        }


def access_of(request: Request) -> str:
    """The token an anonymous script came with; "" for none."""
    return str(request.query_params.get("access", ""))


def _keys(request: Request) -> _Keys:
    return {"session_key": request.session.session_key, "access_sha256": token_hash(access_of(request))}
