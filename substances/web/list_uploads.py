"""Sending a list's file: a curator uploads it, sees what it would change, and publishes it or throws it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.errors import DomainError
from portal.common.uploads import MAX_FILE_BYTES
from portal.jobs.models import Job
from portal.organisations.permissions import curators_only
from portal.organisations.requests import SignedInRequest
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, ListUpload
from substances.services.list_uploads import (
    MAPPED,
    MAX_MAPPING_BYTES,
    drop_upload,
    keep_upload,
    publish_upload,
)
from substances.web.searches import WAITS_MS

MOST_PROBLEMS = 200


class UploadForm(forms.Form):
    """A file, and what it is."""

    importer = forms.ChoiceField(label=gettext_lazy("Which list is it?"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("As its publisher gives it, at most 25 MiB. Nobody sees it; it is deleted afterwards."),
    )
    mapping = forms.FileField(
        label=gettext_lazy("Mapping"),
        required=False,
        help_text=gettext_lazy("Only for a list of your own: the YAML file that says which column is what."),
    )
    published_on = forms.DateField(
        label=gettext_lazy("Day the publisher put it out"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("May stay empty where the file says it itself."),
    )
    source_url = forms.URLField(label=gettext_lazy("Where it came from"), required=False, assume_scheme="https")
    licence = forms.CharField(label=gettext_lazy("Under which terms"), required=False, max_length=200)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        names = dict(ChemicalList.objects.values_list("slug", "name"))
        known = sorted((names.get(one.list_slug, slug), slug) for slug, one in IMPORTERS.items())
        choices = [("", _("Choose one")), *((slug, name) for name, slug in known)]
        self.fields["importer"].choices = [*choices, (MAPPED, _("A list of our own, with its mapping"))]  # type: ignore[attr-defined]  # a choice field

    def clean_file(self) -> Any:
        """The file, if it is not too large."""
        given = self.cleaned_data["file"]
        if given.size > MAX_FILE_BYTES:
            raise forms.ValidationError(_("The file has more than %(most)s MiB.") % {"most": MAX_FILE_BYTES // 2**20})
        return given

    def clean_mapping(self) -> str:
        """The text of the mapping; empty where there is none."""
        given = self.cleaned_data["mapping"]
        if not given:
            return ""
        if given.size > MAX_MAPPING_BYTES:
            raise forms.ValidationError(_("A mapping has at most 64 KiB."))
        try:
            return str(given.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("A mapping is a text file in UTF-8.")) from None

    def clean(self) -> dict[str, Any]:
        """Both or neither: a list of one's own, and its mapping."""
        given = super().clean() or {}
        if "importer" in given and "mapping" in given and (given["importer"] == MAPPED) != bool(given["mapping"]):
            self.add_error("mapping", _("A mapping goes with a list of your own, and with no other."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def upload(request: SignedInRequest) -> HttpResponse:
    """The form; sent, the file is tried, and has a page of its own."""
    if request.method != "POST":
        return _form_page(request, UploadForm(initial={"importer": request.GET.get("list", "")}))
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    given = form.cleaned_data
    try:
        kept = keep_upload(
            by=request.user,
            importer=given["importer"],
            file_name=given["file"].name,
            chunks=given["file"].chunks(),
            mapping=given["mapping"],
            published_on=given["published_on"],
            source_url=given["source_url"],
            licence=given["licence"],
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _form_page(request, form, status=error.status)
    return redirect("web:list-uploaded", kept.pk)


@never_cache
@require_safe
@curators_only
def uploaded(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far it is, what it would change, why it was refused; asked by htmx, only what changes."""
    found = _find(request, pk)
    context = _answer(request, found)
    if request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return render(request, "substances/partials/_upload.html", context)
    context["crumbs"] = [*_crumbs(), {"label": found.file_name}]
    return render(request, "substances/list_uploaded.html", context)


@require_POST
@curators_only
def publish(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was tried is published, or waits where a curator must confirm it."""
    found = _find(request, pk)
    try:
        publish_upload(by=request.user, upload=found)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("web:list-uploaded", pk)


@require_POST
@curators_only
def drop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Called off, and the file thrown away."""
    drop_upload(by=request.user, upload=_find(request, pk))
    messages.info(request, _("The file is thrown away. What was published before stays."))
    return redirect("web:list-uploaded", pk)


def _find(request: SignedInRequest, pk: UUID) -> ListUpload:
    return get_object_or_404(ListUpload.objects.visible_to(request.user).select_related("job"), pk=pk)


def _answer(request: SignedInRequest, found: ListUpload) -> dict[str, Any]:
    report = found.report or {}
    return {
        "upload": found,
        "job": None if found.job.has_ended else _job(request, found),
        "report": report,
        "stopped": found.job.has_ended and not found.report and not found.refusal,
        "problems": report.get("problems", [])[:MOST_PROBLEMS],
        "problems_count": len(report.get("problems", [])),
        "may_publish": bool(report) and found.stage == ListUpload.Stage.TRIAL and not report["unchanged"],
        "has_file": found.chunks.exists(),
    }


def _job(request: SignedInRequest, found: ListUpload) -> dict[str, Any]:
    asked = request.GET.get("asked", "")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    page = reverse("web:list-uploaded", args=[found.pk])
    running = found.job.state == Job.State.RUNNING
    return {
        "title": (found.get_stage_display() if running else _("Waiting for a worker")),
        "done": found.job.progress_done,
        "total": found.job.progress_total,
        "unit": _("rows"),
        "cancel_url": reverse("web:list-upload-drop", args=[found.pk]),
        "poll_url": f"{page}?asked={count + 1}",
        "poll_ms": WAITS_MS[min(count, len(WAITS_MS) - 2)],
        "page_url": page,
        "target": "#upload",
    }


def _form_page(request: SignedInRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "crumbs": [*_crumbs(), {"label": _("Send a file")}]}
    return render(request, "substances/list_upload.html", context, status=status)


def _crumbs() -> list[dict[str, Any]]:
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Review"), "url": reverse("web:review")},
        {"label": _("Lists"), "url": reverse("web:list-queue")},
    ]
