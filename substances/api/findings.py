"""Findings of the registry check over REST, for curators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from portal.common.rest.pages import pages_by
from portal.organisations.permissions import may_curate
from substances.models import RegistryFinding
from substances.registry_check.filters import FindingFilter
from substances.registry_check.proposals import remedies
from substances.registry_check.words import list_names, sentence_of

NOT_KEPT = "private, no-store"


class CuratorsOnly(BasePermission):
    """Those who judge proposals."""

    message = _("Only curators see this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the reader is one."""
        return may_curate(request.user)


class RegistryFindingSerializer(serializers.ModelSerializer[RegistryFinding]):
    """One contradiction: what, where, since when, and what can be proposed about it."""

    kind = serializers.CharField(read_only=True, help_text="Such as flag_missing; see docs/rest.md.")
    says = serializers.SerializerMethodField()
    of_list = serializers.SerializerMethodField()
    sheet = serializers.CharField(source="entry.sheet", read_only=True, default=None, allow_null=True)
    line = serializers.IntegerField(source="entry.line", read_only=True, default=None, allow_null=True)
    remedies = serializers.SerializerMethodField()

    class Meta:
        model = RegistryFinding
        fields = [
            *("id", "kind", "says", "details", "substance", "other", "of_list", "release", "sheet", "line"),
            *("found_at", "last_seen_at", "gone_at", "dismissed_at", "dismissed_reason", "proposal", "remedies"),
        ]
        read_only_fields = fields

    def get_says(self, finding: RegistryFinding) -> str:
        """What it says, in the reader's language."""
        return sentence_of(finding, self.context["lists"])

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_of_list(self, finding: RegistryFinding) -> str | None:
        """The list whose row it is about; null where it is about none."""
        return finding.release.chemical_list.slug if finding.release else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_remedies(self, finding: RegistryFinding) -> list[str]:
        """What can be proposed about it on its page."""
        return sorted({one.slug for one in remedies(finding)})


@extend_schema_view(get=extend_schema(operation_id="review_registry_list"))
class FindingsView(ListAPIView[RegistryFinding]):
    """What the registry contradicts itself in: open findings, or those in the `state` asked. For curators."""

    permission_classes = [CuratorsOnly]
    serializer_class = RegistryFindingSerializer
    pagination_class = pages_by("kind", "key")
    filterset_class = FindingFilter
    queryset = RegistryFinding.objects.all()

    def get_queryset(self) -> QuerySet[RegistryFinding]:
        """With all that is shown, in one query."""
        return RegistryFinding.objects.with_what_is_shown()

    def get_serializer_context(self) -> dict[str, Any]:
        """With what lists are called."""
        return {**super().get_serializer_context(), "lists": list_names()}

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Nobody keeps it."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = NOT_KEPT
        return answer
