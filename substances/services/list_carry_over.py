"""Members of groups that a publisher's file does not print: from its own earlier edition, or the starter catalogue."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from substances.importers.base import Importer, Problem, ReportedRow, Role
from substances.models import ConcernFlag, Entry, ListMembership, Name, Release, Substance
from substances.services.catalogue_changes import STARTER_CHECKED
from substances.services.list_claims import beat
from substances.services.list_resolution import folded
from substances.services.list_staging import FlagKey, flag_of, told
from substances.vocabulary import Checked, How

_SHORTEST_NAME = 6
_BY_STARTER, _BY_EDITION = "starter", "earlier edition"


@transaction.atomic
def carry_over(release: Release, importer: Importer) -> list[dict[str, Any]]:
    """Keeps claims about members of groups, tied to the group's row where it can be told; the problems.

    The file may name groups without their members. An earlier edition of the list may have printed them: such a member
    stays while an entry of its group's name, day and reasons is listed. The starter names some, with a source of their
    own: such a claim belongs to the one group row of the same day and reasons; where there are several, to the one
    whose name and the substance's hold one another; where none can be told it is kept without a row, since a file that
    names no members does not deny them. A substance that the starter says is listed by its own name, and no row names,
    is told as a problem and no longer shown.

    Raises:
        ImportLost: see there.
    """
    beat(release)
    _forget(release)
    named = set(ListMembership.objects.filter(release=release).order_by().values_list("substance_id", flat=True))
    claims = [(claim, group) for claim, group in _claims(release) if claim.substance_id not in named]
    if not claims:
        return []
    entries = list(Entry.objects.filter(release=release, role=Role.ENTRY))
    groups = [entry for entry in entries if entry.is_group or "group" in entry.name.casefold()]
    names = _names_of({claim.substance_id for claim, _group in claims})
    problems, memberships, flags = [], [], []
    known: set[FlagKey] = set()
    for claim, group in claims:
        if claim.substance_id in named:
            continue
        entry = _entry_of(claim, entries if group else groups, group=group, names=names[claim.substance_id])
        if claim.release_id is not None:
            if entry is None:
                continue
            named.add(claim.substance_id)
        if entry is None:
            problems.append(_untied(claim))
            if claim.how != How.AS_MEMBER:
                continue
            flags += _copies(claim, release)
        else:
            row = ReportedRow(entry.sheet, entry.line, {}, entry.name, (), tuple(entry.reasons), entry.listed_on)
            fact = {**_said(claim), "release": release, "entry": entry}
            stated = (flag_of(row, claim.substance_id, one, known, **fact) for one in importer.stated(row))
            flags += [flag for flag in stated if flag]
        memberships.append(_membership(claim, release, entry))
    ListMembership.objects.bulk_create(memberships)
    ConcernFlag.objects.bulk_create(flags)
    return problems


def _claims(release: Release) -> list[tuple[ListMembership, str]]:
    """Of the release before, the members it printed, with the name of their group; then the starter's claims."""
    of_list = ListMembership.objects.filter(chemical_list=release.chemical_list_id).select_related("substance", "entry")
    starters = [(claim, "") for claim in of_list.filter(release=None, checked__in=STARTER_CHECKED)]
    editions = Release.objects.filter(
        chemical_list=release.chemical_list_id,
        state=Release.State.PUBLISHED,
        published_on__lte=release.published_on,
    )
    before = editions.order_by("-published_on", "-released_at").first()
    if before is None:
        return starters
    heads = dict(Entry.objects.filter(release=before, role=Role.ENTRY).order_by().values_list("line", "name"))
    printed = of_list.filter(release=before, how=How.AS_MEMBER, checked=Checked.IMPORTED, entry__isnull=False)
    return [(claim, _group_of(claim, heads)) for claim in printed.order_by("pk")] + starters


def _group_of(claim: ListMembership, heads: Mapping[int, str]) -> str:
    """The group whose member the earlier edition printed, or was told to have."""
    entry = claim.entry
    if entry is None:
        return ""
    return entry.name if entry.belongs_to is None else heads.get(entry.belongs_to, entry.name)


def _forget(release: Release) -> None:
    """What an import that died behind this step has carried over already."""
    carried = ListMembership.objects.filter(release=release, resolved_by__in=(_BY_STARTER, _BY_EDITION))
    ConcernFlag.objects.filter(release=release, substance__in=carried.order_by().values("substance")).delete()
    carried.delete()


def _untied(claim: ListMembership) -> dict[str, Any]:
    name = f"{claim.substance.name} ({claim.valid_from})"
    if claim.how == How.AS_MEMBER:
        message = f"the starter catalogue calls {name} a member of a group; which row that is cannot be told"
        return told(Problem("starter_claim_not_tied", message), None)
    message = f"the starter catalogue names {name}; no row of the file does"
    return told(Problem("starter_claim_not_found", message), None)


def _copies(claim: ListMembership, release: Release) -> list[ConcernFlag]:
    """The starter's flags of the same list, kept with the claim that is kept."""
    flags = ConcernFlag.objects.filter(
        substance=claim.substance_id,
        release=None,
        source__copy_of_list=release.chemical_list.slug,
        checked__in=STARTER_CHECKED,
    )
    copies = list(flags)
    for flag in copies:
        flag.pk, flag.release, flag._state.adding = None, release, True
    return copies


def _said(claim: ListMembership) -> dict[str, Any]:
    return {"source_id": claim.source_id, "checked": claim.checked, "locator": claim.locator}


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


def _entry_of(claim: ListMembership, groups: Iterable[Entry], *, group: str, names: Iterable[str]) -> Entry | None:
    reasons = sorted(claim.reason.split(";"))
    same = [entry for entry in groups if entry.listed_on == claim.valid_from and sorted(entry.reasons) == reasons]
    if group or len(same) > 1:
        called = {_squeezed(name) for name in ([group] if group else names) if len(name) >= _SHORTEST_NAME}
        same = [entry for entry in same if any(_hold_one_another(entry.name, name) for name in called)]
    return same[0] if len({entry.name for entry in same}) == 1 else None


def _hold_one_another(group: str, name: str) -> bool:
    """Whether the group's name holds the substance's, or its head ("X ether" of "X ether (group)") stands in that."""
    head = _squeezed(_BEHIND_THE_HEAD.split(group, maxsplit=1)[0])
    return name in _squeezed(group) or (len(head) >= _SHORTEST_NAME and head in name)


_BEHIND_THE_HEAD = re.compile(r"\s*\(|,|\band\b")


def _squeezed(name: str) -> str:
    """A name without the blanks and dashes in which publishers differ."""
    return re.sub(r"[\s-]+", "", folded(name))


def _membership(claim: ListMembership, release: Release, entry: Entry | None) -> ListMembership:
    return ListMembership(
        chemical_list_id=claim.chemical_list_id,
        release=release,
        entry=entry,
        substance_id=claim.substance_id,
        how=claim.how,
        reason=claim.reason,
        valid_from=claim.valid_from,
        resolved_by=_BY_EDITION if claim.release_id else _BY_STARTER,
        **_said(claim),
    )


def _names_of(substances: set[uuid.UUID]) -> Mapping[uuid.UUID, set[str]]:
    """The folded names of these substances."""
    found: dict[uuid.UUID, set[str]] = {pk: set() for pk in substances}
    for pk, name in Substance.objects.filter(pk__in=substances).values_list("pk", "name"):
        found[pk].add(folded(name))
    for pk, text in Name.objects.filter(Q(substance__in=substances)).values_list("substance_id", "text"):
        found[pk].add(folded(text))
    return found
