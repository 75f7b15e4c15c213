"""Jobs over REST: only one's own."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.rest.pages import pages_by
from portal.jobs.models import Job

# Personal: for nobody else, and asked anew each time.
NOT_KEPT = "private, no-store"


class JobSerializer(serializers.ModelSerializer[Job]):
    """One piece of work, and how far it is."""

    status = serializers.ChoiceField(choices=Job.State.choices, source="state", read_only=True)

    class Meta:
        model = Job
        fields = [
            "id",
            "name",
            "status",
            "progress_done",
            "progress_total",
            "error_code",
            "error_message",
            "created_at",
            "started_at",
            "finished_at",
        ]


class _OwnJobs(GenericAPIView[Job]):
    """Jobs are seen by those who asked for them."""

    permission_classes = [IsAuthenticated]
    serializer_class = JobSerializer
    filter_backends = []
    queryset = Job.objects.all()

    def get_queryset(self) -> QuerySet[Job]:
        """The reader's own."""
        return Job.objects.visible_to(self.request.user)


class JobsView(_OwnJobs):
    """One's own jobs, newest first."""

    pagination_class = pages_by("-created_at", "pk")

    @extend_schema(operation_id="jobs_list", responses=JobSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of them."""
        page = self.paginate_queryset(self.get_queryset())
        answer = self.get_paginated_response(JobSerializer(page, many=True).data)
        answer["Cache-Control"] = NOT_KEPT
        return answer


class JobView(_OwnJobs):
    """One job."""

    pagination_class = None
    throttle_classes = []  # who waits for a job may ask often

    @extend_schema(operation_id="jobs_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is; somebody else's is not found."""
        job = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(JobSerializer(job).data, headers={"Cache-Control": NOT_KEPT})
