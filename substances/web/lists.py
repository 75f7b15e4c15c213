"""Pages about lists."""

from __future__ import annotations

import datetime as dt

from django.db.models import DateField, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.common.rest.pages import browse
from portal.common.spreadsheet import Cell
from substances.clocks import AS_OF, KNOWN_ON
from substances.downloads.files import file_links, substance_file
from substances.downloads.listed import listed_beside
from substances.filters import ListedFilter
from substances.models import ChemicalList, ListMembership, OpenMember
from substances.services.list_counts import named_today
from substances.services.list_releases import about_release, published_releases
from substances.services.list_states import state_of
from substances.vocabulary import ListEffect
from substances.web.clocks import PageClocks, clocks_of

CLOCKS = (AS_OF, KNOWN_ON)
MOST_REASONS = 60
NEVER = Value(dt.date.min, output_field=DateField())
NOT_IMPORTED = "not yet imported from its publisher: single facts of the starter catalogue"
SORTS = {
    "newest": (gettext_lazy("Newest first"), ("-begins", "pk")),
    "oldest": (gettext_lazy("Oldest first"), ("begins", "pk")),
    "name": (gettext_lazy("By name"), ("name", "pk")),
}
MEANINGS = {
    ListEffect.CONCERN: gettext_lazy("Being named here means that an authority or publisher sees a hazard of concern."),
    ListEffect.CLASSIFICATION: gettext_lazy(
        "Being named here means that its hazards are classified; which ones, its row says. They may be slight."
    ),
    ListEffect.DUTY: gettext_lazy(
        "Being named here means duties or limits for those who make, sell or use it; it is no verdict on its hazards."
    ),
    ListEffect.INVENTORY: gettext_lazy("Being named here means that it is on the market. It says nothing of hazards."),
    ListEffect.FAVOURABLE: gettext_lazy(
        "Being named here means that the publisher found it among the better choices for the uses it looked at."
    ),
    ListEffect.ASSESSMENT: gettext_lazy(
        "Being named here means that it was or is being assessed; the outcome may be concern, none, or no answer."
    ),
    ListEffect.WORK_LIST: gettext_lazy(
        "Being named here means that regulators are looking at it; nothing is decided by that."
    ),
}


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Every list: what being named by it means, from which day it is, and how much is in it."""
    rows = ChemicalList.objects.select_related("current_release")
    found = list(rows.defer("current_release__learned", "current_release__problems"))
    named = named_today()
    by_effect = [
        {
            "effect": effect,
            "means": meaning_of(effect),
            "lists": [{"list": one, "named": named.get(one.pk, 0)} for one in found if one.effect == effect],
        }
        for effect in ListEffect
    ]
    context = {
        "effects": [part for part in by_effect if part["lists"]],
        "count": len(found),
        "starter_count": sum(one.current_release_id is None for one in found),
        "crumbs": [{"label": _("Home"), "url": reverse("web:home")}, {"label": _("Lists")}],
    }
    return render(request, "substances/lists.html", context)


@require_safe
def chemical_list(request: HttpRequest, slug: str) -> HttpResponse:
    """One list: what being named by it means, its releases, and whom it names, by filters and by the clocks."""
    rows = ChemicalList.objects.select_related("current_release", "source")
    shown = get_object_or_404(rows.defer("current_release__learned", "current_release__problems"), slug=slug)
    clocks = clocks_of(request)
    named = named_by(shown, clocks)
    told = _named(request, named)
    context = {
        "list": shown,
        "clocks": clocks,
        "state": None if clocks.shown.is_now else state_of(shown, clocks.shown),
        "count": _substances_in(named) if clocks.query else named_today().get(shown.pk, 0),
        "means": meaning_of(shown.effect),
        "releases": published_releases(shown),
        "open_count": OpenMember.objects.filter(release=shown.current_release_id, decision=None).count(),
        **told,
        "files": file_links("web:list-file", slug, query=_only_rows(request)),
        "crumbs": [
            {"label": _("Home"), "url": reverse("web:home")},
            {"label": _("Lists"), "url": reverse("web:lists")},
            {"label": shown.name},
        ],
    }
    return render(request, "substances/list.html", context, status=400 if told["complaints"] else clocks.status)


def _named(request: HttpRequest, named: QuerySet[ListMembership]) -> dict[str, object]:
    """The rows that the filters leave, a page of them, and the filters."""
    chosen = ListedFilter(request.GET, queryset=named)
    sort = request.GET.get("sort", "") if request.GET.get("sort") in SORTS else "newest"
    rows = chosen.qs.annotate(name=F("substance__name"), begins=Coalesce("valid_from", NEVER))
    shows = rows.select_related("source", "substance").prefetch_related("substance__identifiers")
    is_filtered = any(request.GET.get(name, "").strip() for name in ListedFilter.base_filters)
    return {
        "filter": chosen.form,
        "reasons": reasons_of(named),
        "sorts": SORTS.items(),
        "sort": sort,
        "is_filtered": is_filtered,
        "complaints": chosen.complaints(),
        "left": chosen.qs.count() if is_filtered else None,
        "page": browse(request, shows, ordering=SORTS[sort][1]),
    }


def _substances_in(rows: QuerySet[ListMembership]) -> int:
    return rows.order_by().values("substance").distinct().count()


@require_safe
def list_file(request: HttpRequest, slug: str, form: str) -> StreamingHttpResponse:
    """Whom the list names, as filters and clocks leave them: our columns, then the publisher's as printed."""
    shown = get_object_or_404(ChemicalList.objects.select_related("current_release"), slug=slug)
    clocks = clocks_of(request)
    chosen = ListedFilter(request.GET, queryset=named_by(shown, clocks))
    if clocks.errors or chosen.complaints():
        raise Http404(" ".join([*chosen.complaints(), *(text for told in clocks.errors.values() for text in told)]))
    state = None if clocks.shown.is_now else state_of(shown, clocks.shown)
    about: dict[str, Cell] = {"List": shown.name, "Publisher": shown.publisher, "Release of": NOT_IMPORTED}
    if shown.current_release:
        about = about_release(shown.current_release)
    asked = {name: request.GET[name] for name in (*ListedFilter.base_filters, *CLOCKS) if request.GET.get(name)}
    about |= {f"Asked for {name}": value for name, value in asked.items()}
    if state and state.words:
        about["Not complete"] = state.words
    rows, more = listed_beside(shown.current_release, chosen.qs)
    day = shown.current_release.published_on if shown.current_release else "starter"
    return substance_file(request, rows, form, name=f"{slug}-{day}-named", about=about, more=more)


def named_by(chemical_list: ChemicalList, clocks: PageClocks) -> QuerySet[ListMembership]:
    """Whom a list names by the clocks of a page; nobody who was merged or split since."""
    return ListMembership.objects.filter(chemical_list=chemical_list).at(clocks.shown).of_living(clocks.shown)


def meaning_of(effect: str) -> str:
    """What being named by a list of this effect means, in one sentence."""
    return str(MEANINGS[ListEffect(effect)])


def reasons_of(rows: QuerySet[ListMembership]) -> list[str]:
    """The different reasons for which the rows are named; none where there are too many to choose from."""
    joined = rows.order_by().exclude(reason="").values_list("reason", flat=True).distinct()[: MOST_REASONS + 1]
    found = sorted({part for reason in joined for part in reason.split(";") if part})
    return found if len(found) <= MOST_REASONS else []


def _only_rows(request: HttpRequest) -> str:
    """The part of the address that says which rows, without which page."""
    asked = request.GET.copy()
    for name in set(asked) - {*ListedFilter.base_filters, *CLOCKS}:
        del asked[name]
    return asked.urlencode()
