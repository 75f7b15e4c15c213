"""The published rule behind a flag of the starter catalogue, from the ground that it names."""

from __future__ import annotations

import re

from substances.importers.base import Classified
from substances.importers.values.hazard_codes import concern_rule
from substances.vocabulary import Concern

_ARTICLE = re.compile(r"Article 57\(([a-f])\)(?:, (human health|environment))?$")
_CLASS = re.compile(r"Annex VI, (?P<cls>[^,]+?)\*{0,4}(?:, (?P<code>(?:EU)?H\d{3}\w*)\*{0,4})?$")
_F = {
    Concern.ENDOCRINE_HH: "57f-ed-hh",
    Concern.ENDOCRINE_ENV: "57f-ed-env",
    Concern.STOT_RE: "57f-stot-re-hh",
    Concern.RESPIRATORY_SENSITISER: "57f-resp-sens-hh",
}
_SAID = {
    "ECHA endocrine disruptor assessment: ED for human health": "eu-ed-assessment/ed-hh",
    "ECHA endocrine disruptor assessment: ED for environment": "eu-ed-assessment/ed-env",
}
_POPS = "Regulation (EU) 2019/1021 (persistent organic pollutants)"
_POPS_PARTS = {"annex i, part a": "eu-pops/annex-i-a", "annex iii, part a": "eu-pops/annex-iii-a"}
_PBT = re.compile(r"ECHA PBT assessment: ([A-Za-z, ]+)$")
_IARC = re.compile(r"IARC Monographs, (group [12][AB]?)$")
_MONTREAL = re.compile(r"Montreal Protocol, annex ([A-E])\b")


def rule_of_ground(concern: str, ground: str, *, reason: str = "") -> str:
    """The code of the rule that leads from `ground` to `concern`; "" where none is published.

    Args:
        reason: why the list names the substance, in normal form, where the ground alone does not say.
    """
    if ground == _POPS:
        return next((code for part, code in _POPS_PARTS.items() if part in reason.split(";")), "")
    if found := _CLASS.search(ground):
        rule = concern_rule(Classified(found["cls"], found["code"] or "", ""))
        return rule.rule if rule and rule.concern == concern else ""
    if found := _ARTICLE.search(ground):
        if found[1] != "f":
            return f"reach-57/57{found[1]}"
        receptor = "env" if found[2] == "environment" else "hh"
        return f"reach-57/{_F.get(Concern(concern), f'57f-eloc-{receptor}')}"
    if found := _PBT.search(ground):
        return "eu-pbt-assessment/" + "+".join(part.strip().lower() for part in found[1].split(","))
    if found := _IARC.search(ground):
        return f"iarc/{found[1].replace(' ', '-')}"
    if found := _MONTREAL.search(ground):
        return f"montreal/annex-{found[1].lower()}"
    return _SAID.get(ground, "")
