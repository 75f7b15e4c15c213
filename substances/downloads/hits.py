"""The answer to a search as a file: each hit with its rank, its exact score and why it is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.common.spreadsheet import Cell
from portal.common.tables import Table, json_file, table_file
from substances.downloads.files import FORMATS, NOT_LISTED, substance_file
from substances.downloads.rows import cell_of
from substances.models import StructureSearch
from substances.searches.results import FoundHit, results

#: Beside the columns of a substance. Scores are Tanimoto coefficients, dimensionless: bits shared over bits in either.
COLUMNS = ("rank", "tanimoto", "bits_shared", "bits_in_either", "why", "atoms_marked")
GROUP_COLUMNS = (
    *("rank", "group", "slug", "why", "atoms_marked", "rule_version", "exemption"),
    *("lists_naming_the_group", "lists_leaving_it_out", "url"),
)
LIBRARY_COLUMNS = (
    *("rank", "tanimoto", "bits_shared", "bits_in_either", "given_id", "line", "smiles", "inchikey"),
    *("substance", "listed", "library", "licence"),
)
WITHOUT_SDF = ("csv", "xlsx", "json")
#: Hits are facts of the sources they name; what this portal adds is in the licence of its data.
LICENCE = "Facts are their sources' and under their terms (see /sources/); what was typed is the asker's."


def hits_file(request: HttpRequest, search: StructureSearch, form: str, *, address: str) -> StreamingHttpResponse:
    """The hits as "csv", "xlsx", "json" or "sdf": those that may be shown today, in their order.

    Args:
        search: which whoever asks may read.
        address: what the file gives as its own; never one with a secret in it.

    Raises:
        Http404: an SDF of groups or of a library, or of substances none of whom has a structure.
    """
    with override(None):
        hits = results(search, drawn=False).hits
    about = {**about_search(search), "Address": address}
    name = f"search-{search.kind}-{search.pk}"
    if form not in forms_of(search.kind):
        raise Http404(_("Of this kind of search there is no such file."))
    if search.kind == StructureSearch.Kind.GROUP:
        return _groups_file(request, hits, form, name=name, about=about)
    if search.kind == StructureSearch.Kind.LIBRARY:
        rows_of_library = [_library_row(hit) for hit in hits]
        return _own_file("structures", LIBRARY_COLUMNS, rows_of_library, form, name=name, about=about)
    families: list[str] = search.parameters.get("families", [])
    several = families if len(families) > 1 else []
    more = [*COLUMNS, *(f"{what}:{family}" for family in several for what in ("tanimoto", "rank"))]
    rows = [(hit.substance.pk, _beside(hit, several)) for hit in hits if hit.substance]
    return substance_file(request, rows, form, name=name, about=about, more=more)


def forms_of(kind: str) -> tuple[str, ...]:
    """The files that the answer to a kind of search can be taken as: groups and libraries have no molfiles."""
    return WITHOUT_SDF if kind in (StructureSearch.Kind.GROUP, StructureSearch.Kind.LIBRARY) else FORMATS


def about_search(search: StructureSearch) -> dict[str, Cell]:
    """What was asked, of which data, by which versions; not what was typed: a file goes further than its reader."""
    read = search.read_as
    told: dict[str, Cell] = {
        "Search": str(search.pk),
        "Kind": search.kind,
        "Asked on": timezone.localtime(search.created_at).isoformat(timespec="seconds"),
        "Structure (InChIKey)": read.get("inchikey"),
        "Structure (SMILES)": read.get("smiles"),
        "Compared with (structures)": search.compared_with,
        "Data release": search.data_release,
        "Licence": LICENCE,
    }
    told |= {f"Parameter {name}": cell_of(value) for name, value in search.parameters.items()}
    told |= {f"Version of {name}": value for name, value in search.versions.items()}
    if why := read.get("not_computable"):
        told["Not computable"] = why["reason"]
    return told


def _beside(hit: FoundHit, families: Sequence[str]) -> dict[str, Cell]:
    found = hit.told.get("families", {})
    own: dict[str, Cell] = {
        "rank": hit.rank,
        "tanimoto": _decimal(hit.shared, hit.united),
        "bits_shared": hit.shared,
        "bits_in_either": hit.united,
        "why": hit.why,
        "atoms_marked": cell_of(hit.atoms),
    }
    for family in families:
        one = found.get(family, {})
        own[f"tanimoto:{family}"] = _decimal(one.get("shared"), one.get("united"))
        own[f"rank:{family}"] = one.get("rank")
    return own


def _decimal(shared: int | None, united: int | None) -> float | None:
    """The score with six decimals; the two whole numbers beside it are exact."""
    if shared is None or united is None:
        return None
    return round(shared / united, 6) if united else 0.0


def _groups_file(
    request: HttpRequest, hits: Iterable[FoundHit], form: str, *, name: str, about: dict[str, Cell]
) -> StreamingHttpResponse:
    base = request.build_absolute_uri("/").rstrip("/")
    return _own_file("groups", GROUP_COLUMNS, [_group_row(hit, base) for hit in hits], form, name=name, about=about)


def _own_file(
    what: str, columns: Sequence[str], rows: Sequence[dict[str, Any]], form: str, *, name: str, about: dict[str, Cell]
) -> StreamingHttpResponse:
    told = {**about, "Retrieved on": timezone.localdate(), "Note": NOT_LISTED}
    if form == "json":
        flat = {label.lower().replace(" ", "_"): value for label, value in told.items()}
        return json_file(flat, what, rows, name=f"{name}.json")
    return table_file(Table(name, told, _as_cells(columns, rows)), form)


def _library_row(hit: FoundHit) -> dict[str, Any]:
    found = hit.library_structure
    told = {name: getattr(found, name, None) for name in ("given_id", "line", "smiles", "inchikey")}
    return {
        "rank": hit.rank,
        "tanimoto": _decimal(hit.shared, hit.united),
        "bits_shared": hit.shared,
        "bits_in_either": hit.united,
        **told,
        "substance": hit.substance.name if hit.substance else None,
        "listed": hit.listed if hit.substance else None,
        "library": found.library.name if found else None,
        "licence": found.library.licence if found else None,
    }


def _group_row(hit: FoundHit, base: str) -> dict[str, Any]:
    lists = hit.told.get("lists", [])
    return {
        "rank": hit.rank,
        "group": hit.group.name if hit.group else "",
        "slug": hit.group.slug if hit.group else "",
        "why": hit.why,
        "atoms_marked": hit.atoms or [],
        "rule_version": hit.told.get("rule_version"),
        "exemption": hit.told.get("reason", ""),
        "lists_naming_the_group": [one["name"] for one in lists if not one["exempt"]],
        "lists_leaving_it_out": [f"{one['name']}: {one['reason']}" for one in lists if one["exempt"]],
        "url": f"{base}/groups/{hit.group.slug}/" if hit.group else "",
    }


def _as_cells(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterator[list[Cell]]:
    yield list(columns)
    for row in rows:
        yield [cell_of(row[name]) for name in columns]
