"""Takes a publisher's file in as an immutable release of a list, and makes the portal answer from it.

Rows are staged in short transactions under a release that nobody sees; one short transaction publishes it. Killed at
any point, an import leaves the old release or the new one, never a mix; `sweep_dead_imports` clears what it left.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from portal.watching.services import record_event
from substances.importers.base import Importer, ReportedRow
from substances.models import (
    ChemicalList,
    Entry,
    Identifier,
    ListMembership,
    Name,
    Release,
    Source,
    Substance,
)
from substances.services.list_flags import end_flags, raise_flags
from substances.services.list_release import Plan, name_rows, plan_release
from substances.services.search_terms import rebuild_for
from substances.vocabulary import Checked

# Some 100 rows are written in 20 ms; other writers of SQLite wait no longer than that.
_BATCH = 100
_TRIES = 3
_DEAD_AFTER = dt.timedelta(hours=1)


class ListError(Exception):
    """An import that cannot be: no such list, or a day that the file contradicts. The message is for people."""


class _Overtaken(Exception):
    """What the plan was made from has changed in the meantime."""


@dataclasses.dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What an import did.

    Attributes:
        unchanged: the same file of the same day had been published before; nothing was done.
        is_current: whether the list answers from it today.
        rows, entries: rows of the file, and entries kept of them.
        lost: rows that are no entry; 0 by construction, and counted nevertheless.
        substances_made, memberships, flags: what it added.
        problems: `{line, code, message}`; line None where no row of the file is at fault.
    """

    release: uuid.UUID
    list_slug: str
    published_on: dt.date
    unchanged: bool
    is_current: bool
    rows: int
    entries: int
    problems: list[dict[str, Any]]
    lost: int
    substances_made: int = 0
    memberships: int = 0
    flags: int = 0


def publish_release(
    *, importer: Importer, path: Path, published_on: dt.date, source_url: str = "", licence: str = ""
) -> ReleaseReport:
    """Takes in a file whole, or not at all.

    Args:
        published_on: the day the publisher put it out. The release of the newest day answers for the list.

    Raises:
        WrongFile: the file is not that list; nothing was stored.
        ListError: see there; nothing was stored.
    """
    chemical_list = ChemicalList.objects.filter(slug=importer.list_slug).first()
    if chemical_list is None:
        raise ListError(f"There is no list {importer.list_slug!r} yet: run `manage.py seed` first.")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if known := _published_before(chemical_list, sha256, published_on):
        return _report_of(known, unchanged=True)
    rows = list(importer.parse(path))
    _check_day(rows, published_on)
    release = _stage(
        Release(
            chemical_list=chemical_list,
            published_on=published_on,
            retrieved_at=timezone.now(),
            sha256=sha256,
            file_name=path.name[:200],
            source_url=source_url,
            licence=licence,
            importer=f"{importer.slug} {importer.version}",
            rows=len(rows),
        ),
        rows,
    )
    for attempt in range(1, _TRIES + 1):
        state = _state_of_knowledge()
        plan = plan_release(chemical_list, importer, rows, with_flags=_will_be_current(chemical_list.pk, published_on))
        try:
            return _publish(release, plan, state)
        except _Overtaken:
            if attempt == _TRIES:
                raise ListError("Other imports changed the substances three times meanwhile; try again.") from None
    raise AssertionError("unreachable")


def sweep_dead_imports(*, older_than: dt.timedelta = _DEAD_AFTER) -> int:
    """Deletes staged releases of imports that died; how many. Batch by batch, and safe to repeat."""
    dead = Release.objects.filter(state=Release.State.STAGED, staged_at__lt=timezone.now() - older_than)
    pks = list(dead.values_list("pk", flat=True))
    for pk in pks:
        _unstage(pk)
    return len(pks)


def _published_before(chemical_list: ChemicalList, sha256: str, published_on: dt.date) -> Release | None:
    return Release.objects.filter(
        chemical_list=chemical_list, sha256=sha256, published_on=published_on, state=Release.State.PUBLISHED
    ).first()


def _report_of(release: Release, *, unchanged: bool, **added: int) -> ReleaseReport:
    return ReleaseReport(
        release=release.pk,
        list_slug=release.chemical_list.slug,
        published_on=release.published_on,
        unchanged=unchanged,
        is_current=ChemicalList.objects.filter(current_release=release).exists(),
        rows=release.rows,
        entries=release.entries_count,
        problems=release.problems,
        lost=release.rows - release.entries_count,
        **added,
    )


def _check_day(rows: Sequence[ReportedRow], published_on: dt.date) -> None:
    if published_on > timezone.now().date() + dt.timedelta(days=1):
        raise ListError(f"{published_on} is in the future; give the day the publisher put the file out.")
    for row in rows:
        if row.listed_on and row.listed_on > published_on:
            raise ListError(
                f"Row {row.line} was listed on {row.listed_on}, after {published_on}: the file is from a later day."
            )


def _stage(release: Release, rows: Sequence[ReportedRow]) -> Release:
    """The release with its rows, in short transactions; unpublished, so nobody sees it."""
    release.save(force_insert=True)
    for start in range(0, len(rows), _BATCH):
        Entry.objects.bulk_create(
            Entry(
                release=release,
                line=row.line,
                name=row.name,
                reported=dict(row.cells),
                listed_on=row.listed_on,
                reasons=list(row.reasons),
                is_group=row.is_group,
            )
            for row in rows[start : start + _BATCH]
        )
    return release


def _unstage(pk: uuid.UUID) -> None:
    entries = Entry.objects.filter(release=pk, release__state=Release.State.STAGED)
    while batch := list(entries.values_list("pk", flat=True)[: 5 * _BATCH]):
        Entry.objects.filter(pk__in=batch).delete()
    Release.objects.filter(pk=pk, state=Release.State.STAGED).delete()


def _state_of_knowledge() -> tuple[object, ...]:
    """Differs whenever substances, their numbers or names, or a list's current release have changed."""
    counts = [model._default_manager.count() for model in (Substance, Identifier, Name, ListMembership)]
    newest = [model._default_manager.aggregate(newest=Max("pk"))["newest"] for model in (Identifier, Name)]
    current = ChemicalList.objects.order_by("pk").values_list("current_release", flat=True)
    return (*counts, *newest, *current)


def _will_be_current(chemical_list: int, published_on: dt.date) -> bool:
    """Whether no newer release answers for the list."""
    newer = ChemicalList.objects.filter(pk=chemical_list, current_release__published_on__gt=published_on)
    return not newer.exists()


def _publish(release: Release, plan: Plan, state: tuple[object, ...]) -> ReleaseReport:
    """The one short transaction after which the portal answers from the release."""
    with transaction.atomic():
        chemical_list = ChemicalList.objects.select_for_update().get(pk=release.chemical_list_id)
        if known := _published_before(chemical_list, release.sha256, release.published_on):
            _unstage(release.pk)
            return _report_of(known, unchanged=True)
        if _state_of_knowledge() != state:
            raise _Overtaken
        lines = dict(Entry.objects.filter(release=release).values_list("line", "pk"))
        if len(lines) != release.rows:
            raise ListError(f"{release.rows} rows were read but {len(lines)} kept; nothing was published.")
        release.entries_count, release.problems = len(lines), plan.problems
        release.state, release.released_at = Release.State.PUBLISHED, timezone.now()
        release.save()
        before = _in_force(chemical_list)
        first = chemical_list.current_release_id is None
        made = _write_facts(release, plan, lines)
        if _will_be_current(chemical_list.pk, release.published_on):
            ChemicalList.objects.filter(pk=chemical_list.pk).update(current_release=release)
            _tell(release, before, {one.substance for one in plan.memberships}, first=first)
        return _report_of(release, unchanged=False, **made)


def _in_force(chemical_list: ChemicalList) -> set[uuid.UUID]:
    rows = ListMembership.objects.filter(chemical_list=chemical_list).in_force()
    return set(rows.values_list("substance_id", flat=True))


def _write_facts(release: Release, plan: Plan, lines: dict[int, int]) -> dict[str, int]:
    source = _source_of(release.chemical_list)
    told = f"release of {release.published_on}"
    fact: dict[str, Any] = {"source_id": source.pk, "checked": Checked.IMPORTED}
    Substance.objects.bulk_create(Substance(id=new.id, kind=new.kind, name=new.name) for new in plan.new)
    Identifier.objects.bulk_create(
        Identifier(substance_id=pk, scheme=scheme, value=value, locator=f"{told}, line {line}", **fact)
        for (pk, scheme, value), line in plan.identifiers.items()
    )
    Name.objects.bulk_create(name_rows(plan, source.pk, told))
    ListMembership.objects.bulk_create(_membership_rows(release, plan, lines, fact))
    ended = end_flags(release, plan, source)
    Substance.objects.filter(pk__in=ended).update(revision=F("revision") + 1)
    raise_flags(release, plan, source)
    renamed = {pk for pk, *_ in plan.identifiers} | {pk for pk, _ in plan.names}
    rebuild_for(Substance.objects.filter(pk__in=renamed))
    return {"substances_made": len(plan.new), "memberships": len(plan.memberships), "flags": len(plan.flags)}


def _membership_rows(release: Release, plan: Plan, lines: dict[int, int], fact: dict[str, Any]) -> list[ListMembership]:
    rows = []
    for one in plan.memberships:
        said = {"locator": f"line {one.line}", **fact}
        if one.claim is not None:
            said = {name: getattr(one.claim, name) for name in ("source_id", "checked", "locator")}
        rows.append(
            ListMembership(
                chemical_list_id=release.chemical_list_id,
                release=release,
                entry_id=lines[one.line],
                substance_id=one.substance,
                how=one.how,
                reason=one.reason,
                valid_from=one.listed_on,
                resolved_by=one.resolved_by,
                **said,
            )
        )
    return rows


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


def _tell(release: Release, before: set[uuid.UUID], after: set[uuid.UUID], *, first: bool) -> None:
    """Entity tags grow; those who watch learn what entered and left. A first release only takes the starter's place."""
    touched = before | after
    Substance.objects.filter(pk__in=touched).update(revision=F("revision") + 1)
    slug = release.chemical_list.slug
    details = {"list": slug, "published_on": str(release.published_on), "entries": release.entries_count}
    record_event(
        kind="list.released",
        subject_kind="release",
        subject_id=release.pk,
        occurred_on=release.published_on,
        details=details,
    )
    if first:
        return
    for kind, substances in (("list.entered", after - before), ("list.left", before - after)):
        for pk in sorted(substances):
            record_event(
                kind=kind,
                subject_kind="substance",
                subject_id=pk,
                occurred_on=release.published_on,
                details={"list": slug, "release": str(release.pk)},
            )
