"""The questions asked of structural groups: who belongs to them, and which structures are still to be judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from substances.querysets import is_living

if TYPE_CHECKING:
    from substances.models import GroupMembership, SubstanceGroup  # noqa: F401  # named in the strings below


class GroupQuerySet(models.QuerySet["SubstanceGroup"]):
    """Structural groups."""

    def by_structure(self) -> Self:
        """Those with a rule."""
        return self.filter(rule__isnull=False)


class GroupMembershipQuerySet(models.QuerySet["GroupMembership"]):
    """Statements that a substance belongs to a group."""

    def living(self) -> Self:
        """Those of substances not merged into another, and not of an import still to be published."""
        return self.filter(is_living("substance__"))

    def inferred(self) -> Self:
        """Those found by a rule."""
        return self.filter(how="inferred")

    def listed(self, day: dt.date | None = None, *, slugs: Collection[str] | None = None) -> Self:
        """Those of substances that a list names on `day` (today): of the lists `slugs`, or of any list of concern."""
        return self.filter(Exists(_named(day, slugs)))


def _named(day: dt.date | None, slugs: Collection[str] | None) -> Any:
    rows = apps.get_model("substances", "ListMembership").objects.in_force().on(day or timezone.localdate())
    chosen = Q(chemical_list__effect="concern") if slugs is None else Q(chemical_list__slug__in=slugs)
    return rows.filter(chosen, substance=OuterRef("substance"))


def structures_due() -> Any:
    """Structures that the rules were not asked of yet as they look now."""
    as_asked = Q(
        group_assessment__smiles=F("smiles"),
        group_assessment__inchikey=F("inchikey"),
        group_assessment__is_current=F("is_current"),
    )
    structures = apps.get_model("substances", "Structure").objects
    return structures.filter(Q(group_assessment__isnull=True) | ~as_asked).order_by("pk")


def substances_bereft() -> set[UUID]:
    """Substances of which a structure that the rules were asked of is gone."""
    gone = apps.get_model("substances", "GroupAssessment").objects.filter(structure__isnull=True)
    return set(gone.values_list("substance", flat=True))
