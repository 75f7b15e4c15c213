"""Which replacements: one set of filters for the page and for REST. OR within a filter, AND between filters."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.common.rest.filters import Filters
from substances.models import Substance
from substitution.models import Replacement, TechnicalFunction
from substitution.vocabulary import AlternativeKind, AlternativeStatus


class ReplacementFilter(Filters):
    """By kind of alternative, status, function (with all below it) and the substance replaced."""

    kind = filters.MultipleChoiceFilter(
        label=_("Kind"), field_name="alternative__kind", choices=AlternativeKind.choices
    )
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=AlternativeStatus.choices)
    function = filters.ModelMultipleChoiceFilter(
        label=_("Function"), queryset=TechnicalFunction.objects.all(), to_field_name="slug", method="in_function"
    )
    replaces = filters.ModelMultipleChoiceFilter(
        label=_("Replaces"), queryset=Substance.objects.living(), field_name="replaces"
    )

    class Meta:
        model = Replacement
        fields: list[str] = []

    def in_function(
        self, rows: QuerySet[Replacement], name: str, value: list[TechnicalFunction]
    ) -> QuerySet[Replacement]:
        """Those in one of these functions or in one below it."""
        if not value:
            return rows
        return rows.filter(
            Q(function__in=value) | Q(function__parent__in=value) | Q(function__parent__parent__in=value)
        )
