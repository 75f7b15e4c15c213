"""What authorities conclude about a hazard: yes, no, inconclusive and no data are four values, never one.

ECHA prints `Conclusive data - no PBT`, `Inconclusive data - no PBT` and `Lack of data - no PBT`: the second and third
say "no" only of the conclusion, not of the hazard.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from enum import StrEnum


class Conclusion(StrEnum):
    """What was concluded. Only the first states a hazard; only the second denies it."""

    YES = "conclusive_yes"
    NO = "conclusive_no"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


class Hazard(StrEnum):
    """A hazard that an authority looks into. Source: the terms of ECHA's lists, after CLP and REACH, Article 57."""

    CARCINOGENICITY = "carcinogenicity"
    MUTAGENICITY = "mutagenicity"
    REPROTOXICITY = "reprotoxicity"
    RESPIRATORY_SENSITISATION = "respiratory-sensitisation"
    SKIN_SENSITISATION = "skin-sensitisation"
    STOT_RE = "stot-re"
    ED_HH = "ed-hh"
    ED_ENV = "ed-env"
    PBT = "pbt"
    VPVB = "vpvb"
    PMT = "pmt"
    VPVM = "vpvm"
    AQUATIC_ACUTE = "aquatic-acute"
    AQUATIC_CHRONIC = "aquatic-chronic"
    OTHER_HH = "other-hh"
    OTHER_ENV = "other-env"


@dataclasses.dataclass(frozen=True, slots=True)
class Concluded:
    """One line of an outcome.

    Attributes:
        category: "1" or "2" where the line names a category of CLP, else "".
    """

    hazard: Hazard
    conclusion: Conclusion
    category: str = ""


class NotUnderstood(ValueError):
    """A text that names no hazard or conclusion that is known; the message quotes it."""


_HAZARDS: Mapping[str, Hazard] = {
    "Carcinogenicity": Hazard.CARCINOGENICITY,
    "Germ cell mutagenicity": Hazard.MUTAGENICITY,
    "Reproductive toxicity": Hazard.REPROTOXICITY,
    "Respiratory sensitisation": Hazard.RESPIRATORY_SENSITISATION,
    "Skin sensitisation": Hazard.SKIN_SENSITISATION,
    "Specific target organ toxicity - repeated exposure": Hazard.STOT_RE,
    "Endocrine disruptor for human health": Hazard.ED_HH,
    "Endocrine disruptor for environment": Hazard.ED_ENV,
    "Persistent, bioaccumulative and toxic": Hazard.PBT,
    "Very persistent and very bioaccumulative": Hazard.VPVB,
    "Persistent, mobile and toxic": Hazard.PMT,
    "Very persistent and very mobile": Hazard.VPVM,
    "Aquatic toxicity - acute": Hazard.AQUATIC_ACUTE,
    "Aquatic toxicity - chronic": Hazard.AQUATIC_CHRONIC,
    "Other human health hazard": Hazard.OTHER_HH,
    "Other environmental hazard": Hazard.OTHER_ENV,
}
_SHORT: Mapping[str, Hazard] = {
    "PBT": Hazard.PBT,
    "vPvB": Hazard.VPVB,
    "PMT": Hazard.PMT,
    "vPvM": Hazard.VPVM,
    "ED HH": Hazard.ED_HH,
    "ED ENV": Hazard.ED_ENV,
}
_POSITIVE: Mapping[str, Hazard] = {
    "PBT": Hazard.PBT,
    "vPvB": Hazard.VPVB,
    "PMT": Hazard.PMT,
    "vPvM": Hazard.VPVM,
    "ED for human health": Hazard.ED_HH,
    "ED for environment": Hazard.ED_ENV,
    "Hazardous for the human health": Hazard.OTHER_HH,
    "Hazardous for the environment": Hazard.OTHER_ENV,
}
_CATEGORY = re.compile(r"(ED HH|ED ENV) ([12])", re.ASCII)
_NEGATIVE = re.compile(r"(Conclusive data|Inconclusive data|Lack of data) - no (PBT|vPvB|PMT|vPvM|ED HH|ED ENV)")
_DATA = {
    "Conclusive data": Conclusion.NO,
    "Inconclusive data": Conclusion.INCONCLUSIVE,
    "Lack of data": Conclusion.NO_DATA,
}
# Outcomes whose hazard stands in another column; None: said, but nothing is concluded yet.
_OUTCOMES: Mapping[str, Conclusion | None] = {
    "SEV concluded to confirm the hazard": Conclusion.YES,
    "SEV concluded that the hazard is unlikely": Conclusion.NO,
    "Insufficient information to conclude on hazard": Conclusion.INCONCLUSIVE,
    "SVHC included in Candidate List": Conclusion.YES,
    "MSC unanimously agrees to identify as SVHC": Conclusion.YES,
    "Inconclusive (Insufficient information to reach a conclusion)": Conclusion.INCONCLUSIVE,
    "Insufficient information to include as SVHC": Conclusion.INCONCLUSIVE,
    "Proposed to be identified as SVHC": None,
    "No unanimous agreement - Opinion of SVHC": None,
}


def hazard(text: str) -> Hazard:
    """The hazard that is looked into, such as `Endocrine disruptor for environment`.

    Raises:
        NotUnderstood: it is none that is known.
    """
    found = _HAZARDS.get(" ".join(text.split()))
    if found is None:
        raise NotUnderstood(f"{text!r} is no hazard that is known")
    return found


def concluded(text: str) -> Concluded:
    """A line that names hazard and conclusion at once, such as `Lack of data - no PBT` or `ED ENV 1`.

    Raises:
        NotUnderstood: it is none that is known.
    """
    printed = " ".join(text.split())
    if found := _POSITIVE.get(printed):
        return Concluded(found, Conclusion.YES)
    if match := _CATEGORY.fullmatch(printed):
        return Concluded(_SHORT[match[1]], Conclusion.YES, match[2])
    if match := _NEGATIVE.fullmatch(printed):
        return Concluded(_SHORT[match[2]], _DATA[match[1]])
    raise NotUnderstood(f"{text!r} is no conclusion that is known")


def outcome(text: str) -> Conclusion | None:
    """The conclusion of a line whose hazard stands elsewhere; None where it says that nothing is concluded yet.

    Raises:
        NotUnderstood: it is none that is known.
    """
    printed = " ".join(text.split())
    if printed not in _OUTCOMES:
        raise NotUnderstood(f"{text!r} is no outcome that is known")
    return _OUTCOMES[printed]
