"""Generations handed on between machines, through a storage that all of them reach.

A portal on one machine needs none of this. On several, `BENIGNA_INDEX_STORAGE` names a folder they share or a class of
django-storages; whoever builds an index puts it there, and the others take it into their own data folder, check it
byte by byte, and map it from there. Which generation is the newest the database says (`IndexGeneration`).

A generation stands in the storage under its token, its manifest last: one without a manifest is not whole yet.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import structlog
from django.core.files.base import ContentFile, File
from django.core.files.storage import InvalidStorageError, Storage, storages
from django.db import connection

from substances.models import IndexGeneration
from substances.similarity.index_files import MANIFEST, IndexDamaged, IndexMissing, Manifest, Writing, attach, publish

logger = structlog.get_logger(__name__)

SHARED = "indexes"
_AT_ONCE = 2**20
_NAME = re.compile(r"[a-z_]+(?:-[0-9]+)?", re.ASCII)


def is_shared() -> bool:
    """Whether indexes are handed on to other machines."""
    with contextlib.suppress(InvalidStorageError):
        return bool(storages[SHARED])
    return False


@contextlib.contextmanager
def only_hand_at(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Whether this process alone puts generations into a folder of this machine, as long as the block lasts.

    Args:
        folder: of one index; made where it is missing.
        wait: until another has done; else False where another is at it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def offer(folder: Path, manifest: Manifest, number: int) -> None:
    """Puts a finished generation where other machines find it; nothing, where there are none.

    Before the database tells of it: a machine that reads the token finds the files.
    """
    if not is_shared():
        return
    storage = storages[SHARED]
    for name in manifest.files:
        with (folder / f"gen-{number}" / f"{name}.npy").open("rb") as file:
            _put(storage, f"{_place(manifest)}/{name}.npy", File(file))
    _put(storage, f"{_place(manifest)}/{MANIFEST}", ContentFile(manifest.as_text().encode()))


def take_away(collection: str, family: str, tokens: list[str]) -> None:
    """Deletes what the database has forgotten from the storage. What cannot be deleted stays, and is told."""
    if not is_shared():
        return
    storage = storages[SHARED]
    for token in tokens:
        place = f"{collection}/{family}/{token}"
        try:
            for name in sorted(storage.listdir(place)[1], key=lambda name: name != MANIFEST):  # the manifest first
                storage.delete(f"{place}/{name}")
            storage.delete(place)  # a folder, where the storage knows folders
        except OSError as error:
            logger.warning("similarity.index_not_deleted", place=place, error=type(error).__name__)


def bring_newest(folder: Path, collection: str, family: str, *, wait: bool = True) -> bool:
    """Whether the newest generation came to this machine just now; False where it stood here, or there is none.

    Args:
        folder: where this machine keeps it.
        wait: for another process of this machine that is at it; else False.

    Raises:
        IndexDamaged: what stands in the storage is not what was published.
    """
    if not is_shared():
        return False
    newest = IndexGeneration.objects.filter(collection=collection, family=family).order_by("-published_at").first()
    if newest is None:
        return False
    if stands(folder, newest.token):
        return False
    with only_hand_at(folder, wait=wait) as alone:
        if not alone:
            return False
        return stands(folder, newest.token) or _brought(folder, f"{collection}/{family}/{newest.token}")


def bring_meanwhile(folder: Path, collection: str, family: str) -> None:
    """As `bring_newest`, by a thread of its own, while this process answers from what it has; by one at a time."""
    if is_shared():
        name = f"bring {collection}/{family}"
        if all(thread.name != name for thread in threading.enumerate()):
            threading.Thread(target=_bring_quietly, args=(folder, collection, family), name=name, daemon=True).start()


def _bring_quietly(folder: Path, collection: str, family: str) -> None:
    try:
        bring_newest(folder, collection, family, wait=False)
    except (IndexDamaged, OSError) as error:
        logger.error("similarity.index_not_brought", collection=collection, family=family, error=type(error).__name__)
    finally:
        connection.close()  # this thread's own


def stands(folder: Path, token: str) -> bool:
    """Whether that generation is the one published on this machine, and whole."""
    with contextlib.suppress(IndexMissing, IndexDamaged):
        return attach(folder).manifest.token == token
    return False


def _brought(folder: Path, place: str) -> bool:
    storage = storages[SHARED]
    try:
        with storage.open(f"{place}/{MANIFEST}") as file:
            wanted = Manifest.parse(file.read().decode())
    except (FileNotFoundError, UnicodeDecodeError):
        return False  # on its way, or taken away since
    writing = Writing(folder)
    try:
        for name in wanted.files:
            if not _NAME.fullmatch(name):
                raise IndexDamaged(f"{place} names a file {name!r}")
            with storage.open(f"{place}/{name}.npy") as source, writing.path(name).open("wb") as target:
                shutil.copyfileobj(source, target, _AT_ONCE)
        number, found = writing.finished(wanted)
        if found.files != wanted.files:
            shutil.rmtree(folder / f"gen-{number}", ignore_errors=True)
            raise IndexDamaged(f"{place} is not what was published")
        publish(folder, number)
    except FileNotFoundError:
        return False
    finally:
        writing.close()
    return True


def _place(manifest: Manifest) -> str:
    return f"{manifest.collection}/{manifest.family}/{manifest.token}"


def _put(storage: Storage, name: str, content: File[bytes]) -> None:
    """Under exactly this name: a storage would choose another where one of an attempt that died stands."""
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, content)
