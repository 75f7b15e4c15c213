"""Libraries over REST."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny

from substances.models import Library


class LibrarySerializer(serializers.ModelSerializer[Library]):
    """A library, and what became of the rows of its file."""

    organisation = serializers.CharField(
        source="organisation.name",
        allow_null=True,
        default=None,
        help_text="Whose members alone see it; null: everybody.",
    )
    families = serializers.SerializerMethodField(help_text="The fingerprints by which it can be searched.")

    class Meta:
        model = Library
        fields = [
            "slug",
            "name",
            "source",
            "source_url",
            "licence",
            "edition",
            "organisation",
            "state",
            "lines",
            "stored",
            "rejected",
            "blank",
            "families",
            "imported_at",
        ]

    def get_families(self, library: Library) -> list[str]:
        """Without the versions that made them."""
        return [key.rpartition("-")[0] for key in library.keys]


@extend_schema_view(get=extend_schema(operation_id="libraries_list"))
class LibrariesView(ListAPIView[Library]):
    """The libraries of structures that you may search: public ones, and those of your organisations."""

    permission_classes = [AllowAny]
    serializer_class = LibrarySerializer
    filter_backends = []
    queryset = Library.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Library]:
        """Another organisation's are not there."""
        return Library.objects.visible_to(self.request.user).select_related("organisation")


@extend_schema_view(get=extend_schema(operation_id="libraries_read"))
class LibraryView(RetrieveAPIView[Library]):
    """One library; 404 for another organisation's."""

    permission_classes = [AllowAny]
    serializer_class = LibrarySerializer
    lookup_field = "slug"
    filter_backends = []
    queryset = Library.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Library]:
        """Another organisation's are not there."""
        return Library.objects.visible_to(self.request.user).select_related("organisation")
