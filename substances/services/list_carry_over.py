"""What the starter catalogue says of a list that the publisher's file does not: members of its groups."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from substances.importers.base import Importer, Problem, ReportedRow
from substances.models import ConcernFlag, Entry, ListMembership, Name, Release, Substance
from substances.services.catalogue_changes import STARTER_CHECKED
from substances.services.list_resolution import folded
from substances.services.list_staging import FlagKey, flag_of, told

_SHORTEST_NAME = 6
_RESOLVED_BY = "starter, same day and reasons"


@transaction.atomic
def carry_over(release: Release, importer: Importer) -> list[dict[str, Any]]:
    """Ties the starter's claims about members of groups to the group's row; the problems found.

    The publisher's file names groups without their members; the starter names some, with a source of their own. Such
    a claim belongs to the one group row of the same day and reasons; where there are several, to the one whose name
    holds a name of the substance. What belongs to no row is told as a problem and no longer shown.
    """
    done = ListMembership.objects.filter(release=release)
    done.filter(resolved_by=_RESOLVED_BY).delete()  # of an import that died behind this step
    named = set(done.order_by().values_list("substance_id", flat=True))
    claims = [
        claim
        for claim in ListMembership.objects.filter(
            chemical_list=release.chemical_list_id, release=None, checked__in=STARTER_CHECKED
        ).select_related("substance")
        if claim.substance_id not in named
    ]
    if not claims:
        return []
    groups = list(Entry.objects.filter(release=release, is_group=True))
    names = _names_of({claim.substance_id for claim in claims})
    problems, memberships, flags = [], [], []
    known: set[FlagKey] = set()
    for claim in claims:
        entry = _entry_of(claim, groups, names[claim.substance_id])
        if entry is None:
            message = (
                f"the starter catalogue names {claim.substance.name} ({claim.valid_from}); no row of the file does"
            )
            problems.append(told(Problem("starter_claim_not_found", message), None))
            continue
        fact = {"source_id": claim.source_id, "checked": claim.checked, "locator": claim.locator}
        fact |= {"release": release, "entry": entry}
        memberships.append(_membership(claim, fact))
        row = ReportedRow(entry.sheet, entry.line, {}, entry.name, (), tuple(entry.reasons), entry.listed_on)
        for stated in importer.stated(row):
            flag = flag_of(row, claim.substance_id, stated, known, **fact)
            if flag is not None:
                flags.append(flag)
    ListMembership.objects.bulk_create(memberships)
    ConcernFlag.objects.filter(release=release, substance__in={flag.substance_id for flag in flags}).delete()
    ConcernFlag.objects.bulk_create(flags)
    return problems


def flags_superseded(release: Release) -> list[dict[str, Any]]:
    """Concerns that the starter's copy of the list states and the list itself does not: they are no longer shown."""
    stated = set(ConcernFlag.objects.filter(release=release).order_by().values_list("substance_id", "concern"))
    starters = ConcernFlag.objects.filter(
        release=None, source__copy_of_list=release.chemical_list.slug, checked__in=STARTER_CHECKED
    ).select_related("substance")
    return [
        told(
            Problem(
                "starter_flag_not_stated",
                f"the starter's copy of the list calls {flag.substance.name} {flag.concern}; the file does not",
            ),
            None,
        )
        for flag in starters
        if (flag.substance_id, flag.concern) not in stated
    ]


def _entry_of(claim: ListMembership, groups: Iterable[Entry], names: Iterable[str]) -> Entry | None:
    reasons = sorted(claim.reason.split(";"))
    same = [entry for entry in groups if entry.listed_on == claim.valid_from and sorted(entry.reasons) == reasons]
    if len(same) > 1:
        called = {name for name in names if len(name) >= _SHORTEST_NAME}
        same = [entry for entry in same if any(name in folded(entry.name) for name in called)]
    return same[0] if len({entry.name for entry in same}) == 1 else None


def _membership(claim: ListMembership, fact: dict[str, Any]) -> ListMembership:
    return ListMembership(
        chemical_list_id=claim.chemical_list_id,
        substance_id=claim.substance_id,
        how=claim.how,
        reason=claim.reason,
        valid_from=claim.valid_from,
        resolved_by=_RESOLVED_BY,
        **fact,
    )


def _names_of(substances: set[uuid.UUID]) -> Mapping[uuid.UUID, set[str]]:
    """The folded names of these substances."""
    found: dict[uuid.UUID, set[str]] = {pk: set() for pk in substances}
    for pk, name in Substance.objects.filter(pk__in=substances).values_list("pk", "name"):
        found[pk].add(folded(name))
    for pk, text in Name.objects.filter(Q(substance__in=substances)).values_list("substance_id", "text"):
        found[pk].add(folded(text))
    return found
