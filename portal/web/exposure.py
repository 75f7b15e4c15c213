"""The part of a substance's page that tells of exposure and health: two sentences, and all they stand on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from substances.health.knowledge import Knowledge, Said, ShownLimit
from substances.health.sentences import Sentence, amount_text, amounts_text, what_it_does, who_meets_it
from substances.health_terms import (
    Averaging,
    Bindingness,
    EffectScope,
    ExposedGroup,
    Fraction,
    Matrix,
    Organ,
    Route,
)
from substances.models import HealthFact


@dataclasses.dataclass(frozen=True, slots=True)
class ToldClause:
    """A clause with the numbers of the grounds it stands on; `last` where a full stop follows."""

    text: str
    numbers: tuple[int, ...]
    last: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What the template draws.

    Attributes:
        sentences: each as its clauses.
        grounds: numbered from 1: what the sentences stand on, one of each source and place.
        harms, contacts, findings, limits: rows of the tables.
        disputes: sentences about limits that differ.
    """

    sentences: tuple[tuple[ToldClause, ...], ...]
    grounds: tuple[Model, ...]
    harms: tuple[dict[str, Any], ...]
    contacts: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    limits: tuple[dict[str, Any], ...]
    disputes: tuple[str, ...]
    is_empty: bool


def told(known: Knowledge) -> Told:
    """What is known, ready to be drawn."""
    sentences = (what_it_does(known), who_meets_it(known))
    grounds: dict[tuple[str, str], Model] = {}
    numbers: dict[tuple[str, str], int] = {}
    for sentence in sentences:
        for clause in sentence.clauses:
            for ground in clause.grounds:
                if grounds.setdefault(_place(ground), ground) is ground:
                    numbers[_place(ground)] = len(grounds)
    return Told(
        sentences=tuple(_clauses(sentence, numbers) for sentence in sentences),
        grounds=tuple(grounds.values()),
        harms=tuple(_harm(said) for said in known.harms),
        contacts=tuple(_contacts(known.contacts)),
        findings=tuple(_finding(fact) for fact in known.biomonitoring),
        limits=tuple(_limit(one) for one in known.limits),
        disputes=tuple(_dispute(rows) for rows in known.disputes),
        is_empty=not known,
    )


def _place(ground: Any) -> tuple[str, str]:
    return (ground.source.title, ground.locator)


def _clauses(sentence: Sentence, numbers: dict[tuple[str, str], int]) -> tuple[ToldClause, ...]:
    last = len(sentence.clauses) - 1
    return tuple(
        ToldClause(
            text=f"{clause.text[:1].upper()}{clause.text[1:]}" if place == 0 else clause.text,
            numbers=tuple(sorted({numbers[_place(ground)] for ground in clause.grounds})),
            last=place == last,
        )
        for place, clause in enumerate(sentence.clauses)
    )


def _harm(said: Said) -> dict[str, Any]:
    return {
        "said": said,
        "organs": [Organ(one).label for one in said.organs],
        "routes": [Route(one).label for one in said.routes],
        "facts": _one_of_each(said.grounds),
    }


def _one_of_each(grounds: Iterable[Any]) -> list[Any]:
    return list({_place(ground): ground for ground in grounds}.values())


def _contacts(facts: Iterable[HealthFact]) -> Iterable[dict[str, Any]]:
    grouped: dict[str, list[HealthFact]] = {}
    for fact in facts:
        grouped.setdefault(fact.exposed, []).append(fact)
    for exposed, rows in grouped.items():
        routes = dict.fromkeys(Route(row.route).label for row in rows if row.route)
        yield {"label": ExposedGroup(exposed).label, "routes": list(routes), "facts": rows}


def _finding(fact: HealthFact) -> dict[str, Any]:
    return {
        "matrix": Matrix(fact.matrix).label if fact.matrix else _("not said in what"),
        "exposed": ExposedGroup(fact.exposed).label if fact.exposed else "",
        "fact": fact,
    }


def _limit(one: ShownLimit) -> dict[str, Any]:
    fact = one.fact
    terms: Sequence[tuple[str, Any]] = (
        (fact.exposed, ExposedGroup),
        (fact.route, Route),
        (fact.scope, EffectScope),
        (fact.fraction, Fraction),
        (fact.matrix, Matrix),
    )
    notes = [str(term(value).label) for value, term in terms if value]
    notes += [_("measured as %(what)s") % {"what": fact.measured_as}] if fact.measured_as else []
    notes += [fact.condition] if fact.condition else []
    notes += [_("also taken up through the skin")] if fact.skin else []
    return {
        "fact": fact,
        "kind": fact.get_kind_display(),
        "amount": amounts_text(one),
        "averaging": Averaging(fact.averaging).label if fact.averaging else "",
        "bindingness": Bindingness(fact.bindingness).label if fact.bindingness else "",
        "notes": notes,
    }


def _dispute(rows: Sequence[ShownLimit]) -> str:
    said = "; ".join(f"{row.fact.source.title}: {amount_text(row.printed[0])}" for row in rows)
    return _("Sources print different limits for the same air. %(said)s.") % {"said": said}
