"""The one short transaction after which the portal answers from a release that was staged."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.common.batches import batches
from portal.common.inserting import insert_rows
from portal.organisations.models import User
from portal.watching.services import record_event, record_events
from substances.impact import touched_by
from substances.models import (
    ChemicalList,
    Entry,
    Identifier,
    ListMembership,
    Name,
    OpenMember,
    Release,
    ReportedProducer,
    Source,
    Substance,
)
from substances.services.list_changes import Changes, answers_today, changes
from substances.services.list_facts import FACTS_OF_ROWS
from substances.services.list_news import request_news
from substances.services.list_producers import kept_rows
from substances.services.list_split_meanwhile import keep_open_what_was_split
from substances.services.list_staging import Staged
from substances.services.news import topic_of
from substances.services.search_terms import rebuild_for
from substances.vocabulary import Checked, EntryRole, NameKind

_AT_ONCE = 500
# Search learns of so many in one transaction; others who write get their turn in the pause behind it.
_FOUND_AT_ONCE = 100
_PAUSE_S = 0.005
# A process that published and lives has taught search within seconds.
_FINISHED_AFTER = dt.timedelta(minutes=10)


class DoesNotAddUp(Exception):
    """The rows that were kept are not those that were read; nothing was published."""


def publish(release: Release, *, confirmed_by: User | None = None) -> Changes:
    """Makes a staged or waiting release the one that answers, if it is the newest of its list.

    Search learns of it afterwards, by `make_findable`.

    Raises:
        DoesNotAddUp: see there.
    """
    with transaction.atomic():
        chemical_list = ChemicalList.objects.select_for_update().get(pk=release.chemical_list_id)
        before = chemical_list.current_release
        _check_sum(release)
        _follow_merges(release)
        keep_open_what_was_split(release)
        difference = changes(release, before)
        release.state, release.released_at = Release.State.PUBLISHED, timezone.now()
        release.confirmed_by = confirmed_by
        release.save(update_fields=["state", "released_at", "confirmed_by"])
        _learn(release)
        if answers_today(release, before):
            ChemicalList.objects.filter(pk=chemical_list.pk).update(current_release=release)
            starters = None if before else _of_the_starter(chemical_list)
            _bump(release, before, starters)
            _tell(release, difference, first=before is None)
            if before is not None:
                request_news(release, before)
        _show(release)
    return difference


def make_findable(release: Release) -> None:
    """Has search learn what a published release taught of substances seen already; batch by batch, safe to repeat.

    Until it is done, the release keeps what it `learned`.
    """
    taught = Release.objects.get(pk=release.pk).learned
    rows = (*taught.get("identifiers", []), *taught.get("names", []))
    substances = sorted({uuid.UUID(row[0]) for row in rows})
    for some in batches(substances, _FOUND_AT_ONCE):
        rebuild_for(Substance.objects.filter(pk__in=some))
        time.sleep(_PAUSE_S)
    Release.objects.filter(pk=release.pk, state=Release.State.PUBLISHED).update(learned={})


def finish_what_was_published(*, older_than: dt.timedelta = _FINISHED_AFTER) -> int:
    """Makes findable what a process did not that died right after it published; how many releases."""
    published = Release.objects.filter(state=Release.State.PUBLISHED, released_at__lt=timezone.now() - older_than)
    unfinished = published.exclude(learned={})
    for release in unfinished:
        make_findable(release)
    return len(unfinished)


def keep_learned(release: Release, staged: Staged) -> None:
    """Puts down with the release what its publication will add to substances that are seen already."""
    release.learned = {
        "identifiers": [[str(pk), scheme, value, line] for (pk, scheme, value), line in staged.identifiers.items()],
        "names": [[str(pk), text, line] for (pk, text), line in staged.names.items()],
    }


def _learn(release: Release) -> None:
    """Adds numbers and names of substances seen already."""
    source = Source.objects.get(key=release.chemical_list.slug)
    told, now = f"release of {release.published_on}", timezone.now()
    numbers, names = release.learned.get("identifiers", []), release.learned.get("names", [])
    known = set(Identifier.objects.filter(substance__in={row[0] for row in numbers}).values_list(*_CLAIM))
    new = (row for row in numbers if (uuid.UUID(row[0]), row[1], row[2]) not in known)

    def fact(line: int) -> tuple[Any, ...]:
        return source.pk, Checked.IMPORTED, f"{told}, line {line}", now

    insert_rows(Identifier, (*_CLAIM, "as_printed", *_FACT), ((*claim, "", *fact(line)) for *claim, line in new))
    insert_rows(
        Name,
        ("substance_id", "language", "text", "kind", *_FACT),
        ((pk, "en", text, NameKind.SYNONYM, *fact(line)) for pk, text, line in names),
    )


_CLAIM = ("substance_id", "scheme", "value")
_FACT = ("source_id", "checked", "locator", "recorded_at")


def _show(release: Release) -> None:
    """Substances that the release made are seen from now on, and those of waiting releases that it names."""
    Substance.objects.filter(staged_by=release).update(staged_by=None)
    hidden = Substance.objects.filter(staged_by__isnull=False)
    if hidden.exists():
        named = ListMembership.objects.filter(release=release).order_by().values("substance")
        hidden.filter(pk__in=named).update(staged_by=None)


def _check_sum(release: Release) -> None:
    kept = dict.fromkeys(EntryRole.values, 0)
    for role in Entry.objects.filter(release=release).order_by().values_list("role", flat=True):
        kept[role] += 1
    counted = {
        EntryRole.ENTRY: release.entries_count,
        EntryRole.MEMBER: release.members_count,
        EntryRole.CONTINUATION: release.continuations_count,
        EntryRole.UNUSABLE: release.unusable_count,
    }
    if kept != counted or sum(kept.values()) != release.rows:
        raise DoesNotAddUp(f"{release.rows} rows were read but {sum(kept.values())} kept; nothing was published.")
    producers = kept_rows(release)
    if producers != (release.producers_count or 0):
        raise DoesNotAddUp(
            f"{release.producers_count or 0} rows of producers were read but {producers} kept; nothing was published."
        )


def _follow_merges(release: Release) -> None:
    """Substances merged while the release was staged or waited: what is said of them goes to the one that stands."""
    merged = list(Substance.objects.filter(merged_into__isnull=False).values_list("pk", flat=True))
    holding: tuple[type[Any], ...] = (*FACTS_OF_ROWS, ReportedProducer)
    for model in holding if merged else ():
        rows = model._default_manager.filter(release=release, substance__in=merged)
        for row in rows.select_related("substance"):
            root: Any = row.substance
            while root.merged_into is not None:
                root = root.merged_into
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(substance=root)
            except IntegrityError:  # the release says the same of the one that stands
                row.delete()


def _of_the_starter(chemical_list: ChemicalList) -> Any:
    claims = ListMembership.objects.filter(chemical_list=chemical_list, release=None)
    return claims.order_by().values("substance")


def _bump(release: Release, before: Release | None, starters: Any) -> None:
    """Entity tags of everybody whom the list names or named grow; of those whom nobody saw yet there are none."""
    named = ListMembership.objects.filter(release__in=[one for one in (release, before) if one]).order_by()
    made = ReportedProducer.objects.filter(release__in=[one for one in (release, before) if one]).order_by()
    touched = Q(pk__in=named.values("substance")) | Q(pk__in=made.exclude(substance=None).values("substance"))
    if starters is not None:
        touched |= Q(pk__in=starters)
    Substance.objects.filter(touched, staged_by=None).update(revision=F("revision") + 1)


def _tell(release: Release, difference: Changes, *, first: bool) -> None:
    """Those who watch learn what entered and left; a first release only takes the starter's place."""
    slug = release.chemical_list.slug
    record_event(
        kind="list.released",
        subject_kind="release",
        subject_id=release.pk,
        occurred_on=release.published_on,
        topic=topic_of(slug),
        details={"list": slug, "published_on": str(release.published_on), "entries": release.entries_count},
    )
    if first:
        return
    said = {"list": slug, "release": str(release.pk)}
    news: list[tuple[str, uuid.UUID, dict[str, Any]]] = []
    news += [("list.entered", pk, said) for pk in sorted(difference.entered)]
    news += [("list.left", pk, said) for pk in sorted(difference.left)]
    for kind, flags in (("flag.stated", difference.flags_raised), ("flag.ended", difference.flags_ended)):
        news += [(kind, pk, {"concern": concern, **said}) for pk, concern in sorted(flags)]
    touched = touched_by({pk for _, pk, _ in news})
    told = ((kind, pk, {**details, "touches": touched[pk]}) for kind, pk, details in news)
    record_events(told, subject_kind="substance", occurred_on=release.published_on, topic=topic_of(slug))


def clear(release: uuid.UUID) -> None:
    """Deletes a release that was not published, with everything staged for it, batch by batch; safe to repeat."""
    unpublished = ~Q(release__state=Release.State.PUBLISHED)
    told: tuple[type[Any], ...] = (*FACTS_OF_ROWS, ReportedProducer, OpenMember, Entry)
    for model in told:
        _delete(model, Q(release=release) & unpublished)
    hidden = Q(substance__staged_by=release) & ~Q(substance__staged_by__state=Release.State.PUBLISHED)
    # A waiting release may have named one of them since; then it is that one's to keep.
    adopted = ListMembership.objects.filter(substance__staged_by=release).exclude(release=release)
    for other in adopted.select_related("release"):
        Substance.objects.filter(pk=other.substance_id).update(staged_by=other.release)
    # Who was said to make one of them is said to make somebody we do not know.
    ReportedProducer.objects.filter(hidden).update(substance=None, resolved_by="")
    _delete(Identifier, hidden)
    _delete(Name, hidden)
    _delete(Substance, Q(staged_by=release) & ~Q(staged_by__state=Release.State.PUBLISHED))
    Release.objects.filter(pk=release).exclude(state=Release.State.PUBLISHED).delete()


def _delete(model: Any, rows: Q) -> None:
    while batch := list(model._default_manager.filter(rows).order_by().values_list("pk", flat=True)[:_AT_ONCE]):
        model._default_manager.filter(pk__in=batch).delete()
