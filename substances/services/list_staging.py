"""Writes a file's rows under a release that nobody sees: batch by batch, each batch whole or not at all.

Everything a row says is staged with it: the entry as reported, whom it names, classifications, stated concerns, and the
substances nobody knew. Killed between two batches, the next import of the same file goes on behind the last one.
What is learned about substances that are seen already (a number, a name) is only kept in mind, for the one short
transaction that publishes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from portal.common.batches import batches
from substances.importers.base import (
    Classified,
    Importer,
    Problem,
    ProducerRow,
    ReportedRow,
    Role,
    StatedConcern,
)
from substances.importers.health import stated_health, stated_limits
from substances.models import (
    ConcernFlag,
    Entry,
    ExposureLimit,
    HazardClassification,
    HealthFact,
    Identifier,
    ListMembership,
    Name,
    OpenMember,
    Release,
    Source,
    Substance,
)
from substances.services.list_claims import beat
from substances.services.list_facts import stated_by
from substances.services.list_producers import stage_producers
from substances.services.list_resolution import Claims, Known, Resolved, Resolver
from substances.services.member_decisions import BY_CURATOR, as_reported, key_of, standing_decisions
from substances.services.search_terms import rebuild_for
from substances.vocabulary import Checked, How, NameKind

# Some 100 rows are written in 20 to 40 ms; other writers of SQLite wait no longer than that, and get their turn in the
# pause behind it.
_BATCH = 100
_PAUSE_S = 0.005
_LONGEST_REASON = 300
_LONGEST_NAME = 1000
# The list whose entries say in words whom they guard.
RESTRICTIONS = "reach-restriction-list"

FlagKey = tuple[uuid.UUID, str, str, str, str, dt.date | None]
_FLAG_KEY = ("substance_id", "concern", "strength", "authority", "legal_basis", "since")


@dataclasses.dataclass(slots=True)
class Staged:
    """What staging counted, and what it learned for the publication.

    Attributes:
        roles: rows by their role.
        problems: as `told` gives them, in the order of the file.
        identifiers: of substances seen already: (substance, scheme, value) → the line that says so first.
        names: of substances seen already: (substance, name) → the line that says so first.
        made: how many substances are new.
        producers: rows of a sheet that says who makes what; None where the file has none.
    """

    roles: Counter[str] = dataclasses.field(default_factory=Counter)
    problems: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    identifiers: dict[tuple[uuid.UUID, str, str], int] = dataclasses.field(default_factory=dict)
    names: dict[tuple[uuid.UUID, str], int] = dataclasses.field(default_factory=dict)
    made: int = 0
    producers: int | None = None

    @property
    def rows(self) -> int:
        """All rows."""
        return self.roles.total()


def stage(
    release: Release,
    importer: Importer,
    rows: Iterable[ReportedRow],
    source: Source,
    *,
    producers: Iterable[ProducerRow] | None = None,
) -> Staged:
    """Writes what is not written yet of `rows`, then of `producers`, and tells what all of them came to.

    Raises:
        ImportLost: see there.
        WrongFile: from `rows`; what was staged before stays for the caller to clear.
    """
    staging = _Staging(release, importer, source)
    # What is known of every substance stays to the end: the collector need not walk through it again and again (a
    # tenth of an import's processor time).
    gc.freeze()
    try:
        staged = staging.take(rows)
        if producers is not None:
            staging.take_producers(producers)
        return staged
    finally:
        gc.unfreeze()


class _Staging:
    def __init__(self, release: Release, importer: Importer, source: Source) -> None:
        self.release, self.importer, self.source = release, importer, source
        claims = Claims()
        self.resolver, self.known, self.staged = Resolver(claims), Known(claims, release), Staged()
        self.told = f"release of {release.published_on}"
        self.restricts = importer.list_slug == RESTRICTIONS
        self.flags: set[FlagKey] = set(ConcernFlag.objects.filter(release=release).values_list(*_FLAG_KEY))
        self.decided = standing_decisions(release.chemical_list_id)
        self.done = set(Entry.objects.filter(release=release).values_list("sheet", "line"))

    def take(self, rows: Iterable[ReportedRow]) -> Staged:
        for batch in batches(rows, _BATCH):
            batch_rows = _Rows(self)
            for row in batch:
                batch_rows.add(row, [*self.resolver.resolve(row)])
            if batch_rows.entries:
                batch_rows.write()
                time.sleep(_PAUSE_S)
        return self.staged

    def take_producers(self, rows: Iterable[ProducerRow]) -> None:
        """Who makes what; the resolver knows the substances of the rows before."""
        found = stage_producers(self.release, rows, resolver=self.resolver, decided=self.decided, source=self.source)
        self.staged.producers = found.rows
        file = self.release.file_name
        self.staged.problems += [told(odd, row.line, file=file, sheet=row.sheet) for odd, row in found.problems]


class _Rows:
    """One batch: what it will write."""

    def __init__(self, staging: _Staging) -> None:
        self.staging = staging
        self.entries: list[Entry] = []
        self.substances: list[Substance] = []
        self.identifiers: list[Identifier] = []
        self.names: list[Name] = []
        # Facts of rows, each with its entry, whose key is known once it is written.
        self.memberships: list[ListMembership] = []
        self.classifications: list[HazardClassification] = []
        self.flags: list[ConcernFlag] = []
        self.health: list[HealthFact] = []
        self.limits: list[ExposureLimit] = []
        self.open: list[OpenMember] = []

    def add(self, row: ReportedRow, named: list[Resolved]) -> None:
        """Plans everything that a row says; of one staged before only what is to be learned from it."""
        staged = self.staging.staged
        staged.roles[row.role.value] += 1
        # A number that the importer could not read is told by whoever resolves it, too.
        problems = dict.fromkeys([*row.problems, *(problem for found in named for problem in found.problems)])
        place = {"file": self.staging.release.file_name, "sheet": row.sheet}
        staged.problems += [told(problem, row.line, **place) for problem in problems]
        is_new = (row.sheet, row.line) not in self.staging.done
        for found in named:
            self._learn(row, found, is_new=is_new)
        if is_new:
            states = row.role not in (Role.UNUSABLE, Role.CONTINUATION)
            concerns = [*self.staging.importer.stated(row)] if states else []
            entry = self._entry(row, concerns)
            self.entries.append(entry)
            if row.role is not Role.CONTINUATION:
                self._state(row, named, entry, concerns)

    def _entry(self, row: ReportedRow, concerns: Iterable[StatedConcern]) -> Entry:
        return Entry(
            release_id=self.staging.release.pk,
            sheet=row.sheet,
            line=row.line,
            role=row.role.value,
            belongs_to=row.belongs_to,
            name=row.name,
            reported=dict(row.cells),
            listed_on=row.listed_on,
            valid_until=row.valid_until,
            reasons=list(row.reasons),
            facts=dict(row.facts),
            is_group=row.is_group,
            named=[as_reported(member) for member in row.members],
            concerns=[dataclasses.asdict(one) for one in concerns],
        )

    def _learn(self, row: ReportedRow, found: Resolved, *, is_new: bool) -> None:
        """Numbers and names: of a substance it makes at once, of every other when the release is published."""
        known, staged, pk = self.staging.known, self.staging.staged, found.substance
        if pk is None:
            return
        new = self.staging.resolver.new.pop(pk, None)
        if new is not None and is_new:
            staged.made += 1
            known.hidden.add(pk)
            self.substances.append(Substance(id=pk, kind=new.kind, name=new.name, staged_by_id=self.staging.release.pk))
        for scheme, value in found.numbers:
            if known.learns_number(pk, scheme, value):
                if pk in known.hidden:
                    self.identifiers.append(self._identifier(pk, scheme, value, row.line))
                else:
                    staged.identifiers[pk, scheme, value] = row.line
        name = found.member.name[:_LONGEST_NAME]
        if name and known.learns_name(pk, name):
            if pk in known.hidden:
                kind = NameKind.PREFERRED if new is not None else NameKind.SYNONYM
                self.names.append(self._name(pk, name, kind, row.line))
            else:
                staged.names[pk, name] = row.line

    def _identifier(self, pk: uuid.UUID, scheme: str, value: str, line: int) -> Identifier:
        return Identifier(substance_id=pk, scheme=scheme, value=value, **self._fact(line))

    def _name(self, pk: uuid.UUID, text: str, kind: str, line: int) -> Name:
        return Name(substance_id=pk, language="en", text=text, kind=kind, **self._fact(line))

    def _fact(self, line: int) -> dict[str, Any]:
        locator = f"{self.staging.told}, line {line}"
        return {"source_id": self.staging.source.pk, "checked": Checked.IMPORTED, "locator": locator}

    def _state(self, row: ReportedRow, named: list[Resolved], entry: Entry, concerns: Sequence[StatedConcern]) -> None:
        """Whom the row names, how they are classified, what it states of them, and what stays open."""
        health, limits = stated_health(row, restricts=self.staging.restricts), stated_limits(row)
        states = stated_by(concerns, _once(row.classifications), health, limits) if _some_open(named) else {}
        seen = set()
        for place, found in enumerate(named):
            pk = found.substance
            if pk is None:
                self.open.append(waits := self._open(found, entry, states))
                pk = waits.decision_id  # of an earlier release, by a curator
            if pk is not None and pk not in seen:
                seen.add(pk)
                fact = {"release_id": self.staging.release.pk, "entry": entry, **self._fact(row.line)}
                self.memberships.append(self._membership(row, pk, place, found.resolved_by or BY_CURATOR, fact))
                self.classifications += [_classification(row, pk, one, fact) for one in _once(row.classifications)]
                flags = (flag_of(row, pk, one, self.staging.flags, **fact) for one in concerns)
                self.flags += [flag for flag in flags if flag]
                days = {"since": row.listed_on, "until": row.valid_until, **fact}
                self.health += [HealthFact(substance_id=pk, **dataclasses.asdict(one), **days) for one in health]
                self.limits += [ExposureLimit(substance_id=pk, **dataclasses.asdict(one), **days) for one in limits]

    def _membership(self, row: ReportedRow, pk: uuid.UUID, place: int, by: str, fact: dict[str, Any]) -> ListMembership:
        return ListMembership(
            chemical_list_id=self.staging.release.chemical_list_id,
            substance_id=pk,
            how=How.AS_MEMBER if row.role is Role.MEMBER else How.BY_NAME,
            reason=";".join(row.reasons)[:_LONGEST_REASON],
            valid_from=row.listed_on,
            valid_until=row.valid_until,
            resolved_by=by,
            place=place,
            **fact | {"locator": f"line {row.line}"},
        )

    def _open(self, found: Resolved, entry: Entry, states: dict[str, Any]) -> OpenMember:
        first = found.problems[-1] if found.problems else Problem("open", f"{found.member.name} names nobody we know")
        reported = as_reported(found.member)
        decided, candidates = self.staging.decided.get(key_of(reported)), found.candidates
        if decided and decided.doubt:
            first = Problem("decided_on_a_split_one", f"{first.message}; {decided.doubt}")
            candidates, decided = tuple(sorted({*candidates, *decided.candidates})), None
        return OpenMember(
            release_id=self.staging.release.pk,
            entry=entry,
            reported=reported,
            states=states,
            remembered_id=decided.pk if decided else None,
            decided_by_id=decided.by if decided else None,
            decided_at=decided.at if decided else None,
            decision_id=decided.substance if decided else None,
            code=first.code,
            message=first.message,
            candidates=[str(pk) for pk in candidates],
        )

    @transaction.atomic
    def write(self) -> None:
        """Everything of the batch in one transaction, short enough for others to wait for."""
        beat(self.staging.release)
        Substance.objects.bulk_create(self.substances)
        Identifier.objects.bulk_create(self.identifiers)
        Name.objects.bulk_create(self.names)
        Entry.objects.bulk_create(self.entries)
        ListMembership.objects.bulk_create(self.memberships)
        HazardClassification.objects.bulk_create(self.classifications)
        ConcernFlag.objects.bulk_create(self.flags)
        HealthFact.objects.bulk_create(self.health)
        ExposureLimit.objects.bulk_create(self.limits)
        OpenMember.objects.bulk_create(self.open)
        if self.substances:
            rebuild_for(self.substances)


def _some_open(named: Iterable[Resolved]) -> bool:
    return any(found.substance is None for found in named)


def _once(classifications: Iterable[Classified]) -> Iterable[Classified]:
    """Each as printed once: an entry may repeat a line."""
    return {one.as_printed: one for one in classifications}.values()


def _classification(
    row: ReportedRow, substance: uuid.UUID, one: Classified, fact: dict[str, Any]
) -> HazardClassification:
    return HazardClassification(
        substance_id=substance,
        hazard_class=one.hazard_class,
        hazard_statement=one.hazard_statement,
        as_printed=one.as_printed,
        valid_from=row.listed_on,
        valid_until=row.valid_until,
        **fact,
    )


def flag_of(
    row: ReportedRow, substance: uuid.UUID, stated: StatedConcern, known: set[FlagKey], **fact: Any
) -> ConcernFlag | None:
    """The flag that a row states of a substance; None where the release has stated it already, as `known` remembers."""
    key = (substance, stated.concern, stated.strength, stated.authority, stated.legal_basis, row.listed_on)
    if key in known:
        return None
    known.add(key)
    return ConcernFlag(
        substance_id=substance,
        concern=stated.concern,
        strength=stated.strength,
        authority=stated.authority,
        legal_basis=stated.legal_basis,
        rule=stated.rule,
        since=row.listed_on,
        until=row.valid_until,
        **fact,
    )


def told(problem: Problem, line: int | None, *, file: str = "", sheet: str = "") -> dict[str, Any]:
    """A problem as a report and a release keep it: `{file, sheet, line, code, message}`.

    Args:
        line: None where no row of the file is at fault.
        file: "" where the file is not at fault either.
        sheet: "" where the file has none.
    """
    return {"file": file, "sheet": sheet, "line": line, "code": problem.code, "message": problem.message}
