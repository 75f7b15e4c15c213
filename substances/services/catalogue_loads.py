"""What the starter catalogues of all rooms share: ids, sources, the memory of what is loaded, the report."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from substances import chemistry
from substances.models import CatalogueLoad, Source
from substances.services.catalogue_changes import Changes, reconcile
from substances.services.catalogue_files import Line

NAMESPACE = uuid.UUID("6f2c3c0e-2f7b-5c0a-9d4e-8a1f4a0b7c11")


@dataclasses.dataclass(frozen=True, slots=True)
class CatalogueReport:
    """What a load found and did.

    Attributes:
        room: whose catalogue.
        counts: lines by file.
        changes: what was done to each kind of row; empty where nothing had to be done.
        unchanged: the same files had been loaded before, by the same versions; nothing was read.
        kept: slugs that left the catalogue but are still spoken of by others; kept without the starter's facts.
        seconds: how long it took.
    """

    room: str
    counts: Mapping[str, int]
    changes: Mapping[str, Changes] = dataclasses.field(default_factory=dict)
    unchanged: bool = False
    kept: tuple[str, ...] = ()
    seconds: float = 0.0


def id_of(kind: str, slug: str) -> uuid.UUID:
    """The id of a thing of the catalogue: the same in every portal."""
    return uuid.uuid5(NAMESPACE, f"{kind}/{slug}")


def loaded_before(room: str, fingerprint: str) -> dict[str, int] | None:
    """The counts of the last load of a room's catalogue, if it was of these files by these versions."""
    known = CatalogueLoad.objects.filter(pk=room, fingerprint=fingerprint).first()
    return known.counts if known else None


def remember(room: str, fingerprint: str, counts: Mapping[str, int]) -> None:
    """Notes that a room's catalogue is loaded; belongs into the transaction that loads it."""
    CatalogueLoad.objects.update_or_create(pk=room, defaults={"fingerprint": fingerprint, "counts": dict(counts)})


def store_sources(lines: Iterable[Line]) -> Changes:
    """Brings the sources of a room's catalogue into the database; sources of other rooms stay."""
    wanted = [
        Source(
            key=line.slug("key"),
            title=line.text("title", longest=300),
            publisher=line.optional("publisher"),
            kind=line.optional("kind"),
            year=line.year("year"),
            published_on=line.day("published_on"),
            url=line.optional("url"),
            legal_reference=line.optional("legal_reference"),
            licence=line.optional("licence"),
            copy_of_list=line.optional("copy_of_list"),
        )
        for line in lines
    ]
    return reconcile(wanted, among=Source.objects.all(), key=("key",), remove=False)


def version_of_chemistry() -> str:
    """Changes with RDKit and with every line of the chemistry room: drawings and keys are made by both."""
    digest = hashlib.sha256(importlib.metadata.version("rdkit").encode())
    for path in sorted(Path(chemistry.__path__[0]).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
