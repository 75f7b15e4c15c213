"""What is known of a substance's exposure and health, gathered from its facts. Pure: no query is asked here.

Classifications, concern flags and facts of their own say what it does; each said thing keeps the facts it stands on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from substances.health.rules import Harm, harm_of_concern, harms_of_statement
from substances.health.units import Amount, converted, degrees_of
from substances.health_terms import Averaging, HealthEffect, HealthFactKind, LimitKind

if TYPE_CHECKING:
    from substances.models import ConcernFlag, ExposureLimit, HazardClassification, HealthFact

    Ground: TypeAlias = ConcernFlag | ExposureLimit | HazardClassification | HealthFact

_ORDER = {effect: place for place, effect in enumerate(HealthEffect.values)}
# What a flag or H360 calls harm to reproduction, where another statement says which.
_SAID_CLOSER = {
    HealthEffect.REPRODUCTION.value: {HealthEffect.FERTILITY.value, HealthEffect.UNBORN.value},
}


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """One effect, with all that sources say of it.

    Attributes:
        effect: value of `HealthEffect`.
        organs, routes: each once, in the order of the vocabulary.
        strengths: each once; more than one where sources differ on how sure it is.
        rules: the rules by which it follows.
        grounds: the facts it stands on.
    """

    effect: str
    organs: tuple[str, ...]
    routes: tuple[str, ...]
    strengths: tuple[str, ...]
    rules: tuple[str, ...]
    grounds: tuple[Ground, ...]

    @property
    def label(self) -> str:
        """The effect in the reader's language."""
        return str(HealthEffect(self.effect).label)

    @property
    def is_disputed(self) -> bool:
        """Whether sources differ on how sure it is."""
        return len([one for one in self.strengths if one]) > 1

    @property
    def is_only_suspected(self) -> bool:
        """Whether nobody calls it known or presumed."""
        return set(self.strengths) == {"suspected"}


@dataclasses.dataclass(frozen=True, slots=True)
class ShownLimit:
    """A limit as it is shown: what is printed, and what follows by the molar mass."""

    fact: ExposureLimit
    printed: tuple[Amount, ...]
    computed: Amount | None


@dataclasses.dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it. `disputes`: limits for the same thing that differ, each as the limits concerned."""

    harms: tuple[Said, ...]
    contacts: tuple[HealthFact, ...]
    biomonitoring: tuple[HealthFact, ...]
    limits: tuple[ShownLimit, ...]
    disputes: tuple[tuple[ShownLimit, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.harms or self.contacts or self.biomonitoring or self.limits)

    @property
    def exposed(self) -> tuple[str, ...]:
        """Who comes into contact with it, each once, in the order of the facts."""
        return tuple(dict.fromkeys(fact.exposed for fact in self.contacts))

    @property
    def count(self) -> int:
        """How many things are said."""
        return len(self.harms) + len(self.exposed) + len(self.biomonitoring) + len(self.limits)


def knowledge(
    *,
    classifications: Iterable[HazardClassification],
    flags: Iterable[ConcernFlag],
    facts: Iterable[HealthFact],
    limits: Iterable[ExposureLimit],
    mass_g_per_mol: float | Decimal | None = None,
) -> Knowledge:
    """Everything known, from facts of one substance and one day.

    Args:
        mass_g_per_mol: of the structure shown, where it is not disputed; without it nothing is computed.
    """
    rows = list(facts)
    shown = tuple(_shown(limit, mass_g_per_mol) for limit in limits)
    return Knowledge(
        harms=_harms(classifications, flags, [row for row in rows if row.kind == HealthFactKind.TARGET]),
        contacts=tuple(row for row in rows if row.kind == HealthFactKind.CONTACT),
        biomonitoring=tuple(row for row in rows if row.kind == HealthFactKind.BIOMONITORING),
        limits=shown,
        disputes=_disputes(shown),
    )


def _harms(
    classifications: Iterable[HazardClassification], flags: Iterable[ConcernFlag], targets: Iterable[HealthFact]
) -> tuple[Said, ...]:
    pairs: list[tuple[Harm, Ground]] = []
    for row in classifications:
        pairs += [(harm, row) for harm in harms_of_statement(row.hazard_statement)]
    for fact in targets:
        pairs.append((Harm(fact.effect, fact.organ, fact.route, fact.strength, fact.rule), fact))
    for flag in flags:
        harm = harm_of_concern(flag.concern, flag.strength)
        if harm is not None:
            pairs.append((harm, flag))
    said = {harm.effect for harm, _ground in pairs}
    found: dict[str, list[tuple[Harm, Ground]]] = {}
    for harm, ground in pairs:
        if not said & _SAID_CLOSER.get(harm.effect, set()):
            found.setdefault(harm.effect, []).append((harm, ground))
    return tuple(_said(effect, found[effect]) for effect in sorted(found, key=_ORDER.__getitem__))


def _said(effect: str, pairs: Sequence[tuple[Harm, Ground]]) -> Said:
    def each(values: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in values if value))

    return Said(
        effect=effect,
        organs=each(harm.organ for harm, _ground in pairs),
        routes=each(harm.route for harm, _ground in pairs),
        strengths=tuple(dict.fromkeys(harm.strength for harm, _ground in pairs)),
        rules=each(harm.rule for harm, _ground in pairs),
        grounds=tuple({id(ground): ground for _harm, ground in pairs}.values()),
    )


def _shown(limit: ExposureLimit, mass_g_per_mol: float | Decimal | None) -> ShownLimit:
    printed = [Amount(limit.value, limit.unit)]
    if limit.also_value is not None:
        printed.append(Amount(limit.also_value, limit.also_unit))
    # A limit for a dust, or for a part of the substance, has no ppm.
    gas = limit.kind == LimitKind.OCCUPATIONAL and not limit.fraction and not limit.measured_as
    in_ppm = gas and limit.unit == "ppm" and len(printed) == 1
    computed = converted(printed[0], mass_g_per_mol, celsius=degrees_of(limit.jurisdiction)) if in_ppm else None
    return ShownLimit(limit, tuple(printed), computed)


def _disputes(limits: Iterable[ShownLimit]) -> tuple[tuple[ShownLimit, ...], ...]:
    """Limits of one jurisdiction for the same air, time and fraction whose printed values differ."""
    same: dict[tuple[object, ...], list[ShownLimit]] = {}
    for one in limits:
        fact = one.fact
        if fact.kind == LimitKind.OCCUPATIONAL and not fact.condition:
            key = (fact.jurisdiction, fact.averaging, fact.fraction, fact.measured_as, fact.unit)
            same.setdefault(key, []).append(one)
    return tuple(tuple(rows) for rows in same.values() if len({row.fact.value for row in rows}) > 1)


def leading(limits: Iterable[ShownLimit]) -> ShownLimit | None:
    """The limit that the sentence names: of the air at work over 8 hours, without a condition, of the EU first."""
    at_work = [one for one in limits if one.fact.kind == LimitKind.OCCUPATIONAL]
    order = [Averaging.SHIFT.value, Averaging.CEILING.value, Averaging.SHORT.value]
    return min(
        at_work,
        key=lambda one: (
            order.index(one.fact.averaging),
            bool(one.fact.condition),
            one.fact.jurisdiction != "EU",
            one.fact.jurisdiction,
            one.fact.bindingness != "binding",
            one.fact.value,
        ),
        default=None,
    )
