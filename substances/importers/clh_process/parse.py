"""Reads ECHA's list of proposals for harmonised classification, event by event. See the README beside this file."""

from __future__ import annotations

import re
from typing import Any

from substances.importers.base import Problem
from substances.importers.table import Line
from substances.importers.values.days import NotADay, day
from substances.importers.work_lists import Step, WorkList

ADAPTATION = "ATP number and date"
_ADAPTATION = re.compile(r"ATP(\d{2}) - \((\d\d/\d\d/\d{4})\), (\d\d/\d\d/\d{4}),? ?(.*)", re.ASCII)
# What stands instead of an adaptation where none followed.
_NONE = ("No change in existing harmonised classification", "No harmonised classification")


class ClhProcess(WorkList):
    """From the intention to propose a harmonised classification to the opinion of the Risk Assessment Committee."""

    slug = "clh-process"
    list_slug = "clh-process"
    events = {
        "CLH intention": ("intention", Step.INTENTION),
        "CLH proposal first submission": ("first submission", Step.SUBMISSION),
        "CLH proposal final submission": ("final submission", Step.SUBMISSION),
        "Start consultation on CLH proposal": ("consultation", Step.CONSULTATION),
        "CLH targeted consultation launch": ("targeted consultation", Step.CONSULTATION),
        "CLH final RAC opinion": ("opinion of the Risk Assessment Committee", Step.OPINION),
        "Withdrawal of CLH proposal": ("withdrawal", Step.WITHDRAWAL),
    }
    submitters = "Submitter(s)"
    dates = {
        "Expected date of submission": "expected_on",
        "Legal deadline for opinion adoption": "opinion_due_on",
        "Date RAC opinion was published on ECHA website": "opinion_published_on",
    }
    several_days = {"comments_until": ("Deadline for comments (start)", "Deadline for comments (targeted)")}
    texts = {
        "Regulatory programme": "programmes",
        "Harmonised classification at the time of proposal": "classification_before",
        "Harmonised classification proposed by the dossier submitter": "classification_proposed",
    }

    def more(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        """`adaptation`: the act that took the opinion over (`number`, `published_on`, `applies_from`, `note`)."""
        text = " ".join(line.text(ADAPTATION).split())
        if not text or text in _NONE:
            return {"adaptation": {"note": text}} if text else {}
        match = _ADAPTATION.fullmatch(text)
        try:
            if match is None:
                raise NotADay(text)
            adaptation = {
                "number": int(match[1]),
                "published_on": day(match[2]).first.isoformat(),
                "applies_from": day(match[3]).first.isoformat(),
            }
        except NotADay:
            problems.append(Problem("adaptation_unknown", f"{ADAPTATION} is {text!r}, not read"))
            return {}
        return {"adaptation": adaptation | ({"note": match[4]} if match[4] else {})}
