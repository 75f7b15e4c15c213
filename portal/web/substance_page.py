"""What the page of one substance shows, gathered from several rooms in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404

from portal.common.prepared import attach
from portal.companies.models import Company, Production
from portal.web.substance_rows import (
    CLASSIFICATIONS,
    FLAGS,
    GROUP_MEMBERS,
    IDENTIFIERS,
    MEMBERSHIPS,
    PRODUCTION_MEMBERS,
    STRUCTURES,
    WITH_SHORT_LISTS,
)
from substances.clocks import Clocks, now
from substances.health.knowledge import Knowledge
from substances.models import ConcernFlag, GroupMembership, ListMembership, Name, Source, Substance, SubstanceGroup
from substances.services.group_standing import GroupStanding, as_list, standing_of_row
from substances.services.health_rows import known_of_row
from substances.services.hit_rows import attach_structures
from substances.services.list_states import ListState, silent_lists
from substances.services.reported_makers import Makers, makers_of
from substances.services.similarity import (
    Near,
    Neighbour,
    NotComputable,
    resembling,
    restricted_ids,
    why_not_computable,
)
from substances.vocabulary import AUTHORITY_RANK, Authority, ListEffect
from substitution.models import Replacement
from substitution.services.alternatives import instead_of

# Least Tanimoto coefficient of a neighbour on the substance's page, and how many there are at most.
WORTH_SHOWING = Decimal("0.3")
MOST_NEIGHBOURS = 8


@dataclass(frozen=True)
class SubstanceFacts:
    """One substance with all that the portal knows of it.

    Attributes:
        flags: standing today, firmest first.
        names, production, rows below groups: never saved; they hold what the page shows.
        makers: who is said to make or import it, by the lists that report it.
        similar: listed substances that resemble it, nearest first.
        health: what it does to whom, who comes into contact with it, and which limits hold.
        not_computable: why there can be none, in the reader's language; "" where there can.
        silent: by a past day, lists whose state then is not in their source.
    """

    substance: Substance
    names: list[Name]
    flags: list[ConcernFlag]
    groups: GroupStanding
    memberships: list[ListMembership]
    replacements: list[Replacement]
    production: list[Production]
    makers: Makers
    similar: list[Neighbour]
    not_computable: str
    health: Knowledge
    silent: list[ListState]

    @property
    def proposals(self) -> int:
        """How many concerns wait for review: each is shown as proposed meanwhile."""
        return sum(1 for flag in self.flags if flag.authority == Authority.NGO_PROPOSED)


def facts_of(pk: UUID, clocks: Clocks | None = None) -> SubstanceFacts:
    """All that the page of the substance `pk` shows, in eleven queries; of a merged one only where it went.

    Args:
        clocks: for which day lists, classifications and flags are told, a past one in a query more; today's if none.

    Raises:
        Http404: there is none.
    """
    clocks = clocks or now()
    restricted = restricted_ids()
    found, unanswered = _near(pk, restricted)
    listed = WITH_SHORT_LISTS.ask(clocks, pk=pk, near=[row.substance_id for row in found or []])
    rows = {row.pk: row for row in listed}
    shown = rows.pop(pk, None)
    if shown is None:
        raise Http404(f"There is no substance {pk}.")
    near = [row for row in found or [] if row.substance_id in rows][:MOST_NEIGHBOURS]
    neighbours = [rows[row.substance_id] for row in near]
    replacements = instead_of(shown)
    candidates = [row.alternative.candidate for row in replacements if row.alternative.candidate]
    _complete(shown, neighbours, candidates, clocks)
    memberships = _memberships(shown, clocks)
    naming = frozenset(row.chemical_list_id for row in memberships)
    reason = NotComputable("restricted") if pk in restricted else unanswered or _why_none(shown, found)
    return SubstanceFacts(
        substance=shown,
        names=[Name(**row) for row in _rows(shown, "name_rows")],
        flags=sorted(shown.flags.all(), key=lambda flag: (AUTHORITY_RANK[flag.authority], flag.concern)),
        groups=_groups(shown, memberships),
        memberships=memberships,
        replacements=replacements,
        production=[_production(row) for row in _rows(shown, "production_rows")],
        makers=makers_of(_rows(shown, "maker_rows")),
        similar=[] if reason else [Neighbour(rows[n.substance_id], n.shared, n.united, True) for n in near],
        not_computable=reason.message if reason else "",
        health=known_of_row(shown),
        silent=silent_lists(clocks, pk, naming=naming),
    )


def _rows(shown: Substance, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = getattr(shown, name)
    return rows


def _below(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The members of `row` under a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}


def _groups(shown: Substance, lists: list[ListMembership]) -> GroupStanding:
    memberships = [_membership(row) for row in _rows(shown, "group_rows")]
    return standing_of_row(shown, memberships=memberships, lists=lists)


def _membership(row: dict[str, Any]) -> GroupMembership:
    group = SubstanceGroup(
        **{name: row[f"group__{name}"] for name in GROUP_MEMBERS},
        source=Source(**_below(row, "group__source__")),
    )
    own = {"how": row["how"], "rule_version": row["rule_version"], "exempt": as_list(row["exempt"])}
    return GroupMembership(group=group, **own)


def _production(row: dict[str, Any]) -> Production:
    own = {name: row[name] for name in PRODUCTION_MEMBERS if name != "company_id"}
    return Production(**own, company=Company(pk=UUID(row["company_id"]), **_below(row, "company__")))


def _complete(shown: Substance, neighbours: list[Substance], candidates: list[Substance], clocks: Clocks) -> None:
    """Fetch what rows show, each kind of fact once for all of them."""
    drawn = [shown, *neighbours]
    everybody = [*drawn, *candidates]
    attach(everybody, "flags", FLAGS.ask(clocks, ids=_keys(everybody)))
    attach(drawn, "identifiers", IDENTIFIERS.ask(ids=_keys(drawn)))
    attach_structures(drawn, STRUCTURES.ask(ids=_keys(drawn)))
    attach([shown], "classifications", CLASSIFICATIONS.ask(clocks, pk=shown.pk))


def _keys(substances: list[Substance]) -> list[UUID]:
    return list({substance.pk for substance in substances})


def _near(pk: UUID, restricted: frozenset[UUID]) -> tuple[list[Near] | None, NotComputable | None]:
    """What resembles it, None where nothing can be compared; and why that cannot be said just now."""
    try:
        return resembling(pk, threshold=WORTH_SHOWING, without=restricted), None
    except NotComputable as why:
        return None, why


def _why_none(shown: Substance, found: list[Near] | None) -> NotComputable | None:
    """Why no neighbours are shown; None where they are."""
    if found is not None:
        return None
    structure = shown.shown_structure
    return why_not_computable(shown.kind, structure.parent_reason if structure else None)


def _memberships(shown: Substance, clocks: Clocks) -> list[ListMembership]:
    """By date; what a list says in several entries alike (one a decision) is shown once, by the first of them.

    Of a work-list, whose rows are dated events, the newest is shown.
    """
    once: dict[tuple[object, ...], ListMembership] = {}
    for row in MEMBERSHIPS.ask(clocks, pk=shown.pk):
        if row.chemical_list.effect == ListEffect.WORK_LIST:
            once[row.chemical_list_id,] = row
        else:
            once.setdefault((row.chemical_list_id, row.how, row.reason, row.valid_from, row.valid_until), row)
    return list(once.values())
