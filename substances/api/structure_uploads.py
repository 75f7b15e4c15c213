"""A file of structures over REST: tried, published as claims of its source, or thrown away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from substances.api.releases import RowProblemSerializer
from substances.api.uploads import UploadSerializer, UploadsView, documented
from substances.models import StructureUpload
from substances.services.structure_trial import RELATIONS
from substances.services.structure_uploads import keep_structures
from substances.vocabulary import StructureTrust

STATES = [(word, word) for word in ("dry_run", "published")]


class StructureUploadFormSerializer(serializers.Serializer[Any]):
    """A file, who says it, and how far that is trusted."""

    file = serializers.FileField(help_text="CSV, TSV, XLSX or SDF with numbers and structures, at most 25 MiB.")
    # Type stubs take a declared field for the attribute of the same name.
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=200, help_text="Who gives these structures, and in which edition."
    )
    trust = serializers.ChoiceField(choices=StructureTrust.choices, default=StructureTrust.LOOKUP.value)
    source_url = serializers.URLField(required=False, allow_blank=True, default="", max_length=500)
    licence = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class OtherStructureSerializer(serializers.Serializer[Any]):
    """What another source gives the same substance."""

    smiles = serializers.CharField()
    inchikey = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]


class TriedStructureSerializer(serializers.Serializer[Any]):
    """A claim that would be written, beside what other sources say."""

    relation = serializers.ChoiceField(choices=RELATIONS)
    line = serializers.IntegerField()
    place = serializers.CharField()
    substance = serializers.UUIDField()
    name = serializers.CharField()
    smiles = serializers.CharField()
    inchikey = serializers.CharField(allow_blank=True)
    shown = serializers.BooleanField(help_text="Whether it would be the one shown first.")
    others = OtherStructureSerializer(many=True)


class TrialSerializer(serializers.Serializer[Any]):
    """What would change, by substance; `told` has the first 200 of each relation."""

    new = serializers.IntegerField(help_text="No source gives the substance a structure yet.")
    agrees = serializers.IntegerField()
    disputes = serializers.IntegerField()
    not_compared = serializers.IntegerField(help_text="One of them has no InChIKey.")
    shown = serializers.IntegerField()
    told = TriedStructureSerializer(many=True)


class StructureReportSerializer(serializers.Serializer[Any]):
    """What a file would change, or has changed: `rows` is `structures` + `unknown` + `refused` + `lost`."""

    state = serializers.ChoiceField(choices=STATES, help_text="dry_run: nothing was written.")
    unchanged = serializers.BooleanField()
    rows = serializers.IntegerField()
    structures = serializers.IntegerField()
    added = serializers.IntegerField()
    renewed = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="Of substances that we do not know.")
    refused = serializers.IntegerField(help_text="Nothing was kept of them; see `problems`.")
    lost = serializers.IntegerField(help_text="Rows that are none of these: 0.")
    disputed = serializers.IntegerField()
    trial = TrialSerializer(allow_null=True)
    problems = RowProblemSerializer(many=True)


class StructureUploadSerializer(UploadSerializer):
    """A file of structures, how far it is, what it would change, or why it was refused."""

    report = StructureReportSerializer(read_only=True, allow_null=True)

    class Meta:
        model = StructureUpload
        fields = [*UploadSerializer.COMMON, "source", "trust"]
        read_only_fields = fields


_SAYS = documented("structure_uploads", StructureUploadSerializer, StructureUploadFormSerializer)


class _StructureUploads(UploadsView):
    serializer_class = StructureUploadSerializer
    queryset = StructureUpload.objects.all()


@extend_schema_view(get=_SAYS["list"], post=_SAYS["send"])
class StructureUploadsView(_StructureUploads):
    """Files of structures that one sent, newest first. For curators."""

    def get(self, request: Request) -> Response:
        """A page of them."""
        return self.page()

    def post(self, request: Request) -> Response:
        """Keeps a file and has it tried; nothing is written. The same file again is the same upload."""
        asked = StructureUploadFormSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        upload = keep_structures(
            by=self.person(),
            source=given["source"],
            trust=StructureTrust(given["trust"]),
            file_name=given["file"].name,
            chunks=given["file"].chunks(),
            source_url=given["source_url"],
            licence=given["licence"],
        )
        return self.described(upload.pk)


@extend_schema_view(get=_SAYS["read"], delete=_SAYS["drop"])
class StructureUploadView(_StructureUploads):
    """One file of structures."""

    pagination_class = None

    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, what it would change, or why it was refused."""
        return self.state(pk)

    def delete(self, request: Request, pk: UUID) -> Response:
        """Calls its job off and throws the file away; what was written stays."""
        return self.dropped(pk)


@extend_schema_view(post=_SAYS["publish"])
class StructureUploadPublishView(_StructureUploads):
    """The word to publish what was tried."""

    pagination_class = None

    def post(self, request: Request, pk: UUID) -> Response:
        """Writes the structures as claims of their source."""
        return self.published(pk)
