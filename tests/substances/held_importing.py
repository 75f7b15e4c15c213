"""A worker that includes this holds imports in their middle while a file is there: it can be killed just then."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from substances.importers.base import ReportedRow
from substances.importers.registry import IMPORTERS
from substances.services import structure_import
from substances.services.structure_claims import Claim, Written, write_claims
from tests.substances.made_importer import Made, a_row

#: The slug of a reader that yields rows of its own whatever it is given; behind `HELD_AT` of them it waits.
SLUG, ROWS, HELD_AT = "reach-candidate-list", 300, 250
#: The environment variable that names the file, and what is in it once an import is held.
HOLD, IS_HELD = "TESTS_HOLD_IMPORTS", "held"


class Held(Made):
    """Waits behind some of its rows, every second time that it reads: before that they are counted."""

    readings = 0

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        Held.readings += 1
        is_staging = Held.readings % 2 == 0
        for number, row in enumerate(super().parse(path)):
            if is_staging and number == HELD_AT:
                hold()
            yield row


def hold() -> None:
    """Waits as long as the file is there, and says so in it."""
    file = Path(os.environ[HOLD])
    while file.exists():
        file.write_text(IS_HELD, encoding="ascii")
        time.sleep(0.05)


def _held_behind_the_first_batch() -> None:
    batches = 0

    def write(source: object, claims: list[Claim]) -> Written:
        nonlocal batches
        batches += 1
        if batches > 1:
            hold()
        return write_claims(source, claims)  # type: ignore[arg-type]  # passed on as it came

    vars(structure_import)["write_claims"] = write


if HOLD in os.environ:  # in the worker; a test only reads the words above
    IMPORTERS[SLUG] = Held([a_row(number) for number in range(1, ROWS + 1)])
    _held_behind_the_first_batch()
