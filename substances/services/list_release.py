"""What a release says in our terms, worked out before anything is written: substances, claims, memberships, flags."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from substances.importers.base import Importer, Problem, ReportedRow, StatedConcern
from substances.models import ChemicalList, ConcernFlag, Identifier, ListMembership, Name
from substances.services.catalogue_changes import STARTER_CHECKED
from substances.services.list_resolution import NewSubstance, Resolved, Resolver, folded
from substances.vocabulary import Authority, Checked, How, NameKind

Claim = tuple[uuid.UUID, str, str]
FlagKey = tuple[uuid.UUID, str, str]  # substance, concern, legal basis


@dataclasses.dataclass(frozen=True, slots=True)
class PlannedMembership:
    """That a row names a substance; `claim` where the starter catalogue, not the row, says so."""

    line: int
    substance: uuid.UUID
    how: How
    reason: str
    listed_on: dt.date | None
    resolved_by: str
    claim: ListMembership | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class PlannedFlag:
    """A concern that the list states of a substance by naming it for a reason."""

    line: int
    substance: uuid.UUID
    concern: str
    strength: str
    legal_basis: str
    since: dt.date | None


@dataclasses.dataclass(slots=True)
class Plan:
    """Everything a release will add when it is published, and what it still states."""

    new: list[NewSubstance] = dataclasses.field(default_factory=list)
    identifiers: dict[Claim, int] = dataclasses.field(default_factory=dict)
    names: dict[tuple[uuid.UUID, str], int] = dataclasses.field(default_factory=dict)
    memberships: list[PlannedMembership] = dataclasses.field(default_factory=list)
    flags: dict[FlagKey, PlannedFlag] = dataclasses.field(default_factory=dict)
    # Every concern the release states, those known already included; None where it states none for today.
    stated: set[FlagKey] | None = None
    problems: list[dict[str, Any]] = dataclasses.field(default_factory=list)


def plan_release(
    chemical_list: ChemicalList, importer: Importer, rows: Sequence[ReportedRow], *, with_flags: bool
) -> Plan:
    """What these rows will add to what is known today; reads the database and writes nothing.

    Args:
        with_flags: whether the release will answer for today; one from the past states no concern for today.
    """
    plan, resolver = Plan(stated=set() if with_flags else None), Resolver()
    known = _Known()
    for row in rows:
        plan.problems += [_told(problem, row.line) for problem in row.problems]
        named = list(resolver.resolve(row))
        for found in named:
            plan.problems += [_told(problem, row.line) for problem in found.problems]
        _plan_row(plan, known, importer, row, named)
    plan.new = list(resolver.new.values())
    _carry_over(plan, chemical_list, rows, resolver)
    return plan


class _Known:
    """What is claimed today, so that a claim is not repeated by every list."""

    def __init__(self) -> None:
        self.identifiers = set(Identifier.objects.values_list("substance_id", "scheme", "value"))
        self.names = {(pk, folded(text)) for pk, text in Name.objects.values_list("substance_id", "text")}
        standing = ConcernFlag.objects.filter(authority=Authority.AUTHORITY_ASSESSMENT, until=None)
        self.flags = set(standing.values_list("substance_id", "concern", "legal_basis"))


def _plan_row(plan: Plan, known: _Known, importer: Importer, row: ReportedRow, named: Iterable[Resolved]) -> None:
    seen = set()
    for found in named:
        pk = found.substance
        if pk is None:
            continue
        for scheme, value in found.numbers:
            if (pk, scheme, value) not in known.identifiers:
                plan.identifiers.setdefault((pk, scheme, value), row.line)
        if (pk, folded(found.member.name)) not in known.names:
            known.names.add((pk, folded(found.member.name)))
            plan.names[pk, found.member.name] = row.line
        if pk not in seen:
            seen.add(pk)
            reason = ";".join(row.reasons)
            plan.memberships.append(
                PlannedMembership(row.line, pk, How.BY_NAME, reason, row.listed_on, found.resolved_by)
            )
        for stated in importer.stated(row):
            _plan_flag(plan, known, row, pk, stated)


def _plan_flag(plan: Plan, known: _Known, row: ReportedRow, pk: uuid.UUID, stated: StatedConcern) -> None:
    if plan.stated is None:
        return
    key = (pk, stated.concern, stated.legal_basis)
    plan.stated.add(key)
    if key not in known.flags and key not in plan.flags:
        plan.flags[key] = PlannedFlag(row.line, pk, stated.concern, stated.strength, key[2], row.listed_on)


def _carry_over(plan: Plan, chemical_list: ChemicalList, rows: Sequence[ReportedRow], resolver: Resolver) -> None:
    """Ties the starter's claims about members of groups to the group's row.

    The publisher's file names groups without their members; the starter names some, with a source of their own. Such
    a claim belongs to the one group row of the same day and reasons; where there are several, to the one whose name
    holds a name of the substance. What belongs to no row is told as a problem and no longer shown.
    """
    covered = {one.substance for one in plan.memberships}
    claims = [
        claim
        for claim in ListMembership.objects.filter(
            chemical_list=chemical_list, release=None, checked__in=STARTER_CHECKED
        ).select_related("substance")
        if claim.substance_id not in covered
    ]
    names = resolver.names_of({claim.substance_id for claim in claims})
    for claim in claims:
        same = [
            row
            for row in rows
            if row.is_group
            and row.listed_on == claim.valid_from
            and row.reasons == tuple(sorted(claim.reason.split(";")))
        ]
        if len(same) > 1:
            called = {name for name in names.get(claim.substance_id, ()) if len(name) > 5}
            same = [row for row in same if any(name in folded(row.name) for name in called)]
        if len({row.name for row in same}) != 1:
            message = (
                f"the starter catalogue names {claim.substance.name} ({claim.valid_from}); no row of the file does"
            )
            plan.problems.append(_told(Problem("starter_claim_not_found", message), None))
            continue
        plan.memberships.append(
            PlannedMembership(
                same[0].line,
                claim.substance_id,
                How(claim.how),
                claim.reason,
                claim.valid_from,
                "starter, same day and reasons",
                claim,
            )
        )


def _told(problem: Problem, line: int | None) -> dict[str, Any]:
    return {"line": line, "code": problem.code, "message": problem.message}


def name_rows(plan: Plan, source_id: int, release: str) -> list[Name]:
    """The names to store; a substance made by this release prefers the first it was given."""
    preferred = {one.id for one in plan.new}
    rows = []
    for (pk, text), line in plan.names.items():
        kind = NameKind.PREFERRED if pk in preferred else NameKind.SYNONYM
        preferred.discard(pk)
        rows.append(
            Name(
                substance_id=pk,
                language="en",
                text=text[:1000],
                kind=kind,
                source_id=source_id,
                checked=Checked.IMPORTED,
                locator=f"{release}, line {line}",
            )
        )
    return rows
