"""Reads ECHA's list of proposals for restrictions, event by event. See the README beside this file."""

from __future__ import annotations

from substances.importers.work_lists import Step, WorkList


class RestrictionProcess(WorkList):
    """From the intention to propose a restriction to the decision on Annex XVII."""

    slug = "restriction-process"
    list_slug = "restriction-process"
    events = {
        "Restriction intention": ("intention", Step.INTENTION),
        "Restriction start call for evidence": ("call for evidence", Step.EVIDENCE),
        "Restriction proposal first submission": ("first submission", Step.SUBMISSION),
        "Restriction conformity check conclusion": ("conformity check", Step.SCREENING),
        "Start consultation on restriction proposal": ("consultation on the proposal", Step.CONSULTATION),
        "Forum Enforceability Advice": ("advice of the Forum on enforceability", Step.OPINION),
        "Restriction final RAC opinion": ("opinion of the Risk Assessment Committee", Step.OPINION),
        "Restriction start consultation on SEAC draft opinion": (
            "consultation on the draft opinion of the Committee for Socio-economic Analysis",
            Step.CONSULTATION,
        ),
        "Restriction final RAC and SEAC opinion": ("opinion of both committees", Step.OPINION),
        "Decision on restriction list inclusion": ("decision on Annex XVII", Step.DECISION),
        "Withdrawal of restriction proposal": ("withdrawal", Step.WITHDRAWAL),
    }
    submitters = "Submitter(s)"
    dates = {"Expected date of submission": "expected_on"}
    several_days = {
        "evidence_until": ("Call for evidence end date",),
        "comments_until": (
            "1st deadline for comments on Annex XV report",
            "Final deadline for comments on Annex XV report",
            "Deadline for comments on SEAC draft opinion",
        ),
    }
