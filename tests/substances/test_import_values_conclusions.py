"""Conclusive yes, conclusive no, inconclusive and no data are four values, in every spelling that is printed."""

from __future__ import annotations

import pytest

from substances.importers.values.conclusions import (
    Concluded,
    Conclusion,
    Hazard,
    NotUnderstood,
    concluded,
    hazard,
    outcome,
)

YES, NO = Conclusion.YES, Conclusion.NO
OPEN, NO_DATA = Conclusion.INCONCLUSIVE, Conclusion.NO_DATA


# Every line that the assessments of April 2026 print.
@pytest.mark.parametrize(
    ("printed", "about", "said"),
    [
        ("ED for environment", Hazard.ED_ENV, YES),
        ("ED for human health", Hazard.ED_HH, YES),
        ("Conclusive data - no ED ENV", Hazard.ED_ENV, NO),
        ("Conclusive data - no ED HH", Hazard.ED_HH, NO),
        ("Inconclusive data - no ED ENV", Hazard.ED_ENV, OPEN),
        ("Inconclusive data - no ED HH", Hazard.ED_HH, OPEN),
        ("PBT", Hazard.PBT, YES),
        ("vPvB", Hazard.VPVB, YES),
        ("PMT", Hazard.PMT, YES),
        ("vPvM", Hazard.VPVM, YES),
        ("Conclusive data - no PBT", Hazard.PBT, NO),
        ("Conclusive data - no vPvB", Hazard.VPVB, NO),
        ("Inconclusive data - no PBT", Hazard.PBT, OPEN),
        ("Inconclusive data - no vPvB", Hazard.VPVB, OPEN),
        ("Inconclusive data - no PMT", Hazard.PMT, OPEN),
        ("Lack of data - no PBT", Hazard.PBT, NO_DATA),
        ("Hazardous for the human health", Hazard.OTHER_HH, YES),
        ("Hazardous for the environment", Hazard.OTHER_ENV, YES),
    ],
)
def test_a_line_of_an_assessment_says_hazard_and_conclusion(printed: str, about: Hazard, said: Conclusion) -> None:
    assert concluded(printed) == Concluded(about, said)


@pytest.mark.parametrize(
    ("printed", "about", "category"),
    [("ED ENV 1", Hazard.ED_ENV, "1"), ("ED HH 2", Hazard.ED_HH, "2")],
)
def test_a_category_is_a_conclusive_yes_that_keeps_its_number(printed: str, about: Hazard, category: str) -> None:
    assert concluded(printed) == Concluded(about, YES, category)


@pytest.mark.parametrize(
    "printed", ["", "no PBT", "Data - no PBT", "Conclusive data - PBT", "pbt", "ED HH", "ED ENV 3", "Not PBT"]
)
def test_what_is_no_known_conclusion_is_refused(printed: str) -> None:
    with pytest.raises(NotUnderstood, match="no conclusion that is known"):
        concluded(printed)


# Every outcome that the work-lists of April 2026 print.
@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("SEV concluded to confirm the hazard", YES),
        ("SEV concluded that the hazard is unlikely", NO),
        ("Insufficient information to conclude on hazard", OPEN),
        ("SVHC included in Candidate List", YES),
        ("MSC unanimously agrees to identify as SVHC", YES),
        ("Inconclusive (Insufficient information to reach a conclusion)", OPEN),
        ("Insufficient information to include as SVHC", OPEN),
        ("Proposed to be identified as SVHC", None),
        ("No unanimous agreement - Opinion of SVHC", None),
    ],
)
def test_an_outcome_of_a_work_list_says_what_is_concluded_or_that_nothing_is(
    printed: str, said: Conclusion | None
) -> None:
    assert outcome(printed) == said


def test_an_unknown_outcome_is_not_one_that_concludes_nothing() -> None:
    with pytest.raises(NotUnderstood, match="'Perhaps'"):
        outcome("Perhaps")


@pytest.mark.parametrize(
    ("printed", "about"),
    [
        ("Carcinogenicity", Hazard.CARCINOGENICITY),
        ("Germ cell mutagenicity", Hazard.MUTAGENICITY),
        ("Reproductive toxicity", Hazard.REPROTOXICITY),
        ("Respiratory sensitisation", Hazard.RESPIRATORY_SENSITISATION),
        ("Skin  sensitisation", Hazard.SKIN_SENSITISATION),
        ("Specific target organ toxicity - repeated exposure", Hazard.STOT_RE),
        ("Endocrine disruptor for human health", Hazard.ED_HH),
        ("Endocrine disruptor for environment", Hazard.ED_ENV),
        ("Persistent, bioaccumulative and toxic", Hazard.PBT),
        ("Very persistent and very bioaccumulative", Hazard.VPVB),
        ("Persistent, mobile and toxic", Hazard.PMT),
        ("Very persistent and very mobile", Hazard.VPVM),
        ("Aquatic toxicity - acute", Hazard.AQUATIC_ACUTE),
        ("Aquatic toxicity - chronic", Hazard.AQUATIC_CHRONIC),
        ("Other human health hazard", Hazard.OTHER_HH),
        ("Other environmental hazard", Hazard.OTHER_ENV),
    ],
)
def test_a_hazard_is_known_by_its_name(printed: str, about: Hazard) -> None:
    assert hazard(printed) is about


def test_an_unknown_hazard_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="'Boredom'"):
        hazard("Boredom")
