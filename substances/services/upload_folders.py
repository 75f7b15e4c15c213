"""The folder in which a worker has an upload's file while it reads it; those of workers that were killed go later."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "benigna-upload-"
# No job lives for so long.
_LEFT_FOR_S = 24 * 60 * 60


@contextmanager
def upload_folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards, and with it what was left on this machine before."""
    delete_left_folders()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        yield Path(folder)


def delete_left_folders() -> int:
    """Deletes folders of uploads that are a day old; how many. Only our own, no link is followed; safe to repeat."""
    before = time.time() - _LEFT_FOR_S
    with os.scandir(tempfile.gettempdir()) as found:
        left = [one.path for one in found if one.name.startswith(_PREFIX) and _is_left(one, before)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)  # another worker does the same
    return len(left)


def _is_left(found: os.DirEntry[str], before: float) -> bool:
    if not found.is_dir(follow_symlinks=False):
        return False
    try:
        about = found.stat(follow_symlinks=False)
    except FileNotFoundError:  # gone meanwhile
        return False
    return about.st_uid == os.getuid() and about.st_mtime < before
