"""Loads the starter catalogue of substances: authored facts, each with its source, brought into the database.

Loading twice changes nothing; loading a newer catalogue applies its changes and takes back what it no longer says.
What was imported from a publisher's file or reviewed by people is never touched. Ids come from slugs, so that two
portals call the same substance by the same UUID.
"""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from substances.chemistry.sandbox_client import Sandbox
from substances.models import Source, Substance
from substances.services.catalogue_changes import Changes, reconcile
from substances.services.catalogue_facts import FactWriter
from substances.services.catalogue_files import CatalogueError, Line, fingerprint_of
from substances.services.catalogue_forget import forget_dropped
from substances.services.catalogue_groups import GroupText
from substances.services.catalogue_loads import (
    CatalogueReport,
    id_of,
    loaded_before,
    remember,
    store_sources,
    version_of_chemistry,
)
from substances.services.catalogue_read import FOLDER, CatalogueFiles, read_catalogue
from substances.services.catalogue_structures import Measured, StructureUnread, in_sandboxes, measure
from substances.services.group_evaluation import bring_up_to_date
from substances.services.group_rules import RuleAsker, RuleUnread
from substances.services.search_terms import rebuild_for
from substances.vocabulary import SubstanceKind

ROOM = "substances"


def load_catalogue(*, folder: Path | None = None) -> CatalogueReport:
    """Brings the starter's substances and what is known of them into line with the files of a folder.

    Args:
        folder: by default the catalogue that comes with the portal.

    Raises:
        CatalogueError: a file that is not as it should be, or a structure whose InChIKey is another; nothing changed.
    """
    started = time.perf_counter()
    folder = folder or FOLDER
    fingerprint = fingerprint_of(folder, settings.VERSION, version_of_chemistry())
    if (known := loaded_before(ROOM, fingerprint)) is not None:
        bring_up_to_date()
        return CatalogueReport(ROOM, known, unchanged=True, seconds=time.perf_counter() - started)
    files = read_catalogue(folder)
    measured = measure_structures(files)
    with RuleAsker(boxes=2, remembers=True) as asker:
        check_groups(files, inferred_groups(files.groups, {slug: one.smiles for slug, one in measured.items()}, asker))
        with transaction.atomic():
            changes, kept = _store(files, measured)
            counts = {field.name: len(getattr(files, field.name)) for field in dataclasses.fields(files)}
            remember(ROOM, fingerprint, counts)
        bring_up_to_date(asker)
    return CatalogueReport(ROOM, counts, changes, kept=kept, seconds=time.perf_counter() - started)


def measure_structures(files: CatalogueFiles) -> dict[str, Measured]:
    """Every structure as the chemistry room reads it, by slug of its substance.

    Raises:
        CatalogueError: one cannot be read, or its InChIKey is not the one the catalogue gives.
    """
    names = {line.text("slug"): line.text("name") for line in files.substances}

    def one(box: Sandbox, line: Line) -> Measured:
        try:
            found = measure(box, line.text("smiles"), label=names[line.text("substance")])
        except StructureUnread as error:
            raise line.error("smiles", str(error)) from error
        if found.inchikey != line.optional("inchikey"):
            raise line.error("inchikey", f"is not that of the SMILES, which is {found.inchikey or 'none'}")
        return found

    slugs = [line.text("substance") for line in files.structures]
    return dict(zip(slugs, in_sandboxes(one, files.structures), strict=True))


def check_groups(files: CatalogueFiles, inferred: Mapping[str, set[str]]) -> None:
    """Refuses a rule that takes in what its author named a non-member.

    Raises:
        CatalogueError: naming group and substance.
    """
    for group in files.groups:
        for slug in group.non_members:
            if group.slug in inferred.get(slug, ()):
                raise CatalogueError("groups.yaml", None, f"group {group.slug}, non_members", slug, "fits the rule")


def inferred_groups(
    groups: Iterable[GroupText], structures: Mapping[str, str], asker: RuleAsker
) -> dict[str, set[str]]:
    """For each structure (SMILES by key) the slugs of the groups whose rule it fulfils.

    Raises:
        CatalogueError: a rule cannot be read, or a structure cannot be judged.
    """
    rules = {group.slug: group.rule for group in groups if group.rule}
    try:
        asked = asker.ask(list(structures.values()), rules)
    except RuleUnread as error:
        raise CatalogueError("groups.yaml", None, "rule", "", str(error)) from error
    for key, one in zip(structures, asked, strict=True):
        if one.problem:
            raise CatalogueError("structures.csv", None, "smiles", key, one.problem)
    return {key: one.members_of for key, one in zip(structures, asked, strict=True)}


def forget_files_dropped(files: CatalogueFiles) -> tuple[str, ...]:
    """Takes back what the catalogue no longer names; what stays nevertheless, by slug."""
    return forget_dropped(
        substances={line.text("slug") for line in files.substances},
        groups={group.slug for group in files.groups},
        lists={line.text("slug") for line in files.lists},
    )


def _store(files: CatalogueFiles, measured: Mapping[str, Measured]) -> tuple[dict[str, Changes], tuple[str, ...]]:
    changes = {"sources": store_sources(files.sources)}
    sources = dict(Source.objects.values_list("key", "pk"))
    before = set(Substance.objects.values_list("pk", flat=True))
    changes["substances"], ids = _store_substances(files)
    changes |= FactWriter(files, sources, ids).write(measured)
    kept = forget_files_dropped(files)
    touched = set[uuid.UUID]().union(*(one.touched for one in changes.values()))
    Substance.objects.filter(pk__in=touched & before).update(revision=F("revision") + 1)
    rebuild_for(Substance.objects.filter(pk__in=touched))
    return changes, kept


def _store_substances(files: CatalogueFiles) -> tuple[Changes, dict[str, uuid.UUID]]:
    """The substances themselves; one an import made under the same CAS number is taken over, with its id."""
    _adopt(files)
    present = dict(Substance.objects.filter(slug__isnull=False).values_list("slug", "pk"))
    wanted = [
        Substance(
            id=present.get(slug := line.slug("slug"), id_of("substance", slug)),
            slug=slug,
            kind=line.choice("kind", SubstanceKind),
            name=line.text("name", longest=500),
            note=line.optional("note"),
        )
        for line in files.substances
    ]
    leave = ("merged_into_id", "split_at", "revision")
    among = Substance.objects.filter(slug__isnull=False)
    changes = reconcile(wanted, among=among, key=("slug",), about="id", leave=leave, remove=False)
    return changes, {str(row.slug): row.id for row in wanted}


def _adopt(files: CatalogueFiles) -> None:
    """Gives a slug to substances without one whose only CAS number is one of a substance new to the catalogue."""
    new = {line.text("slug") for line in files.substances} - set(
        Substance.objects.filter(slug__isnull=False).values_list("slug", flat=True)
    )
    slug_of = {
        line.text("value"): line.text("substance")
        for line in files.identifiers
        if line.text("scheme") == "cas" and line.text("substance") in new
    }
    nameless = Substance.objects.living().filter(slug__isnull=True, identifiers__scheme="cas")
    claimed: dict[str, set[uuid.UUID]] = {}
    for pk, value in nameless.filter(identifiers__value__in=slug_of).values_list("pk", "identifiers__value"):
        claimed.setdefault(slug_of[value], set()).add(pk)
    for slug, pks in claimed.items():
        if len(pks) == 1:
            Substance.objects.filter(pk__in=pks).update(slug=slug)


__all__ = ["CatalogueError", "CatalogueReport", "load_catalogue"]
