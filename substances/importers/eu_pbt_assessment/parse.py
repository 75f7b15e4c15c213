"""Reads ECHA's list of PBT assessments. See the README beside this file."""

from __future__ import annotations

from substances.importers.assessments import Assessments
from substances.importers.values.conclusions import Hazard
from substances.vocabulary import Concern


class EuPbtAssessment(Assessments):
    """ECHA's assessments of persistence with bioaccumulation or mobility."""

    slug = "eu-pbt-assessment"
    list_slug = "eu-pbt-assessment"
    word = "PBT"
    basis = "ECHA PBT assessment"
    meaning = {
        Hazard.PBT: (Concern.PBT_VPVB, "PBT"),
        Hazard.VPVB: (Concern.PBT_VPVB, "vPvB"),
        Hazard.PMT: (Concern.PMT_VPVM, "PMT"),
        Hazard.VPVM: (Concern.PMT_VPVM, "vPvM"),
    }
