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

from portal.common.spreadsheet import Cell
from portal.common.tables import Table, json_file, table_file
from substances.downloads.diffs import diff_rows, diff_table
from substances.downloads.files import alone, file_links, substance_file
from substances.models import ChemicalList, Release
from substances.services.list_diff import ListDiff, diff_of_releases
from substances.services.list_diff_told import changes_count, changes_told
from substances.services.list_releases import about_release, published_releases, rows_of, substances_of, table_of

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
        "files": file_links("web:release-file", slug, pk),
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
        ends = urlencode({"from": str(pair[0].pk), "to": str(pair[1].pk)})
        context["files"] = file_links("web:list-diff-file", slug, query=ends)
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
def entries_file(request: HttpRequest, slug: str, pk: UUID, form: str) -> StreamingHttpResponse:
    """The rows of a release: the publisher's columns as printed, and ours; as SDF, whom they name."""
    found = find_release(slug, pk)
    name = f"{slug}-{found.published_on}"
    if form == "sdf":
        return substance_file(request, alone(substances_of(found)), form, name=name, about=about_release(found))
    if form == "json":
        return json_file(_about_json(found), "entries", rows_of(found), name=f"{name}.json")
    return table_file(Table(name, about_release(found), table_of(found)), form)


def _about_json(release: Release) -> dict[str, Any]:
    return {
        "list": release.chemical_list.slug,
        "publisher": release.chemical_list.publisher,
        "release": release.pk,
        "published_on": release.published_on,
        "sha256": release.sha256,
        "source_url": release.source_url,
        "retrieved_at": release.retrieved_at,
        "licence": release.licence,
        "rows": release.rows,
    }


@require_safe
def diff_file(request: HttpRequest, slug: str, form: str) -> StreamingHttpResponse:
    """What changed between two releases, one row a change; as SDF, whom the changes are about."""
    shown = get_object_or_404(ChemicalList, slug=slug)
    pair = _pair(request, list(published_releases(shown)))
    if pair is None:
        raise Http404(_("Two releases are needed. We hold fewer of this list."))
    diff = diff_of_releases(*pair)
    name = f"{slug}-{diff.before.published_on}-to-{diff.after.published_on}"
    about: dict[str, Cell] = {
        "What changed in": shown.name,
        "Publisher": shown.publisher,
        "From the release of": diff.before.published_on,
        "To the release of": diff.after.published_on,
        "Licence": diff.after.licence or "not recorded",
        "Changes": changes_count(diff),
    }
    if form == "sdf":
        return substance_file(request, alone(sorted(diff.substances)), form, name=name, about=about)
    if form == "json":
        flat = {label.lower().replace(" ", "_"): value for label, value in about.items()}
        return json_file(flat, "changes", diff_rows(diff), name=f"{name}.json")
    return table_file(Table(name, about, diff_table(diff)), form)


def find_release(slug: str, pk: UUID) -> Release:
    """The published release of that list, or 404."""
    rows = Release.objects.filter(state=Release.State.PUBLISHED, chemical_list__slug=slug)
    return get_object_or_404(rows.defer("learned").select_related("chemical_list"), pk=pk)


def crumbs_of(chemical_list: ChemicalList) -> list[dict[str, Any]]:
    """The way to a page below a list."""
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Lists"), "url": reverse("web:lists")},
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
