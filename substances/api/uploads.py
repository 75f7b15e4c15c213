"""Files that curators send over REST: tried first, published on their word; the same services as the pages."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.rest.pages import pages_by
from portal.common.rest.parsers import BoundedMultiPartParser
from portal.common.rest.problems import CONTENT_TYPE, ProblemSerializer
from portal.jobs.models import Job
from portal.organisations.models import User
from substances.api.findings import NOT_KEPT, CuratorsOnly
from substances.models import Upload
from substances.services.uploads import drop_upload, publish_upload

LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[200, 202],
    description="Where to ask after it.",
)
REFUSED_AT_ONCE = {
    (400, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "A value cannot be used, or the file is empty."),
    (413, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "More than 25 MiB."),
    (415, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, "Only multipart/form-data is taken."),
}
_MAY_NOT = "It was not tried, changes nothing, or is being published."
NOT_TRIED = {(409, CONTENT_TYPE): OpenApiResponse(ProblemSerializer, _MAY_NOT)}


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a file was refused whole: what would be right, and the place."""

    code = serializers.CharField(help_text="Stable, for programs: wrong_file, mapping, cannot_be, too_much_memory.")
    message = serializers.CharField(help_text="For people; says what to do.")
    file = serializers.CharField()
    sheet = serializers.CharField(allow_null=True, default=None)
    line = serializers.IntegerField(allow_null=True, default=None, help_text="Counts from 1, the header included.")
    column = serializers.CharField(allow_null=True, default=None)


class ProgressSerializer(serializers.Serializer[Any]):
    """How far the reading is, in rows."""

    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True, help_text="Null until the rows were counted.")


class UploadErrorSerializer(serializers.Serializer[Any]):
    """Why the work on a file did not come to its end."""

    code = serializers.CharField()
    message = serializers.CharField()


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """What every upload tells; each kind adds what it is about, and its report."""

    COMMON: ClassVar[tuple[str, ...]] = (
        *("id", "url", "publish_url", "page_url", "file_name", "file_bytes", "sha256", "source_url", "licence"),
        *("uploaded_at", "stage", "status", "progress", "error", "refusal", "may_publish", "report"),
    )

    url = serializers.SerializerMethodField()
    publish_url = serializers.SerializerMethodField()
    page_url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Job.State.choices, source="job.state", read_only=True)
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    refusal = RefusalSerializer(read_only=True, allow_null=True)
    may_publish = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, upload: Upload) -> str:
        """Where to ask how far it is."""
        return self._address("api:{}", upload)

    @extend_schema_field(OpenApiTypes.URI)
    def get_publish_url(self, upload: Upload) -> str:
        """Where to say that it shall be published."""
        return self._address("api:{}-publish", upload)

    @extend_schema_field(OpenApiTypes.URI)
    def get_page_url(self, upload: Upload) -> str:
        """The same for people."""
        return self._address("web:{}ed", upload)

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, upload: Upload) -> dict[str, int | None]:
        """How far it is."""
        return {"done": upload.job.progress_done, "total": upload.job.progress_total}

    @extend_schema_field(UploadErrorSerializer(allow_null=True))
    def get_error(self, upload: Upload) -> dict[str, str] | None:
        """Why it did not come to its end; null where it did, or is on its way."""
        if upload.job.state != Job.State.FAILED:
            return None
        return {"code": upload.job.error_code, "message": upload.job.error_message}

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_may_publish(self, upload: Upload) -> bool:
        """Whether it was tried, and the word to publish it is all that is missing."""
        return upload.may_be_published

    def _address(self, name: str, upload: Upload) -> str:
        route = name.format(upload.kind.replace("_", "-"))
        return str(reverse(route, args=[upload.pk], request=self.context["request"]))


class UploadsView(GenericAPIView[Any]):
    """Files that one sent."""

    permission_classes = [CuratorsOnly]
    queryset: Any
    parser_classes = [BoundedMultiPartParser]
    filter_backends = []
    pagination_class: Any = pages_by("-uploaded_at", "pk")
    throttled_methods = ("POST", "DELETE")  # who waits may ask often

    def get_queryset(self) -> QuerySet[Any]:
        """One's own."""
        rows: QuerySet[Any] = self.queryset.visible_to(self.request.user).with_file()
        return rows.select_related("job")

    def person(self) -> User:
        """Who asks: a curator, or the door would be closed."""
        return cast(User, self.request.user)

    def find(self, pk: UUID) -> Any:
        """One's own upload; somebody else's is not found."""
        return get_object_or_404(self.get_queryset(), pk=pk)

    def described(self, pk: UUID) -> Response:
        """It as REST tells it: 202 while a worker is owed, 200 where it has come to an end."""
        upload = self.find(pk)
        body = self.get_serializer(upload).data
        status = 200 if upload.job.has_ended else 202
        return Response(body, status=status, headers={"Location": body["url"], "Cache-Control": NOT_KEPT})

    def page(self) -> Response:
        """One's own, newest first."""
        rows = self.paginate_queryset(self.get_queryset())
        answer = self.get_paginated_response(self.get_serializer(rows, many=True).data)
        answer["Cache-Control"] = NOT_KEPT
        return answer

    def state(self, pk: UUID) -> Response:
        """How far one is."""
        return Response(self.get_serializer(self.find(pk)).data, headers={"Cache-Control": NOT_KEPT})

    def dropped(self, pk: UUID) -> Response:
        """It, called off and its file thrown away."""
        drop_upload(by=self.person(), upload=self.find(pk))
        return self.state(pk)

    def published(self, pk: UUID) -> Response:
        """It, with the job that publishes it."""
        return self.described(publish_upload(by=self.person(), upload=self.find(pk)).pk)


def documented(name: str, answer: Any, asked: Any) -> dict[str, Any]:
    """What the schema says of the operations on one kind of upload, by operation."""
    return {
        "list": extend_schema(operation_id=f"{name}_list", responses=answer(many=True)),
        "send": extend_schema(
            operation_id=f"{name}_create",
            request={"multipart/form-data": asked},
            parameters=[LOCATION],
            responses={200: answer, 202: answer, **REFUSED_AT_ONCE},
        ),
        "read": extend_schema(operation_id=f"{name}_read", responses=answer),
        "drop": extend_schema(operation_id=f"{name}_drop", responses={200: answer}),
        "publish": extend_schema(
            operation_id=f"{name}_publish",
            request=None,
            parameters=[LOCATION],
            responses={200: answer, 202: answer, **NOT_TRIED},
        ),
    }
