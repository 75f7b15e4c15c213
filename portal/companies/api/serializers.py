"""Rows about companies as REST gives them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.companies.models import Commitment, Company, Production
from portal.companies.profile import ConcernLine, Profile
from substances.api.serializers import FactSerializer, SubstanceBriefSerializer


class CompanySerializer(serializers.ModelSerializer[Company]):
    """A company; `is_demo` marks the made-up ones."""

    profile_url = serializers.HyperlinkedIdentityField("api:company-profile", lookup_field="slug", read_only=True)

    class Meta:
        model = Company
        fields = ["id", "slug", "name", "isin", "lei", "sector", "country", "is_demo", "profile_url"]


class ProductionSerializer(FactSerializer[Production]):
    """What it makes, imports or uses, in a band of tonnes a year."""

    substance = SubstanceBriefSerializer(read_only=True)
    concerns = serializers.SerializerMethodField()

    class Meta:
        model = Production
        fields = [
            "substance",
            "role",
            "year",
            "tonnes_per_year_min",
            "tonnes_per_year_max",
            "concerns",
            "source",
            "checked",
        ]

    def get_concerns(self, row: Production) -> list[str]:
        """Slugs of the substance's standing concern flags."""
        return sorted({flag.concern for flag in row.substance.flags.all()})


class CommitmentSerializer(serializers.ModelSerializer[Commitment]):
    """What it promised."""

    substance = serializers.UUIDField(source="substance_id", allow_null=True, read_only=True)
    group = serializers.SlugField(source="group.slug", allow_null=True, read_only=True)

    class Meta:
        model = Commitment
        fields = ["text", "substance", "group", "target_year", "status"]


class ConcernLineSerializer(serializers.Serializer[ConcernLine]):
    """One concern in the portfolio, and the year before."""

    concern = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # hides Field.label
    substances = serializers.IntegerField(read_only=True)
    substances_year_before = serializers.IntegerField(source="before", allow_null=True, read_only=True)
    largest = ProductionSerializer(read_only=True)


class CoverageSerializer(serializers.Serializer[dict[str, int]]):
    """How many substances are known of the latest year, and of how many anything is recorded."""

    substances = serializers.IntegerField()
    with_concern_flags = serializers.IntegerField()
    nothing_recorded = serializers.IntegerField()


class ProfileSerializer(serializers.Serializer[Profile]):
    """A company's chemical profile; figures with their source, and what they do not cover."""

    company = serializers.SerializerMethodField()
    year = serializers.IntegerField(allow_null=True, read_only=True)
    coverage = serializers.SerializerMethodField()
    concerns = ConcernLineSerializer(many=True, read_only=True)
    production = ProductionSerializer(source="rows", many=True, read_only=True)
    commitments = serializers.SerializerMethodField()
    caution = serializers.SerializerMethodField()

    @extend_schema_field(CompanySerializer)
    def get_company(self, profile: Profile) -> dict[str, Any]:
        """Whose profile it is."""
        return dict(CompanySerializer(self.context["company"], context=self.context).data)

    @extend_schema_field(CoverageSerializer)
    def get_coverage(self, profile: Profile) -> dict[str, int]:
        """How many substances are known, and of how many anything is recorded."""
        return {
            "substances": len(profile.flagged) + len(profile.unflagged),
            "with_concern_flags": len(profile.flagged),
            "nothing_recorded": len(profile.unflagged),
        }

    @extend_schema_field(CommitmentSerializer(many=True))
    def get_commitments(self, profile: Profile) -> list[dict[str, Any]]:
        """By target year."""
        return list(CommitmentSerializer(self.context["company"].commitments.all(), many=True).data)

    def get_caution(self, profile: Profile) -> str:
        """What the figures must not be read as."""
        return _("Nothing recorded against a substance is not a finding of safety.")
