"""What the page of one group shows a regulator, gathered from several rooms in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest

from portal.common.rest.pages import BrowsedPage, browse
from portal.common.rows import RowsAsJSON
from portal.companies.models import Company, Production
from substances.clocks import Clocks, now
from substances.group_filters import SORTS, GroupMemberFilter
from substances.group_words import Clause, clauses_of
from substances.models import (
    ChemicalList,
    ConcernFlag,
    GroupListing,
    GroupMembership,
    GroupPortrait,
    GroupRuleVersion,
    ReportedProducer,
    SubstanceGroup,
)
from substances.services.group_overview import (
    REGISTRATIONS,
    Counts,
    NamedBy,
    NearGroup,
    Process,
    Uses,
    counts_of,
    lists_naming,
    members_of,
    near_and_not_listed,
    open_processes,
    uses_of,
)
from substances.services.reported_makers import Makers, makers_of, reports_of
from substances.services.similarity import restricted_ids
from substances.vocabulary import How
from substitution.models import Replacement

MOST_NEAR = 20

_PRODUCTION = (
    *("role", "year", "tonnes_per_year_min", "tonnes_per_year_max", "checked"),
    *("company__slug", "company__name", "company__is_demo", "company__country", "substance_id", "substance__name"),
)
_LISTING = ("chemical_list__slug", "chemical_list__name", "chemical_list__effect", "locator", "words", "differs")
_VERSION = ("version", "state", "answered_from", "answered_until", "members_count")
_REPLACEMENT = (
    *("replaces_id", "replaces__name", "status", "since", "function__slug", "function__name", "function__name_pl"),
    *("alternative__name", "alternative__name_pl", "alternative__kind", "alternative__candidate_id"),
)


@dataclass(frozen=True)
class GroupFacts:
    """One group with what the portal knows of its members.

    Attributes:
        portrait: what a worker drew and compared; None before it did.
        listings: entries of lists that name the group as such.
        versions: of the rule, newest first.
        chosen: the filters of the address.
        shown: how many members they leave.
        registrations_on: the day of the release of registrations; None where none was imported.
        makers: who is said to make or import members, by the lists that report it.
        profiles: companies of this portal by ISIN, where a maker's is theirs.
        replacements, regrettable: rows in which members are replaced, and in which a member took another's place.
    """

    group: SubstanceGroup
    portrait: GroupPortrait | None
    clauses: tuple[Clause, ...]
    listings: list[dict[str, Any]]
    versions: list[dict[str, Any]]
    counts: Counts
    lists: list[NamedBy]
    chosen: GroupMemberFilter
    page: BrowsedPage[GroupMembership]
    shown: int
    sort: str
    registrations_on: dt.date | None
    near: list[NearGroup]
    processes: list[Process]
    uses: Uses
    production: list[dict[str, Any]]
    makers: Makers
    profiles: dict[str, dict[str, Any]]
    replacements: list[dict[str, Any]]
    regrettable: list[dict[str, Any]]
    functions: list[tuple[dict[str, Any], int]] = field(default_factory=list)


def facts_of_group(request: HttpRequest, slug: str, *, day: dt.date, clocks: Clocks | None = None) -> GroupFacts:
    """All that the page shows, in eleven queries at most, however many members there are.

    Args:
        day: today, of which processes, uses, companies' records and replacements are told.
        clocks: for which day lists, concerns and the makers that lists report are told; today's without.

    Raises:
        Http404: there is no such group.
    """
    when = clocks or now(day)
    group = _group(slug, when)
    rows = members_of(group, when)
    counts, lists = counts_of(rows), lists_naming(group, when)
    named = [(one.slug, one.name) for one in lists]
    chosen = GroupMemberFilter(request.GET, queryset=rows, lists=named, clocks=when)
    sort = request.GET.get("sort", "name")
    found: QuerySet[GroupMembership] = chosen.qs
    is_filtered = any(request.GET.getlist(name) for name in chosen.filters)
    portrait = getattr(group, "portrait", None)
    near = near_and_not_listed(portrait.near if portrait else [], day=when, without=restricted_ids(), limit=MOST_NEAR)
    replacements, regrettable = _replaced(group)
    return GroupFacts(
        group=group,
        portrait=portrait,
        clauses=clauses_of(group.rule),
        listings=group.listing_rows,  # type: ignore[attr-defined]  # annotated
        versions=group.version_rows,  # type: ignore[attr-defined]  # annotated
        counts=counts,
        lists=lists,
        chosen=chosen,
        page=_page(request, group, found, SORTS.get(sort, SORTS["name"]), when),
        shown=found.order_by().count() if is_filtered else counts.total,
        sort=sort if sort in SORTS else "name",
        registrations_on=group.registrations_on,  # type: ignore[attr-defined]  # annotated
        near=near,
        processes=open_processes(group, day),
        uses=uses_of(group, day, total=counts.total),
        production=_with_ids(group.production_rows, "substance_id"),  # type: ignore[attr-defined]  # annotated
        makers=makers_of(group.maker_rows),  # type: ignore[attr-defined]  # annotated
        profiles={row["isin"]: row for row in group.profile_rows},  # type: ignore[attr-defined]  # annotated
        replacements=replacements,
        regrettable=regrettable,
        functions=_functions(replacements),
    )


def _group(slug: str, clocks: Clocks) -> SubstanceGroup:
    """The group with its portrait, and what its members' makers and replacements are, in one query."""
    living = GroupMembership.objects.living().filter(group__slug=slug)
    own = living.values("substance")
    production = Production.objects.filter(substance__in=own).order_by("company__name", "-year", "pk")
    touched = Q(replaces__in=own) | Q(alternative__candidate__in=own)
    replaced = Replacement.objects.standing().filter(touched).order_by("replaces__name", "function__name", "pk")
    numbered = ReportedProducer.objects.at(clocks).filter(substance__in=own).exclude(isin="")
    profiles = Company.objects.filter(isin__in=numbered.values("isin"))
    registrations = ChemicalList.objects.filter(slug=REGISTRATIONS).values("current_release__published_on")
    rows = (
        SubstanceGroup.objects.filter(slug=slug)
        .select_related("source", "portrait__structure__substance")
        .defer("portrait__structure__svg", "portrait__structure__as_reported")
        .annotate(
            production_rows=RowsAsJSON(production, *_PRODUCTION),
            maker_rows=reports_of(own, clocks),
            profile_rows=RowsAsJSON(profiles, "isin", "slug", "name", "is_demo"),
            replacement_rows=RowsAsJSON(replaced, *_REPLACEMENT),
            member_rows=RowsAsJSON(living.order_by(), "substance_id"),
            listing_rows=RowsAsJSON(GroupListing.objects.filter(group__slug=slug), *_LISTING),
            version_rows=RowsAsJSON(_versions(slug), *_VERSION),
            registrations_on=Subquery(registrations[:1]),
        )
    )
    found = rows.first()
    if found is None:
        raise Http404(f"There is no group {slug}.")
    return found


def _versions(slug: str) -> QuerySet[GroupRuleVersion]:
    """Every version that answers, answered or waits, the newest first."""
    rows = GroupRuleVersion.objects.filter(group__slug=slug).exclude(state=GroupRuleVersion.State.DROPPED)
    return rows.order_by("-version")


def _page(
    request: HttpRequest,
    group: SubstanceGroup,
    rows: QuerySet[GroupMembership],
    ordering: tuple[str, ...],
    clocks: Clocks,
) -> BrowsedPage[GroupMembership]:
    """A page of members, each with the rule's `exemptions` that hold of it."""
    flags = ConcernFlag.objects.at(clocks)
    shown = rows.select_related("substance").prefetch_related(Prefetch("substance__flags", flags))
    page = browse(request, shown, ordering=ordering)
    exemptions = (group.rule or {}).get("exempt", [])
    for row in page.rows:
        row.exemptions = [exemptions[number] for number in row.exempt if number < len(exemptions)]  # type: ignore[attr-defined]
    return page


def _replaced(group: SubstanceGroup) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows in which a member is replaced, and rows in which a member takes the place of another substance."""
    members = {UUID(row["substance_id"]) for row in group.member_rows}  # type: ignore[attr-defined]  # annotated
    rows = _with_ids(group.replacement_rows, "replaces_id", "alternative__candidate_id")  # type: ignore[attr-defined]
    return (
        [row for row in rows if row["replaces_id"] in members],
        [row for row in rows if row["alternative__candidate_id"] in members],
    )


def _with_ids(rows: Iterable[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """The rows with ids for what the database wrote as text in its own form."""
    return [row | {name: UUID(row[name]) for name in names if row[name]} for row in rows]


def _functions(rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """Functions that members have, by how many members are known to be replaced in them."""
    by_slug = {row["function__slug"]: row for row in rows}
    counted = Counter(slug for slug, _replaces in {(row["function__slug"], row["replaces_id"]) for row in rows})
    return [(by_slug[slug], n) for slug, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def badges(counts: Counts) -> list[tuple[str, int]]:
    """The three ways to belong, each with how many members belong so."""
    return [(How.BY_NAME, counts.by_name), (How.AS_MEMBER, counts.as_member), (How.INFERRED, counts.inferred)]
