"""Sending a list's file: a curator uploads it, sees what it would change, and publishes it or throws it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.errors import DomainError
from portal.organisations.permissions import curators_only
from portal.organisations.requests import SignedInRequest
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, ListUpload, Release
from substances.services.list_uploads import MAPPED, MAX_MAPPING_BYTES, keep_upload, mapping_text
from substances.web.uploads import answer, crumbs, drop_one, find, list_name_of, page, publish_one, small_enough


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
    source_url = forms.URLField(
        label=gettext_lazy("Where it came from"), required=False, max_length=500, assume_scheme="https"
    )
    licence = forms.CharField(label=gettext_lazy("Under which terms"), required=False, max_length=200)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        names = dict(ChemicalList.objects.values_list("slug", "name"))
        known = sorted((names.get(one.list_slug, slug), slug) for slug, one in IMPORTERS.items())
        choices = [("", _("Choose one")), *((slug, name) for name, slug in known)]
        self.fields["importer"].choices = [*choices, (MAPPED, _("A list of our own, with its mapping"))]  # type: ignore[attr-defined]  # a choice field

    def clean_file(self) -> Any:
        """The file, if it is not too large."""
        return small_enough(self.cleaned_data["file"])

    def clean_mapping(self) -> str:
        """The text of the mapping; empty where there is none."""
        given = self.cleaned_data["mapping"]
        try:
            return mapping_text(given.read(MAX_MAPPING_BYTES + 1)) if given else ""
        except DomainError as error:
            raise forms.ValidationError(error.message) from None

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
    """How far it is, what it would change, why it was refused."""
    found = find(request, ListUpload, pk)
    context = answer(request, found) | {"list_name": list_name_of(found)}
    if context["stopped"] and context["was_publishing"]:  # stopped behind its publication, perhaps
        published = Release.objects.filter(sha256=found.sha256, released_at__gte=found.job.created_at)
        context["release"] = published.select_related("chemical_list").order_by("-released_at").first()
    return page(request, context, whole="substances/list_uploaded.html", part="substances/partials/_upload.html")


@require_POST
@curators_only
def publish(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was tried is published, or waits where a curator must confirm it."""
    return publish_one(request, find(request, ListUpload, pk))


@require_POST
@curators_only
def drop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Called off, and the file thrown away."""
    return drop_one(request, find(request, ListUpload, pk))


def _form_page(request: SignedInRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "crumbs": [*crumbs(), {"label": _("Send a file")}]}
    return render(request, "substances/list_upload.html", context, status=status)
