"""Work that only one process may do at a time, held by a lock that ends with whoever holds it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.db import connection


class HeldElsewhere(Exception):
    """Somebody else does this work right now."""


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Holds `name` on this database, for all processes that use it, as long as the block lasts or its process lives.

    On PostgreSQL a lock of the session; on SQLite, which is used by processes of one machine, a lock on a file beside
    the database. Neither outlives a process that is killed, so nothing has to be waited for or cleared.

    Args:
        name: letters, digits, dashes: a part of a file's name.

    Raises:
        HeldElsewhere: another holds it; nothing was waited for.
    """
    held = _in_postgresql(name) if connection.vendor == "postgresql" else _in_a_file(name)
    with held:
        yield


@contextlib.contextmanager
def _in_postgresql(name: str) -> Iterator[None]:
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        # A session is given its own lock again: whether it has it is asked first.
        cursor.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            " AND (classid::bigint << 32 | objid::bigint) = %s) AND pg_try_advisory_lock(%s)",
            [key, key],
        )
        taken = bool(cursor.fetchone()[0])
    if not taken:
        raise HeldElsewhere(name)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextlib.contextmanager
def _in_a_file(name: str) -> Iterator[None]:
    database = Path(str(connection.settings_dict["NAME"]))
    with database.with_name(f"{database.name}.{name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldElsewhere(name) from None
        yield
