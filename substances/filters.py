"""Which substances, which rows of a list: one set of filters for page, REST and file. OR within, AND between them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.common.rest.filters import Filters
from portal.watching.models import Event
from substances.clocks import Clocks, now
from substances.models import (
    ChemicalList,
    ConcernFlag,
    Identifier,
    ListMembership,
    Structure,
    Substance,
    SubstanceGroup,
)
from substances.services.news import KINDS, news_of_group, news_of_list
from substances.vocabulary import Authority, Concern, How, SubstanceKind


class SubstanceFilter(Filters):
    """By concern, authority, list, group and kind."""

    concern = filters.MultipleChoiceFilter(label=_("Concern"), choices=Concern.choices, method="of_concern")
    authority = filters.MultipleChoiceFilter(label=_("Authority"), choices=Authority.choices, method="by_authority")
    list = filters.ModelMultipleChoiceFilter(
        label=_("List"), queryset=ChemicalList.objects.all(), to_field_name="slug", method="on_list"
    )
    group = filters.ModelMultipleChoiceFilter(
        label=_("Group"), queryset=SubstanceGroup.objects.all(), to_field_name="slug", method="in_group"
    )
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=SubstanceKind.choices)

    @property
    def clocks(self) -> Clocks:
        """By which lists and flags are asked: those in the request where they were read, else today's."""
        clocks: Clocks | None = getattr(self.request, "clocks", None)
        return clocks or now()

    class Meta:
        model = Substance
        fields: Sequence[str] = []

    def of_concern(self, rows: QuerySet[Substance], name: str, value: Sequence[str]) -> QuerySet[Substance]:
        """Those with a flag of one of these concerns, by any of the authorities also asked for."""
        return self._flagged(rows, concern__in=value) if value else rows

    def by_authority(self, rows: QuerySet[Substance], name: str, value: Sequence[str]) -> QuerySet[Substance]:
        """Those flagged by one of these authorities; together with a concern, for that concern."""
        concerns = self.form.cleaned_data.get("concern") or []
        same_flag = {"concern__in": concerns} if concerns else {}
        return self._flagged(rows, authority__in=value, **same_flag) if value else rows

    def on_list(self, rows: QuerySet[Substance], name: str, value: Sequence[ChemicalList]) -> QuerySet[Substance]:
        """Those that one of these lists names, today or by the clocks."""
        if not value:
            return rows
        named = ListMembership.objects.at(self.clocks).filter(chemical_list__in=value)
        return rows.filter(pk__in=named.values("substance"))

    def in_group(self, rows: QuerySet[Substance], name: str, value: Sequence[SubstanceGroup]) -> QuerySet[Substance]:
        """Those in one of these groups, by name or by rule."""
        return rows.filter(group_memberships__group__in=value).distinct() if value else rows

    def _flagged(self, rows: QuerySet[Substance], **conditions: object) -> QuerySet[Substance]:
        flags = ConcernFlag.objects.at(self.clocks).filter(**conditions)
        return rows.filter(pk__in=flags.values("substance"))


class EventFilter(Filters):
    """Of events: by kind, list, group, substance, and since when they were told."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=[(kind, kind) for kind in KINDS], distinct=False)
    list = filters.ModelChoiceFilter(
        label=_("List"), queryset=ChemicalList.objects.all(), to_field_name="slug", method="of_list"
    )
    group = filters.ModelChoiceFilter(
        label=_("Group"), queryset=SubstanceGroup.objects.all(), to_field_name="slug", method="of_group"
    )
    substance = filters.UUIDFilter(label=_("Substance"), method="of_substance")
    since = filters.IsoDateTimeFilter(label=_("Told since"), field_name="recorded_at", lookup_expr="gte")

    class Meta:
        model = Event
        fields: Sequence[str] = []

    def of_list(self, rows: QuerySet[Event], name: str, value: ChemicalList) -> QuerySet[Event]:
        """Those that belong to this list."""
        return rows.filter(pk__in=news_of_list(value.slug).order_by().values("pk"))

    def of_group(self, rows: QuerySet[Event], name: str, value: SubstanceGroup) -> QuerySet[Event]:
        """Those about members of this group."""
        return rows.filter(pk__in=news_of_group(value.slug).order_by().values("pk"))

    def of_substance(self, rows: QuerySet[Event], name: str, value: UUID) -> QuerySet[Event]:
        """Those about this substance."""
        return rows.filter(subject_kind="substance", subject_id=value)


class ListedFilter(Filters):
    """Whom a list names: by text, reason, how, whether a structure is known, and since when."""

    q = filters.CharFilter(label=_("Name or number"), max_length=200, method="by_text")
    reason = filters.CharFilter(
        label=_("Reason"), max_length=120, method="for_reason", help_text=_("In the normal form of the list: 57c.")
    )
    how = filters.ChoiceFilter(
        empty_label=_("Any"),
        label=_("Listed"),
        choices=[(How.BY_NAME, How.BY_NAME.label), (How.AS_MEMBER, How.AS_MEMBER.label)],
    )
    structure = filters.ChoiceFilter(
        empty_label=_("Any"),
        label=_("Structure"),
        choices=[("yes", _("known")), ("no", _("not known"))],
        method="with_structure",
    )
    added_since = filters.DateFilter(
        label=_("Added since"),
        field_name="valid_from",
        lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = ListMembership
        fields: Sequence[str] = []

    def by_text(self, rows: QuerySet[ListMembership], name: str, value: str) -> QuerySet[ListMembership]:
        """Those whose name, here or as printed, has the text in it, or whose number begins with it."""
        numbered = Identifier.objects.filter(substance=OuterRef("substance"), value__istartswith=value)
        named = Q(substance__name__icontains=value) | Q(entry__name__icontains=value)
        return rows.filter(named | Exists(numbered))

    def for_reason(self, rows: QuerySet[ListMembership], name: str, value: str) -> QuerySet[ListMembership]:
        """Those named for this reason, alone or among others."""
        among = Q(reason__startswith=f"{value};") | Q(reason__endswith=f";{value}") | Q(reason__contains=f";{value};")
        return rows.filter(Q(reason=value) | among)

    def with_structure(self, rows: QuerySet[ListMembership], name: str, value: str) -> QuerySet[ListMembership]:
        """Those whose structure is known, or those whose is not."""
        known = Exists(Structure.objects.filter(substance=OuterRef("substance"), is_current=True))
        return rows.filter(known if value == "yes" else ~known)
