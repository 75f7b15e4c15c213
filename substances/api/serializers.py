"""Rows about substances as REST gives them."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from substances.models import (
    ChemicalList,
    ConcernFlag,
    GroupMembership,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    Release,
    Substance,
    SubstanceGroup,
)

M = TypeVar("M", bound=Model)


class FactSerializer(serializers.ModelSerializer[M]):
    """A fact; its source is given by its key."""

    # Type stubs take a declared field for the attribute of the same name.
    source = serializers.SlugRelatedField("key", read_only=True)  # type: ignore[assignment,var-annotated]


class IdentifierSerializer(FactSerializer[Identifier]):
    """A number or key, and who gave it."""

    class Meta:
        model = Identifier
        fields = ["scheme", "value", "source", "checked"]


class NameSerializer(FactSerializer[Name]):
    """A name in one language."""

    class Meta:
        model = Name
        fields = ["text", "language", "kind", "source"]


class StatedBySerializer(serializers.Serializer[ConcernFlag]):
    """The row that a flag stands on; nulls where the starter catalogue or a proposal states it."""

    list = serializers.CharField(source="release.chemical_list.slug", default=None, allow_null=True)
    release = serializers.UUIDField(source="release_id", allow_null=True)
    sheet = serializers.CharField(source="entry.sheet", default=None, allow_null=True)
    line = serializers.IntegerField(source="entry.line", default=None, allow_null=True)


class FlagSerializer(FactSerializer[ConcernFlag]):
    """A concern: what, how sure, who says so, on what ground, since when."""

    label = serializers.CharField(  # type: ignore[assignment]  # as above
        source="get_concern_display", read_only=True, help_text="The concern in words, in the reader's language."
    )
    authority_label = serializers.CharField(source="get_authority_display", read_only=True)
    rule = serializers.CharField(read_only=True, help_text="Code of the published rule, see /rules/; empty: none.")
    row = StatedBySerializer(source="*", read_only=True)

    class Meta:
        model = ConcernFlag
        fields = [
            "concern",
            "label",
            "strength",
            "authority",
            "authority_label",
            "legal_basis",
            "rule",
            "since",
            "until",
            "source",
            "locator",
            "checked",
            "row",
        ]


class GroupMembershipSerializer(serializers.ModelSerializer[GroupMembership]):
    """A group the substance belongs to, and how we know."""

    slug = serializers.SlugField(source="group.slug", read_only=True)
    name = serializers.CharField(source="group.name", read_only=True)

    class Meta:
        model = GroupMembership
        fields = ["slug", "name", "how", "rule_version"]


class ClassificationSerializer(FactSerializer[HazardClassification]):
    """A hazard class with its statement."""

    class Meta:
        model = HazardClassification
        fields = ["hazard_class", "hazard_statement", "as_printed", "valid_from", "valid_until", "source", "checked"]


class ListMembershipSerializer(FactSerializer[ListMembership]):
    """A list that names the substance."""

    list = serializers.SlugField(source="chemical_list.slug", read_only=True)
    list_name = serializers.CharField(source="chemical_list.name", read_only=True)
    effect = serializers.CharField(source="chemical_list.effect", read_only=True)
    release = serializers.UUIDField(source="release_id", read_only=True, allow_null=True)

    class Meta:
        model = ListMembership
        fields = [
            "list",
            "list_name",
            "effect",
            "how",
            "reason",
            "valid_from",
            "valid_until",
            "release",
            "source",
            "checked",
        ]


class SubstanceBriefSerializer(serializers.ModelSerializer[Substance]):
    """A substance as another row names it."""

    cas = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Substance
        fields = ["id", "name", "kind", "cas", "url"]

    def get_cas(self, substance: Substance) -> str | None:
        """Its first CAS number; null where it has none."""
        return next((i.value for i in substance.identifiers.all() if i.scheme == "cas"), None)

    @extend_schema_field(serializers.URLField())
    def get_url(self, substance: Substance) -> str:
        """Where the whole row is."""
        return reverse("api:substance", args=[substance.pk], request=self.context.get("request"))


class SubstanceSerializer(serializers.ModelSerializer[Substance]):
    """A substance with what this floor knows of it; the roof adds alternatives."""

    identifiers = IdentifierSerializer(many=True, read_only=True)
    smiles = serializers.SerializerMethodField()
    structure_disputed = serializers.BooleanField(
        read_only=True, help_text="Whether sources give it structures with different skeletons; then none is certain."
    )
    concern_flags = FlagSerializer(source="flags", many=True, read_only=True)
    groups = GroupMembershipSerializer(source="group_memberships", many=True, read_only=True)

    class Meta:
        model = Substance
        fields = ["id", "name", "kind", "identifiers", "smiles", "structure_disputed", "concern_flags", "groups"]

    def get_smiles(self, substance: Substance) -> str | None:
        """Of the structure shown first; null where there is none."""
        structure = substance.shown_structure
        return structure.smiles if structure else None


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """One state of a list."""

    class Meta:
        model = Release
        fields = ["id", "published_on", "released_at", "sha256", "source_url", "licence", "rows", "entries_count"]


class ListSerializer(serializers.ModelSerializer[ChemicalList]):
    """A list, and what being named by it means."""

    current_release = ReleaseSerializer(
        read_only=True, allow_null=True, help_text="Null before the first import: facts of the starter stand in."
    )
    substances = serializers.IntegerField(source="substances_count", read_only=True)

    class Meta:
        model = ChemicalList
        fields = [
            "slug",
            "name",
            "publisher",
            "jurisdiction",
            "effect",
            "legal_basis",
            "url",
            "substances",
            "current_release",
        ]


class ListedSubstanceSerializer(FactSerializer[ListMembership]):
    """A substance that a list names."""

    substance = SubstanceBriefSerializer(read_only=True)

    class Meta:
        model = ListMembership
        fields = ["substance", "how", "reason", "valid_from", "valid_until", "source", "checked"]


class GroupSerializer(FactSerializer[SubstanceGroup]):
    """A family of substances, with its rule."""

    class Meta:
        model = SubstanceGroup
        fields = ["slug", "name", "definition", "concern_public_since", "rule", "rule_version", "source", "checked"]
