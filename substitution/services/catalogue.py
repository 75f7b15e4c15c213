"""Loads the starter catalogue of functions, alternatives, what they replace, and the evidence for it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet

from substances.models import Source, Substance
from substances.querysets import is_living
from substances.services.catalogue_changes import STARTER_CHECKED, Changes, reconcile
from substances.services.catalogue_files import CatalogueError, Line, fingerprint_of, read_lines, unique
from substances.services.catalogue_loads import CatalogueReport, id_of, loaded_before, remember, store_sources
from substances.services.catalogue_read import check_checked, read_sources
from substitution.models import Alternative, Evidence, Replacement, TechnicalFunction
from substitution.vocabulary import AlternativeKind, AlternativeStatus, FunctionLevel, Readiness, Supports

FOLDER = Path(__file__).resolve().parents[1] / "catalogue"
ROOM = "substitution"
_LINK = ("alternative", "replaces", "function")
_COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "functions": (
        ("slug", "level", "parent", "name", "name_pl", "oecd_category", "description", "source", "checked"),
        ("locator",),
    ),
    "alternatives": (
        ("slug", "kind", "name", "name_pl", "substance", "description", "readiness", "status", "source", "checked"),
        ("locator",),
    ),
    "links": ((*_LINK, "status", "since", "note"), ()),
    "evidence": ((*_LINK, "source", "locator", "finding", "supports", "checked"), ()),
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    "functions": ("slug",),
    "alternatives": ("slug",),
    "links": _LINK,
    "evidence": (*_LINK, "source", "locator", "finding"),
}


def load_catalogue(*, folder: Path | None = None) -> CatalogueReport:
    """Brings the starter's alternatives into line with the files of a folder. The substances must be loaded before.

    Args:
        folder: by default the catalogue that comes with the portal.

    Raises:
        CatalogueError: a file that is not as it should be; nothing changed.
    """
    started = time.perf_counter()
    folder = folder or FOLDER
    fingerprint = fingerprint_of(folder, settings.VERSION)
    if (known := loaded_before(ROOM, fingerprint)) is not None:
        return CatalogueReport(ROOM, known, unchanged=True, seconds=time.perf_counter() - started)
    files = {"sources": read_sources(folder)}
    for name, (columns, optional) in _COLUMNS.items():
        files[name] = read_lines(folder / f"{name}.csv", columns=columns, optional=optional)
        unique(files[name], *_KEYS[name])
    for name in ("functions", "alternatives", "evidence"):
        check_checked(files[name])
    counts = {name: len(lines) for name, lines in files.items()}
    with transaction.atomic():
        changes, kept = _Writer(files).write()
        remember(ROOM, fingerprint, counts)
    return CatalogueReport(ROOM, counts, changes, kept=kept, seconds=time.perf_counter() - started)


class _Writer:
    """Brings one reading of the files into the database.

    What names a substance that was merged or split since goes on to name whom it names now: curators dealt it out.
    """

    def __init__(self, files: Mapping[str, list[Line]]) -> None:
        self.files = files
        self.changes = {"sources": store_sources(files["sources"])}
        self.sources = dict(Source.objects.values_list("key", "pk"))
        self.substances = {slug: pk for slug, pk in Substance.objects.values_list("slug", "pk") if slug}
        self.gone = set(Substance.objects.exclude(is_living()).values_list("pk", flat=True))

    def write(self) -> tuple[dict[str, Changes], tuple[str, ...]]:
        """Everything, in the order the references need; then what the files no longer say is taken back."""
        self._functions()
        self.changes["alternatives"] = self._alternatives()
        links = self._links()
        self._evidence(links)
        return self.changes, self._forget(set(links.values()))

    def _fact(self, line: Line) -> dict[str, object]:
        return {
            "source_id": line.known("source", self.sources, what="source"),
            "checked": line.text("checked"),
            "locator": line.optional("locator"),
        }

    def _functions(self) -> None:
        """Level by level, so that a parent is there before its children."""
        total = Changes()
        for level in FunctionLevel.values:
            above = dict(TechnicalFunction.objects.values_list("slug", "pk"))
            lines = [line for line in self.files["functions"] if line.choice("level", FunctionLevel) == level]
            wanted = [
                TechnicalFunction(
                    **self._fact(line),
                    slug=line.slug("slug"),
                    level=level,
                    parent_id=line.known_or_none("parent", above, what="function of a level above"),
                    name=line.text("name", longest=200),
                    name_pl=line.optional("name_pl"),
                    oecd_category=line.optional("oecd_category"),
                    description=line.optional("description"),
                )
                for line in lines
            ]
            for line, row in zip(lines, wanted, strict=True):
                if (row.parent_id is None) != (level == FunctionLevel.CHEMICAL_FUNCTION):
                    raise line.error("parent", "is given exactly below the level chemical_function")
            done = reconcile(wanted, among=TechnicalFunction.objects.all(), key=("slug",), remove=False)
            total = Changes(total.added + done.added, total.changed + done.changed)
        self.changes["functions"] = total

    def _alternatives(self) -> Changes:
        candidates = dict(Alternative.objects.values_list("slug", "candidate_id"))
        wanted = []
        for line in self.files["alternatives"]:
            kind = line.choice("kind", AlternativeKind)
            candidate = line.known_or_none("substance", self.substances, what="substance of the catalogue")
            if candidate and kind != AlternativeKind.SUBSTANCE:
                raise line.error("substance", f"is given though the kind is {kind}")
            if not candidate and not line.optional("description"):
                raise line.error("description", "may not be empty where no substance is named")
            slug = line.slug("slug")
            wanted.append(
                Alternative(
                    **self._fact(line),
                    id=id_of("alternative", slug),
                    slug=slug,
                    kind=kind,
                    name=line.text("name", longest=300),
                    name_pl=line.optional("name_pl"),
                    candidate_id=candidates.get(slug, candidate) if candidate in self.gone else candidate,
                    description=line.optional("description"),
                    readiness=line.choice("readiness", Readiness, default=""),
                    status=line.choice("status", AlternativeStatus),
                )
            )
        return reconcile(wanted, among=Alternative.objects.all(), key=("slug",), remove=False)

    def _links(self) -> dict[tuple[str, ...], uuid.UUID]:
        """The replacements; their ids by the three slugs. Left out is what a merge made speak of one substance."""
        alternatives = dict(Alternative.objects.values_list("slug", "pk"))
        functions = dict(TechnicalFunction.objects.values_list("slug", "pk"))
        candidates = dict(Alternative.objects.values_list("pk", "candidate_id"))
        own = {line.text("slug"): line.optional("substance") for line in self.files["alternatives"]}
        there = dict(Replacement.objects.values_list("pk", "replaces_id"))
        ids, wanted = {}, []
        for line in self.files["links"]:
            link = tuple(line.text(column) for column in _LINK)
            ids[link] = id_of("replacement", "/".join(link))
            alternative = line.known("alternative", alternatives, what="alternative")
            replaced = line.known("replaces", self.substances, what="substance of the catalogue")
            if own.get(link[0]) == link[1]:
                raise line.error("replaces", "is the alternative itself")
            if candidates[alternative] == replaced:  # by a merge
                del ids[link]
                continue
            wanted.append(
                Replacement(
                    id=ids[link],
                    alternative_id=alternative,
                    replaces_id=there.get(ids[link], replaced) if replaced in self.gone else replaced,
                    function_id=line.known("function", functions, what="function"),
                    status=line.choice("status", AlternativeStatus),
                    since=line.year("since"),
                    note=line.optional("note"),
                )
            )
        key = ("alternative_id", "replaces_id", "function_id")
        self.changes["links"] = reconcile(wanted, among=Replacement.objects.all(), key=key, remove=False)
        return ids

    def _evidence(self, links: Mapping[tuple[str, ...], uuid.UUID]) -> None:
        wanted = []
        left_out = {tuple(line.text(column) for column in _LINK) for line in self.files["links"]} - links.keys()
        for line in self.files["evidence"]:
            link = tuple(line.text(column) for column in _LINK)
            if link in left_out:
                continue
            if link not in links:
                raise line.error("alternative", f"is not linked to {link[1]} in {link[2]} by links.csv")
            wanted.append(
                Evidence(
                    **self._fact(line),
                    replacement_id=links[link],
                    finding=line.text("finding"),
                    supports=line.choice("supports", Supports),
                )
            )
        key = ("replacement_id", "source_id", "locator", "finding")
        self.changes["evidence"] = reconcile(wanted, among=Evidence.objects.all(), key=key)

    def _forget(self, links: Collection[uuid.UUID]) -> tuple[str, ...]:
        """Deletes what the files no longer name; the slugs of what others still speak of."""
        starters = Alternative.objects.filter(checked__in=STARTER_CHECKED)
        _delete(Replacement.objects.filter(alternative__in=starters).exclude(pk__in=links))
        slugs = {name: [line.text("slug") for line in self.files[name]] for name in ("alternatives", "functions")}
        kept = _delete(starters.exclude(slug__in=slugs["alternatives"]))
        functions = TechnicalFunction.objects.filter(checked__in=STARTER_CHECKED).exclude(slug__in=slugs["functions"])
        deepest_first = [functions.filter(level=level) for level in reversed(FunctionLevel.values)]
        return tuple(sorted(kept + [slug for rows in deepest_first for slug in _delete(rows)]))


def _delete(rows: QuerySet[Model] | Iterable[Model]) -> list[str]:
    """Deletes rows one by one; the slugs of those that others hold on to."""
    kept = []
    for row in rows:
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError:
            kept.append(str(getattr(row, "slug", row.pk)))
    return kept


__all__ = ["CatalogueError", "load_catalogue"]
