"""Reads ECHA's list of substance evaluations (CoRAP), event by event. See the README beside this file."""

from __future__ import annotations

from typing import Any

from substances.importers.base import Problem
from substances.importers.table import Line
from substances.importers.work_lists import Step, WorkList, concerns_of, hazards_of

YEAR, CONCERNS, TOGETHER = "Evaluation year", "Concern(s)", "Co-evaluating Member State"


class SubstanceEvaluation(WorkList):
    """From the plan to evaluate a substance to what was concluded of each hazard."""

    slug = "substance-evaluation"
    list_slug = "substance-evaluation"
    events = {
        "CoRAP adoption": ("adopted into the rolling action plan", Step.INTENTION),
        "Evaluation started": ("evaluation started", Step.START),
        "Adopted decision notified to the registrant(s)": ("information requested of registrants", Step.REQUEST),
        "Evaluation concluded": ("evaluation concluded", Step.CONCLUSION),
        "Withdrawn from CoRAP": ("withdrawal", Step.WITHDRAWAL),
    }
    submitters = "Evaluating Member State"

    def more(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        """`evaluation_years`, `with` (co-evaluating states), `concerns` of today, `hazards` at the event."""
        years = list(dict.fromkeys(line.lines(YEAR)))
        if odd := [year for year in years if not (year.isascii() and year.isdigit() and len(year) == 4)]:
            problems.append(Problem("year_unknown", f"{YEAR} is {odd[0]!r}, no year"))
        return {
            "evaluation_years": [int(year) for year in years if year not in odd],
            "with": [part.strip() for part in line.text(TOGETHER).split(",") if part.strip()],
            "concerns": concerns_of(line, CONCERNS, problems),
            "hazards": hazards_of(line, problems),
        }
