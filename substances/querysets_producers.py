"""The questions asked of who makes what, as lists report it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F

from substances.querysets import is_living, newest_releases

if TYPE_CHECKING:
    from substances.clocks import Clocks
    from substances.models import ReportedProducer  # noqa: F401  # named in the strings below


class ProducerQuerySet(models.QuerySet["ReportedProducer"]):
    """Reports that a company makes or imports a substance. They carry no day but that of their release."""

    def in_force(self) -> Self:
        """Those of each list's current release."""
        return self.filter(release=F("release__chemical_list__current_release"))

    def known_on(self, day: dt.date) -> Self:
        """Those of the release that was the newest of its list on `day`."""
        return self.filter(release__in=newest_releases(day))

    def at(self, clocks: Clocks) -> Self:
        """Those of the releases that were the newest on `known_on` (of today's, without it), out by `as_of`."""
        known = self.in_force() if clocks.known_on is None else self.known_on(clocks.known_on)
        return known if clocks.is_now else known.filter(release__published_on__lte=clocks.as_of)

    def of_somebody(self) -> Self:
        """Those whose substance we know, and that was neither merged nor split."""
        return self.filter(is_living("substance__"), substance__isnull=False)
