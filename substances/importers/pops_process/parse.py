"""Reads ECHA's list of substances proposed as persistent organic pollutants, event by event. See the README."""

from __future__ import annotations

from typing import Any

from substances.importers.base import Problem
from substances.importers.echa import bulleted
from substances.importers.table import Line
from substances.importers.work_lists import Step, WorkList

ANNEX = "POPs Regulation Annex"
# Draft that is consulted on, as the headers call it → our word.
_DRAFTS = {"proposal": "proposal", "risk profile": "risk-profile", "risk management evaluation": "risk-management"}


class PopsProcess(WorkList):
    """From the intention to propose a substance under the Stockholm Convention to the EU POPs Regulation."""

    slug = "pops-process"
    list_slug = "pops-process"
    events = {
        "Intention to prepare a EU proposal for the listing of the substance in the Stockholm Convention": (
            "intention of the EU",
            Step.INTENTION,
        ),
        "EU Council decision on the Commission Proposal": ("decision of the Council to propose", Step.AGREEMENT),
        "POPRC decision on the fulfilment of the Annex D criteria": (
            "decision on the Annex D criteria",
            Step.SCREENING,
        ),
        "Adoption of the risk profile by the POPRC": ("risk profile", Step.OPINION),
        "Adoption of the risk management evaluation by the POPRC": ("risk management evaluation", Step.OPINION),
        "Conference of Parties decision on the listing of the substance": (
            "decision of the Conference of the Parties",
            Step.DECISION,
        ),
        "Inclusion in the EU POPs Regulation": ("inclusion in the EU POPs Regulation", Step.DECISION),
        "Intention to submit the proposal withdrawn": ("withdrawal", Step.WITHDRAWAL),
    }
    dates = {
        "Date of adoption of POPRC recommendation for the listing of the substance": "recommended_on",
        "Date of issuance of the notification by the depositary of the Convention": "notified_on",
    }

    def more(self, line: Line, problems: list[Problem]) -> dict[str, Any]:
        """`consultations` of the process (`on`, `from`, `until`), the same in each of its rows; `annexes`."""
        consultations = []
        for printed, word in _DRAFTS.items():
            start = line.day(f"Start consultation on the draft {printed}")
            end = line.day(f"End consultation on the draft {printed}")
            if start or end:
                said = {"from": start, "until": end}
                consultations.append({"on": word} | {key: day.isoformat() for key, day in said.items() if day})
        return {"consultations": consultations, "annexes": [one.lower() for one in bulleted(line, ANNEX)]}
