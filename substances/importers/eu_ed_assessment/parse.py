"""Reads ECHA's list of endocrine disruptor assessments. See the README beside this file."""

from __future__ import annotations

from substances.importers.assessments import Assessments
from substances.importers.values.conclusions import Hazard
from substances.vocabulary import Concern


class EuEdAssessment(Assessments):
    """ECHA's endocrine disruptor assessments."""

    slug = "eu-ed-assessment"
    list_slug = "eu-ed-assessment"
    word = "ED"
    basis = "ECHA endocrine disruptor assessment"
    meaning = {
        Hazard.ED_HH: (Concern.ENDOCRINE_HH, "ED for human health"),
        Hazard.ED_ENV: (Concern.ENDOCRINE_ENV, "ED for environment"),
    }
