"""One group and its members over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.common.rest.pages import pages_by
from substances.api.serializers import GroupSerializer
from substances.group_filters import GroupMemberFilter
from substances.group_words import clauses_of
from substances.models import GroupMembership, SubstanceGroup
from substances.services.group_overview import counts_of, lists_naming, members_of
from substances.vocabulary import How

YES_OR_NO = ["yes", "no"]


class GroupCountsSerializer(serializers.Serializer[Any]):
    """How many members there are, and how many of them are what."""

    total = serializers.IntegerField()
    by_name = serializers.IntegerField()
    as_member = serializers.IntegerField()
    inferred = serializers.IntegerField()
    listed = serializers.IntegerField(help_text="Named by a list of concern, or flagged by an authority.")
    flagged = serializers.IntegerField(help_text="By anybody.")
    registered = serializers.IntegerField(help_text="Under REACH, by the release of registrations that is held.")
    not_registered = serializers.IntegerField(help_text="Of the others it is not known: no registrations are held.")


class GroupNamedBySerializer(serializers.Serializer[Any]):
    """A list, and how many members it names today."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    effect = serializers.CharField()
    count = serializers.IntegerField()


class GroupDetailSerializer(GroupSerializer):
    """A group with its rule in words, and what its members come to."""

    rule_words = serializers.SerializerMethodField()
    members = serializers.SerializerMethodField()
    lists = serializers.SerializerMethodField()
    members_url = serializers.SerializerMethodField()

    class Meta(GroupSerializer.Meta):
        fields = [*GroupSerializer.Meta.fields, "rule_words", "members", "lists", "members_url"]

    def get_rule_words(self, group: SubstanceGroup) -> list[str]:
        """The rule's conditions, in the reader's language; all must hold."""
        return [clause.text for clause in clauses_of(group.rule)]

    @extend_schema_field(GroupCountsSerializer())
    def get_members(self, group: SubstanceGroup) -> Any:
        """The counts."""
        return GroupCountsSerializer(counts_of(members_of(group, timezone.localdate()))).data

    @extend_schema_field(GroupNamedBySerializer(many=True))
    def get_lists(self, group: SubstanceGroup) -> Any:
        """The lists that name members, the most first."""
        return GroupNamedBySerializer(lists_naming(group, timezone.localdate()), many=True).data

    def get_members_url(self, group: SubstanceGroup) -> str:
        """Where the members are."""
        return reverse("api:group-members", args=[group.slug], request=self.context.get("request"))


class GroupMemberSerializer(serializers.Serializer[GroupMembership]):
    """A member, how we know, and what is known against it."""

    id = serializers.UUIDField(source="substance_id")
    name = serializers.CharField(source="member_name")
    cas = serializers.CharField(source="first_cas", help_text="Its first CAS number; empty where it has none.")
    how = serializers.ChoiceField(choices=How.choices)
    rule_version = serializers.IntegerField(allow_null=True, help_text="Of the rule that found it; null: it was named.")
    listed = serializers.BooleanField(help_text="Named by a list of concern, or flagged by an authority.")
    flagged = serializers.BooleanField(help_text="By anybody.")
    registered = serializers.BooleanField(
        allow_null=True, help_text="Under REACH; null: not known, since no registrations are held."
    )
    lists = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_lists(self, row: GroupMembership) -> list[str]:
        """Slugs of the lists that name it today, work-lists aside."""
        return [one["chemical_list__slug"] for one in vars(row)["list_rows"]]

    def get_url(self, row: GroupMembership) -> str:
        """Where the whole row is."""
        return reverse("api:substance", args=[row.substance_id], request=self.context.get("request"))


class GroupView(GenericAPIView[SubstanceGroup]):
    """One group: its rule, also in words, and what its members come to."""

    permission_classes = [AllowAny]
    serializer_class = GroupDetailSerializer
    queryset = SubstanceGroup.objects.select_related("source")
    lookup_field = "slug"
    filter_backends = []
    pagination_class = None

    @extend_schema(operation_id="groups_read")
    def get(self, request: Request, slug: str) -> Response:
        """The group."""
        return Response(self.get_serializer(self.get_object()).data)


@extend_schema_view(
    get=extend_schema(
        operation_id="groups_members",
        parameters=[
            OpenApiParameter("how", str, enum=How.values, many=True, description="Several: any of them."),
            OpenApiParameter("list", str, many=True, description="Slug of a list that names the member today."),
            *(OpenApiParameter(name, str, enum=YES_OR_NO) for name in ("listed", "flagged", "registered")),
        ],
    )
)
class GroupMembersView(ListAPIView[GroupMembership]):
    """The members of a group, by name; the filters are those of its page."""

    permission_classes = [AllowAny]
    serializer_class = GroupMemberSerializer
    filter_backends = []
    pagination_class = pages_by("member_name", "pk")
    queryset = GroupMembership.objects.all()  # for the schema

    def get_queryset(self) -> QuerySet[GroupMembership]:
        """Those that the filters leave.

        Raises:
            ValidationError: a filter's value is none of its choices.
        """
        group = get_object_or_404(SubstanceGroup, slug=self.kwargs.get("slug"))
        day = timezone.localdate()
        lists = (
            [(one.slug, one.name) for one in lists_naming(group, day)] if "list" in self.request.query_params else []
        )
        chosen = GroupMemberFilter(self.request.query_params, queryset=members_of(group, day), lists=lists)
        if not chosen.is_valid():
            raise ValidationError(chosen.errors)
        found: QuerySet[GroupMembership] = chosen.qs
        return found
