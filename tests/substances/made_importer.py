"""An importer that yields the rows it was made with, so that a test of the registry says what a file says."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from substances.importers.base import Member, ReportedRow, StatedConcern
from substances.services.lists import ReleaseReport, publish_release

DAY = dt.date(2026, 4, 15)
CARC = StatedConcern("carcinogenic", "known_or_presumed", "authority_assessment", "Article 1", "made/1")


class Killed(BaseException):
    """As the death of the process: nothing catches it."""


@dataclasses.dataclass
class Made:
    """An importer that yields the rows it was made with, and dies behind them where it is told to."""

    rows: list[ReportedRow]
    dies: BaseException | None = None
    slug: str = "made"
    version: int = 1
    list_slug: str = "reach-candidate-list"

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        yield from self.rows
        if self.dies is not None:
            raise self.dies

    def published_on(self, path: Path) -> dt.date | None:
        return None

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        return [CARC] if "57a" in row.reasons else []


def cas(number: int) -> str:
    """The CAS number with these leading digits."""
    digits = f"{number:05d}"
    check = sum(place * int(digit) for place, digit in enumerate(reversed(digits), 1)) % 10
    return f"{digits[:-2].lstrip('0')}-{digits[-2:]}-{check}"


def a_row(number: int, **more: object) -> ReportedRow:
    said: dict[str, object] = {
        "sheet": "s",
        "line": number,
        "cells": {"Name": f"made {number}"},
        "name": f"made {number}",
        "members": (Member(f"made {number}", cas(10000 + number)),),
        "reasons": ("57a",),
        "listed_on": dt.date(2020, 1, 1),
    }
    return ReportedRow(**said | more)  # type: ignore[arg-type]  # the fields of the row


def take(
    file: Path, rows: list[ReportedRow], *, day: dt.date = DAY, dies: BaseException | None = None, **how: Any
) -> ReleaseReport:
    return publish_release(importer=Made(rows, dies), path=file, published_on=day, **how)
