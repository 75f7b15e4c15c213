"""Structures that a file gives, as claims of its source: planned in memory, written in one short transaction a batch.

Of one source a substance has one structure. Which of several sources' is shown first (`is_current`): what people chose
(the starter catalogue, a review, a curated file) before a lookup, and among equals the one that was there first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from substances.models import Fingerprint, Source, Structure, Substance
from substances.services.catalogue_structures import Measured
from substances.services.search_terms import add_structures_of, rebuild_for
from substances.vocabulary import Checked, StructureTrust

_LONGEST_LOCATOR = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A structure as read, for one substance, and where the source says so."""

    line: int
    substance: UUID
    as_reported: str
    locator: str
    measured: Measured


@dataclasses.dataclass(slots=True)
class Written:
    """What became of the claims of a batch, by line.

    Attributes:
        added, renewed, kept: written, written again by the standardiser of today, there already.
        otherwise: the source has given the substance another structure; with the SMILES of that one.
        gone: the substance was merged or removed meanwhile.
    """

    added: set[int] = dataclasses.field(default_factory=set)
    renewed: set[int] = dataclasses.field(default_factory=set)
    kept: set[int] = dataclasses.field(default_factory=set)
    otherwise: dict[int, str] = dataclasses.field(default_factory=dict)
    gone: set[int] = dataclasses.field(default_factory=set)


def given_by(source: Source, substances: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """What the source has given these substances so far: structure as reported, and the standardiser that read it."""
    rows = Structure.objects.filter(source=source, substance__in=substances)
    return {pk: (text, by) for pk, text, by in rows.values_list("substance_id", "as_reported", "standardiser")}


@transaction.atomic
def write_claims(source: Source, claims: Iterable[Claim]) -> Written:
    """Writes what is not there yet, with fingerprints, search terms and revisions: whole, or not at all."""
    claims = list(claims)
    ids = sorted({claim.substance for claim in claims})
    living = Substance.objects.living().filter(pk__in=ids)
    standing = set(living.select_for_update().order_by("pk").values_list("pk", flat=True))
    given = list(Structure.objects.filter(substance__in=standing).select_related("source").defer(*_HEAVY))
    batch = _Batch(source, given)
    for claim in claims:
        if claim.substance in standing:
            batch.take(claim)
        else:
            batch.written.gone.add(claim.line)
    batch.write()
    return batch.written


class _Batch:
    """One batch: what the substances have, and what will be written."""

    def __init__(self, source: Source, given: Iterable[Structure]) -> None:
        self.source, self.written = source, Written()
        self.own: dict[UUID, Structure] = {}
        self.shown: dict[UUID, Structure] = {}
        for structure in given:
            if structure.source_id == source.pk:
                self.own[structure.substance_id] = structure
            if structure.is_current:
                self.shown[structure.substance_id] = structure
        self.new: list[Structure] = []
        self.renewed: list[Structure] = []
        self.hidden: list[int] = []
        self.fingerprints: list[tuple[Structure, Measured]] = []

    def take(self, claim: Claim) -> None:
        own, read = self.own.get(claim.substance), claim.measured
        if own is None:
            self._add(claim)
        elif (own.smiles, own.inchikey) != (read.smiles, read.inchikey) and own.as_reported != claim.as_reported:
            self.written.otherwise[claim.line] = own.smiles
        elif own.standardiser != read.standardiser:
            _fill(own, read)
            self.renewed.append(own)
            self.fingerprints.append((own, read))
            self.written.renewed.add(claim.line)
        else:
            self.written.kept.add(claim.line)

    def _add(self, claim: Claim) -> None:
        structure = Structure(
            substance_id=claim.substance,
            source=self.source,
            as_reported=claim.as_reported,
            locator=claim.locator[:_LONGEST_LOCATOR],
            checked=Checked.IMPORTED,
            is_current=self._comes_first(claim.substance),
        )
        _fill(structure, claim.measured)
        self.own[claim.substance] = structure
        self.new.append(structure)
        self.fingerprints.append((structure, claim.measured))
        self.written.added.add(claim.line)

    def _comes_first(self, substance: UUID) -> bool:
        shown = self.shown.get(substance)
        if shown is None:
            return True
        if self.source.kind == StructureTrust.CURATED and shown.source.kind == StructureTrust.LOOKUP:
            self.hidden.append(shown.pk)
            return True
        return False

    def write(self) -> None:
        if not self.fingerprints:
            return
        if self.hidden:
            Structure.objects.filter(pk__in=self.hidden).update(is_current=False)
        Structure.objects.bulk_create(self.new)
        if self.renewed:
            Structure.objects.bulk_update(self.renewed, [*_FIELDS])
            Fingerprint.objects.filter(structure__in=self.renewed).delete()
        Fingerprint.objects.bulk_create(
            Fingerprint(structure=structure, key=key, bits=bits, of_parent=of_parent)
            for structure, read in self.fingerprints
            for of_parent, prints in ((False, read.fingerprints), (True, read.parent_fingerprints))
            for key, bits in prints.items()
        )
        touched = {structure.substance_id for structure, _read in self.fingerprints}
        Substance.objects.filter(pk__in=touched).update(revision=F("revision") + 1)
        add_structures_of(touched)
        if self.renewed:
            rebuild_for(Substance.objects.filter(structures__in=self.renewed))


_FIELDS = (
    "smiles",
    "inchi",
    "inchikey",
    "formula",
    "mass_g_per_mol",
    "parent_smiles",
    "parent_inchikey",
    "parent_reason",
    "issues",
    "svg",
    "molfile_deflated",
    "standardiser",
)

# Not looked at where claims are compared.
_HEAVY = ("svg", "molfile_deflated", "issues", "inchi")


def _fill(structure: Structure, read: Measured) -> None:
    for name in _FIELDS:
        setattr(structure, name, getattr(read, name))


def source_for(*, key: str, title: str, trust: StructureTrust, more: Mapping[str, Any]) -> Source:
    """The source that a file's claims are said to come from; the same one for the same key."""
    defaults = {"title": title, "kind": trust, **more}
    return Source.objects.get_or_create(key=key, defaults=defaults)[0]
