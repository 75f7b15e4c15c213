"""Collects static files, unless nothing changed since they were collected."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# Of what the packages bring, what no page of ours uses.
LEFT_OUT = ["rest_framework", "gis", "*.map", "*.txt", "*.md"]


def collect() -> bool:
    """Bring the static files of every room and package into `STATIC_ROOT`, hashed and compressed.

    Returns:
        Whether there was anything to do.
    """
    stamp = Path(settings.STATIC_ROOT).with_suffix(".collected")
    state = _state()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == state and Path(settings.STATIC_ROOT).is_dir():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=LEFT_OUT)
    stamp.write_text(state, encoding="ascii")
    return True


def _state() -> str:
    """SHA-256 over name, size and time of every file there is to collect, and over how they are kept."""
    lines = [str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for name, storage in finder.list(LEFT_OUT):
            found = Path(storage.path(name)).stat()
            lines.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
