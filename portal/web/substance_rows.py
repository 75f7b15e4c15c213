"""The rows that a substance's page is made of: its questions, each compiled once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet

from portal.common.prepared import Prepared
from portal.common.rows import RowsAsJSON
from portal.companies.models import Production
from substances.by_clocks import ByClocks
from substances.clocks import Clocks
from substances.models import (
    ConcernFlag,
    GroupMembership,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    Structure,
    Substance,
)
from substances.services.group_standing import with_standing
from substances.services.health_rows import health_rows
from substances.services.reported_makers import reports_of
from substances.services.similarity import is_listed

NAME_MEMBERS = ["text", "language", "kind"]
GROUP_MEMBERS = ["slug", "name", "name_pl", "definition", "concern_public_since", "locator", "checked"]
BELONGING_MEMBERS = ["how", "rule_version", "exempt", "group__source__title", "group__source__url"]
PRODUCTION_MEMBERS = ["role", "year", "tonnes_per_year_min", "tonnes_per_year_max", "company_id"]
COMPANY_MEMBERS = ["slug", "name", "is_demo"]


def _with_short_lists(clocks: Clocks, pk: UUID, near: list[UUID]) -> QuerySet[Substance]:
    """The substance itself, with its short lists, and those of `near` that are listed."""
    mine: dict[str, Any] = {"substance": OuterRef("pk"), "substance_id": pk}
    groups = [*BELONGING_MEMBERS, *(f"group__{name}" for name in GROUP_MEMBERS)]
    production = [*PRODUCTION_MEMBERS, *(f"company__{name}" for name in COMPANY_MEMBERS)]
    return (
        with_standing(Substance.objects.seen(), only=pk)
        .filter(Q(pk=pk) | Q(pk__in=near) & is_listed(clocks))
        .annotate(
            name_rows=RowsAsJSON(Name.objects.filter(**mine), *NAME_MEMBERS),
            group_rows=RowsAsJSON(GroupMembership.objects.filter(**mine), *groups),
            **health_rows(pk, clocks),
            maker_rows=reports_of([pk], clocks, of_row=True),
            production_rows=RowsAsJSON(Production.objects.filter(**mine), *production),
        )
    )


WITH_SHORT_LISTS = ByClocks(_with_short_lists)
# By the key at last: what is said alike of one day stands in the same order at each visit.
FLAGS = ByClocks(
    lambda clocks, ids: (
        ConcernFlag.objects.at(clocks)
        .with_row()
        .filter(substance__in=ids)
        .order_by("concern", "authority", "since", "pk")
    )
)
IDENTIFIERS = Prepared(lambda ids: Identifier.objects.filter(substance__in=ids))
STRUCTURES = Prepared(lambda ids: Structure.objects.told().select_related("source").filter(substance__in=ids))
CLASSIFICATIONS = ByClocks(
    lambda clocks, pk: (
        HazardClassification.objects.at(clocks)
        .filter(substance=pk)
        .select_related("source")
        .order_by("hazard_class", "hazard_statement", "pk")
    )
)
MEMBERSHIPS = ByClocks(
    lambda clocks, pk: (
        ListMembership.objects.at(clocks)
        .filter(substance=pk)
        .select_related("chemical_list", "source")
        .order_by("valid_from", "chemical_list__name", "pk")
    )
)
