"""Atom feeds of changes and calendars of coming days: of all, a list, a substance, a group. Public facts only."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.named import named
from portal.common.rest.pages import browse
from portal.watching import atom, ical
from portal.watching.models import Event
from substances.models import ChemicalList, Entry, Substance, SubstanceGroup
from substances.services import coming_days as coming
from substances.services import news

_NEVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
NEWEST = ("-recorded_at", "pk")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a feed or calendar is about.

    Attributes:
        key: part of its id, such as list/reach-candidate-list.
        name: for people; empty for everything.
        path: of the page about the same.
    """

    key: str
    name: str
    path: str


@require_safe
def all_changes(request: HttpRequest) -> HttpResponseBase:
    """Every public change."""
    return _feed(request, _everything(), news.news())


@require_safe
def all_days(request: HttpRequest) -> HttpResponseBase:
    """Every coming day of every list."""
    return _calendar(request, _everything(), coming.entries())


@require_safe
def list_changes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What changed in a list."""
    return _feed(request, _list(slug), news.news_of_list(slug))


@require_safe
def list_days(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The coming days of a list."""
    return _calendar(request, _list(slug), coming.entries_of_list(slug))


@require_safe
def substance_changes(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What changed about a substance."""
    found = _substance(pk)
    if found.merged_into_id:
        return redirect("web:substance-feed", found.merged_into_id, permanent=True)
    return _feed(request, _about(found), news.news_of_substances([pk]))


@require_safe
def substance_days(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The coming days of entries that name a substance."""
    found = _substance(pk)
    if found.merged_into_id:
        return redirect("web:substance-calendar", found.merged_into_id, permanent=True)
    return _calendar(request, _about(found), coming.entries_of_substance(pk))


@require_safe
def group_changes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What changed about the members of a group."""
    return _feed(request, _group(slug), news.news_of_group(slug))


@require_safe
def group_days(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The coming days of entries that name a member of a group."""
    return _calendar(request, _group(slug), coming.entries_of_group(slug))


def _everything() -> Scope:
    return Scope("all", "", reverse("web:sources"))


def _list(slug: str) -> Scope:
    found = get_object_or_404(ChemicalList, slug=slug)
    return Scope(f"list/{slug}", found.name, reverse("web:list", args=[slug]))


def _group(slug: str) -> Scope:
    found = get_object_or_404(SubstanceGroup, slug=slug)
    return Scope(f"group/{slug}", named(found), reverse("web:group", args=[slug]))


def _substance(pk: UUID) -> Substance:
    return get_object_or_404(Substance.objects.seen(), pk=pk)


def _about(substance: Substance) -> Scope:
    return Scope(f"substance/{substance.pk}", substance.name, reverse("web:substance", args=[substance.pk]))


def _authority(request: HttpRequest) -> str:
    """The host that this portal names things by: the public one, so that a name stays when an address changes."""
    return urlsplit(settings.PUBLIC_URL).hostname or urlsplit(f"//{request.get_host()}").hostname or "localhost"


def _feed(request: HttpRequest, scope: Scope, events: QuerySet[Event]) -> HttpResponseBase:
    """A page of the feed, or 304 where the client has it: told by the newest event, before anything else is read."""
    newest = events.values_list("recorded_at", "pk").first()
    updated = newest[0] if newest else _NEVER
    tag = _tag(request, scope.key, newest)
    if held := get_conditional_response(request, etag=tag, last_modified=int(updated.timestamp())):
        return _stamped(held, tag, updated)
    page = browse(request, events, ordering=NEWEST)
    title = _("Changes: %(name)s") % {"name": scope.name} if scope.name else _("Changes to lists and substances")
    head = atom.Head(
        authority=_authority(request),
        key=f"feed/{scope.key}",
        title=title,
        subtitle=_("Not listed is not the same as safe."),
        language=get_language() or "en",
        page=request.build_absolute_uri(scope.path),
        address=request.build_absolute_uri(),
        first=request.build_absolute_uri(request.path),
        newer=page.previous_url,
        older=page.next_url,
        updated=updated,
    )
    items = (_item(request, one) for one in news.told(page.rows))
    return _stamped(HttpResponse(atom.atom(head, items), content_type=atom.CONTENT_TYPE), tag, updated)


def _item(request: HttpRequest, told: news.News) -> atom.Item:
    event = told.event
    return atom.Item(
        id=event.pk,
        title=told.title,
        summary=told.summary or told.title,
        link=request.build_absolute_uri(address_of(told)),
        recorded_at=event.recorded_at,
        occurred_on=event.occurred_on,
        kind=event.kind,
    )


def address_of(told: news.News) -> str:
    """The page about what happened."""
    if told.substance is not None:
        return reverse("web:substance", args=[told.substance.pk])
    if told.event.subject_kind == "release" and told.chemical_list is not None:
        return reverse("web:release", args=[told.chemical_list.slug, told.event.subject_id])
    return reverse("web:sources")


def _calendar(request: HttpRequest, scope: Scope, entries: QuerySet[Entry]) -> HttpResponseBase:
    days = [_day(request, one) for one in coming.coming_days(entries, today=timezone.localdate())]
    name = _("Coming days: %(name)s") % {"name": scope.name} if scope.name else _("Coming days of all lists")
    about = _("Days that publishers of lists print; the %(most)s soonest. Not complete, and no legal advice.")
    text = ical.calendar(days, name=name, description=about % {"most": coming.MOST}, language=get_language() or "en")
    tag = quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    changed = max((day.changed_at for day in days), default=_NEVER)
    held = get_conditional_response(request, etag=tag, last_modified=int(changed.timestamp()))
    answer = held or HttpResponse(text, content_type=ical.CONTENT_TYPE)
    if held is None:
        answer["Content-Disposition"] = f'inline; filename="{scope.key.replace("/", "-")}.ics"'
    return _stamped(answer, tag, changed)


def _day(request: HttpRequest, one: coming.ComingDay) -> ical.Day:
    release = one.entry.release
    chemical_list = release.chemical_list
    said = _("%(list)s, line %(line)s of the release of %(day)s.")
    return ical.Day(
        uid=f"{one.uid}@{_authority(request)}",
        on=one.on,
        title=f"{one.words}: {' '.join(one.entry.name.split())[:200]}",
        text=said % {"list": chemical_list.name, "line": one.entry.line, "day": release.published_on},
        link=request.build_absolute_uri(reverse("web:release", args=[chemical_list.slug, release.pk])),
        changed_at=release.released_at or _NEVER,
        edition=release.published_on,
        categories=(chemical_list.name,),
    )


def _tag(request: HttpRequest, *parts: object) -> str:
    """Of a page of a feed: it differs by address and language."""
    text = "\n".join(map(str, (request.get_full_path(), request.get_host(), get_language(), *parts)))
    return quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])


def _stamped(answer: HttpResponseBase, tag: str, changed: dt.datetime) -> HttpResponseBase:
    answer["ETag"] = tag
    answer["Last-Modified"] = http_date(changed.timestamp())
    answer["Cache-Control"] = "private, no-cache"
    patch_vary_headers(answer, ["Accept-Language", "Cookie"])
    return answer
