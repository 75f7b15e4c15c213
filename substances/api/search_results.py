"""The answer to a search over REST: hits by pages, as a file, and what has changed since it was asked before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.named import named
from substances.api.search_access import ACCESS, NOT_KEPT, SearchAccess, access_of
from substances.api.search_serializers import SearchAnswer, SearchChanges
from substances.downloads.hits import hits_file
from substances.models import Substance
from substances.searches.repeating import Place, changes_since
from substances.searches.results import FoundHit, notes_of, results

AFTER = OpenApiParameter("after", OpenApiTypes.INT, description="The last rank seen.")
# Holds the place of a substance in an address.
_ANY = UUID(int=0)


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
            "next": self.address("search-results", search, access_of(request), after=page[-1].rank) if more else None,
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
                "library_structure": _of_library(hit),
                "listed": hit.listed,
                "note": hit.note or None,
                "why": hit.why or None,
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


def _of_library(hit: FoundHit) -> dict[str, Any] | None:
    found = hit.library_structure
    if found is None:
        return None
    told = {name: getattr(found, name) for name in ("line", "given_id", "smiles", "inchikey")}
    return {"library": found.library.slug, **told, "licence": found.library.licence}


def _rank(text: str) -> int:
    """A rank in an address.

    Raises:
        ValidationError: it is no whole number from 0 on.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise serializers.ValidationError({"after": [_("Write a whole number from 0 on.")]})
    return int(text)


class SearchFileView(SearchAccess):
    """The answer to one search as a file."""

    throttle_classes = []

    @extend_schema(
        operation_id="searches_file",
        parameters=[ACCESS, OpenApiParameter("form", str, OpenApiParameter.PATH, enum=["csv", "xlsx", "json", "sdf"])],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID, form: str) -> HttpResponseBase:
        """Every hit with rank, exact score, parameters, versions and data release; empty until the search is done."""
        search = self.find(request, pk)
        answer = hits_file(request._request, search, form, address=self.address("search", search, ""))
        answer["Cache-Control"] = NOT_KEPT
        return answer


class SearchChangesView(SearchAccess):
    """What a repeated search found otherwise than before."""

    throttle_classes = []

    @extend_schema(operation_id="searches_changes", parameters=[ACCESS], responses=SearchChanges)
    def get(self, request: Request, pk: UUID) -> Response:
        """What came in, went out and moved; not found where it repeats none, or where either is not answered."""
        search = self.find(request, pk)
        found = changes_since(search)
        if found is None:
            raise NotFound(_("There is nothing to compare: it repeats no search, or one of the two has no answer."))
        body = {
            "repeats": str(search.repeats_id),
            "came": [_place(one) for one in found.came],
            "gone": [_place(one) for one in found.gone],
            "moved": [
                {"name": one.name, "before": _place(one.before), "after": _place(one.after)} for one in found.moved
            ],
            "same": found.same,
        }
        return Response(body, headers={"Cache-Control": NOT_KEPT})


def _place(place: Place) -> dict[str, Any]:
    score = place.shown_score
    return {"name": place.name, "rank": place.rank, "score": None if score is None else round(score, 4)}
