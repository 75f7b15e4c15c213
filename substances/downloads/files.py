"""Substances as a file for the browser: one function for every page that offers them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.spreadsheet import Cell
from portal.common.tables import Table, json_file, table_file, text_file
from substances.clocks import Clocks
from substances.downloads.rows import Beside, substance_cells, substance_rows
from substances.downloads.sdf import sdf_records, with_molfile
from substances.models import Substance

#: What every such file says, whatever is in it.
NOT_LISTED = "Not listed is not the same as safe: where nothing is known, nobody may have looked."
FORMATS = ("csv", "xlsx", "json", "sdf")
SDF = "chemical/x-mdl-sdfile"


def substance_file(
    request: HttpRequest,
    substances: Iterable[Beside],
    form: str,
    *,
    name: str,
    about: Mapping[str, Cell],
    more: Sequence[str] = (),
    clocks: Clocks | None = None,
) -> StreamingHttpResponse:
    """The substances as "csv", "xlsx", "json" or "sdf", written while they are sent.

    Args:
        substances: in the order of the file; an SDF has each once.
        name: of the file, without its ending.
        about: what is in it and where it comes from, as label and value; "Address" where that of the request is secret.
        more: columns of what stands beside each substance.
        clocks: for which day lists and concerns are told; today's without.

    Raises:
        Http404: an SDF of substances none of whom has a structure.
    """
    base = request.build_absolute_uri("/").rstrip("/")
    told: dict[str, Cell] = {"Address": request.build_absolute_uri(), **about}
    told |= {"Retrieved on": timezone.localdate(), "Note": NOT_LISTED}
    if form == "json":
        flat = {label.lower().replace(" ", "_"): value for label, value in told.items()}
        rows = substance_rows(substances, base=base, clocks=clocks)
        return json_file(flat, "substances", rows, name=f"{name}.json")
    if form == "sdf":
        return _sdf(list(substances), name=name, about=told, base=base, clocks=clocks)
    return table_file(Table(name, told, substance_cells(substances, more, base=base, clocks=clocks)), form)


def in_order(substances: QuerySet[Substance]) -> list[Beside]:
    """The ids of a queryset by name, with nothing beside."""
    return alone(substances.order_by("name", "pk").values_list("pk", flat=True))


def alone(substances: Iterable[uuid.UUID]) -> list[Beside]:
    """Ids with nothing beside."""
    return [(pk, {}) for pk in substances]


def file_links(name: str, *args: Any, query: str = "") -> list[dict[str, str]]:
    """As `components/downloads.html` takes them: each format and the address of its file.

    Args:
        name: of the address; it ends in `<form:form>`.
        args: what else is in the address.
        query: what the page was asked, encoded; the file is asked the same.
    """
    asked = f"?{query}" if query else ""
    return [{"label": form.upper(), "url": reverse(name, args=[*args, form]) + asked} for form in FORMATS]


def _sdf(
    substances: Sequence[Beside], *, name: str, about: Mapping[str, Cell], base: str, clocks: Clocks | None
) -> StreamingHttpResponse:
    ids: list[uuid.UUID] = list(dict(substances))
    drawn = with_molfile(ids)
    if not drawn:
        raise Http404(_("None of these substances has a structure: there is nothing to write as SDF."))
    records = sdf_records(substances, about=about, base=base, drawn=drawn, clocks=clocks)
    answer = text_file(records, SDF, name=f"{name}.sdf")
    answer["Benigna-Records"] = f"{len(drawn)} of {len(ids)}"
    return answer
