"""What was made of the database's rows, kept in this process while the marks of their tables stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import TypeVar

from django.core.cache import caches
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from portal.common.marks import read_marks

T = TypeVar("T")

_LONGEST_S = 24 * 3600
# The marks under which something is being made at this moment.
_read: ContextVar[Mapping[str, str]] = ContextVar("marks that were read", default=MappingProxyType({}))


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
        """What is kept under `key`, or what `make` makes of the rows as they are now.

        One statement, if it is kept; none, where something else of these marks is being made that needs it.

        Raises:
            Whatever `make` raises; then nothing is kept.
        """
        if connection.in_atomic_block:
            return make()
        around = _read.get()
        # Read before the rows: they may be newer than the marks say, never older.
        marks = around if around.keys() >= set(self._marks) else read_marks(*self._marks)
        state = (timezone.localdate(), *(marks[name] for name in self._marks))
        name = hashlib.sha256(f"{self._marks} {key} {get_language()}".encode()).hexdigest()
        cache = caches["pages"]
        found: tuple[object, T] | None = cache.get(name)
        if found is not None and found[0] == state:
            return found[1]
        reading = _read.set(marks)
        try:
            made = make()
        finally:
            _read.reset(reading)
        cache.set(name, (state, made), _LONGEST_S)
        return made
