"""Loads the demo companies: plainly made up, marked so by name, numbers and the way their facts were checked."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, ProtectedError

from portal.companies.models import Commitment, Company, Production
from substances.models import Source, Substance, SubstanceGroup
from substances.services.catalogue_changes import Changes, reconcile
from substances.services.catalogue_files import CatalogueError, Line, fingerprint_of, read_lines, unique
from substances.services.catalogue_loads import CatalogueReport, id_of, loaded_before, remember
from substances.vocabulary import Checked

FOLDER = Path(__file__).resolve().parent / "catalogue"
ROOM = "companies"
SOURCE_KEY = "benigna-demo"
_COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "companies": (("slug", "name", "isin", "lei", "sector", "country"), ("founded", "revenue_meur", "note")),
    "production": (("company", "substance", "role", "tonnage_min_t", "tonnage_max_t", "year"), ("note",)),
    "commitments": (("company", "substance_or_group", "commitment", "target_year", "status"), ("note",)),
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    "companies": ("slug",),
    "production": ("company", "substance", "role", "year"),
    "commitments": ("company", "substance_or_group", "commitment"),
}


def load_demo_companies(*, folder: Path | None = None) -> CatalogueReport:
    """Brings the demo companies into line with the files of a folder. The substances must be loaded before.

    Args:
        folder: by default the catalogue that comes with the portal.

    Raises:
        CatalogueError: a file that is not as it should be, or a company not marked as made up; nothing changed.
    """
    started = time.perf_counter()
    folder = folder or FOLDER
    fingerprint = fingerprint_of(folder, settings.VERSION)
    if (known := loaded_before(ROOM, fingerprint)) is not None:
        return CatalogueReport(ROOM, known, unchanged=True, seconds=time.perf_counter() - started)
    files = {}
    for name, (columns, optional) in _COLUMNS.items():
        files[name] = read_lines(folder / f"{name}.csv", columns=columns, optional=optional)
        unique(files[name], *_KEYS[name])
    counts = {name: len(lines) for name, lines in files.items()}
    with transaction.atomic():
        changes, kept = _Writer(files).write()
        remember(ROOM, fingerprint, counts)
    return CatalogueReport(ROOM, counts, changes, kept=kept, seconds=time.perf_counter() - started)


class _Writer:
    """Brings one reading of the files into the database."""

    def __init__(self, files: Mapping[str, list[Line]]) -> None:
        self.files = files
        self.source, _ = Source.objects.update_or_create(
            key=SOURCE_KEY,
            defaults={"title": "Made up for demonstration", "publisher": "Benigna", "kind": "demonstration"},
        )
        self.substances = {slug: pk for slug, pk in Substance.objects.values_list("slug", "pk") if slug}
        self.groups = dict(SubstanceGroup.objects.values_list("slug", "pk"))

    def write(self) -> tuple[dict[str, Changes], tuple[str, ...]]:
        """The companies, then what is told of them; companies no longer named go."""
        before = set(Company.objects.values_list("pk", flat=True))
        self.companies: dict[str, uuid.UUID] = {}
        changes = {"companies": self._companies()}
        changes["production"] = self._production()
        changes["commitments"] = self._commitments()
        touched = set[uuid.UUID]().union(*(one.touched for one in changes.values()))
        Company.objects.filter(pk__in=touched & before).update(revision=F("revision") + 1)
        return changes, self._forget()

    def _fact(self) -> dict[str, object]:
        return {"source_id": self.source.pk, "checked": Checked.MADE_UP}

    def _companies(self) -> Changes:
        wanted = []
        for line in self.files["companies"]:
            slug = line.slug("slug")
            _refuse_unmarked(line)
            self.companies[slug] = id_of("company", slug)
            wanted.append(
                Company(
                    id=self.companies[slug],
                    slug=slug,
                    name=line.text("name", longest=200),
                    isin=line.optional("isin"),
                    lei=line.optional("lei"),
                    sector=line.optional("sector"),
                    country=line.optional("country"),
                    is_demo=True,
                )
            )
        leave, among = ("revision", "organisation_id"), Company.objects.filter(is_demo=True)
        return reconcile(wanted, among=among, key=("slug",), about="id", leave=leave, remove=False)

    def _production(self) -> Changes:
        wanted = [
            Production(
                **self._fact(),
                company_id=line.known("company", self.companies, what="company of companies.csv"),
                substance_id=line.known("substance", self.substances, what="substance of the catalogue"),
                role=line.choice("role", Production.Role),
                year=_year(line, "year"),
                tonnes_per_year_min=line.number_of("tonnage_min_t"),
                tonnes_per_year_max=line.number_of("tonnage_max_t"),
            )
            for line in self.files["production"]
        ]
        for line, row in zip(self.files["production"], wanted, strict=True):
            least, most = row.tonnes_per_year_min, row.tonnes_per_year_max
            if least is not None and most is not None and most < least:
                raise line.error("tonnage_max_t", "is less than tonnage_min_t")
        key = ("company_id", "substance_id", "role", "year", "source_id")
        among = Production.objects.filter(company__is_demo=True)
        return reconcile(wanted, among=among, key=key, about="company_id")

    def _commitments(self) -> Changes:
        wanted = []
        for line in self.files["commitments"]:
            subject = line.text("substance_or_group")
            known = self.substances.get(subject), self.groups.get(subject)
            if known == (None, None):
                raise line.error("substance_or_group", "names neither a substance nor a group of the catalogue")
            wanted.append(
                Commitment(
                    **self._fact(),
                    company_id=line.known("company", self.companies, what="company of companies.csv"),
                    substance_id=known[0],
                    group_id=known[1] if known[0] is None else None,
                    text=line.text("commitment", longest=300),
                    target_year=_year(line, "target_year"),
                    status=line.choice("status", Commitment.Status),
                )
            )
        key = ("company_id", "substance_id", "group_id", "text")
        among = Commitment.objects.filter(company__is_demo=True)
        return reconcile(wanted, among=among, key=key, about="company_id")

    def _forget(self) -> tuple[str, ...]:
        kept = []
        for company in Company.objects.filter(is_demo=True).exclude(slug__in=self.companies):
            try:
                with transaction.atomic():
                    company.delete()
            except ProtectedError:
                kept.append(company.slug)
        return tuple(sorted(kept))


def _refuse_unmarked(line: Line) -> None:
    """Nothing is claimed of a real company: name and numbers say that this one is made up."""
    if not line.text("name").endswith(" (demo)"):
        raise line.error("name", "should end with ' (demo)'")
    if line.optional("isin") and not re.fullmatch(r"ZZ[A-Z0-9]{9}\d", line.optional("isin"), re.ASCII):
        raise line.error("isin", "of a made up company is ZZ, nine letters or digits and a digit")
    if line.optional("lei") and not re.fullmatch(r"0000[A-Z0-9]{14}\d\d", line.optional("lei"), re.ASCII):
        raise line.error("lei", "of a made up company is 0000, fourteen letters or digits and two digits")
    if line.optional("country") and not re.fullmatch(r"[A-Z]{2}", line.optional("country"), re.ASCII):
        raise line.error("country", "is two capital letters (ISO 3166-1)")


def _year(line: Line, column: str) -> int:
    year = line.year(column)
    if year is None:
        raise line.error(column, "may not be empty")
    return year


__all__ = ["CatalogueError", "load_demo_companies"]
