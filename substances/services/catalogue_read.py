"""The files of the starter catalogue of substances, read whole and checked against each other before storing."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from substances.chemistry.identifiers import PARSERS, IdentifierError, Scheme
from substances.services.catalogue_changes import STARTER_CHECKED
from substances.services.catalogue_files import CatalogueError, Line, read_lines, unique
from substances.services.catalogue_groups import GroupText, read_groups
from substances.services.catalogue_health import HEALTH_COLUMNS, HEALTH_KEYS
from substances.vocabulary import IdentifierScheme

FOLDER = Path(__file__).resolve().parents[1] / "catalogue"
SCHEMES: Mapping[str, Scheme] = {
    IdentifierScheme.CAS: "cas_rn",
    IdentifierScheme.EC: "ec_number",
    IdentifierScheme.INDEX: "clp_index_number",
    IdentifierScheme.INCHIKEY: "inchikey",
    IdentifierScheme.DTXSID: "dtxsid",
    IdentifierScheme.CID: "pubchem_cid",
}
_SOURCE = ("source", "checked")
_SOURCE_OPTIONAL = (
    "publisher",
    "kind",
    "year",
    "published_on",
    "url",
    "legal_reference",
    "licence",
    "note",
    "copy_of_list",
)
_COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "substances": (("slug", "kind", "name", "note"), ()),
    "identifiers": (("substance", "scheme", "value", *_SOURCE), ("locator",)),
    "names": (("substance", "language", "name", "kind", *_SOURCE), ("locator",)),
    "structures": (("substance", "smiles", "inchikey", *_SOURCE, "note"), ("locator",)),
    "classifications": (
        ("substance", "hazard_class", "hazard_statement", "as_printed", "valid_from", *_SOURCE, "locator"),
        ("valid_until", "note"),
    ),
    "flags": (
        ("substance", "concern", "strength", "authority", "legal_basis", "since", *_SOURCE, "locator"),
        ("until", "note"),
    ),
    "lists": (("slug", "name", "publisher", "jurisdiction", "effect", "legal_basis", "url", "source"), ("note",)),
    "memberships": (("substance", "list", "entry_date", "reason", "how", *_SOURCE, "locator"), ("until", "note")),
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    "substances": ("slug",),
    "identifiers": ("substance", "scheme", "value", "source"),
    "names": ("substance", "language", "name", "source"),
    "structures": ("substance",),
    "classifications": ("substance", "source", "as_printed", "valid_from"),
    "flags": ("substance", "concern", "authority", "legal_basis", "source", "since", "strength"),
    "lists": ("slug",),
    "memberships": ("substance", "list", "reason", "entry_date"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class CatalogueFiles:
    """Every line of the catalogue. References between the files hold; check digits are right."""

    sources: list[Line]
    substances: list[Line]
    identifiers: list[Line]
    names: list[Line]
    structures: list[Line]
    classifications: list[Line]
    flags: list[Line]
    lists: list[Line]
    memberships: list[Line]
    groups: list[GroupText]
    limits: list[Line]
    target_organs: list[Line]
    exposure: list[Line]
    biomonitoring: list[Line]


def read_catalogue(folder: Path = FOLDER) -> CatalogueFiles:
    """The whole catalogue of a folder.

    Raises:
        CatalogueError: the first thing that is not as it should be, naming file, line and value.
    """
    sources = read_sources(folder)
    files: dict[str, Any] = {}
    for name, (columns, optional) in {**_COLUMNS, **HEALTH_COLUMNS}.items():
        files[name] = read_lines(folder / f"{name}.csv", columns=columns, optional=optional)
        unique(files[name], *{**_KEYS, **HEALTH_KEYS}[name])
    keys = {line.text("key") for line in sources}
    slugs = {line.slug("slug") for line in files["substances"]}
    list_slugs = {line.slug("slug") for line in files["lists"]}
    for name in ("identifiers", "names", "structures", "classifications", "flags", "memberships", *HEALTH_COLUMNS):
        _refer(files[name], "substance", slugs, what="substance of substances.csv")
        _refer(files[name], "source", keys, what="source of sources.csv")
        check_checked(files[name])
    _refer(files["lists"], "source", keys, what="source of sources.csv")
    _refer(files["memberships"], "list", list_slugs, what="list of lists.csv")
    for line in files["identifiers"]:
        check_identifier(line, "value", line.text("scheme"))
    groups = read_groups(folder / "groups.yaml", substances=slugs, sources=keys, lists=list_slugs)
    return CatalogueFiles(sources=sources, groups=groups, **files)


def read_sources(folder: Path) -> list[Line]:
    """The lines of a room's `sources.csv`.

    Raises:
        CatalogueError: see `read_lines`; or a key given twice.
    """
    lines = read_lines(folder / "sources.csv", columns=("key", "title"), optional=_SOURCE_OPTIONAL)
    unique(lines, "key")
    return lines


def check_checked(lines: Iterable[Line]) -> None:
    """Refuses a fact that does not say how it was made sure of, or says what only imports and reviews may.

    Raises:
        CatalogueError: naming the line.
    """
    for line in lines:
        if line.optional("checked") not in STARTER_CHECKED:
            raise line.error("checked", f"is not one of {', '.join(sorted(STARTER_CHECKED))}")


def check_identifier(line: Line, column: str, scheme: str) -> None:
    """Refuses an identifier that is not in its scheme's normal form, or whose check digit is wrong.

    Raises:
        CatalogueError: naming the line, and the check digit expected.
    """
    if scheme not in SCHEMES:
        raise line.error("scheme", f"is not one of {', '.join(SCHEMES)}")
    value = line.text(column, longest=60)
    try:
        reading = PARSERS[SCHEMES[scheme]](value)
    except IdentifierError as error:
        raise line.error(column, error.message) from None
    if reading.value != value:
        raise line.error(column, f"should be written {reading.value}")


def _refer(lines: Iterable[Line], column: str, known: Collection[str], *, what: str) -> None:
    for line in lines:
        if line.optional(column) not in known:
            raise line.error(column, f"names no {what}")


__all__ = ["FOLDER", "SCHEMES", "CatalogueError", "CatalogueFiles", "check_checked", "check_identifier"]
__all__ += ["read_catalogue", "read_sources"]
