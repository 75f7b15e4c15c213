"""What a file of a group's members says beside each of them: what the page shows, a few hundred in memory at a time."""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override

from portal.common.batches import batches
from portal.common.spreadsheet import Cell
from portal.companies.models import Production
from substances.clocks import Clocks
from substances.downloads.rows import Beside
from substances.group_filters import GroupMemberFilter
from substances.group_words import in_sentences
from substances.models import GroupMembership, ListMembership, ReportedProducer, SubstanceGroup
from substances.services.group_overview import lists_naming, members_of
from substances.tonnage import band_of, told_of
from substances.vocabulary import ListEffect
from substitution.services.alternatives import by_substance

COLUMNS = (
    *("how", "rule_version", "listed", "flagged", "registered"),
    *("tonnes_per_year_min", "tonnes_per_year_max", "tonnage_told", "use_descriptors"),
    *("open_processes", "makers", "reported_makers", "functions", "alternatives"),
)
REGISTERED = {True: "yes", False: "no", None: "not known: registrations of that day are not imported"}
_AT_ONCE = 300


def about_group(group: SubstanceGroup, clocks: Clocks) -> dict[str, Cell]:
    """What the file says of the group itself."""
    with override(None):  # a file is the same for every reader
        words = "; ".join(in_sentences(group.rule))
    about: dict[str, Cell] = {
        "Group": group.slug,
        "Group name": group.name,
        "Definition": group.definition,
        "Concern public since": group.concern_public_since,
        "Rule in words": words,
        "Rule": json.dumps(group.rule, ensure_ascii=False) if group.rule else "",
        "Rule version": group.rule_version,
        "Source": group.source.key,
    }
    if not clocks.is_now:
        about["Lists concerns and reported makers of"] = clocks.as_of
        about["Everything else"] = "of today: members, uses, tonnage, processes, companies' records, alternatives"
        about["Of that day"] = "a list whose state of that day is not in its source names nobody here; nothing follows"
    if clocks.known_on:
        about["As known on"] = clocks.known_on
    return about


def chosen_of(group: SubstanceGroup, query: QueryDict, clocks: Clocks) -> GroupMemberFilter:
    """The members that the filters of an address leave."""
    lists = [(one.slug, one.name) for one in lists_naming(group, clocks)]
    return GroupMemberFilter(query, queryset=members_of(group, clocks), lists=lists, clocks=clocks)


def members_beside(group: SubstanceGroup, chosen: GroupMemberFilter, clocks: Clocks) -> Iterator[Beside]:
    """Each member that is left, by name, with the columns `COLUMNS`."""
    pks = list(chosen.qs.order_by("member_name", "pk").values_list("pk", flat=True))
    for some in batches(pks, _AT_ONCE):
        rows = {row.pk: row for row in members_of(group, clocks).filter(pk__in=some)}
        told = _Told([row.substance_id for row in rows.values()], clocks)
        yield from ((rows[pk].substance_id, _cells(rows[pk], told)) for pk in some if pk in rows)


class _Told:
    """What is known of some substances, each kind in one query."""

    def __init__(self, substances: Sequence[uuid.UUID], clocks: Clocks) -> None:
        self.tonnages: dict[uuid.UUID, list[Any]] = defaultdict(list)
        self.uses: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self.processes: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self.makers: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self.reported: dict[uuid.UUID, dict[str, None]] = defaultdict(dict)
        self._from_entries(substances)
        production = Production.objects.filter(substance__in=substances).order_by("company__name")
        for pk, company in production.values_list("substance_id", "company__name"):
            self.makers[pk][company] = None
        reported = ReportedProducer.objects.at(clocks).filter(substance__in=substances).order_by("company", "pk")
        for pk, company in reported.values_list("substance_id", "company"):
            self.reported[pk][company] = None
        self.alternatives = by_substance(substances)  # type: ignore[arg-type]  # ids do as well

    def _from_entries(self, substances: Sequence[uuid.UUID]) -> None:
        named = ListMembership.objects.in_force().filter(substance__in=substances, entry__isnull=False)
        facts = named.on(timezone.localdate()).filter(entry__facts__has_any_keys=["tonnages", "use_descriptors"])
        for pk, told in facts.values_list("substance_id", "entry__facts"):
            self.tonnages[pk] += [part for part in told.get("tonnages", ()) if part not in self.tonnages[pk]]
            self.uses[pk].update(dict.fromkeys(told.get("use_descriptors", ())))
        events = named.filter(chemical_list__effect=ListEffect.WORK_LIST, entry__facts__status="ongoing")
        stages = ("substance_id", "chemical_list__slug", "entry__facts__stage")
        for pk, slug, stage in events.order_by("chemical_list__slug").values_list(*stages):
            self.processes[pk][f"{slug}: {stage}"] = None


def _cells(row: GroupMembership, told: _Told) -> Mapping[str, Any]:
    pk, marked = row.substance_id, vars(row)
    band = band_of(told.tonnages[pk])
    alternatives = told.alternatives.get(pk, [])
    return {
        "how": row.how,
        "rule_version": row.rule_version,
        "listed": _yes(marked["listed"]),
        "flagged": _yes(marked["flagged"]),
        "registered": REGISTERED[marked["registered"]],
        "tonnes_per_year_min": band.min_tonnes_per_year if band else None,
        "tonnes_per_year_max": band.max_tonnes_per_year if band else None,
        "tonnage_told": told_of(told.tonnages[pk]).value,
        "use_descriptors": list(told.uses[pk]),
        "open_processes": list(told.processes[pk]),
        "makers": list(told.makers[pk]),
        "reported_makers": list(told.reported[pk]),
        "functions": sorted({one.function.slug for one in alternatives}),
        "alternatives": sorted({one.alternative.name for one in alternatives}),
    }


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
