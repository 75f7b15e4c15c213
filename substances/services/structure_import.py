"""Takes in a file of structures: numbers resolved, structures read in the sandbox process, claims written in batches.

A batch is written whole or not at all, and what stands is not read again: killed anywhere, the same file goes on where
it stopped, and the same file twice changes nothing. Every row ends as a structure, as unknown, or as a problem. Of one
source one import runs at a time; a trial runs beside anything, for it writes nothing.
"""

from __future__ import annotations

import dataclasses
import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from django.utils.text import slugify

from portal.common.batches import batches
from portal.common.one_at_a_time import HeldElsewhere, only_one
from substances.chemistry.sandbox_client import Sandbox, sandbox
from substances.chemistry.skeleton import skeleton_of
from substances.importers.base import Problem
from substances.importers.structures import ReportedStructure, structure_rows
from substances.models import Source, Substance
from substances.services.catalogue_structures import Measured, StructureUnread, measure
from substances.services.group_evaluation import evaluation_owed
from substances.services.list_resolution import Claims, Resolved, Resolver
from substances.services.list_staging import told
from substances.services.structure_claims import Claim, given_by, source_for, write_claims
from substances.services.structure_trial import Judged, Trial, Trying
from substances.vocabulary import StructureTrust, SubstanceKind

# Structures written in one transaction, with six fingerprints each: at first, and as many as take no longer than this,
# for other writers of SQLite wait meanwhile.
_BATCH = 8
_SMALLEST_BATCH, _LARGEST_BATCH = 2, 12
_TRANSACTION_S = 0.025
# Rows resolved and read at a time.
_READ_AT_ONCE = 200
_PAUSE_S = 0.005
_BOXES = 2
_NO_SINGLE_STRUCTURE = {SubstanceKind.GROUP, SubstanceKind.POLYMER, SubstanceKind.UVCB, SubstanceKind.MIXTURE}


class SourceRefused(ValueError):
    """The source cannot be called so, or is known with another trust."""


class SourceBusy(Exception):
    """Another import of this source is running."""


@dataclasses.dataclass(slots=True)
class StructureReport:
    """What a file came to. `rows` is `structures` + `unknown` + `refused` + `lost`, and nothing is ever lost.

    Attributes:
        structures: rows whose structure stands as this source's claim; of them `added` are new and `renewed` were
            read again because the standardiser has changed.
        unknown: rows whose numbers are of no substance we know.
        refused: rows of which nothing was kept, each with a problem.
        problems: `{file, sheet, line, code, message}`; also of rows that were kept (a second number that is wrong).
        evaluation: the job that puts the rules of groups to what is new, by id; "" where nothing is.
        disputed: of the substances the file gives a structure, how many have sources that disagree.
        trial: where nothing was written, what would change; then `structures`, `added` and `renewed` are what they
            would be.
    """

    source: str
    file: str = ""
    state: str = "published"
    rows: int = 0
    structures: int = 0
    added: int = 0
    renewed: int = 0
    unknown: int = 0
    refused: int = 0
    disputed: int = 0
    problems: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    evaluation: str = ""
    seconds: float = 0.0
    trial: Trial | None = None

    @property
    def lost(self) -> int:
        """Rows that are none of these: zero, or the import is wrong."""
        return self.rows - self.structures - self.unknown - self.refused

    @property
    def unchanged(self) -> bool:
        """Whether nothing is, or would be, written."""
        return not (self.added or self.renewed)

    def as_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        more = {"lost": self.lost, "unchanged": self.unchanged, "seconds": round(self.seconds, 2)}
        return dataclasses.asdict(self) | more


def import_structures(
    *,
    path: Path,
    source: str,
    trust: StructureTrust = StructureTrust.LOOKUP,
    url: str = "",
    licence: str = "",
    dry_run: bool = False,
    progress: Callable[[StructureReport], None] = lambda _report: None,
) -> StructureReport:
    """Each row's structure as a claim of `source` about the substance that its numbers point at.

    Args:
        path: CSV, TSV, XLSX or SDF; see `substances.importers.structures`.
        source: what the source is called; a new edition that says otherwise is another source.
        trust: of a lookup nothing is shown where somebody chose a structure.
        url, licence: of the source, where it is new.
        dry_run: read everything, tell what would change, and write nothing.
        progress: called after each batch; what it raises ends the import, and what was written stands.

    Raises:
        SourceRefused, SourceBusy: see there; nothing was read.
        WrongFile: the file cannot be read, or not to its end; batches written before stand, the next import goes on.
    """
    key = key_of(source)
    try:
        with nullcontext() if dry_run else only_one(key):
            known = _source(key, source, trust, {"url": url, "licence": licence}, keep=not dry_run)
            report = _imported(path, known, progress, dry_run=dry_run)
    except HeldElsewhere:
        why = f"another import of structures of {source!r} is running; wait until it is done, then the same file again"
        raise SourceBusy(why) from None
    if report.lost:
        raise RuntimeError(f"{report.lost} of {report.rows} rows are in no count: the import is wrong")
    return report


def key_of(source: str) -> str:
    """The key under which a source of structures is kept.

    Raises:
        SourceRefused: it cannot be called so.
    """
    slug = slugify(source)
    if not slug or len(slug) > 60:
        raise SourceRefused(f"{source!r} cannot be a source's name; it needs 1 to 60 Latin letters and digits")
    return f"structures-{slug}"


def refuse_trust(source: str, trust: str) -> None:
    """Nothing, where the source is new or known with this trust.

    Raises:
        SourceRefused: it cannot be called so, or is known with another.
    """
    known = Source.objects.filter(key=key_of(source)).first()
    if known is not None:
        _check(known, source, trust)


def _imported(
    path: Path, source: Source, progress: Callable[[StructureReport], None], *, dry_run: bool
) -> StructureReport:
    started = time.perf_counter()
    report = StructureReport(source=source.key, file=path.name)
    if dry_run:
        report.state = "dry_run"
    rows = structure_rows(path)
    with _Readers() as readers:
        work = _Import(source, readers, report, dry_run=dry_run)
        for batch in batches(rows, _READ_AT_ONCE):
            work.take(batch)
            progress(report)
    report.seconds = time.perf_counter() - started
    if work.trying:
        report.trial = work.trying.trial
        report.disputed = report.trial.disputes
    else:
        report.disputed = Substance.objects.filter(structures__source=source).with_disputed_structure().count()
        report.evaluation = evaluation_owed()
    return report


def _source(key: str, name: str, trust: StructureTrust, more: dict[str, str], *, keep: bool) -> Source:
    if keep:
        found = source_for(key=key, title=name, trust=trust, more=more)
    else:
        found = Source.objects.filter(key=key).first() or Source(key=key, title=name, kind=trust)
    _check(found, name, trust)
    return found


def _check(found: Source, name: str, trust: str) -> None:
    if found.kind != trust:
        raise SourceRefused(f"{name!r} is known as {found.kind}, not as {trust}: give the file another source")


class _Readers:
    """Sandbox processes that read structures side by side."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self._free.put(sandbox())
        for _ in range(_BOXES - 1):
            self._free.put(self._stack.enter_context(Sandbox()))
        self._threads = self._stack.enter_context(ThreadPoolExecutor(_BOXES))
        return self

    def __exit__(self, *of: object) -> None:
        self._stack.close()

    def standardiser(self) -> str:
        """What reads them, with versions."""
        return str(sandbox().call("ping", 60.0)["standardiser"])

    def read(self, rows: Iterable[_Resolved]) -> list[Measured | StructureUnread]:
        """What each row's structure is, or why it is not read."""
        return list(self._threads.map(self._one, rows))

    def _one(self, row: _Resolved) -> Measured | StructureUnread:
        box = self._free.get()
        try:
            return measure(box, row.reported.text, notation=row.reported.notation, label=row.label)
        except StructureUnread as error:
            return error
        finally:
            self._free.put(box)


@dataclasses.dataclass(frozen=True, slots=True)
class _Resolved:
    reported: ReportedStructure
    substance: UUID
    label: str
    locator: str


class _Import:
    def __init__(self, source: Source, readers: _Readers, report: StructureReport, *, dry_run: bool) -> None:
        self.source, self.readers, self.report = source, readers, report
        self.trying = Trying(source) if dry_run else None
        self.batch = _BATCH
        self.sheet = ""
        self.resolver = Resolver(Claims())
        self.standardiser = readers.standardiser()
        self.known = {
            pk: (name, kind)
            for pk, name, kind in Substance.objects.living().values_list("pk", "name", "kind").iterator()
        }

    def take(self, rows: list[ReportedStructure]) -> None:
        """Brings the rows to their ends."""
        self.report.rows += len(rows)
        self.sheet = rows[0].sheet
        resolved = [found for row in rows if (found := self._resolve(row))]
        given = given_by(self.source, {row.substance for row in resolved}) if self.source.pk else {}
        to_read = []
        for row in resolved:
            if given.get(row.substance) == (row.reported.as_reported, self.standardiser):
                self.report.structures += 1
            else:
                to_read.append(row)
        claims = []
        for row, read in zip(to_read, self.readers.read(to_read), strict=True):
            claim = self._claim(row, read)
            if claim is not None:
                claims.append(claim)
        if self.trying:
            self._judge(self.trying.take(claims, {row.substance: row.label for row in resolved}))
            return
        while claims:
            began = time.perf_counter()
            self._write(claims[: self.batch])
            del claims[: self.batch]
            longer = time.perf_counter() - began > _TRANSACTION_S
            self.batch = max(_SMALLEST_BATCH, self.batch // 2) if longer else min(self.batch + 1, _LARGEST_BATCH)
            time.sleep(_PAUSE_S)

    def _judge(self, judged: Judged) -> None:
        report = self.report
        report.structures += judged.added + judged.renewed + judged.kept
        report.added += judged.added
        report.renewed += judged.renewed
        self._refuse_otherwise(judged.otherwise)

    def _resolve(self, row: ReportedStructure) -> _Resolved | None:
        found = self.resolver.numbered(row.member)
        known = self.known.get(found.substance) if found.substance else None
        refusals = self._why_refused(row, found, known)
        if refusals:
            self._refuse(row.line, *refusals)
            return None
        for problem in found.problems:
            self._tell(row.line, problem)
        if found.substance is None or known is None:
            self.report.unknown += 1
            return None
        said_by = f"; {row.said_by}" if row.said_by else ""
        return _Resolved(row, found.substance, known[0], f"line {row.line}, {row.member.name}{said_by}")

    def _why_refused(
        self, row: ReportedStructure, found: Resolved, known: tuple[str, str] | None
    ) -> tuple[Problem, ...]:
        """Why nothing is kept of a row; empty where it is to be read, or its substance is unknown."""
        if not found.numbers and not found.problems:
            return (Problem("no_number", "the row has no CAS, EC, DTXSID or PubChem number"),)
        if not found.numbers or found.candidates:
            return found.problems
        if row.problem:
            return (*found.problems, Problem(row.problem.code, f"{row.member.name}: {row.problem.message}"))
        if known and known[1] in _NO_SINGLE_STRUCTURE and self.source.kind == StructureTrust.LOOKUP:
            why = f"{row.member.name}: {known[0]} is a {known[1]}, which gets no structure from a lookup"
            return (*found.problems, Problem("no_single_structure", why))
        return ()

    def _claim(self, row: _Resolved, read: Measured | StructureUnread) -> Claim | None:
        reported = row.reported
        if isinstance(read, StructureUnread):
            self._refuse(reported.line, Problem("unreadable", f"{reported.member.name}: {read}"))
            return None
        if reported.inchikey and read.inchikey and skeleton_of(reported.inchikey) != skeleton_of(read.inchikey):
            why = f"{reported.member.name}: its structure has the InChIKey {read.inchikey}, not {reported.inchikey}"
            self._refuse(reported.line, Problem("inchikey_differs", why))
            return None
        return Claim(reported.line, row.substance, reported.as_reported, row.locator, read)

    def _write(self, claims: list[Claim]) -> None:
        written, report = write_claims(self.source, claims), self.report
        report.structures += len(written.added) + len(written.renewed) + len(written.kept)
        report.added += len(written.added)
        report.renewed += len(written.renewed)
        report.unknown += len(written.gone)
        self._refuse_otherwise(written.otherwise)

    def _refuse_otherwise(self, otherwise: dict[int, str]) -> None:
        for line, smiles in otherwise.items():
            why = f"the same source gives this substance {smiles} already; call another edition another source"
            self._refuse(line, Problem("given_otherwise", why))

    def _refuse(self, line: int, *problems: Problem) -> None:
        self.report.refused += 1
        for problem in problems:
            self._tell(line, problem)

    def _tell(self, line: int, problem: Problem) -> None:
        place = {"file": self.report.file, "sheet": self.sheet}
        self.report.problems.append(told(problem, line, **place))
