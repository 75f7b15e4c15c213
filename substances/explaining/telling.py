"""An explanation in the reader's language, for a page or REST."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.common.named import named
from portal.jobs.models import Job
from substances.models import Explanation, SubstanceGroup
from substances.searches.similarity import Family

_RINGS = {"aromatic": gettext_noop("%(text)s (aromatic ring)"), "ring": gettext_noop("%(text)s (ring)")}


@dataclass(frozen=True, slots=True)
class RankLine:
    """One fingerprint's word: its label, score in [0, 1] and rank; None where it has none."""

    family: str
    label: str
    score: float | None
    rank: int | None
    among: int | None


@dataclass(frozen=True, slots=True)
class ElementLine:
    """How many atoms of an element the first and the second have."""

    symbol: str
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of two structures.

    Attributes:
        not_computable, error: why there is nothing, in the reader's language; else "".
        common_atoms: heavy atoms that both have; None where that was not computed.
        pieces: how many pieces they are in.
        differences: what the first has, and what the second has in its place; "" for nothing.
        elements: of which they have not equally many.
        both, only_first, only_second: groups by whose rules they are members.
        groups_assessed: whether every rule had an answer.
        parents: whether counter-ions or charges of the first, of the second, were left out.
    """

    not_computable: str = ""
    error: str = ""
    common_atoms: int | None = None
    pieces: int = 0
    heavy_atoms: tuple[int, int] = (0, 0)
    differences: list[tuple[str, str]] = field(default_factory=list)
    elements: list[ElementLine] = field(default_factory=list)
    ranks: list[RankLine] = field(default_factory=list)
    both: list[SubstanceGroup] = field(default_factory=list)
    only_first: list[SubstanceGroup] = field(default_factory=list)
    only_second: list[SubstanceGroup] = field(default_factory=list)
    groups_assessed: bool = True
    parents: tuple[bool, bool] = (False, False)


def is_done(explanation: Explanation) -> bool:
    """Whether there is something to tell: an answer, or why there is none."""
    return bool(explanation.result) or (explanation.job is not None and explanation.job.has_ended)


def told(explanation: Explanation) -> Told:
    """What is told of an explanation that is done: one statement, for the groups."""
    result = explanation.result
    if not result:
        job = explanation.job
        return Told(error=_(job.error_message) if job and job.state == Job.State.FAILED else _("It was called off."))
    if "not_computable" in result:
        return Told(not_computable=_(result["not_computable"]["reason"]))
    common, groups = result["common"], result["groups"]
    known = {group.slug: group for group in SubstanceGroup.objects.filter(slug__in=_slugs(groups)).order_by("name")}
    by_name = [sorted((known[slug] for slug in groups[side] if slug in known), key=named) for side in _SIDES]
    return Told(
        common_atoms=common["atoms"] if common else None,
        pieces=common["pieces"] if common else 0,
        heavy_atoms=tuple(result["heavy_atoms"]),
        differences=[(_fragment(one), _fragment(two)) for one, two in common["differences"]] if common else [],
        elements=[
            ElementLine(symbol, *counts) for symbol, counts in result["elements"].items() if counts[0] != counts[1]
        ],
        ranks=[_rank(line) for line in result["ranks"]],
        both=by_name[0],
        only_first=by_name[1],
        only_second=by_name[2],
        groups_assessed=groups["assessed"],
        parents=tuple(result["parents"]),
    )


_SIDES = ("both", "first", "second")


def _slugs(groups: dict[str, Any]) -> list[str]:
    return [slug for side in _SIDES for slug in groups[side]]


def _fragment(told_of: dict[str, Any] | None) -> str:
    if told_of is None:
        return ""
    template = _RINGS.get(told_of["ring"])
    return _(template) % {"text": told_of["text"]} if template else str(told_of["text"])


def _rank(line: dict[str, Any]) -> RankLine:
    score = line["shared"] / (line["united"] or 1) if line["shared"] is not None else None
    return RankLine(line["family"], str(Family(line["family"]).label), score, line["rank"], line["among"])
