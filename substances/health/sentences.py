"""Two plain sentences about a substance: what it does, and who meets it and which limit holds. Pure.

Each clause is a whole sentence of its own, so that it can be translated whole, and names the facts it stands on.
What fills a place in it stands in brackets or behind a colon, in the form a dictionary has it. With no facts a
sentence says that nothing is known here; it never says that something is harmless.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from substances.health.knowledge import Knowledge, Said, ShownLimit, leading
from substances.health.rules import ON_NATURE
from substances.health.units import Amount
from substances.health_terms import (
    Averaging,
    Bindingness,
    ExposedGroup,
    HealthEffect,
    LimitKind,
    LimitUnit,
    Matrix,
    Organ,
    Route,
)

if TYPE_CHECKING:
    from substances.health.knowledge import Ground

MOST_CLAUSES = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Clause:
    """A whole sentence without its full stop, and the facts it stands on; none where it tells a gap."""

    text: str
    grounds: tuple[Ground, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """Clauses that are read as one sentence."""

    clauses: tuple[Clause, ...]

    def __str__(self) -> str:
        text = "; ".join(clause.text for clause in self.clauses)
        return f"{text[:1].upper()}{text[1:]}."


# Effect → what is said where it is known, and where it is only suspected.
_PLAIN: dict[str, tuple[str, str]] = {
    HealthEffect.CANCER: (gettext_noop("it can cause cancer"), gettext_noop("it is suspected of causing cancer")),
    HealthEffect.GENETIC: (
        gettext_noop("it can damage genes that parents pass on"),
        gettext_noop("it is suspected of damaging genes that parents pass on"),
    ),
    HealthEffect.FERTILITY: (
        gettext_noop("it can harm fertility"),
        gettext_noop("it is suspected of harming fertility"),
    ),
    HealthEffect.UNBORN: (
        gettext_noop("it can harm the unborn child"),
        gettext_noop("it is suspected of harming the unborn child"),
    ),
    HealthEffect.REPRODUCTION: (
        gettext_noop("it can harm fertility or the unborn child"),
        gettext_noop("it is suspected of harming fertility or the unborn child"),
    ),
    HealthEffect.LACTATION: (gettext_noop("it can harm breast-fed children"),) * 2,
    HealthEffect.HORMONES: (
        gettext_noop("it disturbs hormones in people"),
        gettext_noop("it is suspected of disturbing hormones in people"),
    ),
    HealthEffect.POISONING: (gettext_noop("it is poisonous"),) * 2,
    HealthEffect.ORGANS_REPEATED: (gettext_noop("long or repeated exposure can damage organs"),) * 2,
    HealthEffect.ORGANS_ONCE: (gettext_noop("one exposure can damage organs"),) * 2,
    HealthEffect.ASTHMA: (gettext_noop("it can cause allergy or asthma when breathed in"),) * 2,
    HealthEffect.ALLERGY: (gettext_noop("it can cause an allergic skin reaction"),) * 2,
    HealthEffect.ASPIRATION: (gettext_noop("it can kill when it is swallowed and gets into the lungs"),) * 2,
    HealthEffect.BURNS: (gettext_noop("it burns skin and eyes"),) * 2,
    HealthEffect.EYE_DAMAGE: (gettext_noop("it can damage the eyes badly"),) * 2,
    HealthEffect.DROWSINESS: (gettext_noop("its vapour can make drowsy or dizzy"),) * 2,
    HealthEffect.PERSISTENT: (gettext_noop("it stays in nature and builds up in living things"),) * 2,
    HealthEffect.MOBILE: (gettext_noop("it stays in nature and spreads with water"),) * 2,
    HealthEffect.HORMONES_NATURE: (
        gettext_noop("it disturbs the hormones of animals"),
        gettext_noop("it is suspected of disturbing the hormones of animals"),
    ),
    HealthEffect.AQUATIC: (gettext_noop("it is harmful to life in water"),) * 2,
    HealthEffect.OZONE: (gettext_noop("it damages the ozone layer"),) * 2,
}
# Fertility and the unborn child in one clause, where sources are as sure of one as of the other.
BOTH = "fertility and unborn"
_PLAIN[BOTH] = (
    gettext_noop("it can harm fertility and the unborn child"),
    gettext_noop("it is suspected of harming fertility and the unborn child"),
)
_POISONING: dict[frozenset[str], str] = {
    frozenset({Route.ORAL}): gettext_noop("it is poisonous when swallowed"),
    frozenset({Route.DERMAL}): gettext_noop("it is poisonous in contact with skin"),
    frozenset({Route.INHALATION}): gettext_noop("it is poisonous when breathed in"),
    frozenset({Route.ORAL, Route.DERMAL}): gettext_noop("it is poisonous when swallowed or in contact with skin"),
    frozenset({Route.ORAL, Route.INHALATION}): gettext_noop("it is poisonous when swallowed or breathed in"),
    frozenset({Route.DERMAL, Route.INHALATION}): gettext_noop("it is poisonous in contact with skin or breathed in"),
    frozenset({Route.ORAL, Route.DERMAL, Route.INHALATION}): gettext_noop(
        "it is poisonous when swallowed, in contact with skin or breathed in"
    ),
}
_IRRITATION: dict[frozenset[str], str] = {
    frozenset({Organ.SKIN}): gettext_noop("it irritates the skin"),
    frozenset({Organ.EYES}): gettext_noop("it irritates the eyes"),
    frozenset({Organ.AIRWAYS}): gettext_noop("it irritates the airways"),
    frozenset({Organ.SKIN, Organ.EYES}): gettext_noop("it irritates skin and eyes"),
    frozenset({Organ.SKIN, Organ.AIRWAYS}): gettext_noop("it irritates skin and airways"),
    frozenset({Organ.EYES, Organ.AIRWAYS}): gettext_noop("it irritates eyes and airways"),
    frozenset({Organ.SKIN, Organ.EYES, Organ.AIRWAYS}): gettext_noop("it irritates skin, eyes and airways"),
}
# Effects that mostly pass when exposure ends.
_PASSING = frozenset({HealthEffect.IRRITATION, HealthEffect.DROWSINESS})
# Effects that may name organs or routes in brackets.
_BRACKETED = frozenset({HealthEffect.CANCER, HealthEffect.ORGANS_REPEATED, HealthEffect.ORGANS_ONCE})
_AT_WORK: dict[str, str] = {
    Averaging.SHIFT: gettext_noop("the air at work may hold at most %(amount)s, averaged over 8 hours (%(where)s)"),
    Averaging.SHORT: gettext_noop("the air at work may hold at most %(amount)s, averaged over 15 minutes (%(where)s)"),
    Averaging.CEILING: gettext_noop("the air at work may never hold more than %(amount)s (%(where)s)"),
}


def what_it_does(known: Knowledge) -> Sentence:
    """What it does, to whom or which organ, and by which route."""
    if not known.harms:
        text = _("what it does to people and nature is not known here; that does not mean that it is harmless")
        return Sentence((Clause(text),))
    told = _in_order(known.harms)
    clauses = [clause for said in told[:MOST_CLAUSES] for clause in _of_harm(said)]
    rest = told[MOST_CLAUSES:]
    if rest:
        more = ngettext("%(count)d more effect is told below", "%(count)d more effects are told below", len(rest))
        clauses.append(Clause(more % {"count": len(rest)}))
    return Sentence(tuple(clauses))


def who_meets_it(known: Knowledge) -> Sentence:
    """Who comes into contact with it, and which limit holds."""
    if not (known.contacts or known.limits or known.biomonitoring):
        text = _(
            "who comes into contact with it is not known here and no limit for it is recorded; "
            "that is a gap in what we know, not a finding"
        )
        return Sentence((Clause(text),))
    return Sentence((_of_contact(known), *_of_finding(known), *_of_limits(known)))


def _in_order(harms: Sequence[Said]) -> list[Said]:
    """What lasts before what passes, people before nature, known before suspected; two alike are told as one."""
    found = {said.effect: said for said in harms}
    both = [found.get(HealthEffect.FERTILITY), found.get(HealthEffect.UNBORN)]
    one, other = both
    if one and other and one.strengths == other.strengths:
        joined = dataclasses.replace(one, effect=BOTH, grounds=_distinct((*one.grounds, *other.grounds)))
        harms = [joined if said is one else said for said in harms if said is not other]
    return sorted(harms, key=lambda said: (said.effect in ON_NATURE, said.effect in _PASSING, said.is_only_suspected))


def _of_harm(said: Said) -> list[Clause]:
    known, suspected = _PLAIN.get(said.effect, ("", ""))
    template = suspected if said.is_only_suspected else known
    if said.effect == HealthEffect.POISONING:
        template = _POISONING.get(frozenset(said.routes), template)
    if said.effect == HealthEffect.IRRITATION:
        template = _IRRITATION.get(frozenset(said.organs), gettext_noop("it irritates skin, eyes or airways"))
    text = _(template)
    inside = _inside(said) if said.effect in _BRACKETED else ""
    clauses = [Clause(f"{text} ({inside})" if inside else text, said.grounds)]
    if said.is_disputed:
        clauses.append(Clause(_("sources differ on how sure that is"), said.grounds))
    return clauses


def _inside(said: Said) -> str:
    organs = ", ".join(str(Organ(organ).label) for organ in said.organs)
    routes = ", ".join(str(Route(route).label) for route in said.routes)
    if organs and routes:
        return _("%(organs)s; by %(routes)s") % {"organs": organs, "routes": routes}
    return organs or (_("by %(routes)s") % {"routes": routes} if routes else "")


def _of_contact(known: Knowledge) -> Clause:
    if not known.contacts:
        return Clause(_("who comes into contact with it is not known here"))
    who = _joined(ExposedGroup(one).label for one in known.exposed)
    return Clause(_("these may come into contact with it: %(who)s") % {"who": who}, known.contacts)


def _of_finding(known: Knowledge) -> list[Clause]:
    found = [fact for fact in known.biomonitoring if fact.exposed in ("", *_PEOPLE)]
    if not found:
        return []
    places = list(dict.fromkeys(fact.matrix for fact in found if fact.matrix))
    if not places:
        return [Clause(_("it has been looked for in people or nature, and found"), tuple(found))]
    where = _joined(Matrix(place).label for place in places)
    return [Clause(_("it has been found in people’s bodies: %(where)s") % {"where": where}, tuple(found))]


_PEOPLE = (ExposedGroup.WORKERS, ExposedGroup.CONSUMERS, ExposedGroup.CHILDREN, ExposedGroup.PUBLIC)


def _of_limits(known: Knowledge) -> list[Clause]:
    limit = leading(known.limits)
    if limit is None:
        others = [one for one in known.limits if one.fact.kind != LimitKind.OCCUPATIONAL]
        if not others:
            return [Clause(_("no limit for it is recorded here"))]
        text = _("no limit for the air at work is recorded here; other limits stand below")
        return [Clause(text, _distinct(one.fact for one in others))]
    for dispute in known.disputes:
        if limit in dispute:
            values = _joined(amount_text(one.printed[0]) for one in sorted(dispute, key=lambda one: one.fact.value))
            text = _("sources print different limits for the air at work: %(values)s") % {"values": values}
            return [Clause(text, _distinct(one.fact for one in dispute))]
    text = _(_AT_WORK[limit.fact.averaging]) % {"amount": amounts_text(limit), "where": _where(limit)}
    return [Clause(text, (limit.fact,))]


def _where(limit: ShownLimit) -> str:
    parts = [limit.fact.jurisdiction]
    if limit.fact.bindingness:
        parts.append(str(Bindingness(limit.fact.bindingness).label))
    if limit.fact.measured_as:
        parts.append(_("measured as %(what)s") % {"what": limit.fact.measured_as})
    if limit.fact.condition:
        parts.append(limit.fact.condition)
    return ", ".join(parts)


def amounts_text(limit: ShownLimit) -> str:
    """What is printed, then in brackets what else is printed, or computed and said to be."""
    first, *more = limit.printed
    text = amount_text(first)
    for one in more:
        text += f" ({amount_text(one)})"
    if limit.computed:
        text += " (" + _("computed: %(amount)s") % {"amount": amount_text(limit.computed)} + ")"
    return text


def amount_text(amount: Amount) -> str:
    """A number as the reader's language writes it, with its unit."""
    plain = f"{amount.value.normalize():f}"
    places = len(plain.partition(".")[2])
    number = number_format(amount.value, decimal_pos=places, use_l10n=True, force_grouping=amount.value >= 1000)
    return f"{number} {LimitUnit(amount.unit).label}"


def _joined(labels: Iterable[object]) -> str:
    return get_text_list([str(label) for label in labels], pgettext("list", "and"))


def _distinct(grounds: Iterable[Ground]) -> tuple[Ground, ...]:
    found: Sequence[Ground] = list({id(ground): ground for ground in grounds}.values())
    return tuple(found)
