"""Many structures at once: paste or send them, leave, come back, read row by row, take them along as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.common.client_address import client_key
from portal.common.errors import DomainError
from portal.common.rest.throttles import seconds_to_wait
from substances.batches.asking import MOST_HITS_A_ROW, cancel_batch, format_of, records_in, request_batch
from substances.batches.tables import FORMS, batch_file
from substances.batches.telling import Progress, Show, progress_of, rows_of, told
from substances.chemistry.records import records_format_named
from substances.importers.base import WrongFile
from substances.importers.text_encoding import readable_as, text_of
from substances.models import StructureSearch
from substances.web.searches import WAITS_MS
from substances.web.uploads import small_enough

ROWS_A_PAGE = 50
FORMATS = [
    ("auto", gettext_lazy("recognise")),
    ("lines", gettext_lazy("one a line: structure, name or CAS number")),
    ("smiles", gettext_lazy("SMILES, one a line, with a name behind it")),
    ("csv", gettext_lazy("CSV with a header")),
    ("sdf", "SDF"),
]


class BatchForm(forms.Form):
    """Many structures, pasted or in a file."""

    structures = forms.CharField(
        label=gettext_lazy("Structures"),
        help_text=gettext_lazy("One a line: SMILES, InChI, a name or a CAS number. Or a whole SD file."),
        required=False,
        strip=False,
        max_length=900_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy("Lines, SMILES, CSV or SDF; at most 25 MiB. Nobody else sees it."),
        required=False,
    )
    format = forms.ChoiceField(label=gettext_lazy("Read it as"), choices=FORMATS, initial="auto", required=False)
    threshold = forms.DecimalField(
        label=gettext_lazy("At least this alike (0 to 1)"),
        min_value=0,
        max_value=1,
        decimal_places=3,
        initial="0.5",
        required=False,
    )
    limit = forms.IntegerField(
        label=gettext_lazy("Hits a row"), min_value=1, max_value=MOST_HITS_A_ROW, initial=3, required=False
    )

    def clean_file(self) -> Any:
        """The file, if it is not too large."""
        return small_enough(self.cleaned_data["file"]) if self.cleaned_data["file"] else None

    def clean(self) -> dict[str, Any]:
        """One of both."""
        said = super().clean() or {}
        if not self.errors and not said.get("structures", "").strip() and not said.get("file"):
            self.add_error("structures", _("Paste structures, or choose a file."))
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    """The form; sent, it becomes a batch with an address of its own."""
    if request.method != "POST":
        return _form_page(request, BatchForm())
    form = BatchForm(request.POST, request.FILES)
    if (seconds := seconds_to_wait(request, scope="searches")) is not None:
        page = _form_page(request, form, seconds=seconds, status=429)
        page["Retry-After"] = str(seconds)
        return page
    if not form.is_valid():
        return _form_page(request, form, status=400)
    if request.session.session_key is None:
        request.session.create()
    try:
        search = _ask(request, form.cleaned_data)
    except (DomainError, WrongFile) as error:
        message, status = (error.message, error.status) if isinstance(error, DomainError) else (str(error), 400)
        form.add_error(None, message)
        page = _form_page(request, form, status=status)
        for name, value in (error.more.get("headers", {}) if isinstance(error, DomainError) else {}).items():
            page[name] = value
        return page
    return redirect("web:batch-result", search.pk)


def _ask(request: HttpRequest, said: dict[str, Any]) -> StructureSearch:
    file = said["file"]
    text = text_in(file.read()) if file else said["structures"]
    name = file.name if file else ""
    chosen = said["format"] or "auto"
    format = format_of(text, name) if chosen == "auto" else records_format_named(chosen)
    asked = {"threshold": said["threshold"], "limit": said["limit"]}
    return request_batch(
        by=request.user if request.user.is_authenticated else None,
        session_key=request.session.session_key or "",
        records=records_in(text, format),
        parameters={name: value for name, value in asked.items() if value is not None},
        client=client_key(request),
        file_name=name,
    )


def text_in(data: bytes) -> str:
    """The text of a file.

    Raises:
        WrongFile: it is no text, with the line where it is none.
    """
    return text_of(data, readable_as(data)).read()


def _form_page(request: HttpRequest, form: BatchForm, *, seconds: int | None = None, status: int = 200) -> HttpResponse:
    context = {"form": form, "seconds": seconds, "crumbs": _crumbs()}
    return render(request, "substances/batch.html", context, status=status)


def _crumbs() -> list[dict[str, Any]]:
    return [
        {"label": _("Home"), "url": reverse("web:home")},
        {"label": _("Structure search"), "url": reverse("web:structure-search")},
        {"label": _("Many structures")},
    ]


def _find(request: HttpRequest, pk: UUID) -> StructureSearch:
    found = StructureSearch.objects.filter(kind=StructureSearch.Kind.BATCH)
    return get_object_or_404(found.visible_to(request.user, session_key=request.session.session_key), pk=pk)


@never_cache
@require_safe
def batch_result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A batch: how far it is, and its rows with what was answered so far. Asked by htmx, only these."""
    search = _find(request, pk)
    progress = progress_of(search)
    show = request.GET.get("show", Show.ALL)
    show = show if show in Show.values else Show.ALL
    after = _number(request.GET.get("after"))
    rows = list(rows_of(search, show, ended=progress.has_ended).filter(number__gt=after)[: ROWS_A_PAGE + 1])
    page = rows[:ROWS_A_PAGE]
    context = {
        "search": search,
        "progress": progress,
        "job": None if progress.has_ended else _job(request, search, progress),
        "rows": list(told(page, ended=progress.has_ended)),
        "show": show,
        "filters": [_filter(search, progress, one, show) for one in Show],
        "pager": _pager(search, show, page, after, more=len(rows) > ROWS_A_PAGE),
        "files": _files(search, show),
        "crumbs": _crumbs(),
    }
    part = request.htmx  # type: ignore[attr-defined]  # django-htmx's middleware
    return render(request, "substances/partials/_batch.html" if part else "substances/batch_result.html", context)


def _address(search: StructureSearch, **query: object) -> str:
    said = {name: value for name, value in query.items() if value and value != Show.ALL}
    url = reverse("web:batch-result", args=[search.pk])
    return f"{url}?{urlencode(said)}" if said else url


def _filter(search: StructureSearch, progress: Progress, one: Show, chosen: str) -> dict[str, Any]:
    url = _address(search, show=one.value)
    return {"label": one.label, "count": progress.count_of(one), "url": url, "current": one.value == chosen}


def _pager(search: StructureSearch, show: str, page: list[Any], after: int, *, more: bool) -> dict[str, Any] | None:
    if not page or not (more or after):
        return None
    first, last = page[0].number, page[-1].number
    return {
        "text": _("Rows %(first)s to %(last)s") % {"first": first, "last": last},
        "previous_url": _address(search, show=show) if after else None,
        "next_url": _address(search, show=show, after=last) if more else None,
    }


def _files(search: StructureSearch, show: str) -> list[dict[str, str]]:
    query = f"?{urlencode({'show': show})}" if show != Show.ALL else ""
    return [{"label": form.upper(), "url": reverse("web:batch-file", args=[search.pk, form]) + query} for form in FORMS]


def _job(request: HttpRequest, search: StructureSearch, progress: Progress) -> dict[str, Any]:
    asked = _number(request.GET.get("asked"))
    page = _address(search, show=request.GET.get("show"), after=_number(request.GET.get("after")))
    again = "&" if "?" in page else "?"
    return {
        "title": _("Comparing") if progress.answered else _("Waiting for a worker"),
        "done": progress.answered,
        "total": progress.rows,
        "unit": _("rows"),
        "cancel_url": reverse("web:batch-cancel", args=[search.pk]),
        "poll_url": f"{page}{again}asked={asked + 1}",
        "poll_ms": max(500, WAITS_MS[min(asked, len(WAITS_MS) - 2)]),
        "page_url": page,
        "target": "#batch",
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def batch_row(search: StructureSearch, *, is_own: bool) -> dict[str, Any]:
    """A batch among searches; `goes_on` says whether parts of it have not ended."""
    rows = int(search.read_as.get("rows", 0))
    count = ngettext("%(n)s structure", "%(n)s structures", rows) % {"n": rows}
    return {
        "search": search,
        "said": " · ".join(filter(None, [count, search.read_as.get("file_name", "")])),
        "question": _("Many structures"),
        "url": reverse("web:batch-result", args=[search.pk]),
        "state": _("In progress") if getattr(search, "goes_on", False) else _("Ended"),
        "is_own": is_own,
    }


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Calls off what has not ended; what was answered stays."""
    search = _find(request, pk)
    cancel_batch(search=search, by=request.user if request.user.is_authenticated else None)
    messages.info(request, _("The rest is being cancelled. What was answered stays."))
    return redirect("web:batch-result", search.pk)


@never_cache
@require_safe
def file(request: HttpRequest, pk: UUID, form: str) -> HttpResponseBase:
    """The rows as a file."""
    if form not in FORMS:
        raise Http404
    search = _find(request, pk)
    show = request.GET.get("show", Show.ALL)
    return batch_file(search, progress_of(search), form, show if show in Show.values else Show.ALL)
