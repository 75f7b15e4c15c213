"""What a release's importer told of its rows, as findings: tonnage, days, hazards, numbers that were not understood."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from substances.registry_check.facts import Found, Place

# Code of a problem (see the importers' READMEs) → kind of finding. What is not here is no contradiction of the
# registry: it stands with the release, and rows that name nobody wait in the queue of lists.
KIND_OF_PROBLEM: Mapping[str, str] = {
    "tonnage_not_understood": "tonnage_not_understood",
    **dict.fromkeys(
        ("delisting_not_read", "year_not_read", "year_unknown", "ends_before_it_begins"), "date_not_understood"
    ),
    **dict.fromkeys(
        (
            *("class_unknown", "classes_not_parallel", "class_and_statement_differ", "hazard_unknown"),
            *("statement_unknown", "statement_not_read", "label_not_read", "limit_not_read"),
        ),
        "hazard_not_understood",
    ),
    **dict.fromkeys(
        (
            *("stage_unknown", "status_unknown", "event_unknown", "outcome_unknown", "outcome_conflict"),
            *("outcome_early", "no_outcome", "outcomes_not_parallel"),
        ),
        "status_not_understood",
    ),
    **dict.fromkeys(
        ("starter_claim_not_found", "starter_claim_not_tied", "starter_flag_not_stated"), "starter_and_list_differ"
    ),
}
_NUMBER = re.compile(r"(cas|ec|index|inchikey|dtxsid|cid)_(check_digit|shape|date|date_suggestion|lookalike|not_ascii)")
_QUOTED = 300


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A row that a problem is about: its key, and the substance it names where it names one alone."""

    entry: int
    substance: UUID | None


def problems(
    of_list: str, release: UUID, told: Iterable[Mapping[str, Any]], rows: Mapping[tuple[str, int], Row]
) -> Iterator[Found]:
    """The problems of a release that are findings, in their order.

    Args:
        told: `{file, sheet, line, code, message}`, as the release keeps them.
        rows: by sheet and line.
    """
    for problem in told:
        line, code, message = problem["line"], str(problem["code"]), str(problem["message"])[:_QUOTED]
        sheet = str(problem.get("sheet", ""))
        kind = "printed_number_fails" if _NUMBER.fullmatch(code) else KIND_OF_PROBLEM.get(code)
        if kind is None:
            continue
        row = rows.get((sheet, line)) if line else None
        details = {"list": of_list, "line": line or "–", "code": code, "message": message}
        place = Place(release, row.entry if row else None)
        yield Found(
            kind,
            (of_list, f"{sheet}:{line}" if sheet else str(line), code, message),
            row.substance if row else None,
            details,
            place,
        )
