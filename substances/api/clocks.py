"""The two clocks over REST: parameters, refusals, and what an answer says of the days it is for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from portal.common.errors import DomainError
from portal.common.rest.pages import pages_by
from substances.clocks import AS_OF as AS_OF_NAME
from substances.clocks import KNOWN_ON as KNOWN_ON_NAME
from substances.clocks import Clocks, ClocksRefused, read_clocks
from substances.models import ChemicalList, ListMembership
from substances.querysets import MembershipQuerySet
from substances.services.list_states import ListState

AS_OF = OpenApiParameter(
    AS_OF_NAME,
    OpenApiTypes.DATE,
    description="Facts that hold on this day, by the release asked; today without it. Not after `known_on` or today.",
)
KNOWN_ON = OpenApiParameter(
    KNOWN_ON_NAME,
    OpenApiTypes.DATE,
    description="By the releases that were the newest on this day; by today's without it.",
)
CLOCKS = [AS_OF, KNOWN_ON]


class StateNotHeldSerializer(serializers.Serializer[ListState]):
    """A list whose state on the day asked is not in its source: it neither named nor cleared anybody."""

    list = serializers.SlugField(source="chemical_list.slug")
    list_name = serializers.CharField(source="chemical_list.name")
    names_it_today = serializers.BooleanField(allow_null=True, help_text="Null where no single substance was asked.")
    why = serializers.CharField(source="words", help_text="For people, in the reader's language.")


def clocks_of(params: Mapping[str, str]) -> Clocks:
    """The clocks `as_of` and `known_on` of a request.

    Raises:
        ValidationError: days that cannot be asked for.
    """
    try:
        return read_clocks(params)
    except ClocksRefused as refused:
        raise serializers.ValidationError(refused.errors) from None


def said_of(clocks: Clocks) -> dict[str, dt.date | None]:
    """The days an answer is for, as members of it; null where they were not asked."""
    return {AS_OF_NAME: None if clocks.is_now else clocks.as_of, KNOWN_ON_NAME: clocks.known_on}


def named_at(chemical_list: ChemicalList, clocks: Clocks, state: ListState | None) -> MembershipQuerySet:
    """Whom a list names, by the clocks of a request; nobody who was merged or split since.

    Args:
        state: what the list can say by these clocks; None for today.

    Raises:
        DomainError: its state of that day is not held; that is not "names nobody".
    """
    rows = ListMembership.objects.filter(chemical_list=chemical_list).at(clocks).of_living(clocks)
    if state and not state.is_held and not rows.exists():
        message = _("%(list)s: %(why)s") % {"list": chemical_list.name, "why": state.words}
        raise DomainError(message, code="state_not_held", status=404)
    return rows


class PagesOfADay(pages_by("pk")):  # type: ignore[misc]  # a class made by a function
    """Pages that say for which days they are, and whether silence says something.

    Attributes:
        clocks: of the answer; set by the view.
        incomplete: why rows of that day may be missing, for people; empty where none is.
    """

    clocks: Clocks
    incomplete: str = ""

    @classmethod
    def of(cls, view: GenericAPIView[Any]) -> PagesOfADay:
        """Those of a view."""
        return cast(PagesOfADay, view.paginator)

    def get_paginated_response(self, data: Any) -> Response:
        """The page, its days, and why it may be incomplete."""
        answer: Response = super().get_paginated_response(data)
        answer.data |= {**said_of(self.clocks), "incomplete": self.incomplete or None}
        return answer

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same as a schema."""
        said: dict[str, Any] = super().get_paginated_response_schema(schema)
        day = {"type": "string", "format": "date", "nullable": True}
        why = "Why entries of that day may be missing, for people; null where none is."
        said["properties"] |= {
            AS_OF_NAME: day,
            KNOWN_ON_NAME: day,
            "incomplete": {"type": "string", "nullable": True, "description": why},
        }
        return said
