"""Which lists can answer for a day that is past, and which cannot since their source prints only its latest state."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from substances.clocks import Clocks, state_is_held
from substances.models import ChemicalList, ListMembership, Release


@dataclass(frozen=True, slots=True)
class ListState:
    """What a list can say of a day.

    Attributes:
        answered_on: the day of the release that answers; None where we hold none.
        is_held: whether whom it does not name then was not named; else nothing follows from its silence.
        names_it_today: whether it names the substance asked about today; None where none was asked about.
    """

    chemical_list: ChemicalList
    answered_on: dt.date | None
    is_held: bool
    names_it_today: bool | None = None

    @property
    def words(self) -> str:
        """Why its silence says nothing, in the reader's language; empty where it says something."""
        if self.is_held:
            return ""
        if self.answered_on is None:
            return _("Earlier state not in this source: no release of that day is held here.")
        return _("Earlier state not in this source: the release of %(day)s prints only its latest state.") % {
            "day": self.answered_on
        }


def state_of(chemical_list: ChemicalList, clocks: Clocks) -> ListState:
    """What one list can say by these clocks. One statement."""
    return _state(_lists(clocks).get(pk=chemical_list.pk), clocks)


def silent_lists(clocks: Clocks, substance: UUID, *, naming: frozenset[int]) -> list[ListState]:
    """The lists from which nothing follows for a substance by these clocks, those that name it today in front.

    One statement; none for today.

    Args:
        naming: keys of the lists that do name it by these clocks: they have spoken.
    """
    if clocks.is_now:
        return []
    today = ListMembership.objects.in_force().filter(chemical_list=OuterRef("pk"), substance=substance)
    undated = ListMembership.objects.filter(release=OuterRef("answering"), substance=substance, valid_from=None)
    rows = _lists(clocks).annotate(names_it=Exists(today), undated=Exists(undated))
    states = [_state(row, clocks, of_a_substance=True) for row in rows if row.pk not in naming]
    return sorted((one for one in states if not one.is_held), key=lambda one: not one.names_it_today)


def silent_on_makers(clocks: Clocks) -> list[ListState]:
    """The lists that say who makes what, and of which no release of that day is held. One statement; none for today."""
    if clocks.is_now:
        return []
    telling = Release.objects.filter(chemical_list=OuterRef("pk"), producers_count__gt=0)
    rows = _lists(clocks).filter(Exists(telling.filter(state=Release.State.PUBLISHED)))
    return [_state(row, clocks) for row in rows if row.answered_on is None or row.answered_on > clocks.as_of]


def _lists(clocks: Clocks) -> QuerySet[Any]:
    """Lists, each with the release that answers by these clocks and whether its entries carry days."""
    releases = Release.objects.filter(chemical_list=OuterRef("pk"), state=Release.State.PUBLISHED)
    if clocks.known_on is None:
        answering = releases.filter(pk=OuterRef("current_release"))
    else:
        answering = releases.filter(published_on__lte=clocks.known_on).order_by("-published_on", "-released_at")
    dated = ListMembership.objects.filter(release=OuterRef("answering"), valid_from__isnull=False)
    return ChemicalList.objects.annotate(
        answering=Subquery(answering.values("pk")[:1]),
        answered_on=Subquery(answering.values("published_on")[:1]),
        prints_days=Exists(dated),
    )


def _state(row: Any, clocks: Clocks, *, of_a_substance: bool = False) -> ListState:
    held = state_is_held(
        effect=row.effect, answered_on=row.answered_on, prints_days=row.prints_days, as_of=clocks.as_of
    )
    if of_a_substance and row.undated and row.answered_on and clocks.as_of < row.answered_on:
        held = False  # it names the substance on a day that it does not print
    return ListState(row, row.answered_on, held, bool(row.names_it) if of_a_substance else None)
