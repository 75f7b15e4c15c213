"""What is known of a group's members together: who is listed, registered, used, in open processes. Fixed queries."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from portal.common.rows import RowsAsJSON
from substances.clocks import Clocks, clocks_at
from substances.models import (
    ChemicalList,
    ConcernFlag,
    GroupMembership,
    Identifier,
    ListMembership,
    Substance,
    SubstanceGroup,
)
from substances.services.list_states import state_of
from substances.services.similarity_neighbours import is_listed
from substances.tonnage import Sum, sum_of
from substances.vocabulary import Authority, How, IdentifierScheme, ListEffect

REGISTRATIONS = "reach-registrations"
# Whose flag counts as a listing: as for neighbours, an authority's, in law or by assessment.
_AUTHORITIES = (Authority.HARMONISED, Authority.AUTHORITY_ASSESSMENT)
# Lists whose rows are events: they name substances many times over, and are told as processes.
_EVENTS = (ListEffect.WORK_LIST,)


def members_of(group: SubstanceGroup, day: Clocks | dt.date) -> QuerySet[GroupMembership]:
    """The members with what a row shows and is sorted by.

    Annotated: `member_name`, `first_cas`, `listed` (named by a list of concern, or flagged by an authority), `flagged`
    (by anybody), `registered` (None: no registrations of that day are held), `lists_count` (lists that name it on
    `day`, work-lists aside) and `list_rows` of those.
    """
    named = ListMembership.objects.at(clocks_at(day)).filter(substance=OuterRef("substance"))
    flags = ConcernFlag.objects.at(clocks_at(day)).filter(substance=OuterRef("substance"))
    lists = named.exclude(chemical_list__effect__in=_EVENTS).order_by()
    counted = lists.values("substance").annotate(n=Count("chemical_list", distinct=True)).values("n")
    numbers = Identifier.objects.filter(substance=OuterRef("substance"), scheme=IdentifierScheme.CAS)
    return _living(group).annotate(
        member_name=F("substance__name"),
        first_cas=Coalesce(Subquery(numbers.order_by("value").values("value")[:1]), Value("")),
        listed=Exists(named.filter(chemical_list__effect=ListEffect.CONCERN))
        | Exists(flags.filter(authority__in=_AUTHORITIES)),
        flagged=Exists(flags),
        registered=Case(
            When(Exists(named.filter(chemical_list__slug=REGISTRATIONS)), then=Value(value=True)),
            When(_registrations_are_held(clocks_at(day)), then=Value(value=False)),
            default=None,
            output_field=BooleanField(null=True),
        ),
        lists_count=Coalesce(Subquery(counted), 0),
        list_rows=RowsAsJSON(
            lists.values("chemical_list").distinct().order_by("chemical_list__name"),
            *("chemical_list__slug", "chemical_list__name", "chemical_list__effect"),
        ),
    )


def _registrations_are_held(clocks: Clocks) -> Any:
    """Whether nobody is registered whom the registrations do not name. Of a past day two statements; today none."""
    if clocks.is_now:
        return Exists(ChemicalList.objects.filter(slug=REGISTRATIONS, current_release__isnull=False))
    registrations = ChemicalList.objects.filter(slug=REGISTRATIONS).first()
    is_held = registrations is not None and state_of(registrations, clocks).is_held
    return ExpressionWrapper(Value(is_held), output_field=BooleanField())


def _living(group: SubstanceGroup) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.living().filter(group=group)


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many members there are, and how many of them are what.

    Attributes:
        registered, not_registered: of the others it is not known.
    """

    total: int
    by_name: int
    as_member: int
    inferred: int
    listed: int
    flagged: int
    registered: int
    not_registered: int

    @property
    def not_listed(self) -> int:
        """Members that no list of concern names and no authority flags."""
        return self.total - self.listed

    @property
    def registrations_are_known(self) -> bool:
        """Whether it is known of all members."""
        return self.registered + self.not_registered == self.total


def counts_of(members: QuerySet[GroupMembership]) -> Counts:
    """The counts, in one query."""
    found = members.order_by().aggregate(
        total=Count("pk"),
        **{how.value: Count("pk", filter=Q(how=how)) for how in How},
        **{f"n_{name}": Count("pk", filter=Q(**{name: True})) for name in ("listed", "flagged", "registered")},
        n_not_registered=Count("pk", filter=Q(registered=False)),
    )
    return Counts(**{name.removeprefix("n_"): count for name, count in found.items()})


@dataclasses.dataclass(frozen=True, slots=True)
class NamedBy:
    """A list, and how many of the members it names today."""

    slug: str
    name: str
    effect: str
    count: int


def lists_naming(group: SubstanceGroup, day: Clocks | dt.date) -> list[NamedBy]:
    """The lists that name members, the most first; one query."""
    named = ListMembership.objects.at(clocks_at(day)).filter(substance__in=_living(group).values("substance"))
    columns = ("chemical_list__slug", "chemical_list__name", "chemical_list__effect")
    counted = named.order_by().values_list(*columns).annotate(n=Count("substance", distinct=True))
    return sorted((NamedBy(*row) for row in counted), key=lambda one: (-one.count, one.name))


@dataclasses.dataclass(frozen=True, slots=True)
class Uses:
    """What lists say the members are used for, and how much of them.

    Attributes:
        descriptors: by kind (SU, PC, AC, PROC, ERC), each code with how many members have it, the most first.
        tonnage: of all members.
        members_with_uses: of how many members a use is told at all.
        sources: lists that tell any of it, with the day of their release.
    """

    descriptors: dict[str, list[tuple[str, int]]]
    tonnage: Sum
    members_with_uses: int
    sources: list[tuple[str, str, dt.date | None]]


_TELLING = ("substance_id", "chemical_list__slug", "chemical_list__name", "release__published_on")


def uses_of(group: SubstanceGroup, day: dt.date, *, total: int) -> Uses:
    """Uses and tonnage from the rows of lists that name members today; one query.

    Args:
        total: how many members there are.
    """
    rows = (
        ListMembership.objects.in_force()
        .on(day)
        .filter(entry__facts__has_any_keys=["tonnages", "use_descriptors"])
        .filter(substance__in=_living(group).values("substance"))
        .order_by("chemical_list__slug")
        .values_list(*_TELLING, "entry__facts__tonnages", "entry__facts__use_descriptors")
    )
    codes: dict[uuid.UUID, set[str]] = defaultdict(set)
    tonnages: dict[uuid.UUID, list[Mapping[str, Any]]] = defaultdict(list)
    sources = {}
    for substance, slug, name, published_on, told_tonnages, told_codes in rows:
        sources[slug] = (slug, name, published_on)
        codes[substance].update(told_codes or ())
        tonnages[substance] += [part for part in told_tonnages or () if part not in tonnages[substance]]
    told = list(tonnages.values())
    return Uses(
        descriptors=_by_kind(codes.values()),
        tonnage=sum_of([*told, *([()] * (total - len(told)))]),
        members_with_uses=sum(1 for own in codes.values() if own),
        sources=list(sources.values()),
    )


def _by_kind(codes: Iterable[set[str]]) -> dict[str, list[tuple[str, int]]]:
    counts: dict[str, int] = defaultdict(int)
    for own in codes:
        for code in own:
            counts[code] += 1
    found: dict[str, list[tuple[str, int]]] = {}
    for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        kind = code.rstrip("0123456789abcdefgh-")
        found.setdefault(kind, []).append((code, count))
    return {kind: found[kind] for kind in ("SU", "PC", "AC", "PROC", "ERC") if kind in found}


@dataclasses.dataclass(frozen=True, slots=True)
class Process:
    """One stage at which open processes of a work-list stand, and whom of the members they are about.

    Attributes:
        stage: where it stands, in our words.
        next_day: the next day that is still to come, such as the end of a consultation; None where none is told.
        members: (id, name), by name.
    """

    list_slug: str
    list_name: str
    stage: str
    stage_on: dt.date | None
    next_day: dt.date | None
    members: tuple[tuple[uuid.UUID, str], ...]


_DAYS_AHEAD = ("expected_on", "opinion_due_on", "comments_until", "evidence_until")
_PROCESS = ("chemical_list__slug", "chemical_list__name", "substance_id", "substance__name")


def open_processes(group: SubstanceGroup, day: dt.date) -> list[Process]:
    """The work-lists' processes about members that are not closed, the newest stage first; one query.

    Rows of a work-list are events; each tells where its process stands today.
    """
    rows = (
        ListMembership.objects.in_force()
        .filter(chemical_list__effect=ListEffect.WORK_LIST, entry__facts__status="ongoing")
        .filter(substance__in=_living(group).values("substance"))
        .order_by("valid_from", "pk")
        .values_list(*_PROCESS, "entry__facts")
    )
    newest: dict[tuple[Any, ...], tuple[dict[uuid.UUID, str], list[dt.date]]] = {}
    for slug, name, substance, called, facts in rows:
        key = (slug, name, facts.get("stage") or facts.get("event", ""), facts.get("stage_on"))
        members, ahead = newest.setdefault(key, ({}, []))
        members[substance] = called
        ahead += [one for one in _days_of(facts) if one > day]
    found = [
        Process(
            *(slug, name, stage, dt.date.fromisoformat(stage_on) if stage_on else None, min(ahead, default=None)),
            tuple(sorted(members.items(), key=lambda pair: pair[1])),
        )
        for (slug, name, stage, stage_on), (members, ahead) in newest.items()
    ]
    return sorted(found, key=lambda one: (one.stage_on or dt.date.min, one.list_name), reverse=True)


def _days_of(facts: Mapping[str, Any]) -> list[dt.date]:
    told: list[str] = []
    for key in _DAYS_AHEAD:
        value = facts.get(key) or []
        told += [value] if isinstance(value, str) else value
    return [dt.date.fromisoformat(one) for one in told]


@dataclasses.dataclass(frozen=True, slots=True)
class NearGroup:
    """A substance that resembles a member and is none itself, by so much (Tanimoto coefficient, in [0, 1])."""

    substance: Substance
    member: Substance
    score: float


def near_and_not_listed(
    found: Sequence[Mapping[str, Any]], *, day: Clocks | dt.date, without: Iterable[uuid.UUID], limit: int
) -> list[NearGroup]:
    """Of what resembles members, whom no list of concern names and no authority flags today, nearest first; one query.

    Args:
        found: what was worked out and stored: `{substance, member, shared, united}`, nearest first.
        without: substances that are not led to.
    """
    hidden = {str(pk) for pk in without}
    rows = [row for row in found if row["substance"] not in hidden]
    ids, members = ({row[end] for row in rows} for end in ("substance", "member"))
    numbers = Identifier.objects.filter(substance=OuterRef("pk"), scheme=IdentifierScheme.CAS).order_by("value")
    fetched = (
        Substance.objects.living()
        .filter(Q(pk__in=ids) | Q(pk__in=members))
        .annotate(first_cas=Coalesce(Subquery(numbers.values("value")[:1]), Value("")), named=_is(is_listed(day)))
    )
    by_id = {str(row.pk): row for row in fetched}
    return [
        NearGroup(by_id[row["substance"]], by_id[row["member"]], row["shared"] / row["united"])
        for row in rows
        if row["substance"] in by_id and row["member"] in by_id and not by_id[row["substance"]].named  # type: ignore[attr-defined]  # annotated
    ][:limit]


def _is(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())
