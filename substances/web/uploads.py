"""What pages of uploads have in common: how far one is, the word to publish it, throwing it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.common.errors import DomainError
from portal.common.uploads import MAX_FILE_BYTES
from portal.jobs.models import Job
from portal.organisations.models import User
from portal.organisations.requests import SignedInRequest
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, ListUpload, Upload
from substances.services.uploads import KINDS, drop_upload, publish_upload
from substances.web.searches import WAITS_MS

MOST_PROBLEMS = 200
MOST_RECENT = 10


def find(request: SignedInRequest, kind: type[Upload], pk: UUID) -> Any:
    """One's own upload of this kind; somebody else's is not found."""
    return get_object_or_404(_own(kind, request.user).with_file().select_related("job"), pk=pk)


def recent_uploads(user: User) -> list[dict[str, Any]]:
    """The last files that a person sent, of any kind, newest first, with where each is."""
    found = [one for kind in KINDS for one in _own(kind, user)[:MOST_RECENT]]
    newest = sorted(found, key=lambda one: one.uploaded_at, reverse=True)[:MOST_RECENT]
    names = dict(ChemicalList.objects.values_list("slug", "name"))
    rows = [{"upload": one, "url": reverse(f"web:{_named(one)}ed", args=[one.pk])} for one in newest]
    return [row | {"what": _what(row["upload"], names)} for row in rows]


def list_name_of(found: ListUpload) -> str:
    """Which list a file is, in words: of one's own, what its mapping calls it once it was tried."""
    return _what(found, dict(ChemicalList.objects.values_list("slug", "name")))


def _what(found: Upload, names: dict[str, str]) -> str:
    if not isinstance(found, ListUpload):
        return str(getattr(found, found.asked[0]))
    if found.importer in IMPORTERS:
        return names.get(IMPORTERS[found.importer].list_slug, found.importer)
    slug = (found.report or {}).get("list_slug", "")
    return names.get(slug, slug) or _("A list of our own, with its mapping")


def small_enough(given: Any) -> Any:
    """A file sent with a form.

    Raises:
        ValidationError: it is too large.
    """
    if given.size > MAX_FILE_BYTES:
        raise forms.ValidationError(_("The file has more than %(most)s MiB.") % {"most": MAX_FILE_BYTES // 2**20})
    return given


def answer(request: SignedInRequest, found: Upload) -> dict[str, Any]:
    """What a page tells of an upload: the work while it goes on, then what it came to."""
    report = found.report or {}
    is_over = found.job.has_ended
    return {
        "upload": found,
        "job": None if is_over else _job(request, found),
        "report": report,
        "stopped": is_over and not found.report and not found.refusal,
        "was_publishing": found.stage == Upload.Stage.PUBLISH,
        "problems": report.get("problems", [])[:MOST_PROBLEMS],
        "problems_count": len(report.get("problems", [])),
        "may_publish": found.may_be_published,
        "is_gone": bool(report) and found.stage == Upload.Stage.TRIAL and not found.has_file,
        **{name: reverse(f"web:{route}", args=[found.pk]) for name, route in _routes(found).items()},
        "form_url": reverse(f"web:{_named(found)}"),
    }


def page(request: SignedInRequest, context: dict[str, Any], *, whole: str, part: str) -> HttpResponse:
    """The page of an upload; asked by htmx, only what changes."""
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return render(request, part, context)
    context["crumbs"] = [*crumbs(), {"label": context["upload"].file_name}]
    return render(request, whole, context)


def publish_one(request: SignedInRequest, found: Upload) -> HttpResponse:
    """What was tried is published, on its curator's word."""
    try:
        publish_upload(by=request.user, upload=found)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(f"web:{_named(found)}ed", found.pk)


def drop_one(request: SignedInRequest, found: Upload) -> HttpResponse:
    """Called off, and the file thrown away."""
    drop_upload(by=request.user, upload=found)
    messages.info(request, _("The file is thrown away. What was published before stays."))
    return redirect(f"web:{_named(found)}ed", found.pk)


def crumbs() -> list[dict[str, Any]]:
    """The way to a page of uploads."""
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Review"), "url": reverse("web:review")},
        {"label": _("Lists"), "url": reverse("web:list-queue")},
    ]


def _own(kind: type[Upload], user: User) -> Any:
    uploads: Any = kind._default_manager
    return uploads.visible_to(user)


def _named(found: Upload) -> str:
    return found.kind.replace("_", "-")


def _routes(found: Upload) -> dict[str, str]:
    named = _named(found)
    return {"page_url": f"{named}ed", "publish_url": f"{named}-publish", "drop_url": f"{named}-drop"}


def _job(request: SignedInRequest, found: Upload) -> dict[str, Any]:
    asked = request.GET.get("asked", "")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    page_url = reverse(f"web:{_named(found)}ed", args=[found.pk])
    running = found.job.state == Job.State.RUNNING
    return {
        "title": (Upload.Stage(found.stage).label if running else _("Waiting for a worker")),
        "done": found.job.progress_done,
        "total": found.job.progress_total,
        "unit": _("rows"),
        "cancel_url": reverse(f"web:{_named(found)}-drop", args=[found.pk]),
        "poll_url": f"{page_url}?asked={count + 1}",
        "poll_ms": WAITS_MS[min(count, len(WAITS_MS) - 2)],
        "page_url": page_url,
        "target": "#upload",
    }
