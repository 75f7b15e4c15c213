"""Rows about substances, composed of what the registry and substitution give."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from substances.api.clocks import StateNotHeldSerializer, said_of
from substances.api.group_standing import BelongingSerializer, GroupStandingSerializer
from substances.api.health import HealthSerializer
from substances.api.serializers import (
    ClassificationSerializer,
    ListMembershipSerializer,
    NameSerializer,
    SubstanceSerializer,
)
from substances.levels import RULE, Level, Says, Statement
from substances.models import ListMembership, Structure, Substance
from substances.services.group_standing import GroupStanding, standing_of_row
from substances.services.health_rows import known_of_row
from substances.services.levels import levels_of
from substances.services.list_states import silent_lists
from substances.vocabulary import Authority, Checked, Concern
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


SAYS = [(one.value, one.value) for one in Says]


class StatementSerializer(serializers.Serializer[Statement]):
    """What one source says of a concern."""

    says = serializers.ChoiceField(choices=SAYS)
    of = serializers.CharField(help_text="The hazard assessed, where the concern has several, such as pbt; else empty.")
    strength = serializers.CharField(help_text="As in concern_flags; empty where the source says none.")
    authority = serializers.ChoiceField(choices=Authority.choices)
    ground = serializers.CharField()
    since = serializers.DateField(source="day", allow_null=True)
    source_title = serializers.CharField(source="source")


class LevelSerializer(serializers.Serializer[Level]):
    """One concern: what every source says of it, the level that is shown in front."""

    concern = serializers.ChoiceField(choices=Concern.choices)
    disagree = serializers.BooleanField(
        help_text="Whether sources contradict one another; missing is no contradiction."
    )
    rule = serializers.SerializerMethodField(help_text="The published rule that put the first in front.")
    statements = StatementSerializer(many=True)

    def get_rule(self, level: Level) -> str:
        """Its identifier; see docs/method.md."""
        return RULE


class SubstanceDetail(SubstanceRow):
    """Everything: names, classifications, lists and the evidence for alternatives, too."""

    names = NameSerializer(many=True, read_only=True)
    classifications = ClassificationSerializer(many=True, read_only=True)
    health = serializers.SerializerMethodField()
    lists = serializers.SerializerMethodField()
    groups = serializers.SerializerMethodField()  # type: ignore[assignment]  # more than a row has
    group_assessment = serializers.SerializerMethodField()
    state_not_held = serializers.SerializerMethodField()
    as_of = serializers.SerializerMethodField()
    known_on = serializers.SerializerMethodField()
    levels = serializers.SerializerMethodField()
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
            "health",
            "lists",
            "group_assessment",
            "state_not_held",
            "as_of",
            "known_on",
            "levels",
            "structure",
            "disputed_structures",
            "revision",
        ]

    @extend_schema_field(HealthSerializer)
    def get_health(self, substance: Substance) -> dict[str, Any]:
        """What it does to whom, who may come into contact with it, and which limits hold."""
        return dict(HealthSerializer(known_of_row(substance)).data)

    @extend_schema_field(ListMembershipSerializer(many=True))
    def get_lists(self, substance: Substance) -> list[dict[str, Any]]:
        """The lists that name it, by each list's newest release or by the clocks."""
        return list(ListMembershipSerializer(self._named(), many=True).data)

    @extend_schema_field(StateNotHeldSerializer(many=True))
    def get_state_not_held(self, substance: Substance) -> list[dict[str, Any]]:
        """By the clocks: lists whose state of that day is not in their source. Empty for today."""
        naming = frozenset(row.chemical_list_id for row in self._named())
        silent = silent_lists(self.context["clocks"], substance.pk, naming=naming)
        return [StateNotHeldSerializer(state).data for state in silent]

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_as_of(self, substance: Substance) -> dt.date | None:
        """The day the answer is for; null for today."""
        return said_of(self.context["clocks"])["as_of"]

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_known_on(self, substance: Substance) -> dt.date | None:
        """The day whose releases answer; null for those of today."""
        return said_of(self.context["clocks"])["known_on"]

    @extend_schema_field(BelongingSerializer(many=True))
    def get_groups(self, substance: Substance) -> list[dict[str, Any]]:
        """The structural groups it belongs to, how we know, and which lists name them."""
        return list(BelongingSerializer(self._standing(substance).belongings, many=True).data)

    @extend_schema_field(GroupStandingSerializer)
    def get_group_assessment(self, substance: Substance) -> dict[str, Any]:
        """Whether the rules of groups judged its structure."""
        return dict(GroupStandingSerializer(self._standing(substance)).data)

    def _standing(self, substance: Substance) -> GroupStanding:
        memberships = substance.group_memberships.all()
        return standing_of_row(substance, memberships=memberships, lists=self._named())

    def _named(self) -> list[ListMembership]:
        rows: list[ListMembership] = self.context["named"]
        return rows

    @extend_schema_field(LevelSerializer(many=True))
    def get_levels(self, substance: Substance) -> list[dict[str, Any]]:
        """What sources say of each concern, side by side; the first is shown, by the rule `level/1`."""
        found: Any = levels_of(substance.flags.all(), self._named())
        return list(LevelSerializer(found, many=True).data)

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
