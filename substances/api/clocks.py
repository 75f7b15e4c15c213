"""The two clocks of a question about lists: when something held, and what was known of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from portal.common.errors import DomainError
from substances.models import ChemicalList, ListMembership, Release

AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATE, description="Entries that hold on this day, by the release asked; today without it."
)
KNOWN_ON = OpenApiParameter(
    "known_on",
    OpenApiTypes.DATE,
    description="By the release that was the newest on this day; by today's without it. 404 where we hold none so old.",
)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def named_at(chemical_list: ChemicalList, params: Mapping[str, str]) -> QuerySet[ListMembership]:
    """Whom a list names, by the clocks `as_of` and `known_on` of a request.

    Raises:
        ValidationError: a day that is none.
        DomainError: no release of the list is so old; that is not "names nobody".
    """
    known_on = _day(params, "known_on")
    as_of = _day(params, "as_of") or known_on or timezone.localdate()
    rows = ListMembership.objects.filter(chemical_list=chemical_list)
    if known_on is None:
        return rows.in_force().on(as_of)
    released = Release.objects.filter(chemical_list=chemical_list, state=Release.State.PUBLISHED)
    if not released.filter(published_on__lte=known_on).exists():
        message = _("The state of this list on %(day)s is not held here.") % {"day": known_on}
        raise DomainError(message, code="state_not_held", status=404)
    return rows.known_on(known_on).on(as_of)


def _day(params: Mapping[str, str], name: str) -> dt.date | None:
    text = params.get(name, "")
    if not text:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise serializers.ValidationError({name: [_("Write a day such as 2020-01-01.")]}) from None
