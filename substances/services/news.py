"""Public events about substances and lists, in words: what feeds and REST tell. Private things are no such events."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from portal.watching.models import Event
from substances.impact import impact_providers
from substances.models import ChemicalList, GroupMembership, Substance, SubstanceGroup
from substances.vocabulary import Concern

#: By kind of event, what it says. Only these are told; another room's events are not for everybody.
KINDS: Mapping[str, Promise | str] = {
    "list.released": gettext_lazy("%(list)s: a release of %(day)s was published"),
    "list.entered": gettext_lazy("%(substance)s was added to %(list)s"),
    "list.left": gettext_lazy("%(substance)s is no longer named by %(list)s"),
    "list.changed": gettext_lazy("%(list)s says something else of %(substance)s: %(what)s"),
    "flag.stated": gettext_lazy("%(list)s states a concern about %(substance)s: %(concern)s"),
    "flag.ended": gettext_lazy("A concern about %(substance)s ended: %(concern)s"),
    "flag.proposed": gettext_lazy("A concern about %(substance)s was proposed: %(concern)s"),
    "flag.published": gettext_lazy("A concern about %(substance)s was reviewed and published: %(concern)s"),
    "neighbour.listed": gettext_lazy("A neighbour of %(substance)s was listed: %(named)s was added to %(list)s"),
    "substance.merged": gettext_lazy("%(substance)s was merged into %(others)s"),
    "substance.split": gettext_lazy("%(substance)s was split into %(others)s"),
}
#: What can differ in `list.changed`; as `list_diff.KINDS`.
DIFFERS: Mapping[str, Promise | str] = {
    "name": gettext_lazy("name"),
    "identifiers": gettext_lazy("numbers"),
    "reason": gettext_lazy("reason"),
    "dates": gettext_lazy("days"),
    "group": gettext_lazy("place"),
    "classification": gettext_lazy("classification"),
    "details": gettext_lazy("details"),
}


@dataclass(frozen=True, slots=True)
class News:
    """One event in the reader's language.

    Attributes:
        substance: whom it is about; None where it is about a list.
        chemical_list: the list it belongs to; None where it belongs to none.
        summary: what it touches, and how alike neighbours are; may be empty.
    """

    event: Event
    title: str
    summary: str
    substance: Substance | None
    chemical_list: ChemicalList | None


def topic_of(slug: str) -> str:
    """The topic of events that belong to the list `slug`."""
    return f"list:{slug}"


def news() -> QuerySet[Event]:
    """Every public event that can be told, newest first."""
    known = Event.objects.public().filter(kind__in=KINDS, subject_kind__in=("substance", "release"))
    return known.order_by("-recorded_at", "pk")


def news_of_substances(substances: Collection[uuid.UUID]) -> QuerySet[Event]:
    """Of these substances."""
    return news().filter(subject_kind="substance", subject_id__in=substances)


def news_of_list(slug: str) -> QuerySet[Event]:
    """Of a list: its releases, and whom it names."""
    return news().filter(topic=topic_of(slug))


def news_of_group(slug: str) -> QuerySet[Event]:
    """Of the substances that belong to a group today."""
    members = GroupMembership.objects.filter(group__slug=slug).order_by().values("substance")
    return news().filter(subject_kind="substance", subject_id__in=members)


def told(events: Iterable[Event]) -> list[News]:
    """The events in words, in three statements however many there are.

    One about a substance that nobody sees (of an import still to be published) is left out.
    """
    rows = list(events)
    wanted = {pk for event in rows for pk in _substances_in(event)}
    substances = Substance.objects.seen().filter(pk__in=wanted).in_bulk()
    lists = ChemicalList.objects.in_bulk({str(event.details.get("list", "")) for event in rows}, field_name="slug")
    slugs = {str(event.details["group"]) for event in rows if event.details.get("group")}
    groups = {group.slug: group.name for group in SubstanceGroup.objects.filter(slug__in=slugs)} if slugs else {}
    told = (_told(event, substances, lists, groups) for event in rows)
    return [one for one in told if one is not None]


def _substances_in(event: Event) -> list[uuid.UUID]:
    others = [event.details.get("named"), *event.details.get("others", [])]
    subject = [event.subject_id] if event.subject_kind == "substance" else []
    return [*subject, *(uuid.UUID(str(pk)) for pk in others if pk)]


def _told(
    event: Event,
    substances: Mapping[uuid.UUID, Substance],
    lists: Mapping[str, ChemicalList],
    groups: Mapping[str, str],
) -> News | None:
    *_other, found = [None, *(substances.get(pk) for pk in _substances_in(event))][:2]
    substance = found if event.subject_kind == "substance" else None
    others = [substances[pk] for pk in _substances_in(event)[1:] if pk in substances]
    chemical_list = lists.get(str(event.details.get("list", "")))
    if (event.subject_kind == "substance" and substance is None) or (event.details.get("named") and not others):
        return None
    concern = dict(Concern.choices).get(event.details.get("concern", ""), event.details.get("concern", ""))
    names = get_text_list([other.name for other in others], pgettext("list", "and"))
    words = {
        "substance": substance.name if substance else "",
        "list": chemical_list.name if chemical_list else event.details.get("list", ""),
        "day": event.occurred_on,
        "concern": concern,
        "named": names,
        "others": names,
        "what": ", ".join(str(DIFFERS.get(kind, kind)) for kind in event.details.get("differs", [])),
    }
    summary = " ".join(part for part in (_how_near(event, groups), _touches(event)) if part)
    return News(event, str(KINDS[event.kind]) % words, summary, substance, chemical_list)


def _how_near(event: Event, groups: Mapping[str, str]) -> str:
    """Of a neighbour: how alike, and in which group both are."""
    near = []
    if similarity := event.details.get("similarity"):
        near.append(_("similarity %(figure)s") % {"figure": similarity})
    if group := event.details.get("group"):
        near.append(_("both in the group %(name)s") % {"name": groups.get(group, group)})
    return _("%(how)s; similarity warns, people judge.") % {"how": ", ".join(near).capitalize()} if near else ""


def _touches(event: Event) -> str:
    """What else is touched, by the rooms that know."""
    counts: Mapping[str, Any] = event.details.get("touches", {})
    labels = {provider.slug: provider.label for provider in impact_providers()}
    parts = [f"{counts[slug]} {label}" for slug, label in labels.items() if counts.get(slug)]
    if not parts:
        return ""
    said = ngettext("It touches: %(parts)s.", "It touches: %(parts)s.", len(parts))
    return said % {"parts": get_text_list(parts, pgettext("list", "and"))}
