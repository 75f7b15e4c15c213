"""What a change of a substance touches here: the alternatives recorded for it, and those it is itself."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from substances.impact import Counts, ImpactProvider, register_impact
from substitution.models import Alternative, Replacement


def alternatives_to(substances: Collection[uuid.UUID]) -> Counts:
    """How many alternatives are recorded to each substance."""
    rows = Replacement.objects.filter(replaces__in=substances).order_by().values_list("replaces")
    return Counter(dict(rows.annotate(n=Count("alternative", distinct=True))))


def alternatives_that_are(substances: Collection[uuid.UUID]) -> Counts:
    """How many alternatives each substance is itself: a change may make one regrettable."""
    rows = Alternative.objects.filter(candidate__in=substances).order_by().values_list("candidate")
    return Counter(dict(rows.annotate(n=Count("pk"))))


def register() -> None:
    """Tells the floor below what this one brings."""
    register_impact(ImpactProvider("alternatives", _("alternatives to it"), alternatives_to))
    register_impact(ImpactProvider("is_alternative", _("uses as an alternative"), alternatives_that_are))
