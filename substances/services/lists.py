"""Takes a publisher's file in as an immutable release of a list, and makes the portal answer from it.

Rows are staged in short transactions under a release that nobody sees (`list_staging`); one short transaction publishes
it (`list_publication`). Killed at any point, an import leaves the old release or the new one, never a mix; the same
file again goes on where it stopped, and `sweep_dead_imports` clears what nobody came back for.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.organisations.models import User
from substances.importers.base import About, DescribesList, Importer, ReadsProducers, ReportedRow, Role, WrongFile
from substances.models import ChemicalList, ConcernFlag, ListMembership, Release, Source
from substances.services.list_carry_over import carry_over, flags_superseded
from substances.services.list_changes import Changes, answers_today, changes
from substances.services.list_claims import ImportLost, beat, nobody_called_off
from substances.services.list_own import own_list, why_no_own_list
from substances.services.list_producers import kept_rows
from substances.services.list_publication import clear, learned_by, make_findable, publish
from substances.services.list_staging import Staged, stage

MAX_FILE_BYTES = 25 * 2**20
#: An import shows life with every batch; one that was silent for so long is dead.
DEAD_AFTER = dt.timedelta(minutes=2)
_SWEPT_AFTER = dt.timedelta(hours=1)


class ListError(Exception):
    """An import that cannot be: no such list, or a day that the file contradicts. The message is for people."""


@dataclasses.dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What an import did.

    Attributes:
        state: published; waiting, where a curator has to confirm it; dry_run, where nothing was kept.
        unchanged: the same file of the same day had been published before; nothing was done.
        is_current: whether the list answers from it today.
        rows, entries, members, continuations, unusable: rows of the file, and what they are.
        producers: rows of a sheet beside the list's own that says who makes what; 0 where there is none.
        lost: rows that are none of these; 0 by construction, and counted nevertheless.
        substances_made, memberships, flags: what it states.
        entered, left, flags_raised, flags_ended: how many, against the release before.
        waits_for: why a curator has to look, as codes with figures.
        problems: `{file, sheet, line, code, message}`; line None where no row of the file is at fault.
    """

    release: uuid.UUID
    list_slug: str
    published_on: dt.date
    state: str
    unchanged: bool
    is_current: bool
    rows: int
    entries: int
    members: int
    continuations: int
    unusable: int
    producers: int
    lost: int
    problems: list[dict[str, Any]]
    waits_for: list[dict[str, Any]]
    substances_made: int = 0
    memberships: int = 0
    flags: int = 0
    entered: int = 0
    left: int = 0
    flags_raised: int = 0
    flags_ended: int = 0


def publish_release(
    *,
    importer: Importer,
    path: Path,
    published_on: dt.date | None = None,
    source_url: str = "",
    licence: str = "",
    confirmed: bool = False,
    dry_run: bool = False,
    still_asked: Callable[[], None] = nobody_called_off,
    job: uuid.UUID | None = None,
) -> ReleaseReport:
    """Takes in a file whole, or not at all.

    Args:
        published_on: the day the publisher put it out; what the file says itself, if it is not given. The release of
            the newest day answers for the list.
        confirmed: publish although many substances leave the list or a concern vanishes; else such a release waits.
        dry_run: do everything but publishing, tell what would change, and keep nothing.
        still_asked: raises where whoever asked for it asks no longer; called before anything is staged and, in its
            transaction, before it is published or left waiting.
        job: that this is done for, of which the caller holds the only claim: what an earlier one staged for it is
            taken over at once.

    Raises:
        WrongFile: the file is not that list; nothing was stored.
        ListError: see there; nothing was stored.
    """
    _refuse_list(importer)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise WrongFile(f"the file has more than {MAX_FILE_BYTES // 2**20} MiB")
    day = _day(importer, path, published_on)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if known := _published_before(importer.list_slug, sha256, day):
        return _report_of(known, unchanged=True)
    about = {"published_on": day, "sha256": sha256, "file_name": path.name[:200]}
    about |= {"source_url": source_url, "licence": licence, "importer": f"{importer.slug} {importer.version}"}
    about |= {"staged_for": job}
    still_asked()
    release = _begin(importer, **about)
    try:
        return _take_in(release, importer, path, confirmed=confirmed, dry_run=dry_run, still_asked=still_asked)
    except ImportLost:
        message = "Another import took this one for dead, and went on with it or cleared it away; run it again."
        raise ListError(message) from None
    except Exception:  # refused in its midst, or a fault of ours: nothing stays that would keep others waiting
        clear(release.pk, state=Release.State.STAGED, claim=release.claim)
        raise


def _take_in(
    release: Release,
    importer: Importer,
    path: Path,
    *,
    confirmed: bool,
    dry_run: bool,
    still_asked: Callable[[], None],
) -> ReleaseReport:
    """From the first row to the publication, or to the point where a curator is asked."""
    rows = _checked(importer.parse(path), release.published_on)
    producers = importer.producers(path) if isinstance(importer, ReadsProducers) else None
    staged = stage(release, importer, rows, _source_of(release.chemical_list), producers=producers)
    difference = _finish(release, importer, staged)
    if dry_run:
        report = _report_of(release, difference=difference, made=staged.made, state="dry_run")
        clear(release.pk, claim=release.claim)
        return report
    if release.waits_for and not confirmed:
        with transaction.atomic():
            still_asked()
            beat(release, state=Release.State.WAITING)
        return _report_of(release, difference=difference, made=staged.made, state=Release.State.WAITING)
    difference = publish(release, still_asked=still_asked)
    make_findable(release)
    return _report_of(release, difference=difference, made=staged.made)


def confirm_release(release: Release, *, by: User) -> Changes:
    """Publishes a release that waits, on a curator's word.

    Raises:
        ListError: it does not wait, or a newer one of its list answers already.
    """
    with transaction.atomic():
        waiting = _waiting(release)
        current = waiting.chemical_list.current_release
        if current is not None and current.published_on > waiting.published_on:
            raise ListError("A newer release answers for this list already.")
        difference = publish(waiting, confirmed_by=by)
    make_findable(waiting)
    return difference


def refuse_release(release: Release) -> None:
    """Clears a release that waits, whole; the old one stays.

    Raises:
        ListError: it does not wait.
    """
    with transaction.atomic():
        clear(_waiting(release).pk)


def _waiting(release: Release) -> Release:
    """The release as it is now, with its list locked: of two who decide at once the second is told."""
    ChemicalList.objects.select_for_update().get(pk=release.chemical_list_id)
    waiting = Release.objects.filter(pk=release.pk, state=Release.State.WAITING).select_related("chemical_list").first()
    if waiting is None:
        raise ListError("This release does not wait for anybody.")
    return waiting


def sweep_dead_imports(*, older_than: dt.timedelta = _SWEPT_AFTER) -> int:
    """Clears staged releases of imports that died; how many. Batch by batch, and safe to repeat."""
    dead = {"state": Release.State.STAGED, "heartbeat_at__lt": timezone.now() - older_than}
    pks = list(Release.objects.filter(**dead).values_list("pk", flat=True))
    return sum(clear(pk, **dead) for pk in pks)


def _refuse_list(importer: Importer) -> None:
    about = _about(importer)
    if about is not None:
        if why := why_no_own_list(importer.list_slug, about):
            raise ListError(why)
    elif not ChemicalList.objects.filter(slug=importer.list_slug).exists():
        raise ListError(f"There is no list {importer.list_slug!r} yet: run `manage.py seed` first.")


def _about(importer: Importer) -> About | None:
    return importer.about if isinstance(importer, DescribesList) else None


def _list_of(importer: Importer) -> ChemicalList:
    """The list to stage for, as it stands by now; one of somebody's own that is new is made."""
    _refuse_list(importer)
    about = _about(importer)
    return own_list(importer.list_slug, about) if about else ChemicalList.objects.get(slug=importer.list_slug)


def _day(importer: Importer, path: Path, given: dt.date | None) -> dt.date:
    said = importer.published_on(path)
    if given is not None and said is not None and given != said:
        raise ListError(f"The file says that it is from {said}, not from {given}.")
    day = given or said
    if day is None:
        raise ListError("The file does not say from which day it is; give the day the publisher put it out.")
    if day > timezone.now().date() + dt.timedelta(days=1):
        raise ListError(f"{day} is in the future; give the day the publisher put the file out.")
    return day


def _checked(rows: Iterator[ReportedRow], published_on: dt.date) -> Iterator[ReportedRow]:
    """The rows, as long as they can be in a file of that day."""
    for row in rows:
        if row.listed_on and row.listed_on > published_on and "planned" not in row.facts:
            raise ListError(
                f"Row {row.line} was listed on {row.listed_on}, after {published_on}: the file is from a later day."
            )
        yield row


def _begin(reader: Importer, /, **about: Any) -> Release:
    """A staged release to fill: the one an import of this file left that died, or a new one."""
    now = timezone.now()
    staged = Release.objects.filter(state=Release.State.STAGED).select_related("chemical_list").first()
    if staged is not None:
        was_ours = staged.staged_for is not None and staged.staged_for == about["staged_for"]
        if staged.heartbeat_at > now - DEAD_AFTER and not was_ours:
            raise ListError(f"Another import is running ({staged}); wait until it is done.")
        as_seen: dict[str, Any] = {"state": Release.State.STAGED, "claim": staged.claim}
        if not was_ours:
            as_seen["heartbeat_at"] = staged.heartbeat_at
        same = (staged.chemical_list.slug, staged.sha256, staged.published_on, staged.importer)
        asked = (reader.list_slug, about["sha256"], about["published_on"], about["importer"])
        if same == asked and staged.claim is not None:  # and nobody clears it
            mine = {"claim": uuid.uuid4(), "staged_for": about["staged_for"], "heartbeat_at": now}
            if Release.objects.filter(pk=staged.pk, **as_seen).update(**mine):
                return Release.objects.select_related("chemical_list").get(pk=staged.pk)
        else:
            clear(staged.pk, **as_seen)
    try:
        with transaction.atomic():
            named = _list_of(reader)
            return Release.objects.create(chemical_list=named, retrieved_at=now, heartbeat_at=now, **about)
    except IntegrityError:
        raise ListError("Another import began at the same moment; wait until it is done.") from None


def _finish(release: Release, importer: Importer, staged: Staged) -> Changes:
    """Everything that needs all rows: the starter's members of groups, the sum, the doubts."""
    problems = [*staged.problems, *carry_over(release, importer)]
    before = release.chemical_list.current_release
    if before is None and answers_today(release, before):
        problems += flags_superseded(release)
    difference = changes(release, before if answers_today(release, before) else None)
    beat(
        release,
        rows=staged.rows,
        entries_count=staged.roles[Role.ENTRY],
        members_count=staged.roles[Role.MEMBER],
        continuations_count=staged.roles[Role.CONTINUATION],
        unusable_count=staged.roles[Role.UNUSABLE],
        producers_count=staged.producers,
        problems=problems,
        waits_for=difference.doubts(),
        learned=learned_by(staged, _about(importer)),
    )
    return difference


def _published_before(slug: str, sha256: str, published_on: dt.date) -> Release | None:
    return Release.objects.filter(
        chemical_list__slug=slug, sha256=sha256, published_on=published_on, state=Release.State.PUBLISHED
    ).first()


def _source_of(chemical_list: ChemicalList) -> Source:
    """The register itself as a source; the file it came in is named by the release."""
    defaults = {
        "title": chemical_list.name,
        "publisher": chemical_list.publisher,
        "url": chemical_list.url,
        "legal_reference": chemical_list.legal_basis[:200],
        "kind": "list",
    }
    return Source.objects.get_or_create(key=chemical_list.slug, defaults=defaults)[0]


def _report_of(
    release: Release,
    *,
    unchanged: bool = False,
    difference: Changes | None = None,
    made: int = 0,
    state: str = Release.State.PUBLISHED,
) -> ReleaseReport:
    parts = (release.entries_count, release.members_count, release.continuations_count, release.unusable_count)
    return ReleaseReport(
        release=release.pk,
        list_slug=release.chemical_list.slug,
        published_on=release.published_on,
        state=str(state),
        unchanged=unchanged,
        is_current=ChemicalList.objects.filter(current_release=release).exists(),
        rows=release.rows,
        entries=release.entries_count,
        members=release.members_count,
        continuations=release.continuations_count,
        unusable=release.unusable_count,
        producers=release.producers_count or 0,
        lost=release.rows - sum(parts) + (release.producers_count or 0) - kept_rows(release),
        problems=release.problems,
        waits_for=release.waits_for,
        substances_made=made,
        memberships=ListMembership.objects.filter(release=release).count(),
        flags=ConcernFlag.objects.filter(release=release).count(),
        entered=len(difference.entered) if difference else 0,
        left=len(difference.left) if difference else 0,
        flags_raised=len(difference.flags_raised) if difference else 0,
        flags_ended=len(difference.flags_ended) if difference else 0,
    )
