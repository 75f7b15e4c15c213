"""What sources say of each concern, side by side, and the published rule that chooses the level that is shown.

The rule is version 1, of November 2026. Of all that say yes: who concludes (law or an authority) goes before who
screens, proposes or computes; among those of one standing the surer statement, known or presumed before one that says
no strength before suspected; then the law before an assessment; then the newest. A "no" never hides a "yes", and
what is inconclusive or not known is neither. Pure: no database here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum

from substances.importers.values.conclusions import Conclusion, Hazard
from substances.vocabulary import AUTHORITY_RANK, Authority, Concern, Strength

RULE = "level/1"


class Says(StrEnum):
    """What a source says of a concern; four values, never one."""

    YES = "yes"
    NO = "conclusive_no"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of one concern.

    Attributes:
        strength: of `Strength`; "" where the source says none.
        of: the hazard that was assessed, where the concern has several, such as "pbt" of PBT or vPvB.
        denies: whether the source denies the whole concern, not one of its hazards only.
        day: since when.
        source: its title.
    """

    concern: str
    says: Says
    strength: str
    authority: str
    ground: str
    day: dt.date | None
    source: str
    of: str = ""
    denies: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """Everything said of one concern, the one that is shown in front.

    Attributes:
        disagree: whether sources contradict one another; what is missing or inconclusive contradicts nothing.
    """

    concern: str
    statements: tuple[Statement, ...]
    disagree: bool

    @property
    def shown(self) -> Statement:
        """The one that the rule chose."""
        return self.statements[0]


_CONCLUDE = frozenset({Authority.HARMONISED, Authority.AUTHORITY_ASSESSMENT})
_SAYS = {Says.YES: 0, Says.NO: 1, Says.INCONCLUSIVE: 2, Says.NO_DATA: 3}
_SURE = {Strength.KNOWN_OR_PRESUMED: 0, "": 1, Strength.SUSPECTED: 2}
# The hazards that each concern consists of, as assessments name them.
HAZARDS: Mapping[Concern, tuple[Hazard, ...]] = {
    Concern.CARCINOGENIC: (Hazard.CARCINOGENICITY,),
    Concern.MUTAGENIC: (Hazard.MUTAGENICITY,),
    Concern.REPROTOXIC: (Hazard.REPROTOXICITY,),
    Concern.RESPIRATORY_SENSITISER: (Hazard.RESPIRATORY_SENSITISATION,),
    Concern.SKIN_SENSITISER: (Hazard.SKIN_SENSITISATION,),
    Concern.STOT_RE: (Hazard.STOT_RE,),
    Concern.ENDOCRINE_HH: (Hazard.ED_HH,),
    Concern.ENDOCRINE_ENV: (Hazard.ED_ENV,),
    Concern.PBT_VPVB: (Hazard.PBT, Hazard.VPVB),
    Concern.PMT_VPVM: (Hazard.PMT, Hazard.VPVM),
}
_CONCLUSIONS = frozenset(one.value for one in Conclusion)
_MEANS = {
    Conclusion.NO: Says.NO,
    Conclusion.INCONCLUSIVE: Says.INCONCLUSIVE,
    Conclusion.NO_DATA: Says.NO_DATA,
}


def rank(one: Statement) -> tuple[int, int, int, int, int]:
    """The published order: the least is shown."""
    authority = AUTHORITY_RANK[one.authority]
    standing = 0 if one.authority in _CONCLUDE else authority
    newest = -(one.day.toordinal() if one.day else 0)
    return _SAYS[one.says], standing, _SURE[one.strength], authority, newest


def levels(statements: Iterable[Statement]) -> list[Level]:
    """Every concern that somebody speaks of, in the order of the vocabulary."""
    by_concern: dict[str, list[Statement]] = {}
    for one in statements:
        by_concern.setdefault(one.concern, []).append(one)
    return [
        Level(concern, tuple(sorted(by_concern[concern], key=rank)), _disagree(by_concern[concern]))
        for concern in Concern.values
        if concern in by_concern
    ]


def _disagree(said: list[Statement]) -> bool:
    strengths = {one.strength for one in said if one.says is Says.YES and one.strength}
    is_yes = any(one.says is Says.YES for one in said)
    return len(strengths) > 1 or (is_yes and any(one.says is Says.NO and one.denies for one in said))


def assessed(reason: str, *, ground: str, day: dt.date | None, source: str) -> list[Statement]:
    """What an assessment that is no "yes" says, from its reasons in normal form: "pbt: conclusive no;vpvb: no data".

    What it concludes with yes is a flag already. "group 3" is IARC's: not classifiable, which denies nothing.
    """
    said: dict[str, Conclusion] = {}
    for part in reason.split(";"):
        about, _colon, words = part.strip().partition(": ")
        if words.replace(" ", "_") in _CONCLUSIONS:
            said[about] = Conclusion(words.replace(" ", "_"))
        elif part.strip() == "group 3":
            said[Hazard.CARCINOGENICITY] = Conclusion.INCONCLUSIVE
    found = []
    for concern, hazards in HAZARDS.items():
        own = {one: said[one] for one in hazards if one in said}
        denies = len(own) == len(hazards) and set(own.values()) == {Conclusion.NO}
        found += [
            Statement(
                *(concern, _MEANS[conclusion], "", Authority.AUTHORITY_ASSESSMENT, ground, day, source),
                of=str(one) if len(hazards) > 1 else "",
                denies=denies and conclusion is Conclusion.NO,
            )
            for one, conclusion in own.items()
            if conclusion is not Conclusion.YES
        ]
    return found
