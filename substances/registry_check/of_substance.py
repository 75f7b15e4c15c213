"""What one substance contradicts itself in: pure functions over its facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from substances.chemistry.identifiers import PARSERS, IdentifierError
from substances.importers.base import Classified
from substances.importers.values.hazard_codes import CLASSES, ConcernRule, concern_rule
from substances.registry_check.facts import (
    Class,
    Flag,
    Found,
    Known,
    Named,
    World,
    folded_label,
    holds,
    scheme_label,
)
from substances.services.catalogue_read import SCHEMES
from substances.vocabulary import Authority, How, ListEffect, Strength

_BY_LAW_OR_AUTHORITY = frozenset({Authority.HARMONISED, Authority.AUTHORITY_ASSESSMENT})
_SAID_BY_SOMEBODY = frozenset({*_BY_LAW_OR_AUTHORITY, Authority.SCREENING_LIST, Authority.NGO_REVIEWED})
# Which list a process leads to. Source: REACH, Articles 59 and 69; CLP, Article 37; Regulation (EU) 2019/1021.
LEADS_TO = {
    "svhc-identification": "reach-candidate-list",
    "clh-process": "clp-annex-vi",
    "restriction-process": "reach-restriction-list",
    "pops-process": "eu-pops",
}
# What a status under REACH must mention of a substance that one of these lists names.
_MENTIONS = {
    "reach-candidate-list": re.compile(r"candidate|svhc", re.IGNORECASE),
    "reach-authorisation-list": re.compile(r"authori[sz]ation|annex xiv", re.IGNORECASE),
}
# Lists whose rows are followed by others; of the rest an end is an end, as where California takes a substance back.
_SUCCEEDED = frozenset({ListEffect.CLASSIFICATION, ListEffect.DUTY})
Check = Callable[[Known, World], Iterator[Found]]


def check(known: Known, world: World) -> Iterator[Found]:
    """Everything found of one substance."""
    for one in CHECKS:
        yield from one(known, world)


def flags_that_classes_demand(known: Known, world: World) -> Iterator[Found]:
    """Hazard classes that stand without the flag that the published rule demands.

    What law classifies is flagged as harmonised; what another list classifies, by anybody. A list that states concerns
    itself and leaves out the one that its class means is told even where others flag the substance.
    """
    standing = [flag for flag in known.flags if holds(flag.since, flag.until, world.day)]
    told = set()
    for one, rule in _demanding(known, world):
        if (one.of_list, rule.rule) in told:
            continue
        enough = {Authority.HARMONISED} if one.of_list in world.legal else _SAID_BY_SOMEBODY
        same = [flag for flag in standing if flag.concern == rule.concern]
        details: dict[str, Any] = {
            "list": one.of_list,
            "printed": one.as_printed,
            "rule": rule.rule,
            "concern": rule.concern,
        }
        details |= {"strength": rule.strength, "classification": one.pk}
        if not any(flag.authority in enough and _as_sure(flag.strength, rule.strength) for flag in same):
            kind = "flag_missing"
        elif _says_less(one, standing, rule):
            kind = "list_states_less"
        else:
            continue
        told.add((one.of_list, rule.rule))
        yield Found(kind, (str(known.pk), one.of_list, rule.rule), known.pk, details, one.place)


def _demanding(known: Known, world: World) -> Iterator[tuple[Class, ConcernRule]]:
    for one in known.classes:
        if holds(one.since, one.until, world.day):
            rule = concern_rule(Classified(one.hazard_class, one.hazard_statement, one.as_printed))
            if rule is not None:
                yield one, rule


def _as_sure(strength: str, demanded: str) -> bool:
    """Whether a flag is at least as sure as demanded; one that does not say how sure is not said to be less."""
    return demanded in ("", Strength.SUSPECTED) or strength in ("", Strength.KNOWN_OR_PRESUMED)


def _says_less(one: Class, standing: list[Flag], rule: ConcernRule) -> bool:
    """Whether the list of the class states concerns of its own, and not this one."""
    own = [flag for flag in standing if flag.of_list == one.of_list and flag.place.release == one.place.release]
    return bool(own) and rule.concern not in {flag.concern for flag in own}


def flags_without_ground(known: Known, world: World) -> Iterator[Found]:
    """Flags that stand without a standing row or class behind them; what people proposed stands on its proposal."""
    lists = {one.of_list for one in known.named if holds(one.since, one.until, world.day)}
    classified = {(one.of_list, rule.concern) for one, rule in _demanding(known, world)}
    for flag in known.flags:
        if flag.by_people or not flag.of_list or not holds(flag.since, flag.until, world.day):
            continue
        if flag.of_list in world.legal or flag.rule.startswith("clp/"):
            founded = (flag.of_list, flag.concern) in classified
        else:
            # Of a list that was never imported the catalogue has single facts; each cites its row.
            cites = flag.place.release is None and flag.of_list not in world.imported
            founded = cites or flag.of_list in lists
        if not founded:
            details = {"concern": flag.concern, "authority": flag.authority, "ground": flag.ground, "flag": flag.pk}
            key = (str(known.pk), flag.concern, flag.strength, flag.authority, flag.of_list)
            yield Found("flag_unfounded", key, known.pk, details, flag.place)


def statements_of_other_classes(known: Known, world: World) -> Iterator[Found]:
    """Classes that stand with a hazard statement that CLP does not let them carry."""
    for one in known.classes:
        allowed = CLASSES.get(one.hazard_class)
        if not one.hazard_statement or allowed is None or one.hazard_statement in allowed:
            continue
        if holds(one.since, one.until, world.day):
            details = {"class": one.hazard_class, "statement": one.hazard_statement, "printed": one.as_printed}
            key = (str(known.pk), one.of_list, one.as_printed)
            yield Found("statement_of_another_class", key, known.pk, details | {"list": one.of_list}, one.place)


def identifiers_that_fail(known: Known, world: World) -> Iterator[Found]:
    """Numbers whose check digit or form is wrong."""
    for claim in known.claims:
        try:
            PARSERS[SCHEMES[claim.scheme]](claim.value)
        except IdentifierError:
            details = {
                "scheme": scheme_label(claim.scheme),
                "value": claim.value,
                "source": claim.source,
                "in": claim.scheme,
            }
            yield Found("identifier_fails", (str(known.pk), claim.scheme, claim.value, claim.source), known.pk, details)


def structures_that_differ(known: Known, world: World) -> Iterator[Found]:
    """Structures with different skeletons, given to one substance."""
    if len(known.skeletons) > 1:
        drawn = [f"{skeleton} ({', '.join(sorted(set(by)))})" for skeleton, by in sorted(known.skeletons.items())]
        details = {"name": known.name, "sources": drawn}
        yield Found("structure_disputed", (str(known.pk), *sorted(known.skeletons)), known.pk, details)


def groups_of_label_and_structure(known: Known, world: World) -> Iterator[Found]:
    """Groups that a source names it in and the rule does not find, and the other way round."""
    for one in known.groups:
        about = {"group": one.name, "slug": one.slug}
        if one.how != How.INFERRED and one.has_rule and known.was_asked and not one.fulfils:
            yield Found("group_labelled_only", (str(known.pk), one.slug), known.pk, about)
        if one.how == How.INFERRED:
            if (one.slug, known.slug or "") in world.non_members:
                yield Found("non_member_matched", (str(known.pk), one.slug), known.pk, about)
            wanted = {folded_label(one.name), folded_label(one.slug)}
            for row in known.named:
                if row.labels is None or not wanted & world.labels.get(row.of_list, frozenset()):
                    continue
                if holds(row.since, row.until, world.day) and not wanted & {folded_label(x) for x in row.labels}:
                    key = (str(known.pk), one.slug, row.of_list)
                    details = about | {"list": row.of_list}
                    yield Found("group_by_structure_only", key, known.pk, details, row.place)


def status_out_of_date(known: Known, world: World) -> Iterator[Found]:
    """Processes said to be open that have led to a listing; entries that ended without a successor; a status behind."""
    standing = [one for one in known.named if holds(one.since, one.until, world.day)]
    yield from _open_processes(known, standing)
    yield from _ended(known, standing, world)
    for row in standing:
        for slug, pattern in _MENTIONS.items() if row.reach_status else ():
            named = [one for one in standing if one.of_list == slug]
            if named and not pattern.search(row.reach_status):
                details = {"list": row.of_list, "printed": row.reach_status, "other_list": slug}
                details |= {"since": _first_day(named)}
                yield Found("status_behind", (str(known.pk), row.of_list, slug), known.pk, details, row.place)


def _open_processes(known: Known, standing: list[Named]) -> Iterator[Found]:
    told = set()
    for row in standing:
        outcome = LEADS_TO.get(row.of_list)
        if outcome is None or row.status != "ongoing" or row.stage_on is None or row.of_list in told:
            continue
        after = [one for one in standing if one.of_list == outcome and one.since and one.since >= row.stage_on]
        if after:
            told.add(row.of_list)
            details = {"list": row.of_list, "outcome": outcome, "stage_on": str(row.stage_on)}
            key = (str(known.pk), row.of_list)
            yield Found("process_still_open", key, known.pk, details | {"since": _first_day(after)}, row.place)


def _ended(known: Known, standing: list[Named], world: World) -> Iterator[Found]:
    stand = {one.of_list for one in standing}
    told: set[str] = set()
    for row in known.named:
        over = row.until is not None and row.until <= world.day
        if over and row.effect in _SUCCEEDED and row.of_list not in stand | told:
            told.add(row.of_list)
            details = {"list": row.of_list, "until": str(row.until)}
            yield Found("ended_without_successor", (str(known.pk), row.of_list), known.pk, details, row.place)


def _first_day(rows: list[Named]) -> str:
    return min((str(one.since) for one in rows if one.since), default="–")


CHECKS: tuple[Check, ...] = (
    flags_that_classes_demand,
    flags_without_ground,
    statements_of_other_classes,
    identifiers_that_fail,
    structures_that_differ,
    groups_of_label_and_structure,
    status_out_of_date,
)
