"""The page of what happened to a substance, by every list, and the same as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portal.common.tables import csv_file, json_file
from substances.models import Substance
from substances.services.substance_timeline import row_of, timeline_of_substance
from substances.timeline import Timeline
from substances.vocabulary import ListEffect
from substances.web.timeline_chart import chart_of

COLUMNS = (
    *("day", "precision", "coming", "what", "list", "list_name", "effect", "details", "concerns", "as_amended"),
    *("source", "release", "release_published_on"),
)


@require_safe
def timeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What lists, classifications, processes and flags said of a substance and when, as a picture and its table."""
    shown = get_object_or_404(Substance.objects.seen().prefetch_related("identifiers"), pk=pk)
    if shown.merged_into_id:
        return HttpResponsePermanentRedirect(reverse("web:substance-timeline", args=[shown.merged_into_id]))
    told = _told(pk)
    context = {
        "substance": shown,
        "chart": chart_of(told.happenings, today=timezone.localdate()),
        "finding": _finding(shown, told),
        "coming": [one for one in told.happenings if one.coming],
        "happened": [one for one in reversed(told.happenings) if not one.coming],
        "undated": told.undated,
        "effects": dict(ListEffect.choices),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Substances"), "url": reverse("web:substances")},
            {"label": shown.name, "url": reverse("web:substance", args=[pk])},
            {"label": _("Timeline")},
        ],
    }
    return render(request, "substances/timeline.html", context)


@require_safe
def timeline_csv(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """The same as CSV, oldest first; what is not dated stands behind."""
    shown = get_object_or_404(Substance.objects.living(), pk=pk)
    return csv_file(_table(_told(shown.pk)), name=f"timeline-{shown.pk}.csv")


@require_safe
def timeline_json(request: HttpRequest, pk: UUID) -> StreamingHttpResponse:
    """The same as JSON."""
    shown = get_object_or_404(Substance.objects.living(), pk=pk)
    about = {"substance": shown.pk, "name": shown.name, "told_on": timezone.localdate()}
    return json_file(about, "happenings", _rows(_told(shown.pk)), name=f"timeline-{shown.pk}.json")


def _told(pk: UUID) -> Timeline:
    return timeline_of_substance(pk, today=timezone.localdate())


def _rows(told: Timeline) -> Iterator[dict[str, Any]]:
    for one in (*told.happenings, *told.undated):
        yield row_of(one)


def _table(told: Timeline) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for row in _rows(told):
        yield [_cell(row[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _finding(shown: Substance, told: Timeline) -> str:
    """What the picture shows, for those who do not see it."""
    if not told.happenings:
        return ""
    past = [one.day.year for one in told.happenings if one.day and not one.coming]
    words = ngettext(
        "%(count)s dated happening of %(name)s", "%(count)s dated happenings of %(name)s", len(told.happenings)
    ) % {"count": len(told.happenings), "name": shown.name}
    if past:
        words += ", " + _("from %(first)s to %(last)s") % {"first": past[0], "last": past[-1]}
    coming = len(told.happenings) - len(past)
    if coming:
        words += ", " + ngettext("%(n)s still to come", "%(n)s still to come", coming) % {"n": coming}
    return words
