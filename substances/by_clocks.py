"""Questions by the clocks that pages ask at every visit: of today compiled once, of other days built anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from portal.common.prepared import Prepared
from substances.clocks import Clocks, now

Row = TypeVar("Row")


class ByClocks(Generic[Row]):
    """A question of what holds by the clocks.

    Args:
        build: makes the queryset from `clocks` and from values as `Prepared` takes them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self.build = build
        self.today = Prepared(lambda day, **values: build(clocks=now(day), **values))

    def ask(self, clocks: Clocks, **values: Any) -> list[Row]:
        """The rows for these values, in one statement."""
        if clocks.is_now:
            return self.today.ask(day=clocks.as_of, **values)
        return list(self.build(clocks=clocks, **values))
