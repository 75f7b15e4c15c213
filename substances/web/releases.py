"""Pages about the releases of a list: one release, what changed between two, and its rows as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.common.tables import csv_file, json_file
from substances.models import ChemicalList, Release
from substances.services.list_diff import ListDiff, diff_of_releases
from substances.services.list_diff_told import changes_count, changes_told
from substances.services.list_releases import published_releases, rows_of, table_of

CHANGES_ON_A_PAGE = 100
MOST_PROBLEMS = 500  # told on the page; the file of rows has all rows


@require_safe
def release(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One published release: where it came from, its sums and its problems."""
    shown = find_release(slug, pk)
    context = {
        "list": shown.chemical_list,
        "release": shown,
        "is_current": shown.chemical_list.current_release_id == shown.pk,
        "problems": shown.problems[:MOST_PROBLEMS],
        "problems_count": len(shown.problems),
        "crumbs": [*crumbs_of(shown.chemical_list), {"label": _("Release")}],
    }
    return render(request, "substances/release.html", context)


@require_safe
def list_diff(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed between two releases of a list: the newest two, or those asked for."""
    shown = get_object_or_404(ChemicalList, slug=slug)
    releases = list(published_releases(shown))
    pair = _pair(request, releases)
    context: dict[str, Any] = {"list": shown, "releases": releases, "crumbs": [*crumbs_of(shown), {"label": _("Diff")}]}
    if pair:
        context |= diff_page(request, diff_of_releases(*pair))
    return render(request, "substances/list_diff.html", context)


def diff_page(request: HttpRequest, diff: ListDiff) -> dict[str, Any]:
    """What a template shows of a difference: its counts, one page of changes, and the addresses of the pages beside it.

    Raises:
        Http404: `after` is no number.
    """
    asked = request.GET.get("after", "0")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 8):
        raise Http404
    start, count = int(asked), changes_count(diff)
    told = changes_told(diff, start=start, limit=CHANGES_ON_A_PAGE)
    following, preceding = start + CHANGES_ON_A_PAGE, max(0, start - CHANGES_ON_A_PAGE)
    words = _("%(first)s to %(last)s of %(count)s") % {"first": start + 1, "last": start + len(told), "count": count}
    return {
        "diff": diff,
        "told": told,
        "count": count,
        "members_removed": sum(row.role == "member" for row in diff.removed),
        "members_added": sum(row.role == "member" for row in diff.added),
        "pager": {
            "text": words,
            "next_url": _with_after(request, following) if following < count else None,
            "previous_url": _with_after(request, preceding) if start else None,
        },
    }


@require_safe
def entries_csv(request: HttpRequest, slug: str, pk: UUID) -> StreamingHttpResponse:
    """The rows of a release as CSV: the publisher's columns as printed, and ours."""
    found = find_release(slug, pk)
    return csv_file(table_of(found), name=f"{slug}-{found.published_on}.csv")


@require_safe
def entries_json(request: HttpRequest, slug: str, pk: UUID) -> StreamingHttpResponse:
    """The same as JSON, with what the release says of itself."""
    found = find_release(slug, pk)
    about = {
        "list": slug,
        "publisher": found.chemical_list.publisher,
        "release": found.pk,
        "published_on": found.published_on,
        "sha256": found.sha256,
        "source_url": found.source_url,
        "licence": found.licence,
        "rows": found.rows,
    }
    return json_file(about, "entries", rows_of(found), name=f"{slug}-{found.published_on}.json")


def find_release(slug: str, pk: UUID) -> Release:
    """The published release of that list, or 404."""
    rows = Release.objects.filter(state=Release.State.PUBLISHED, chemical_list__slug=slug)
    return get_object_or_404(rows.defer("learned").select_related("chemical_list"), pk=pk)


def crumbs_of(chemical_list: ChemicalList) -> list[dict[str, Any]]:
    """The way to a page below a list."""
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Sources and releases"), "url": reverse("web:sources")},
        {"label": chemical_list.name, "url": reverse("web:list", args=[chemical_list.slug])},
    ]


def _pair(request: HttpRequest, releases: list[Release]) -> tuple[Release, Release] | None:
    """The two asked for; nothing asked for, the newest two; None where there are no two.

    Raises:
        Http404: one asked for is not a published release of the list.
    """
    if "from" not in request.GET and "to" not in request.GET:
        return (releases[1], releases[0]) if len(releases) > 1 else None
    known = {str(release.pk): release for release in releases}
    try:
        return known[request.GET["from"].lower()], known[request.GET["to"].lower()]
    except KeyError as error:
        raise Http404 from error


def _with_after(request: HttpRequest, after: int) -> str:
    asked = {name: request.GET[name] for name in ("from", "to") if name in request.GET}
    return f"{request.path}?{urlencode(asked | {'after': str(after)})}"
