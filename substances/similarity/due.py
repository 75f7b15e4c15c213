"""Which indexes are to be published anew, and doing it: as a job, or by `manage.py build_index`."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from functools import partial

from django.conf import settings

from portal.jobs.running import Work
from substances.models import IndexGeneration, Library
from substances.similarity import changes
from substances.similarity.asking import ask_for_index
from substances.similarity.building import Built, IndexBusy, build_registry
from substances.similarity.index_files import IndexDamaged, IndexMissing, attach
from substances.similarity.library_index import LibraryFingerprints, build_library, families_of, is_whole
from substances.similarity.places import DEFAULT_FAMILY, FAMILIES, REGISTRY, folder_of
from substances.similarity.shared_files import bring_newest
from substances.similarity.store import IndexRebuilding, library, stored

_BUSY_S = 0.5
_LOOK_AGAIN_S = 600.0


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How an index stands.

    Attributes:
        rows: of what is published; 0 where nothing is.
        behind: substances that changed since.
        wrong: why it cannot be used, or not any more; "" where it can.
        is_due: whether it is to be built.
    """

    collection: str
    family: str
    number: int = 0
    rows: int = 0
    behind: int = 0
    wrong: str = ""
    is_due: bool = False


def standing(family: str, *, thoroughly: bool = False) -> Standing:
    """How the registry's index of one family stands.

    Args:
        thoroughly: read every byte of its files.
    """
    key, count = changes.key_and_rows(family)
    is_worth_it = count > settings.INDEX_ROWS_UNPUBLISHED
    try:
        found = attach(folder_of(REGISTRY, family), thoroughly=thoroughly)
    except IndexMissing:
        return Standing(REGISTRY, family, wrong="missing" if is_worth_it else "", is_due=is_worth_it)
    except IndexDamaged as damage:
        return Standing(REGISTRY, family, wrong=str(damage), is_due=True)
    told, now = found.manifest, changes.present()
    at = Standing(REGISTRY, family, found.number, told.rows)
    known = IndexGeneration.objects.filter(token=told.token, collection=REGISTRY, family=family).exists()
    if not known or not now.incomplete_before <= told.sequence <= now.sequence:
        return dataclasses.replace(at, wrong="made from another state of the database", is_due=is_worth_it)
    if told.key != key and count:
        return dataclasses.replace(at, wrong=f"made under {told.key}, most are under {key}", is_due=True)
    behind = len(changes.changed_since(told.sequence))
    return dataclasses.replace(at, behind=behind, is_due=behind > settings.INDEX_ROWS_UNPUBLISHED)


# At which revision the scheduler's process last looked, and when.
_looked: dict[str, float] = {}


def ask_for_what_is_due() -> None:
    """A job, where anything of the registry is to be built."""
    now, revision = time.monotonic(), changes.present().revision
    if now - _looked.get(revision, -_LOOK_AGAIN_S) < _LOOK_AGAIN_S:
        return
    _looked.clear()
    _looked[revision] = now
    if any(standing(family).is_due for family in FAMILIES):
        ask_for_index(REGISTRY)
    for ready in Library.objects.ready():
        if any(is_whole(ready, family) for family in families_of(ready)):
            ask_for_index(ready.slug)


def await_index(task: Work, family: str = DEFAULT_FAMILY) -> None:
    """Returns when the family can be searched: work that compares builds the index itself where there is none.

    Raises:
        Superseded, Cancelled: as `Work.check`.
    """
    while True:
        try:
            stored(family)
        except IndexRebuilding:
            task.check()
            try:
                if bring_newest(folder_of(REGISTRY, family), REGISTRY, family):
                    continue
                build_registry(family, progress=lambda _done, _total: task.check())
            except IndexBusy:
                time.sleep(_BUSY_S)
        else:
            return


def await_library(task: Work, slug: str, family: str) -> LibraryFingerprints:
    """A library's index, taken from another machine or built where this one has none.

    Raises:
        LookupError: there is no such library, or it has no fingerprints of this family.
        Superseded, Cancelled: as `Work.check`.
    """
    while True:
        try:
            return library(slug, family)
        except IndexRebuilding:
            task.check()
            if bring_newest(folder_of(slug, family), slug, family):
                continue
            try:
                found = Library.objects.get(slug=slug)
                build_library(found, family, progress=lambda _done, _total: task.check())
            except IndexBusy:
                time.sleep(_BUSY_S)


def run_index(task: Work) -> None:
    """Builds what is due of one collection. Killed anywhere, what was published before stays."""
    due = _due(str(task.arguments["collection"]))
    for number, build in enumerate(due):

        def tell(done: int, total: int, before: int = number) -> None:
            task.progress(before * 100 + done * 100 // max(total, 1), len(due) * 100)

        task.progress(number * 100, len(due) * 100)
        try:
            build(progress=tell)
        except IndexBusy:
            continue  # by whoever does, it is being built
    task.progress(len(due) * 100, len(due) * 100)


def _due(collection: str) -> list[Callable[..., Built]]:
    if collection == REGISTRY:
        for family in FAMILIES:
            bring_newest(folder_of(REGISTRY, family), REGISTRY, family)
        due = [family for family in FAMILIES if standing(family, thoroughly=True).is_due]
        return [partial(build_registry, family) for family in due]
    found = Library.objects.ready().filter(slug=collection).first()
    if found is None:
        return []
    for family in families_of(found):
        bring_newest(folder_of(collection, family), collection, family)
    due = [family for family in families_of(found) if is_whole(found, family, thoroughly=True)]
    return [partial(build_library, found, family) for family in due]
