"""Jobs over REST: only one's own."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.jobs.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    """One piece of work, and how far it is."""

    status = serializers.CharField(source="state", read_only=True)

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


class JobsView(GenericAPIView[Job]):
    """One's own jobs, newest first."""

    permission_classes = [IsAuthenticated]
    serializer_class = JobSerializer
    queryset = Job.objects.order_by("-created_at")
    filter_backends = []

    @extend_schema(operation_id="jobs_list")
    def get(self, request: Request) -> Response:
        """A page of them."""
        assert self.paginator is not None
        self.paginator.ordering = ("-created_at", "pk")  # type: ignore[attr-defined]  # Pages is a CursorPagination
        page = self.paginate_queryset(self.get_queryset().filter(requested_by=request.user.pk))
        return self.get_paginated_response(JobSerializer(page, many=True).data)


class JobView(GenericAPIView[Job]):
    """One job."""

    permission_classes = [IsAuthenticated]
    serializer_class = JobSerializer
    queryset = Job.objects.all()
    filter_backends = []
    throttle_classes = []

    @extend_schema(operation_id="jobs_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is; somebody else's is not found."""
        job = get_object_or_404(self.get_queryset(), pk=pk, requested_by=request.user.pk)
        return Response(JobSerializer(job).data, headers={"Cache-Control": "no-store"})
