"""The part of a substance's page that tells of exposure and health: two sentences, and all they stand on."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model, OuterRef
from django.utils.translation import gettext as _

from portal.common.rows import RowsAsJSON
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
from substances.models import ExposureLimit, HealthFact, Source

_SOURCE = ("source__title", "source__url", "source__key")
_SHARED = ("since", "until", "as_printed", "locator", "checked", *_SOURCE)
_FACT = ("kind", "effect", "organ", "route", "exposed", "matrix", "strength", "rule", *_SHARED)
_LIMIT = (
    *("kind", "averaging", "value", "unit", "also_value", "also_unit", "jurisdiction", "bindingness", "exposed"),
    *("route", "scope", "fraction", "matrix", "measured_as", "skin", "condition", *_SHARED),
)


def facts_as_json(pk: UUID) -> RowsAsJSON:
    """The facts of exposure and health of the substance `pk` that stand today, for an annotation."""
    rows = HealthFact.objects.standing().filter(substance=OuterRef("pk"), substance_id=pk)
    return RowsAsJSON(rows, *_FACT)


def limits_as_json(pk: UUID) -> RowsAsJSON:
    """The limits of the substance `pk` that stand today, for an annotation."""
    rows = ExposureLimit.objects.standing().filter(substance=OuterRef("pk"), substance_id=pk)
    return RowsAsJSON(rows, *_LIMIT)


def fact_of(row: dict[str, Any]) -> HealthFact:
    """A fact, never saved, from its row."""
    return HealthFact(**_members(row))


def limit_of(row: dict[str, Any]) -> ExposureLimit:
    """A limit, never saved, from its row."""
    members = _members(row)
    # Databases write numbers into JSON each in their way; eight places are what is kept.
    members["value"] = _number(members["value"])
    members["also_value"] = None if members["also_value"] is None else _number(members["also_value"])
    return ExposureLimit(**members | {"skin": bool(members["skin"])})


def _number(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("1e-8")).normalize()


def _members(row: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in row.items() if not name.startswith("source__")}
    source = Source(**{name.removeprefix("source__"): row[name] for name in _SOURCE})
    days = {name: dt.date.fromisoformat(row[name]) if row[name] else None for name in ("since", "until")}
    return {**own, **days, "source": source}


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
