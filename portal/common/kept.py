"""What was made of the database's rows, kept in this process while the marks of their tables stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from portal.common.marks import read_marks

T = TypeVar("T")

_LONGEST_S = 24 * 3600


class Kept:
    """Something under a key, by the reader's language and the day, for as long as some marks stay the same.

    Inside a transaction nothing is kept or taken: what is read there may still be undone. Nothing personal belongs
    here: what is kept is shown to everybody.

    Args:
        marks: names of the marks of all tables that it is made of.
    """

    def __init__(self, *marks: str) -> None:
        self._marks = marks

    def get(self, key: str, make: Callable[[], T]) -> T:
        """What is kept under `key`, or what `make` makes of the rows as they are now. One statement if it is kept.

        Raises:
            Whatever `make` raises; then nothing is kept.
        """
        if connection.in_atomic_block:
            return make()
        # Read before the rows: they may be newer than the mark says, never older.
        state = f"{read_marks(*self._marks)}:{timezone.localdate()}"
        name = hashlib.sha256(f"{key} {get_language()}".encode()).hexdigest()
        cache = caches["pages"]
        found: tuple[str, T] | None = cache.get(name)
        if found is not None and found[0] == state:
            return found[1]
        made = make()
        cache.set(name, (state, made), _LONGEST_S)
        return made
