"""Sending structures: a curator uploads a file, sees what it would change, and publishes it or throws it away."""

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
from substances.models import StructureUpload
from substances.services.structure_trial import RELATIONS
from substances.services.structure_uploads import keep_structures
from substances.vocabulary import StructureTrust
from substances.web.uploads import answer, crumbs, drop_one, find, page, publish_one, small_enough

_IN_WORDS = {
    "disputes": gettext_lazy("Disputed: another source draws another skeleton"),
    "new": gettext_lazy("New: the substance has no structure yet"),
    "not_compared": gettext_lazy("Not compared: an InChIKey is missing"),
    "agrees": gettext_lazy("Agrees with what other sources give"),
}


class StructureUploadForm(forms.Form):
    """A file, who says it, and how far that is trusted."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV, TSV or XLSX with a column of numbers (CAS, EC, DTXSID, PubChem CID) and one of structures (SMILES, "
            "InChI), or SDF; at most 25 MiB. Nobody sees it; it is deleted afterwards."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Who gives these structures"),
        max_length=200,
        help_text=gettext_lazy("With the edition, such as CompTox 2024-03: another edition is another source."),
    )
    trust = forms.ChoiceField(
        label=gettext_lazy("How far are they trusted?"),
        choices=StructureTrust.choices,
        initial=StructureTrust.LOOKUP,
        widget=forms.RadioSelect,
    )
    source_url = forms.URLField(
        label=gettext_lazy("Where it came from"), required=False, max_length=500, assume_scheme="https"
    )
    licence = forms.CharField(label=gettext_lazy("Under which terms"), required=False, max_length=200)

    def clean_file(self) -> Any:
        """The file, if it is not too large."""
        return small_enough(self.cleaned_data["file"])


@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def upload(request: SignedInRequest) -> HttpResponse:
    """The form; sent, the file is tried, and has a page of its own."""
    if request.method != "POST":
        given = {name: request.GET[name] for name in ("source", "trust") if name in request.GET}
        return _form_page(request, StructureUploadForm(initial=given))
    form = StructureUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(request, form, status=400)
    said = form.cleaned_data
    try:
        kept = keep_structures(
            by=request.user,
            source=said["source"],
            trust=StructureTrust(said["trust"]),
            file_name=said["file"].name,
            chunks=said["file"].chunks(),
            source_url=said["source_url"],
            licence=said["licence"],
        )
    except DomainError as error:
        form.add_error("source" if error.code == "source" else None, error.message)
        return _form_page(request, form, status=error.status)
    return redirect("web:structure-uploaded", kept.pk)


@never_cache
@require_safe
@curators_only
def uploaded(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far it is, what it would change, why it was refused."""
    found = find(request, StructureUpload, pk)
    context = answer(request, found)
    context["relations"] = _relations(context["report"].get("trial") or {})
    whole, part = "substances/structure_uploaded.html", "substances/partials/_structure_upload.html"
    return page(request, context, whole=whole, part=part)


@require_POST
@curators_only
def publish(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was tried is written, as claims of its source."""
    return publish_one(request, find(request, StructureUpload, pk))


@require_POST
@curators_only
def drop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Called off, and the file thrown away."""
    return drop_one(request, find(request, StructureUpload, pk))


def _relations(trial: dict[str, Any]) -> list[dict[str, Any]]:
    """What would change, by kind: the disputes first."""
    told = trial.get("told", [])
    rows = {one: [row for row in told if row["relation"] == one] for one in RELATIONS}
    return [
        {"code": one, "words": words, "count": trial[one], "rows": rows[one]}
        for one, words in _IN_WORDS.items()
        if trial.get(one)
    ]


def _form_page(request: SignedInRequest, form: StructureUploadForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "crumbs": [*crumbs(), {"label": _("Send structures")}]}
    return render(request, "substances/structure_upload.html", context, status=status)
