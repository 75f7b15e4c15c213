"""What the page of one substance shows, gathered from several rooms in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Q, prefetch_related_objects
from django.http import Http404

from portal.common.rows import RowsAsJSON
from portal.companies.models import Company, Production
from substances.clocks import Clocks, now
from substances.health.knowledge import Knowledge
from substances.models import (
    ConcernFlag,
    GroupMembership,
    HazardClassification,
    Identifier,
    ListMembership,
    Name,
    Source,
    Structure,
    Substance,
    SubstanceGroup,
)
from substances.services.group_standing import GroupStanding, as_list, standing_of_row, with_standing
from substances.services.health_rows import health_rows, known_of_row
from substances.services.list_states import ListState, silent_lists
from substances.services.similarity import (
    Near,
    Neighbour,
    NotComputable,
    is_listed,
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
    found = resembling(pk, threshold=WORTH_SHOWING, without=restricted)
    rows = _with_listed(pk, found or [], clocks)
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
    reason = NotComputable("restricted") if pk in restricted else _why_none(shown, found)
    return SubstanceFacts(
        substance=shown,
        names=[Name(**row) for row in _rows(shown, "name_rows")],
        flags=sorted(shown.flags.all(), key=lambda flag: (AUTHORITY_RANK[flag.authority], flag.concern)),
        groups=_groups(shown, memberships),
        memberships=memberships,
        replacements=replacements,
        production=[_production(row) for row in _rows(shown, "production_rows")],
        similar=[] if reason else [Neighbour(rows[n.substance_id], n.shared, n.united, True) for n in near],
        not_computable=reason.message if reason else "",
        health=known_of_row(shown),
        silent=silent_lists(clocks, pk, naming=naming),
    )


def _with_listed(pk: UUID, near: list[Near], clocks: Clocks) -> dict[UUID, Substance]:
    """The substance itself, with its short lists, and those of its neighbours that are listed and may be shown."""
    names = Name.objects.filter(substance=OuterRef("pk"), substance_id=pk)
    groups = GroupMembership.objects.filter(substance=OuterRef("pk"), substance_id=pk)
    production = Production.objects.filter(substance=OuterRef("pk"), substance_id=pk)
    others = Q(pk__in=[row.substance_id for row in near]) & is_listed(clocks)
    rows = (
        with_standing(Substance.objects.seen(), only=pk)
        .filter(Q(pk=pk) | others)
        .annotate(
            name_rows=RowsAsJSON(names, "text", "language", "kind"),
            group_rows=RowsAsJSON(groups, *BELONGING_MEMBERS, *(f"group__{name}" for name in GROUP_MEMBERS)),
            **health_rows(pk, clocks),
            production_rows=RowsAsJSON(
                production, *PRODUCTION_MEMBERS, *(f"company__{name}" for name in COMPANY_MEMBERS)
            ),
        )
    )
    return {row.pk: row for row in rows}


GROUP_MEMBERS = ["slug", "name", "name_pl", "definition", "concern_public_since", "locator", "checked"]
BELONGING_MEMBERS = ["how", "rule_version", "exempt", "group__source__title", "group__source__url"]
PRODUCTION_MEMBERS = ["role", "year", "tonnes_per_year_min", "tonnes_per_year_max", "company_id"]
COMPANY_MEMBERS = ["slug", "name", "is_demo"]


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
    flags = ConcernFlag.objects.at(clocks).with_row()
    prefetch_related_objects([shown, *neighbours, *candidates], Prefetch("flags", flags))
    structures = Structure.objects.told().select_related("source")
    prefetch_related_objects(
        [shown, *neighbours],
        Prefetch("identifiers", Identifier.objects.all()),
        Prefetch("structures", structures, to_attr="told_structures"),
    )
    classifications = HazardClassification.objects.at(clocks).select_related("source")
    prefetch_related_objects([shown], Prefetch("classifications", classifications))


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
    named = ListMembership.objects.at(clocks)
    rows = named.filter(substance=shown).select_related("chemical_list", "source")
    once: dict[tuple[object, ...], ListMembership] = {}
    for row in rows.order_by("valid_from", "chemical_list__name", "pk"):
        if row.chemical_list.effect == ListEffect.WORK_LIST:
            once[row.chemical_list_id,] = row
        else:
            once.setdefault((row.chemical_list_id, row.how, row.reason, row.valid_from, row.valid_until), row)
    return list(once.values())
