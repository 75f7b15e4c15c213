"""The check of the whole registry: finds, keeps what it found, and tells what is gone. It changes nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.batches import batches
from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.common.text import tidy
from portal.organisations.models import User
from portal.organisations.permissions import may_curate
from portal.organisations.services import audit
from substances.models import RegistryCheck, RegistryFinding
from substances.registry_check import reading
from substances.registry_check.facts import Found
from substances.registry_check.of_substance import check

_BATCH = 500
_LONGEST_KEY = 200
_LONGEST_REASON = 4000


@dataclasses.dataclass(frozen=True, slots=True)
class CheckReport:
    """What a run found.

    Attributes:
        by_kind: findings of each kind.
        found, gone: new ones, and ones of earlier runs that no longer hold; 0 where nothing was kept.
    """

    substances: int
    by_kind: dict[str, int]
    found: int
    gone: int
    seconds: float

    @property
    def findings(self) -> int:
        """All of them."""
        return sum(self.by_kind.values())


Progress = Callable[[int], None]


def check_registry(*, keep: bool = True, progress: Progress | None = None) -> CheckReport:
    """Looks at everything that stands today. Run again it finds the same rows; killed, it has kept what it found.

    Memory does not grow with the registry: substances come by batches, findings are written by batches.

    Args:
        keep: write findings; else only count them.
        progress: told how many substances were looked at, and that the run goes on.
    """
    started = timezone.now()
    keeping = _Keeping(started) if keep else None
    counted: Counter[str] = Counter()
    substances = Counter[str]()
    for batch in _batched(_everything(substances, progress or (lambda _n: None))):
        counted.update(one.kind for one in batch.values())
        if keeping is not None:
            keeping.write(batch)
    gone = keeping.end() if keeping is not None else 0
    finished = timezone.now()
    found = keeping.new if keeping is not None else 0
    if keep:
        RegistryCheck.objects.create(
            started_at=started,
            finished_at=finished,
            substances=substances["seen"],
            by_kind=dict(sorted(counted.items())),
            found=found,
            gone=gone,
        )
    seconds = (finished - started).total_seconds()
    return CheckReport(substances["seen"], dict(sorted(counted.items())), found, gone, seconds)


def _everything(substances: Counter[str], progress: Progress) -> Iterator[Found]:
    world = reading.the_world()
    for batch in reading.known_in_batches():
        for known in batch:
            yield from check(known, world)
        substances["seen"] += len(batch)
        progress(substances["seen"])
    for more in (reading.shared_claims(), reading.releases()):
        for number, found in enumerate(more):
            if number % _BATCH == 0:
                progress(substances["seen"])
            yield found


def _batched(found: Iterator[Found]) -> Iterator[dict[str, Found]]:
    """By key; what has the key of one before in its batch is the same contradiction."""
    for batch in batches(found, _BATCH):
        yield {key_of(one): one for one in batch}


def key_of(found: Found) -> str:
    """Its kind and what tells it from others of its kind; in short where that is long."""
    key = ":".join((found.kind, *found.key))
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{found.kind}:{hashlib.sha256(key.encode()).hexdigest()}"


class _Keeping:
    """Writes the findings of one run."""

    def __init__(self, started: dt.datetime) -> None:
        self.started, self.new = started, 0

    @transaction.atomic
    def write(self, batch: dict[str, Found]) -> None:
        """New ones are added; those there already are seen again, with what they say today. Three statements."""
        there = {row.key: row for row in RegistryFinding.objects.filter(key__in=batch)}
        for key, row in there.items():
            found = batch[key]
            row.last_seen_at, row.gone_at, row.details = self.started, None, dict(found.details)
            row.entry_id, row.release_id = found.place.entry, found.place.release
            row.substance_id, row.other_id = found.substance, found.other
        RegistryFinding.objects.bulk_update(
            there.values(), ["last_seen_at", "gone_at", "details", "entry", "release", "substance", "other"], 100
        )
        new = [self._row(key, one) for key, one in batch.items() if key not in there]
        RegistryFinding.objects.bulk_create(new, ignore_conflicts=True)
        self.new += len(new)

    def _row(self, key: str, found: Found) -> RegistryFinding:
        return RegistryFinding(
            kind=found.kind,
            key=key,
            substance_id=found.substance,
            other_id=found.other,
            release_id=found.place.release,
            entry_id=found.place.entry,
            details=dict(found.details),
            found_at=self.started,
            last_seen_at=self.started,
        )

    def end(self) -> int:
        """What this run did not see is gone; how many."""
        unseen = RegistryFinding.objects.standing().filter(last_seen_at__lt=self.started)
        return unseen.update(gone_at=self.started)


@transaction.atomic
def dismiss_finding(*, by: User, finding: RegistryFinding, reason: str) -> RegistryFinding:
    """The finding, dismissed: it is none, or is to stay. Later runs that find it again leave it so.

    Raises:
        NotAllowed: they are no curator.
        NotValid: there is no reason.
        Conflict: somebody dismissed it meanwhile.
    """
    locked = _locked(by, finding)
    reason = tidy(reason)[:_LONGEST_REASON]
    if not reason:
        raise NotValid(_("Say why: the next curator reads it."), code="no_reason")
    if locked.dismissed_at is not None:
        raise Conflict(_("Somebody has dismissed it meanwhile."), code="dismissed")
    _set(locked, dismissed_by=by, dismissed_at=timezone.now(), dismissed_reason=reason)
    audit(by=by, action="finding.dismissed", subject_kind="finding", subject_id=locked.pk, key=locked.key)
    return locked


@transaction.atomic
def reopen_finding(*, by: User, finding: RegistryFinding) -> RegistryFinding:
    """The finding, open again.

    Raises:
        NotAllowed: they are no curator.
        Conflict: it is open.
    """
    locked = _locked(by, finding)
    if locked.dismissed_at is None:
        raise Conflict(_("It is open already."), code="open")
    was = {"key": locked.key, "reason": locked.dismissed_reason}
    _set(locked, dismissed_by=None, dismissed_at=None, dismissed_reason="")
    audit(by=by, action="finding.reopened", subject_kind="finding", subject_id=locked.pk, **was)
    return locked


def _locked(by: User, finding: RegistryFinding) -> RegistryFinding:
    if not may_curate(by):
        raise NotAllowed(_("Only curators decide on findings."))
    return RegistryFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)


def _set(finding: RegistryFinding, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(finding, name, value)
    finding.save(update_fields=list(fields))
