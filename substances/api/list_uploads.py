"""A list's file over REST: tried, published, or thrown away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from substances.api.releases import RowProblemSerializer
from substances.api.uploads import UploadSerializer, UploadsView, documented
from substances.importers.registry import IMPORTERS
from substances.models import ListUpload
from substances.services.list_uploads import MAPPED, MAX_MAPPING_BYTES, keep_upload, mapping_text

READERS = [(slug, slug) for slug in (*sorted(IMPORTERS), MAPPED)]
REPORT_STATES = [(word, word) for word in ("dry_run", "waiting", "published")]


class ListUploadFormSerializer(serializers.Serializer[Any]):
    """A file, and what it is."""

    importer = serializers.ChoiceField(choices=READERS, help_text="Which list it is; mapped-list: see `mapping`.")
    file = serializers.FileField(help_text="As its publisher gives it, at most 25 MiB.")
    mapping = serializers.FileField(required=False, help_text="Of a list of one's own: which column is what; YAML.")
    published_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The day its publisher put it out."
    )
    source_url = serializers.URLField(required=False, allow_blank=True, default="", max_length=500)
    licence = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class ReleaseReportSerializer(serializers.Serializer[Any]):
    """What a file would change, or has changed."""

    state = serializers.ChoiceField(choices=REPORT_STATES, help_text="dry_run: nothing was kept.")
    release = serializers.SerializerMethodField()
    list_slug = serializers.CharField()
    published_on = serializers.DateField()
    unchanged = serializers.BooleanField(help_text="The same file of the same day is published already.")
    is_current = serializers.BooleanField(help_text="Whether the list answers from it.")
    rows = serializers.IntegerField()
    entries = serializers.IntegerField()
    members = serializers.IntegerField()
    continuations = serializers.IntegerField()
    unusable = serializers.IntegerField()
    producers = serializers.IntegerField(help_text="Rows beside the list that say who makes what.")
    lost = serializers.IntegerField(help_text="Rows that are none of these: 0.")
    substances_made = serializers.IntegerField()
    memberships = serializers.IntegerField()
    flags = serializers.IntegerField()
    entered = serializers.IntegerField()
    left = serializers.IntegerField()
    flags_raised = serializers.IntegerField()
    flags_ended = serializers.IntegerField()
    waits_for = serializers.ListField(
        child=serializers.DictField(), help_text="Why a curator has to confirm it, as codes with figures."
    )
    problems = RowProblemSerializer(many=True)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_release(self, report: dict[str, Any]) -> str | None:
        """The release; null where nothing was kept."""
        return None if report["state"] == "dry_run" else report["release"]


class ListUploadSerializer(UploadSerializer):
    """A list's file, how far it is, what it would change, or why it was refused."""

    importer = serializers.ChoiceField(choices=READERS, read_only=True)
    report = ReleaseReportSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ListUpload
        fields = [*UploadSerializer.COMMON, "importer", "published_on"]
        read_only_fields = fields


_SAYS = documented("list_uploads", ListUploadSerializer, ListUploadFormSerializer)


class _ListUploads(UploadsView):
    serializer_class = ListUploadSerializer
    queryset = ListUpload.objects.all()


@extend_schema_view(get=_SAYS["list"], post=_SAYS["send"])
class ListUploadsView(_ListUploads):
    """Files of lists that one sent, newest first. For curators."""

    def get(self, request: Request) -> Response:
        """A page of them."""
        return self.page()

    def post(self, request: Request) -> Response:
        """Keeps a file and has it tried; nothing is published. The same file again is the same upload."""
        asked = ListUploadFormSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        mapping = given.get("mapping")
        upload = keep_upload(
            by=self.person(),
            importer=given["importer"],
            file_name=given["file"].name,
            chunks=given["file"].chunks(),
            mapping=mapping_text(mapping.read(MAX_MAPPING_BYTES + 1)) if mapping else "",
            published_on=given["published_on"],
            source_url=given["source_url"],
            licence=given["licence"],
        )
        return self.described(upload.pk)


@extend_schema_view(get=_SAYS["read"], delete=_SAYS["drop"])
class ListUploadView(_ListUploads):
    """One file of a list."""

    pagination_class = None

    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, what it would change, or why it was refused."""
        return self.state(pk)

    def delete(self, request: Request, pk: UUID) -> Response:
        """Calls its job off and throws the file away; what was published stays."""
        return self.dropped(pk)


@extend_schema_view(post=_SAYS["publish"])
class ListUploadPublishView(_ListUploads):
    """The word to publish what was tried."""

    pagination_class = None

    def post(self, request: Request, pk: UUID) -> Response:
        """Publishes it, or leaves it waiting where so much would change that a curator has to confirm it."""
        return self.published(pk)
