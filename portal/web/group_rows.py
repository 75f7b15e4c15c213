"""The members of a group as rows of a file: what the page shows of them, a few hundred in memory at a time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import QueryDict

from portal.companies.models import Production
from substances.group_filters import GroupMemberFilter
from substances.models import ConcernFlag, GroupMembership, Identifier, ListMembership, SubstanceGroup
from substances.services.group_overview import lists_naming, members_of
from substances.tonnage import band_of, told_of
from substances.vocabulary import ListEffect
from substitution.services.alternatives import by_substance

COLUMNS = (
    *("substance", "name", "cas_rn", "ec_number", "how", "rule_version", "listed", "flagged", "registered", "lists"),
    *("concerns", "tonnes_per_year_min", "tonnes_per_year_max", "tonnage_told", "use_descriptors"),
    *("open_processes", "makers", "functions", "alternatives", "url"),
)
_AT_ONCE = 300


def about_group(group: SubstanceGroup, *, day: dt.date) -> dict[str, Any]:
    """What the file says of the group itself."""
    return {
        "group": group.slug,
        "name": group.name,
        "definition": group.definition,
        "concern_public_since": group.concern_public_since,
        "rule": group.rule,
        "rule_version": group.rule_version,
        "source": group.source.key,
        "told_on": day,
    }


def member_rows(group: SubstanceGroup, query: QueryDict, *, day: dt.date) -> Iterator[dict[str, Any]]:
    """Each member that the filters leave, by name; columns are `COLUMNS`."""
    lists = [(one.slug, one.name) for one in lists_naming(group, day)]
    found = GroupMemberFilter(query, queryset=members_of(group, day), lists=lists).qs
    pks = list(found.order_by("member_name", "pk").values_list("pk", flat=True))
    for start in range(0, len(pks), _AT_ONCE):
        some = pks[start : start + _AT_ONCE]
        rows = {row.pk: row for row in members_of(group, day).filter(pk__in=some).select_related("substance")}
        told = _Told([row.substance_id for row in rows.values()], day)
        yield from (_row(rows[pk], told) for pk in some if pk in rows)


def member_table(group: SubstanceGroup, query: QueryDict, *, day: dt.date) -> Iterator[list[str]]:
    """The same as a table of text, with its header."""
    yield list(COLUMNS)
    for row in member_rows(group, query, day=day):
        yield [_text(row[name]) for name in COLUMNS]


class _Told:
    """What is known of some substances, each kind in one query."""

    def __init__(self, substances: Sequence[uuid.UUID], day: dt.date) -> None:
        self.ec: dict[uuid.UUID, list[str]] = defaultdict(list)
        self.concerns: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self.tonnages: dict[uuid.UUID, list[Any]] = defaultdict(list)
        self.uses: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self.processes: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self.makers: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        numbers = Identifier.objects.filter(scheme="ec", substance__in=substances).order_by("value")
        for pk, value in numbers.values_list("substance_id", "value"):
            if value not in self.ec[pk]:
                self.ec[pk].append(value)
        flags = ConcernFlag.objects.standing(day).filter(substance__in=substances)
        for pk, concern in flags.order_by("concern").values_list("substance_id", "concern"):
            self.concerns[pk][concern] = None
        self._from_entries(substances, day)
        production = Production.objects.filter(substance__in=substances).order_by("company__name")
        for pk, company in production.values_list("substance_id", "company__name"):
            self.makers[pk][company] = None
        self.alternatives = by_substance(substances)  # type: ignore[arg-type]  # ids do as well

    def _from_entries(self, substances: Sequence[uuid.UUID], day: dt.date) -> None:
        named = ListMembership.objects.in_force().filter(substance__in=substances, entry__isnull=False)
        facts = named.on(day).filter(entry__facts__has_any_keys=["tonnages", "use_descriptors"])
        for pk, told in facts.values_list("substance_id", "entry__facts"):
            self.tonnages[pk] += [part for part in told.get("tonnages", ()) if part not in self.tonnages[pk]]
            self.uses[pk].update(dict.fromkeys(told.get("use_descriptors", ())))
        events = named.filter(chemical_list__effect=ListEffect.WORK_LIST, entry__facts__status="ongoing")
        stages = ("substance_id", "chemical_list__slug", "entry__facts__stage")
        for pk, slug, stage in events.order_by("chemical_list__slug").values_list(*stages):
            self.processes[pk][f"{slug}: {stage}"] = None


def _row(row: GroupMembership, told: _Told) -> dict[str, Any]:
    pk, marked = row.substance_id, vars(row)
    band = band_of(told.tonnages[pk])
    alternatives = told.alternatives.get(pk, [])
    return {
        "substance": pk,
        "name": row.substance.name,
        "cas_rn": marked["first_cas"],
        "ec_number": told.ec[pk],
        "how": row.how,
        "rule_version": row.rule_version,
        "listed": marked["listed"],
        "flagged": marked["flagged"],
        "registered": marked["registered"],
        "lists": [one["chemical_list__slug"] for one in marked["list_rows"]],
        "concerns": list(told.concerns[pk]),
        "tonnes_per_year_min": band.min_tonnes_per_year if band else None,
        "tonnes_per_year_max": band.max_tonnes_per_year if band else None,
        "tonnage_told": told_of(told.tonnages[pk]).value,
        "use_descriptors": list(told.uses[pk]),
        "open_processes": list(told.processes[pk]),
        "makers": list(told.makers[pk]),
        "functions": sorted({one.function.slug for one in alternatives}),
        "alternatives": sorted({one.alternative.name for one in alternatives}),
        "url": f"/substances/{pk}/",
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else str(value)
