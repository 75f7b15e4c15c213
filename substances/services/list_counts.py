"""How many substances each list names today, counted once until something is changed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count
from django.utils import timezone

from portal.common.kept import Kept
from substances.models import ListMembership

_KEPT = Kept("substances")


def named_today() -> Mapping[int, int]:
    """By the list's key; a list that names nobody has none. One statement, two where something changed."""
    return _KEPT.get("named by lists", _counted)


def _counted() -> dict[int, int]:
    named = ListMembership.objects.in_force().of_living().on(timezone.localdate())
    return dict(named.order_by().values_list("chemical_list").annotate(Count("substance", distinct=True)))
