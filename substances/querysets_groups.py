"""The questions asked of structural groups: who belongs to them, and which structures are still to be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import F, Q

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
