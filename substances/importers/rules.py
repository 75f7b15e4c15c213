"""The published rules: which statement of which source means which concern. The register that flags are cited from.

Written by hand, beside what the readers do, so that a reader that changes its mind fails a test: every rule that a
reader or the catalogue cites is here, and every rule here is cited by one. Rules of a list that somebody brings with a
mapping file are that mapping's own, under the list's slug.

A rule that changes what it means gets a new version; `HISTORY` says what each edition of the register changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from substances.importers.values.hazard_codes import CONCERN_RULES
from substances.vocabulary import Authority, Concern, Strength

EDITION = "2026-11"
HISTORY: Mapping[str, str | Promise] = {"2026-11": _("First published.")}
_SURE, _SUSPECTED = Strength.KNOWN_OR_PRESUMED.value, Strength.SUSPECTED.value


@dataclasses.dataclass(frozen=True, slots=True)
class PublishedRule:
    """One rule.

    Attributes:
        code: what flags cite.
        says, words: what has to be printed, as a sentence and what stands in it.
        concerns: what it means; several where the source does not say which.
        strength: of `Strength`; "" where the source does not say how sure it is.
        source: where the law or the publisher says so.
        lists: slugs of the lists whose rows it reads.
        version: grows when the rule means something else.
    """

    code: str
    says: str | Promise
    words: Mapping[str, str]
    concerns: tuple[str, ...]
    strength: str
    authority: str
    source: str
    lists: tuple[str, ...]
    version: int = 1

    @property
    def condition(self) -> str:
        """What has to be printed, in the reader's language."""
        return str(self.says) % self.words


def _clp() -> list[PublishedRule]:
    return [
        PublishedRule(
            code=rule.rule,
            says=_("classified in Annex VI as one of: %(classes)s"),
            words={"classes": ", ".join(rule.classes)},
            concerns=(str(rule.concern),),
            strength=str(rule.strength),
            authority=Authority.HARMONISED,
            source=rule.source,
            lists=("clp-annex-vi",),
        )
        for rule in CONCERN_RULES
    ]


_ARTICLE = "Regulation (EC) No 1907/2006, Article 57"
_ARTICLE_57 = (
    ("57a", Concern.CARCINOGENIC, _SURE, "(a)"),
    ("57b", Concern.MUTAGENIC, _SURE, "(b)"),
    ("57c", Concern.REPROTOXIC, _SURE, "(c)"),
    ("57d", Concern.PBT_VPVB, "", "(d)"),
    ("57e", Concern.PBT_VPVB, "", "(e)"),
    ("57f-ed-hh", Concern.ENDOCRINE_HH, "", "(f)"),
    ("57f-ed-env", Concern.ENDOCRINE_ENV, "", "(f)"),
    ("57f-stot-re-hh", Concern.STOT_RE, "", "(f)"),
    ("57f-resp-sens-hh", Concern.RESPIRATORY_SENSITISER, "", "(f)"),
    ("57f-eloc-hh", Concern.EQUIVALENT_CONCERN, "", "(f)"),
    ("57f-eloc-env", Concern.EQUIVALENT_CONCERN, "", "(f)"),
)
_ASSESSED = (
    ("eu-ed-assessment", "ed-hh", Concern.ENDOCRINE_HH),
    ("eu-ed-assessment", "ed-env", Concern.ENDOCRINE_ENV),
    ("eu-pbt-assessment", "pbt", Concern.PBT_VPVB),
    ("eu-pbt-assessment", "vpvb", Concern.PBT_VPVB),
    ("eu-pbt-assessment", "pbt+vpvb", Concern.PBT_VPVB),
    ("eu-pbt-assessment", "pmt", Concern.PMT_VPVM),
    ("eu-pbt-assessment", "vpvm", Concern.PMT_VPVM),
    ("eu-pbt-assessment", "pmt+vpvm", Concern.PMT_VPVM),
)
_SIN = (
    ("carcinogenic", (Concern.CARCINOGENIC,)),
    ("mutagenic", (Concern.MUTAGENIC,)),
    ("toxic-to-reproduction", (Concern.REPROTOXIC,)),
    ("endocrine-disruptor", (Concern.ENDOCRINE_HH, Concern.ENDOCRINE_ENV)),
    ("equivalent-concern", (Concern.EQUIVALENT_CONCERN,)),
    ("extremely-persistent", (Concern.EXTREMELY_PERSISTENT,)),
    ("pbt-vpvb", (Concern.PBT_VPVB,)),
    ("pmt-vpvm", (Concern.PMT_VPVM,)),
)
_P65 = (
    ("cancer", Concern.CARCINOGENIC),
    ("developmental", Concern.REPROTOXIC),
    ("female", Concern.REPROTOXIC),
    ("male", Concern.REPROTOXIC),
)
_IARC = (("group 1", _SURE), ("group 2A", _SURE), ("group 2B", _SUSPECTED))
_MONTREAL = ("a", "b", "c", "e")


def _reach() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"reach-57/{reason}",
            _("the reason printed is %(reason)s"),
            {"reason": f"Article 57{point}, {reason}"},
            (str(concern),),
            strength,
            Authority.AUTHORITY_ASSESSMENT,
            f"{_ARTICLE}{point}",
            ("reach-candidate-list", "reach-authorisation-list"),
        )
        for reason, concern, strength, point in _ARTICLE_57
    ]


def _assessments() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"{slug}/{hazards}",
            _("an assessment is concluded with yes for %(hazards)s; a category tells how sure, where it has one"),
            {"hazards": hazards},
            (str(concern),),
            "",
            Authority.AUTHORITY_ASSESSMENT,
            "European Chemicals Agency, list of assessments",
            (slug,),
        )
        for slug, hazards, concern in _ASSESSED
    ]


def _pops() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"eu-pops/{annex}",
            _("listed in %(annex)s, which holds what the Stockholm Convention lists"),
            {"annex": words},
            (str(Concern.PBT_VPVB),),
            "",
            Authority.AUTHORITY_ASSESSMENT,
            "Regulation (EU) 2019/1021; Stockholm Convention, Annex D",
            ("eu-pops",),
        )
        for annex, words in (("annex-i-a", "Annex I, part A"), ("annex-iii-a", "Annex III, part A"))
    ]


def _iarc() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"iarc/{group.replace(' ', '-')}",
            _("classified in %(group)s; circumstances and mixtures of exposure mean nothing for the substance"),
            {"group": group},
            (str(Concern.CARCINOGENIC),),
            strength,
            Authority.AUTHORITY_ASSESSMENT,
            "IARC Monographs; set beside GHS by 29 CFR 1910.1200, Appendix F, Part D",
            ("iarc",),
        )
        for group, strength in _IARC
    ]


def _ntp() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"ntp-roc/{listing.replace(' ', '-')}",
            _("listed as “%(listing)s”"),
            {"listing": listing},
            (str(Concern.CARCINOGENIC),),
            _SURE,
            Authority.AUTHORITY_ASSESSMENT,
            "US National Toxicology Program, Report on Carcinogens",
            ("ntp-roc",),
        )
        for listing in ("known", "reasonably anticipated")
    ]


def _proposition_65() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"prop-65/{reason}",
            _("listed for %(toxicity)s, and not taken back"),
            {"toxicity": reason},
            (str(concern),),
            _SURE,
            Authority.AUTHORITY_ASSESSMENT,
            "California Health and Safety Code, section 25249.8",
            ("proposition-65",),
        )
        for reason, concern in _P65
    ]


def _sin() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"sin/{token}",
            _("the list prints the concern “%(token)s”"),
            {"token": token.replace("-", " ")},
            tuple(str(one) for one in concerns),
            "",
            Authority.SCREENING_LIST,
            "ChemSec, SIN List",
            ("sin-list",),
        )
        for token, concerns in _SIN
    ]


def _montreal() -> list[PublishedRule]:
    return [
        PublishedRule(
            f"montreal/annex-{annex}",
            _("controlled by annex %(annex)s; annex F, hydrofluorocarbons, means no such concern"),
            {"annex": annex.upper()},
            (str(Concern.OZONE_DEPLETING),),
            "",
            Authority.AUTHORITY_ASSESSMENT,
            "Montreal Protocol on Substances that Deplete the Ozone Layer",
            (),
        )
        for annex in _MONTREAL
    ]


_ROOMS = (_clp, _reach, _assessments, _pops, _iarc, _ntp, _proposition_65, _sin, _montreal)
RULES: Mapping[str, PublishedRule] = {rule.code: rule for room in _ROOMS for rule in room()}
