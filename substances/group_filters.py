"""Which members of a group: one set of filters for its page, its files and REST."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.common.rest.filters import Filters
from substances.clocks import Clocks, now
from substances.models import GroupMembership, ListMembership
from substances.vocabulary import How

YES_NO = [("yes", _("yes")), ("no", _("no"))]
#: Word of the address → order of the rows of `members_of`; the last field is unique.
SORTS: dict[str, tuple[str, ...]] = {
    "name": ("member_name", "pk"),
    "how": ("how", "member_name", "pk"),
    "lists": ("-lists_count", "member_name", "pk"),
}


class GroupMemberFilter(Filters):
    """By badge, by list, by whether a list of concern names them, anybody flags them, and they are registered.

    For rows of `substances.services.group_overview.members_of`.
    """

    how = filters.MultipleChoiceFilter(label=_("How we know"), choices=How.choices)
    listed = filters.MultipleChoiceFilter(
        label=_("Named by a list of concern, or flagged by an authority"), choices=YES_NO, method="is_so"
    )
    list = filters.MultipleChoiceFilter(label=_("Named by"), choices=[], method="on_list")
    flagged = filters.MultipleChoiceFilter(label=_("Flagged by anybody"), choices=YES_NO, method="is_so")
    registered = filters.MultipleChoiceFilter(label=_("Registered under REACH"), choices=YES_NO, method="is_so")

    class Meta:
        model = GroupMembership
        fields: Sequence[str] = []

    def __init__(
        self,
        data: QueryDict | None = None,
        *arguments: Any,
        lists: Iterable[tuple[str, str]] = (),
        clocks: Clocks | None = None,
        **named: Any,
    ) -> None:
        """With the lists that can be chosen, as (slug, name), and for which day they name somebody; today without."""
        self.clocks = clocks or now()
        super().__init__(data, *arguments, **named)
        self.form.fields["list"].choices = list(lists)

    def is_so(self, rows: QuerySet[GroupMembership], name: str, value: Sequence[str]) -> QuerySet[GroupMembership]:
        """Those of whom it is so, or is not; both ticked, all."""
        return rows.filter(**{name: value == ["yes"]}) if len(value) == 1 else rows

    def on_list(self, rows: QuerySet[GroupMembership], name: str, value: Sequence[str]) -> QuerySet[GroupMembership]:
        """Those that one of these lists names."""
        if not value:
            return rows
        named = ListMembership.objects.at(self.clocks).filter(chemical_list__slug__in=value)
        return rows.filter(Q(substance__in=named.values("substance")))
