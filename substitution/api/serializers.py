"""Rows about alternatives as REST gives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from substances.api.serializers import FactSerializer, FlagSerializer, SubstanceBriefSerializer
from substitution.models import Alternative, Evidence, Replacement, TechnicalFunction


class FunctionSerializer(serializers.ModelSerializer[TechnicalFunction]):
    """A technical function and the one above it."""

    parent = serializers.SlugField(source="parent.slug", default=None, read_only=True)  # type: ignore[assignment]  # hides Field.parent

    class Meta:
        model = TechnicalFunction
        fields = ["slug", "level", "name", "parent", "oecd_category"]


class EvidenceSerializer(FactSerializer[Evidence]):
    """What one source found."""

    source_title = serializers.CharField(source="source.title", read_only=True)

    class Meta:
        model = Evidence
        fields = ["finding", "supports", "source", "source_title", "locator", "checked"]


class AlternativeSerializer(serializers.ModelSerializer[Alternative]):
    """What could be used instead; a substance carries its own flags, which are read now, not when it was proposed."""

    candidate = SubstanceBriefSerializer(read_only=True, allow_null=True)
    concern_flags = serializers.SerializerMethodField()

    class Meta:
        model = Alternative
        fields = ["id", "slug", "kind", "name", "description", "readiness", "status", "candidate", "concern_flags"]

    def get_concern_flags(self, alternative: Alternative) -> list[dict[str, Any]]:
        """Of the candidate; empty also where nobody has looked."""
        if alternative.candidate is None:
            return []
        rows: list[dict[str, Any]] = list(FlagSerializer(alternative.candidate.flags.all(), many=True).data)
        return rows


class ReplacementSerializer(serializers.ModelSerializer[Replacement]):
    """That an alternative takes a substance's place in one function, on which evidence."""

    alternative = AlternativeSerializer(read_only=True)
    replaces = SubstanceBriefSerializer(read_only=True)
    function = FunctionSerializer(read_only=True)
    evidence = EvidenceSerializer(many=True, read_only=True)

    class Meta:
        model = Replacement
        fields = ["id", "alternative", "replaces", "function", "status", "since", "note", "evidence"]
