"""Reads ECHA's list of identifications of substances of very high concern, event by event. See the README."""

from __future__ import annotations

from typing import Any

from substances.importers.base import Problem
from substances.importers.table import Line
from substances.importers.values.article_57 import NotAReason, article_57_reasons
from substances.importers.work_lists import Step, WorkList, hazards_of

PROPOSED = "Reason for proposal"


class SvhcIdentification(WorkList):
    """From the intention to propose a substance to its inclusion in the Candidate List."""

    slug = "svhc-identification"
    list_slug = "svhc-identification"
    events = {
        "SVHC intention": ("intention", Step.INTENTION),
        "SVHC start of consultation": ("consultation", Step.CONSULTATION),
        "SVHC MSC agreement": ("agreement of the Member State Committee", Step.AGREEMENT),
        "SVHC ECHA decision on candidate list inclusion": ("inclusion in the Candidate List", Step.DECISION),
        "Withdrawal of SVHC proposal": ("withdrawal", Step.WITHDRAWAL),
    }
    dates = {"Expected date of submission": "expected_on"}
    several_days = {"comments_until": ("Deadline for comments",)}

    def more(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        """`proposed_reasons`: the points of Article 57 that are proposed; `hazards` with what became of them."""
        try:
            proposed = list(article_57_reasons(line.text(PROPOSED)))
        except NotAReason as error:
            problems.append(Problem("reason_unknown", f"{PROPOSED}: {error}"))
            proposed = []
        return {"proposed_reasons": proposed, "hazards": hazards_of(line, problems)}
