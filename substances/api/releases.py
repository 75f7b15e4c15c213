"""Releases of a list and what changed between two of them, over REST."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from portal.common.rest.pages import Pages, pages_by
from substances.api.serializers import ReleaseSerializer
from substances.models import ChemicalList, Release
from substances.services.list_diff import KINDS, ListDiff, diff_of_releases
from substances.services.list_diff_told import Told, changes_count, changes_told
from substances.services.list_releases import published_releases
from substances.vocabulary import EntryRole


class RowProblemSerializer(serializers.Serializer[Any]):
    """Something in a file that a person should look at, with its place."""

    file = serializers.CharField(default="", help_text="Empty where the file is not at fault.")
    sheet = serializers.CharField(default="", help_text="Empty where the file has none.")
    line = serializers.IntegerField(allow_null=True, help_text="Counts from 1; null where no row is at fault.")
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="An English sentence that quotes the values.")


class ListReleaseSerializer(ReleaseSerializer):
    """A release with its sums, its problems, and the file it was read from."""

    problems = RowProblemSerializer(many=True, read_only=True)

    class Meta(ReleaseSerializer.Meta):
        fields = [
            *ReleaseSerializer.Meta.fields,
            "file_name",
            "retrieved_at",
            "importer",
            "members_count",
            "continuations_count",
            "unusable_count",
            "producers_count",
            "problems",
        ]


CHANGES = ("added", "removed", "changed")


class DifferenceSerializer(serializers.Serializer[Any]):
    """One thing that differs: before and after."""

    kind = serializers.ChoiceField(choices=KINDS)
    before = serializers.JSONField()
    after = serializers.JSONField()


class TouchedSubstanceSerializer(serializers.Serializer[Any]):
    """A substance that a change is about."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, substance: Any) -> str:
        """Where the whole row is."""
        return reverse("api:substance", args=[substance.pk], request=self.context.get("request"))


class ChangeSerializer(serializers.Serializer[Told]):
    """One change: a row as it is now, or as it was last where it was removed."""

    what = serializers.ChoiceField(choices=CHANGES)
    name = serializers.CharField(source="row.name")
    role = serializers.ChoiceField(source="row.role", choices=EntryRole.choices)
    sheet = serializers.CharField(source="row.sheet")
    line = serializers.IntegerField(source="row.line")
    listed_on = serializers.DateField(source="row.listed_on", allow_null=True)
    valid_until = serializers.DateField(source="row.valid_until", allow_null=True)
    reasons = serializers.ListField(source="row.reasons", child=serializers.CharField())
    cas = serializers.SerializerMethodField()
    ec = serializers.SerializerMethodField()
    differences = DifferenceSerializer(many=True)
    substances = TouchedSubstanceSerializer(many=True, help_text="The first 20.")
    substances_count = serializers.IntegerField()
    touches = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="By kind, how much the substances shown carry: groups, alternatives.",
    )

    def get_cas(self, told: Told) -> list[str]:
        """The CAS numbers printed."""
        return told.row.numbers_of("cas")

    def get_ec(self, told: Told) -> list[str]:
        """The EC numbers printed."""
        return told.row.numbers_of("ec")


class CountsSerializer(serializers.Serializer[Any]):
    """How many rows were added, removed, changed, and say the same."""

    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class ListDiffSerializer(serializers.Serializer[Any]):
    """What changed between two releases: the counts, and a page of changes."""

    counts = CountsSerializer()
    next = serializers.URLField(allow_null=True)
    results = ChangeSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """With the two releases, under words that Python keeps for itself."""
        ends = {"from": ReleaseSerializer(), "to": ReleaseSerializer()}
        return {**ends, **super().get_fields()}


@extend_schema_view(get=extend_schema(operation_id="lists_releases"))
class ListReleasesView(ListAPIView[Release]):
    """The published releases of a list, newest first."""

    permission_classes = [AllowAny]
    serializer_class = ListReleaseSerializer
    filter_backends = []
    pagination_class = pages_by("-published_on", "-released_at", "pk")
    queryset = Release.objects.all()  # for the schema

    def get_queryset(self) -> QuerySet[Release]:
        """Those of the list named in the address."""
        return published_releases(get_object_or_404(ChemicalList, slug=self.kwargs.get("slug")))


class ListDiffView(APIView):
    """What changed in a list from one release to another: added, removed, changed rows, and what they touch."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="lists_diff",
        parameters=[
            OpenApiParameter("from", UUID, required=True, description="Id of a published release of the list."),
            OpenApiParameter("to", UUID, required=True, description="Id of another; may be older."),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
            OpenApiParameter("after", {"type": "integer", "minimum": 0, "maximum": 9_999_999, "default": 0}),
        ],
        responses=ListDiffSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        """The difference, a page of it."""
        releases = published_releases(get_object_or_404(ChemicalList, slug=slug))
        before, after = (get_object_or_404(releases, pk=_release_id(request, end)) for end in ("from", "to"))
        limit, start = Pages().get_page_size(request), _start(request)
        diff = diff_of_releases(before, after)
        told = changes_told(diff, start=start, limit=limit)
        following = start + limit if start + limit < changes_count(diff) else None
        body = {
            "from": before,
            "to": after,
            "counts": _counts(diff),
            "next": _address(request, following, limit) if following is not None else None,
            "results": told,
        }
        return Response(ListDiffSerializer(body, context={"request": request}).data)


def _release_id(request: Request, end: str) -> UUID:
    try:
        return UUID(request.query_params[end])
    except (KeyError, ValueError) as error:
        raise ValidationError({end: [_("Write the id of a release of this list.")]}) from error


def _start(request: Request) -> int:
    asked = request.query_params.get("after", "0")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 8):
        raise ValidationError({"after": [_("Write a whole number.")]})
    return int(asked)


def _address(request: Request, after: int, limit: int) -> str:
    asked = {name: request.query_params[name] for name in ("from", "to")}
    return request.build_absolute_uri(f"{request.path}?{urlencode(asked | {'after': after, 'limit': limit})}")


def _counts(diff: ListDiff) -> dict[str, int]:
    sums = {what: len(getattr(diff, what)) for what in ("added", "removed", "changed")}
    return sums | {"unchanged": diff.unchanged}
