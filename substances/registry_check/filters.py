"""Which findings: one set of filters for the page and for REST."""

from __future__ import annotations

from collections.abc import Sequence

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.common.rest.filters import Filters
from substances.models import ChemicalList, RegistryFinding
from substances.registry_check.kinds import KINDS

STATES = [("open", _("open")), ("dismissed", _("dismissed")), ("gone", _("gone"))]


class FindingFilter(Filters):
    """By kind, list and state; open ones where no state is asked."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=[(kind.slug, kind.label) for kind in KINDS.values()])
    list = filters.ModelMultipleChoiceFilter(
        label=_("List"),
        queryset=ChemicalList.objects.all(),
        to_field_name="slug",
        field_name="release__chemical_list",
    )
    state = filters.ChoiceFilter(label=_("State"), choices=STATES, method="in_state")

    class Meta:
        model = RegistryFinding
        fields: Sequence[str] = []

    def in_state(self, rows: QuerySet[RegistryFinding], name: str, value: str) -> QuerySet[RegistryFinding]:
        """Open, dismissed or gone."""
        return getattr(RegistryFinding.objects.filter(pk__in=rows.values("pk")), value)()  # type: ignore[no-any-return]

    def filter_queryset(self, queryset: QuerySet[RegistryFinding]) -> QuerySet[RegistryFinding]:
        """As the filters say; where no state is asked (or one that is none), the open ones."""
        found: QuerySet[RegistryFinding] = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("state"):
            return found
        return found.filter(gone_at__isnull=True, dismissed_at__isnull=True)
