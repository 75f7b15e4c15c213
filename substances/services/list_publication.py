"""The one short transaction after which the portal answers from a release that was staged."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from portal.common.batches import batches
from portal.common.inserting import insert_rows
from portal.organisations.models import User
from portal.watching.services import record_event, record_events
from substances.impact import touched_by
from substances.importers.base import About
from substances.models import (
    ChemicalList,
    Entry,
    Identifier,
    ListMembership,
    MemberDecision,
    Name,
    OpenMember,
    RejectedClaim,
    Release,
    ReportedProducer,
    Source,
    Substance,
    Successor,
)
from substances.moving_claims import NAME
from substances.services.claims import rejected
from substances.services.heirs import heirs
from substances.services.list_changes import Changes, answers_today, changes
from substances.services.list_claims import ImportLost, nobody_called_off
from substances.services.list_facts import FACTS_OF_ROWS
from substances.services.list_news import request_news
from substances.services.list_own import forget_unseen_list, publish_words, words_to_publish
from substances.services.list_producers import kept_rows
from substances.services.list_resolution import folded
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


Heirs = Mapping[uuid.UUID, tuple[uuid.UUID, ...]]
Claimed = set[tuple[uuid.UUID, str, str]]


class DoesNotAddUp(Exception):
    """The rows that were kept are not those that were read; nothing was published."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Plan:
    """What publishing a release will write, read while others still write.

    Attributes:
        stamp: of what it was made of; another one, and the plan is out of date.
        before: the release that answers for its list.
        seen: substances seen already whose entity tags grow.
        identifiers, names: rows that substances seen already learn.
    """

    stamp: tuple[int, ...]
    before: Release | None
    difference: Changes
    seen: list[uuid.UUID]
    identifiers: list[tuple[Any, ...]]
    names: list[tuple[Any, ...]]


def publish(
    release: Release, *, confirmed_by: User | None = None, still_asked: Callable[[], None] = nobody_called_off
) -> Changes:
    """Makes a staged or waiting release the one that answers, if it is the newest of its list.

    Search learns of it afterwards, by `make_findable`.

    Args:
        still_asked: raises where whoever asked for it asks no longer; called in the transaction, first.

    Raises:
        ImportLost: it is another import's by now, published already, or gone.
        DoesNotAddUp: see there.
    """
    plan = _plan(release)
    with transaction.atomic():
        still_asked()
        chemical_list = ChemicalList.with_staged.select_for_update().get(pk=release.chemical_list_id)
        _hold(release)
        _check_sum(release)
        moved = _follow_merges(release) + keep_open_what_was_split(release)
        if moved or _stamp(release) != plan.stamp:
            plan = _plan(release)
        release.state, release.released_at = Release.State.PUBLISHED, timezone.now()
        release.confirmed_by = confirmed_by
        release.save(update_fields=["state", "released_at", "confirmed_by", "problems"])
        _learn(plan)
        if answers_today(release, plan.before):
            ChemicalList.with_staged.filter(pk=chemical_list.pk).update(current_release=release)
            publish_words(release)
            _bump(plan.seen)
            _tell(release, plan.difference, first=plan.before is None)
            if plan.before is not None:
                request_news(release, plan.before)
        _show(release)
    return plan.difference


def _hold(release: Release) -> None:
    """Locks the release until the transaction ends, as long as it is still to be published, and ours."""
    unpublished = (Release.State.STAGED, Release.State.WAITING)
    ours = Release.objects.select_for_update().filter(pk=release.pk, state__in=unpublished, claim=release.claim)
    if not list(ours.order_by().values_list("pk", flat=True)):
        raise ImportLost


def _plan(release: Release) -> _Plan:
    stamp = _stamp(release)  # read first: rows may be newer than it says, never older
    lists = ChemicalList.with_staged.select_related("current_release")
    before = lists.get(pk=release.chemical_list_id).current_release
    led, wrong = heirs(), rejected()
    return _Plan(
        stamp=stamp,
        before=before,
        difference=changes(release, before),
        seen=_seen(release, before),
        identifiers=list(_new_identifiers(release, led, wrong)),
        names=list(_new_names(release, led, wrong)),
    )


def _stamp(release: Release) -> tuple[int, ...]:
    """Another one after whatever moves rows of releases that were published, or makes another one answer: counts of
    publications, merges, splits, decisions about the list, made and revoked, and claims found to be wrong."""
    decisions = MemberDecision.objects.filter(chemical_list=release.chemical_list_id)
    return (
        Release.objects.filter(state=Release.State.PUBLISHED).count(),
        Substance.objects.filter(merged_into__isnull=False).count(),
        Successor.objects.count(),
        decisions.count(),
        decisions.filter(revoked_at__isnull=False).count(),
        RejectedClaim.objects.count(),
    )


def make_findable(release: Release) -> None:
    """Has search learn what a published release taught of substances seen already; batch by batch, safe to repeat.

    Until it is done, the release keeps what it `learned`.
    """
    taught = Release.objects.get(pk=release.pk).learned
    rows = (*taught.get("identifiers", []), *taught.get("names", []))
    substances = sorted({row[0] for row in _of_those_that_stand(rows, heirs())})
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


def learned_by(staged: Staged, about: About | None) -> dict[str, Any]:
    """What publishing adds to substances seen already, and says of an own list, as the release keeps it."""
    return {
        **(words_to_publish(about) if about else {}),
        "identifiers": [[str(pk), scheme, value, line] for (pk, scheme, value), line in staged.identifiers.items()],
        "names": [[str(pk), text, line] for (pk, text), line in staged.names.items()],
    }


def _new_identifiers(release: Release, led: Heirs, wrong: Claimed) -> Iterator[tuple[Any, ...]]:
    """Numbers of substances seen already that nobody said of them before, as rows of `_CLAIM` and `_FACT`.

    Args:
        wrong: what people found to be wrong of whom, as `rejected` tells it.
    """
    rows = list(_of_those_that_stand(release.learned.get("identifiers", []), led))
    known = wrong | set(Identifier.objects.filter(substance__in={row[0] for row in rows}).values_list(*_CLAIM))
    fact = _facts_of(release)
    for pk, scheme, value, line in rows:
        if (pk, scheme, value) not in known:
            yield pk, scheme, value, "", *fact(line)


def _new_names(release: Release, led: Heirs, wrong: Claimed) -> Iterator[tuple[Any, ...]]:
    rows = list(_of_those_that_stand(release.learned.get("names", []), led))
    inherited = {row[0] for row in rows} - {uuid.UUID(row[0]) for row in release.learned.get("names", [])}
    called = Name.objects.filter(substance__in=inherited).order_by().values_list("substance_id", "text")
    known = {(pk, folded(text)) for pk, text in called} if inherited else set()
    known |= {(pk, name) for pk, scheme, name in wrong if scheme == NAME}
    fact = _facts_of(release)
    for pk, text, line in rows:
        if (pk, folded(text)) not in known:
            yield pk, "en", text, NameKind.SYNONYM, *fact(line)


def _of_those_that_stand(rows: Iterable[Sequence[Any]], led: Heirs) -> Iterator[tuple[Any, ...]]:
    """What was learned of substances, with those that stand for them; of a split one nobody knows whose it is."""
    for pk, *said in rows:
        ends = led.get(uuid.UUID(pk), (uuid.UUID(pk),))
        if len(ends) == 1:
            yield ends[0], *said


def _facts_of(release: Release) -> Callable[[int], tuple[Any, ...]]:
    source = Source.objects.get(key=release.chemical_list.slug)
    told, now = f"release of {release.published_on}", timezone.now()
    return lambda line: (source.pk, Checked.IMPORTED, f"{told}, line {line}", now)


_CLAIM = ("substance_id", "scheme", "value")
_FACT = ("source_id", "checked", "locator", "recorded_at")


def _learn(plan: _Plan) -> None:
    """Adds numbers and names of substances seen already; what somebody added meanwhile stays as it is."""
    insert_rows(Identifier, (*_CLAIM, "as_printed", *_FACT), plan.identifiers, ignore_conflicts=True)
    insert_rows(Name, ("substance_id", "language", "text", "kind", *_FACT), plan.names, ignore_conflicts=True)


def _show(release: Release) -> None:
    """Substances that the release made are seen from now on, and those of waiting releases that it names."""
    Substance.objects.filter(staged_by=release).update(staged_by=None)
    hidden = Substance.objects.filter(staged_by__isnull=False)
    if hidden.exists():
        named = ListMembership.objects.filter(release=release).order_by().values("substance")
        hidden.filter(pk__in=named).update(staged_by=None)


def _check_sum(release: Release) -> None:
    roles = Entry.objects.filter(release=release).order_by().values_list("role")
    kept = dict.fromkeys(EntryRole.values, 0) | dict(roles.annotate(n=Count("pk")))
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


def _follow_merges(release: Release) -> int:
    """Substances merged while the release was staged or waited: what is said of them goes to the one that stands.

    How many rows.
    """
    followed = 0
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
            followed += 1
    return followed


def _seen(release: Release, before: Release | None) -> list[uuid.UUID]:
    """Everybody whom the list names or named; not those whom nobody saw yet, for of them there are no entity tags."""
    releases = [one for one in (release, before) if one]
    named = ListMembership.objects.filter(release__in=releases)
    if before is None:  # the starter's knowledge answered
        named |= ListMembership.objects.filter(chemical_list=release.chemical_list_id, release=None)
    made = ReportedProducer.objects.filter(release__in=releases)
    told = Q(pk__in=named.order_by().values("substance")) | Q(pk__in=made.exclude(substance=None).values("substance"))
    return list(Substance.objects.filter(told, staged_by=None).order_by("pk").values_list("pk", flat=True))


def _bump(seen: Sequence[uuid.UUID]) -> None:
    for some in batches(seen, _AT_ONCE):
        Substance.objects.filter(pk__in=some).update(revision=F("revision") + 1)


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


def clear(release: uuid.UUID, **still: Any) -> bool:
    """Deletes a release that was not published, with everything staged for it, batch by batch; safe to repeat.

    From the first statement on nobody writes to it, publishes it or goes on with it; one that is being published at
    this moment is published.

    Args:
        still: lookups of `Release`: what must be true of it yet, or it is left alone.

    Returns: whether it was cleared.
    """
    unpublished = Release.objects.filter(pk=release, **still).exclude(state=Release.State.PUBLISHED)
    if not unpublished.update(claim=None, heartbeat_at=timezone.now()):
        return False
    told: tuple[type[Any], ...] = (*FACTS_OF_ROWS, ReportedProducer, OpenMember, Entry)
    for model in told:
        _delete(model, Q(release=release))
    # A waiting release may have named one of them since; then it is that one's to keep.
    adopted = ListMembership.objects.filter(substance__staged_by=release).exclude(release=release)
    for other in adopted.select_related("release"):
        Substance.objects.filter(pk=other.substance_id).update(staged_by=other.release)
    # Who was said to make one of them is said to make somebody we do not know.
    ReportedProducer.objects.filter(substance__staged_by=release).update(substance=None, resolved_by="")
    _delete(Identifier, Q(substance__staged_by=release))
    _delete(Name, Q(substance__staged_by=release))
    _delete(Substance, Q(staged_by=release))
    _forget(release)
    return True


@transaction.atomic
def _forget(pk: uuid.UUID) -> None:
    """The release itself; a list that was made for it goes in the same transaction."""
    release = Release.objects.filter(pk=pk).first()
    if release is not None:
        release.delete()
        forget_unseen_list(release.chemical_list_id)


def _delete(model: Any, rows: Q) -> None:
    while batch := list(model._default_manager.filter(rows).order_by().values_list("pk", flat=True)[:_AT_ONCE]):
        model._default_manager.filter(pk__in=batch).delete()
