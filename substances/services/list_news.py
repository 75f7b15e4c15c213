"""What a release means for others, told after it was published: entries that changed, neighbours that were listed.

Work of a job, a part after another; each event has a key, so that work done again tells nothing twice. The first
release of a list tells nothing: it took the starter's place, and nobody entered. Bounds, so that news stays news: of
one substance that was listed its `MOST_OF_ONE` nearest neighbours are told, and of one release `MOST_OF_A_RELEASE`
events of each kind; who adds more brings another edition, which the difference of the two releases shows whole.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from portal.common.batches import batches
from portal.jobs.models import Job
from portal.jobs.running import Work
from portal.jobs.services import request_job
from portal.watching.services import record_events
from substances.impact import touched_by
from substances.models import ConcernFlag, GroupMembership, ListMembership, Release, Substance
from substances.services.list_changes import changes
from substances.services.list_diff import diff_of_releases
from substances.services.news import topic_of
from substances.services.similarity_neighbours import AUTHORITIES, DEFAULT_THRESHOLD, restricted_ids
from substances.similarity import store
from substances.similarity.due import await_index
from substances.similarity.store import Near
from substances.vocabulary import How, ListEffect

NEWS_WORK = "substances.lists.tell-news"
# Batch jobs take turns: it may begin behind a long import, and nobody asks for it again.
DEADLINE_SECONDS = 6 * 3600
MOST_OF_ONE = 20
MOST_OF_A_RELEASE = 2000
_NAMED_AT_ONCE = 20
_TOLD_AT_ONCE = 200

Told = tuple[str, uuid.UUID, dict[str, Any]]


def request_news(release: Release, before: Release) -> Job:
    """Has a worker tell what `release` means for others, against the one that answered before it."""
    arguments = {"release": str(release.pk), "before": str(before.pk)}
    return request_job(name=NEWS_WORK, arguments=arguments, queue="import", deadline_seconds=DEADLINE_SECONDS)


def run_news(task: Work) -> None:
    """Tells it, part after part, each in a transaction of its own that commits only while the job is still ours."""
    ends = Release.objects.select_related("chemical_list").in_bulk(
        [task.arguments["release"], task.arguments["before"]]
    )
    await_index(task)
    release = ends[uuid.UUID(task.arguments["release"])]
    before = ends[uuid.UUID(task.arguments["before"])]
    slug = release.chemical_list.slug
    for done, part in enumerate(news_of(release, before), 1):
        with task.writing():
            record_events(
                part, subject_kind="substance", occurred_on=release.published_on, topic=topic_of(slug), once=_key
            )
        task.progress(done)
    with task.finishing():
        pass


def news_of(release: Release, before: Release) -> Iterator[list[Told]]:
    """Events in parts of a few hundred: what changed of entries that stay, then the neighbours of those listed."""
    yield from _changed(release, before)
    yield from _neighbours(release, before)


def _key(kind: str, subject: uuid.UUID, details: dict[str, Any] | Any) -> str:
    """One event for each change: of this kind, by this release, of this substance, next to that one."""
    return f"{kind}:{details['release']}:{subject}:{details.get('named', '')}"


def _changed(release: Release, before: Release) -> Iterator[list[Told]]:
    """Of each substance that both releases name: in what its rows differ."""
    fresh = changes(release, before).entered
    differs: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
    for one in diff_of_releases(before, release).changed:
        for pk in one.after.substances - fresh:
            differs[pk] |= dict.fromkeys(difference.kind for difference in one.what)
    for part in batches(sorted(differs)[:MOST_OF_A_RELEASE], _TOLD_AT_ONCE):
        touched = touched_by(part)
        said = {"list": release.chemical_list.slug, "release": str(release.pk)}
        yield [("list.changed", pk, {**said, "differs": list(differs[pk]), "touches": touched[pk]}) for pk in part]


def listed_by(release: Release, before: Release) -> list[uuid.UUID]:
    """Who is listed by this release and was not by the one before.

    Listed is as everywhere: named by a list whose effect is concern, or flagged by an authority. Being named by an
    inventory or a list of duties is no such news.
    """
    difference = changes(release, before)
    if release.chemical_list.effect == ListEffect.CONCERN:
        return sorted(difference.entered)
    flags = ConcernFlag.objects.filter(release=release, authority__in=AUTHORITIES).order_by()
    stated = set(flags.values_list("substance_id", "concern")) & difference.flags_raised
    return sorted({pk for pk, _ in stated})


@dataclass(frozen=True, slots=True)
class _Ground:
    """What neighbours are sought by, read once for a release.

    Attributes:
        named: substances that the list names itself today: nothing new for them.
        restricted: chemicals that no similarity leads to or from.
        disputed: substances whose structure no two sources agree on: alike to nobody.
    """

    named: frozenset[uuid.UUID]
    restricted: frozenset[uuid.UUID]
    disputed: frozenset[uuid.UUID]


def _neighbours(release: Release, before: Release) -> Iterator[list[Told]]:
    """Substances that resemble a newly listed one, or share a group with it, and that the list does not name."""
    today = ListMembership.objects.in_force().on(timezone.localdate()).filter(chemical_list=release.chemical_list)
    ground = _Ground(
        frozenset(today.order_by().values_list("substance_id", flat=True)),
        restricted_ids(),
        frozenset(Substance.objects.with_disputed_structure().values_list("pk", flat=True)),
    )
    listed, left = [pk for pk in listed_by(release, before) if pk not in ground.restricted], MOST_OF_A_RELEASE
    for some in batches(listed, _NAMED_AT_ONCE):
        part = [*_beside(some, release, ground)][:left]
        left -= len(part)
        if part:
            touched = touched_by({pk for _, pk, _ in part})
            yield [(kind, pk, {**details, "touches": touched[pk]}) for kind, pk, details in part]


def _beside(listed: Collection[uuid.UUID], release: Release, ground: _Ground) -> Iterator[Told]:
    mates = _group_mates(listed, ground)
    index = store.stored()
    for pk in listed:
        without = ground.named | ground.restricted | ground.disputed | {pk}
        asked = [] if pk in ground.disputed else index.questions_of(pk)
        found = (
            index.nearest_of(asked, threshold=DEFAULT_THRESHOLD, limit=MOST_OF_ONE, without=without) if asked else []
        )
        alike: dict[uuid.UUID, Near | None] = {near.substance_id: near for near in found}
        rest = MOST_OF_ONE - len(alike)
        alike |= dict.fromkeys([mate for mate in mates[pk] if mate not in alike][:rest])
        for other, near in alike.items():
            details: dict[str, Any] = {
                "list": release.chemical_list.slug,
                "release": str(release.pk),
                "named": str(pk),
            }
            if near is not None:
                details["similarity"] = f"{near.shared / near.united:.2f}"
            if group := mates[pk].get(other):
                details["group"] = group
            yield "neighbour.listed", other, details


def _group_mates(listed: Collection[uuid.UUID], ground: _Ground) -> dict[uuid.UUID, dict[uuid.UUID, str]]:
    """Of each substance those of the same groups, with the group's slug; nobody inferred from a disputed structure."""
    rows = GroupMembership.objects.living()
    own = rows.filter(substance__in=listed).order_by("group__slug")
    groups: dict[str, list[uuid.UUID]] = defaultdict(list)
    for pk, slug, how in own.values_list("substance_id", "group__slug", "how"):
        if not (how == How.INFERRED and pk in ground.disputed):
            groups[slug].append(pk)
    found: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    others = rows.filter(group__slug__in=groups).order_by("group__slug", "substance_id")
    for other, slug, how in others.values_list("substance_id", "group__slug", "how"):
        if other in ground.named or other in ground.restricted or (how == How.INFERRED and other in ground.disputed):
            continue
        for pk in groups[slug]:
            if other != pk:
                found[pk].setdefault(other, slug)
    return found
