"""Takes in a library: rows read in sandbox processes, written in order, each batch with how far the file was read.

What is written and the line up to which it is written are one transaction: killed anywhere, the same file goes on
behind that line, and nothing is there twice or missing. The counts reconcile in the database itself
(`library_loses_no_line`). Once all lines are in, the indexes are built; then the library can be searched.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from itertools import dropwhile
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from portal.common.inserting import insert_rows
from portal.common.one_at_a_time import HeldElsewhere, only_one
from portal.organisations.models import Organisation
from substances.chemistry.records import Record
from substances.importers.library_files import format_of, library_records, sha256_of
from substances.models import Library, LibraryRejection, LibraryStructure
from substances.services.library_reading import LibraryReaders, Read
from substances.similarity.library_index import build_library, families_of, is_whole

_FIELDS = (
    "library_id",
    "line",
    "given_id",
    "as_reported",
    "smiles",
    "inchikey",
    "parent_inchikey",
    "parent_reason",
    "fingerprints",
)


class LibraryRefused(ValueError):
    """The file cannot be taken in under this name; the message says why."""


class LibraryBusy(Exception):
    """Another import of this library is running."""


@dataclasses.dataclass(frozen=True, slots=True)
class Described:
    """What is said of a library.

    Attributes:
        source: who made it.
        organisation: whose members alone see it; everybody's if none.
    """

    name: str
    source: str
    source_url: str = ""
    licence: str = ""
    edition: str = ""
    organisation: Organisation | None = None


@dataclasses.dataclass(slots=True)
class LibraryReport:
    """How far an import is. `lines` is `stored` + `rejected` + `blank`.

    Attributes:
        stage: reading, or the family whose index is being built.
        resumed_behind: the last line of what an import before had taken in; 0 where there was none.
        seconds: of this run.
    """

    slug: str
    stage: str = "reading"
    lines: int = 0
    stored: int = 0
    rejected: int = 0
    blank: int = 0
    resumed_behind: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return dataclasses.asdict(self) | {"seconds": round(self.seconds, 2)}


Progress = Callable[[LibraryReport], None]


def import_library(
    path: Path,
    described: Described,
    *,
    paths: bool = False,
    processes: int | None = None,
    progress: Progress = lambda _report: None,
) -> LibraryReport:
    """The file as a library that can be searched; one that was begun goes on where it stopped.

    Args:
        path: SMILES, CSV or SDF, each also as .gz.
        paths: store path fingerprints, too.
        processes: sandboxes that read side by side; one a core if not said.
        progress: called after each batch; what it raises ends the import, and what was written stands.

    Raises:
        LibraryRefused, LibraryBusy: nothing was read.
        WrongFile: it cannot be read, or not to its end; what was written stands.
    """
    slug = slug_of(described.name)
    format_of(path)
    started = time.perf_counter()
    try:
        with only_one(f"library-{slug}"), LibraryReaders(processes, paths=paths) as readers:
            library = _begun(slug, described, path, readers)
            report = _report(library)
            report.resumed_behind = library.last_line
            if library.state == Library.State.IMPORTING:
                _take_in(library, path, readers, report, progress)
            _build(library, report, progress)
    except HeldElsewhere:
        raise LibraryBusy(f"another import of {described.name!r} is running; wait until it is done") from None
    report.stage, report.seconds = "done", time.perf_counter() - started
    return report


def slug_of(name: str) -> str:
    """Under which address a library is found.

    Raises:
        LibraryRefused: it cannot be called so.
    """
    slug = slugify(name)
    if not slug or len(slug) > 60 or slug == "registry":
        raise LibraryRefused(f"{name!r} cannot be a library's name; it needs 1 to 60 Latin letters and digits")
    return slug


def rejections(library: Library) -> Iterator[LibraryRejection]:
    """The rows that give no structure, in the order of the file."""
    return LibraryRejection.objects.filter(library=library).order_by("line").iterator()


def _begun(slug: str, described: Described, path: Path, readers: LibraryReaders) -> Library:
    sha256 = sha256_of(path)
    known: Library | None = Library.objects.filter(slug=slug).first()
    if known is None:
        library: Library = Library.objects.create(
            slug=slug,
            **{field.name: getattr(described, field.name) for field in dataclasses.fields(described)},
            file_name=path.name[:200],
            file_sha256=sha256,
            standardiser=readers.standardiser,
            keys=readers.keys,
        )
        return library
    if known.file_sha256 != sha256:
        raise LibraryRefused(
            f"{known.name!r} was made of another file, {known.file_name}; call another edition another library"
        )
    if known.organisation_id != (described.organisation.pk if described.organisation else None):
        raise LibraryRefused(f"{known.name!r} belongs to somebody else; choose another name")
    is_open = known.state == Library.State.IMPORTING
    if is_open and (known.standardiser, known.keys) != (readers.standardiser, readers.keys):
        raise LibraryRefused(
            f"{known.name!r} was begun with other fingerprints or another version; choose another name"
        )
    return known


def _report(library: Library) -> LibraryReport:
    return LibraryReport(
        library.slug, lines=library.lines, stored=library.stored, rejected=library.rejected, blank=library.blank
    )


def _take_in(library: Library, path: Path, readers: LibraryReaders, report: LibraryReport, progress: Progress) -> None:
    def is_known(record: Record) -> bool:
        return record.line <= library.last_line

    for some in readers.read(dropwhile(is_known, library_records(path))):
        _write(library, some)
        report.lines, report.stored = library.lines, library.stored
        report.rejected, report.blank = library.rejected, library.blank
        progress(report)


@transaction.atomic
def _write(library: Library, some: list[Read]) -> None:
    """A batch, and that it is there."""
    stored = [read.fields for read in some if read.fields is not None]
    refused = [read for read in some if read.fields is None and read.code]
    insert_rows(LibraryStructure, _FIELDS, ([library.pk, *(fields[name] for name in _FIELDS[1:])] for fields in stored))
    rows = ([library.pk, read.record.line, read.code[:60], read.message.replace("\0", " ")] for read in refused)
    insert_rows(LibraryRejection, ("library_id", "line", "code", "message"), rows)
    library.lines += len(some)
    library.stored += len(stored)
    library.rejected += len(refused)
    library.blank += len(some) - len(stored) - len(refused)
    library.last_line = some[-1].record.line
    library.save(update_fields=["lines", "stored", "rejected", "blank", "last_line"])


def _build(library: Library, report: LibraryReport, progress: Progress) -> None:
    for family in families_of(library):
        report.stage = family
        progress(report)
        if library.state == Library.State.IMPORTING or is_whole(library, family):
            build_library(library, family)
    if library.state == Library.State.IMPORTING:
        library.state = Library.State.READY
        library.save(update_fields=["state"])
