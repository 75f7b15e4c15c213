"""Rows about substances, composed of what the registry and substitution give."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from substances.api.serializers import (
    ClassificationSerializer,
    ListMembershipSerializer,
    NameSerializer,
    SubstanceSerializer,
)
from substances.models import ListMembership, Structure, Substance
from substances.vocabulary import Checked
from substitution.api.serializers import ReplacementSerializer
from substitution.models import Replacement
from substitution.vocabulary import AlternativeKind, AlternativeStatus


class AlternativeBriefSerializer(serializers.Serializer[Any]):
    """What could take the substance's place in one function; the whole is at `/alternatives/{id}/`."""

    id = serializers.UUIDField(help_text="Of the replacement.")
    name = serializers.CharField(source="alternative.name")
    kind = serializers.ChoiceField(choices=AlternativeKind.choices, source="alternative.kind")
    function = serializers.SlugField(source="function.slug")
    status = serializers.ChoiceField(choices=AlternativeStatus.choices)
    substance = serializers.UUIDField(
        source="alternative.candidate_id", allow_null=True, help_text="Null where it is none, or none we have."
    )


class SubstanceRow(SubstanceSerializer):
    """A substance as the whole portal knows it: the registry's row and what could replace it."""

    alternatives = serializers.SerializerMethodField()

    class Meta(SubstanceSerializer.Meta):
        fields = [*SubstanceSerializer.Meta.fields, "alternatives"]

    @extend_schema_field(AlternativeBriefSerializer(many=True))
    def get_alternatives(self, substance: Substance) -> list[dict[str, Any]]:
        """In each function in which something could take its place."""
        found: dict[UUID, list[Replacement]] = self.context["alternatives"]
        return list(AlternativeBriefSerializer(found.get(substance.pk, []), many=True).data)


class StructureSerializer(serializers.ModelSerializer[Structure]):
    """The structure shown first; `parent_smiles` is what similarity compares, where that is another."""

    source = serializers.CharField(source="source.key", read_only=True)  # type: ignore[assignment]  # hides Field.source
    checked = serializers.ChoiceField(choices=Checked.choices, read_only=True)
    svg_url = serializers.SerializerMethodField()

    class Meta:
        model = Structure
        fields = [
            "smiles",
            "inchi",
            "inchikey",
            "formula",
            "mass_g_per_mol",
            "parent_smiles",
            "source",
            "checked",
            "svg_url",
        ]

    @extend_schema_field(serializers.URLField())
    def get_svg_url(self, structure: Structure) -> str:
        """Where its drawing is."""
        return reverse("api:substance-drawing", args=[structure.substance_id], request=self.context["request"])


class DisputedStructureSerializer(serializers.ModelSerializer[Structure]):
    """One of several structures that sources give a substance and that differ in their skeleton."""

    source = serializers.CharField(source="source.key", read_only=True)  # type: ignore[assignment]  # hides Field.source
    checked = serializers.ChoiceField(choices=Checked.choices, read_only=True)
    is_shown_first = serializers.BooleanField(source="is_current", read_only=True)

    class Meta:
        model = Structure
        fields = [
            "smiles",
            "inchi",
            "inchikey",
            "formula",
            "as_reported",
            "source",
            "locator",
            "checked",
            "is_shown_first",
        ]


class SubstanceDetail(SubstanceRow):
    """Everything: names, classifications, lists and the evidence for alternatives, too."""

    names = NameSerializer(many=True, read_only=True)
    classifications = ClassificationSerializer(many=True, read_only=True)
    lists = serializers.SerializerMethodField()
    structure = StructureSerializer(source="shown_structure", allow_null=True, read_only=True)
    disputed_structures = DisputedStructureSerializer(
        many=True, read_only=True, help_text="All that sources dispute, the one shown first in front; else empty."
    )

    class Meta(SubstanceRow.Meta):
        fields = [
            *SubstanceRow.Meta.fields,
            "names",
            "note",
            "classifications",
            "lists",
            "structure",
            "disputed_structures",
            "revision",
        ]

    @extend_schema_field(ListMembershipSerializer(many=True))
    def get_lists(self, substance: Substance) -> list[dict[str, Any]]:
        """The lists that name it, by each list's newest release."""
        named = ListMembership.objects.in_force().on(timezone.localdate())
        rows = named.filter(substance=substance).select_related("chemical_list", "source")
        return list(ListMembershipSerializer(rows, many=True).data)

    @extend_schema_field(ReplacementSerializer(many=True))
    def get_alternatives(self, substance: Substance) -> list[dict[str, Any]]:
        """In each function in which something could take its place, with evidence."""
        found = self.context["alternatives"].get(substance.pk, [])
        return list(ReplacementSerializer(found, many=True, context=self.context).data)


class NumberProblem(serializers.Serializer[dict[str, Any]]):
    """Why `q` looks like a number and is none."""

    detail = serializers.CharField(help_text="In the reader's language.")
    expected = serializers.CharField(allow_null=True, help_text="The right check digit, where that is what is wrong.")
    near = serializers.ListField(child=serializers.CharField(), help_text="Numbers one slip away that we have.")


class SubstancePage(serializers.Serializer[dict[str, Any]]):
    """A page of rows; `problem` only where `q` looks like a number that cannot be one."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SubstanceRow(many=True)
    problem = NumberProblem(required=False)
