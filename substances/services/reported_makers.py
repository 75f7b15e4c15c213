"""Who makes or imports substances, as publishers of lists report it, company by company. Fixed queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet

from portal.common.rows import RowsAsJSON
from substances.clocks import Clocks
from substances.models import ReportedProducer
from substances.services.group_standing import as_list

_MEMBERS = (
    *("company", "company_group", "stands_for_many", "isin", "domicile", "countries", "substance_id"),
    *("substance__name", "release__published_on", "release__chemical_list__slug", "release__chemical_list__name"),
    "release__chemical_list__publisher",
)


@dataclass(frozen=True, slots=True)
class Report:
    """The release that reports something: of which list, by whom, of which day."""

    list_slug: str
    list_name: str
    publisher: str
    published_on: dt.date


@dataclass(frozen=True, slots=True)
class Maker:
    """A company as one publisher names it, and what it is said to make or import.

    Attributes:
        company, company_group, domicile, countries: as printed.
        stands_for_many: it is no company; those are meant whose names are not published.
        isin: valid by ISO 6166, or "".
        substances: (id, name), by name, each once.
    """

    company: str
    company_group: str
    stands_for_many: bool
    isin: str
    domicile: str
    countries: tuple[str, ...]
    report: Report
    substances: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class Makers:
    """Everybody who is said to make some substances, and how far that reaches.

    Attributes:
        companies: those that make most of them first; who stands for many last.
        reports: the releases that say so, the newest first.
        substances: of how many of the substances a maker is known at all.
    """

    companies: tuple[Maker, ...]
    reports: tuple[Report, ...]
    substances: int


def reports_of(substances: Any, clocks: Clocks, *, of_row: bool = False) -> RowsAsJSON:
    """For an annotation: who is said to make any of these, by the clocks; `makers_of` reads it.

    Args:
        substances: ids, or a queryset of such.
        of_row: only who makes the row's own substance; none, where it is not among `substances`.
    """
    rows = reported(substances, clocks)
    return RowsAsJSON(rows.filter(substance=OuterRef("pk")) if of_row else rows, *_MEMBERS)


def reported(substances: Any, clocks: Clocks) -> QuerySet[ReportedProducer]:
    """The rows themselves, in the order of names."""
    rows = ReportedProducer.objects.at(clocks).of_somebody().filter(substance__in=substances)
    return rows.order_by("company", "company_group", "substance__name", "pk")


def makers_of(rows: Iterable[Mapping[str, Any]]) -> Makers:
    """The rows of `reports_of` by company; two publishers' companies stay two, whatever they are called."""
    found: dict[tuple[Report, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((_report(row), row["company"], row["company_group"]), []).append(row)
    companies = [_maker(report, own) for (report, _company, _group), own in found.items()]
    companies.sort(key=lambda one: (one.stands_for_many, -len(one.substances), one.company.casefold()))
    reports = sorted({one.report for one in companies}, key=lambda one: (one.published_on, one.list_slug), reverse=True)
    return Makers(tuple(companies), tuple(reports), len({pk for one in companies for pk, _name in one.substances}))


def _report(row: Mapping[str, Any]) -> Report:
    of_list = "release__chemical_list__"
    day = dt.date.fromisoformat(str(row["release__published_on"])[:10])
    return Report(row[f"{of_list}slug"], row[f"{of_list}name"], row[f"{of_list}publisher"], day)


def _maker(report: Report, rows: list[Mapping[str, Any]]) -> Maker:
    first = rows[0]
    named = {UUID(row["substance_id"]): str(row["substance__name"]) for row in rows}
    return Maker(
        company=first["company"],
        company_group=first["company_group"],
        stands_for_many=any(row["stands_for_many"] for row in rows),
        isin=next((row["isin"] for row in rows if row["isin"]), ""),
        domicile=next((row["domicile"] for row in rows if row["domicile"]), ""),
        countries=tuple(dict.fromkeys(country for row in rows for country in as_list(row["countries"]))),
        report=report,
        substances=tuple(sorted(named.items(), key=lambda pair: (pair[1].casefold(), pair[0]))),
    )
