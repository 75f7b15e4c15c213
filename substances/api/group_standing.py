"""How a substance stands to structural groups, as REST gives it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from substances.services.group_standing import Judged
from substances.vocabulary import How

ON_A_LIST = [*How.choices, ("exempt", "Exempt")]


class NamedOnSerializer(serializers.Serializer[Any]):
    """A list that names the group as such, and how the substance stands to it."""

    list = serializers.SlugField(source="list_slug")
    list_name = serializers.CharField()
    locator = serializers.CharField(help_text="Which entry.")
    words = serializers.CharField(help_text="What the entry is called, as printed.")
    differs = serializers.CharField(help_text="Where the words are not quite the group's: what differs.")
    how = serializers.ChoiceField(
        choices=ON_A_LIST, source="how_or_exempt", help_text="`exempt`: the list's own exemption leaves it out."
    )
    reason = serializers.CharField(help_text="Of that exemption; else empty.")


class BelongingSerializer(serializers.Serializer[Any]):
    """A group the substance belongs to: how we know, and which lists name the group."""

    slug = serializers.SlugField(source="group.slug")
    name = serializers.CharField(source="group.name")
    how = serializers.ChoiceField(
        choices=How.choices, source="membership.how", help_text="How it is known to be in the group."
    )
    badge = serializers.ChoiceField(
        choices=How.choices, help_text="By name or as a member where a list of concern names it itself; else as `how`."
    )
    rule_version = serializers.IntegerField(
        source="membership.rule_version", allow_null=True, help_text="Of the rule that found it; null: it was named."
    )
    concern_public_since = serializers.IntegerField(source="group.concern_public_since", allow_null=True)
    source = serializers.CharField(source="membership.source.key")  # type: ignore[assignment]  # hides Field.source
    named_by = NamedOnSerializer(many=True)


class LeftOutSerializer(serializers.Serializer[Any]):
    """A group whose rule a structure of the substance fulfils, and to which it is not counted."""

    slug = serializers.SlugField(source="group.slug")
    name = serializers.CharField(source="group.name")
    reason = serializers.CharField(help_text="Of the exemption; empty: sources dispute the structure.")


class GroupStandingSerializer(serializers.Serializer[Any]):
    """Whether the rules judged the structure, and which groups left the substance out."""

    judged = serializers.ChoiceField(
        choices=Judged.choices, help_text="Anything but `assessed` never means: not a member."
    )
    left_out = LeftOutSerializer(many=True)
