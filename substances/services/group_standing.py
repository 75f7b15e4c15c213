"""How a substance stands to the groups it belongs to: inferred, or listed by name or as a member, and by which lists.

Being in a family is one thing, being listed another. A group knows which lists name it as such; for each of them a
member is listed by name, listed as a member, left out by the list's own exemption, or inferred: nobody listed it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from portal.common.rows import RowsAsJSON
from substances.models import (
    GroupAssessment,
    GroupFinding,
    GroupListing,
    GroupMembership,
    ListMembership,
    Structure,
    SubstanceGroup,
)
from substances.querysets import SubstanceQuerySet
from substances.vocabulary import How, ListEffect

_STRONGEST_FIRST = (How.BY_NAME, How.AS_MEMBER)


class Judged(TextChoices):
    """Whether the rules have judged a substance's structure. Anything but `assessed` is never "not a member"."""

    ASSESSED = "assessed", _("Assessed by structure")
    NO_STRUCTURE = "no_structure", _("Not assessed: no structure is known")
    WAITING = "waiting", _("Not assessed yet")
    UNREADABLE = "unreadable", _("Not assessed: the rules could not be put to its structure")
    DISPUTED = "disputed", _("Assessed as far as sources agree on the structure")


@dataclasses.dataclass(frozen=True, slots=True)
class NamedOn:
    """A list that names the group as such, and how the substance stands to it.

    Attributes:
        locator, words: which entry, and what it is called, as printed.
        differs: where its words are not quite the group's, what differs.
        how: by_name, as_member or inferred; None where the list's own exemption leaves the substance out.
        reason: of that exemption.
    """

    list_slug: str
    list_name: str
    locator: str
    words: str
    differs: str
    how: How | None
    reason: str = ""

    @property
    def how_or_exempt(self) -> str:
        """How, for programs; "exempt" where it is left out."""
        return self.how or "exempt"


@dataclasses.dataclass(frozen=True, slots=True)
class Belonging:
    """A group that a substance belongs to.

    Attributes:
        badge: by_name or as_member where a list of concern names the substance itself; else as `membership.how`.
        named_by: the lists that name the group as such.
    """

    membership: GroupMembership
    badge: How
    named_by: tuple[NamedOn, ...]

    @property
    def group(self) -> SubstanceGroup:
        """The group."""
        return self.membership.group


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """A group whose rule one structure of the substance fulfils, and to which it is not counted.

    Attributes:
        reason: the exemption's; "" where sources dispute the structure and not every one fulfils the rule.
    """

    group: SubstanceGroup
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class GroupStanding:
    """A substance and the groups."""

    judged: Judged
    belongings: tuple[Belonging, ...]
    left_out: tuple[LeftOut, ...]


def standing_of(
    *,
    memberships: Iterable[GroupMembership],
    listings: Iterable[Mapping[str, Any]],
    lists: Iterable[ListMembership],
    structures: Sequence[Structure],
    assessments: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
) -> GroupStanding:
    """How a substance stands to its groups, from rows that are there already.

    Args:
        memberships: of the substance, with their groups.
        listings: of these groups: `LISTING_MEMBERS`.
        lists: that name the substance today, with `chemical_list`.
        structures: that are told of it (`StructureQuerySet.told`).
        assessments: of its structures: `ASSESSMENT_MEMBERS`.
        findings: of its structures, by rules of other groups: `FINDING_MEMBERS`.
    """
    memberships, lists = list(memberships), list(lists)
    own = _strongest(row.how for row in lists if row.chemical_list.effect == ListEffect.CONCERN)
    by_group: dict[str, list[Mapping[str, Any]]] = {}
    for listing in listings:
        by_group.setdefault(listing["group__slug"], []).append(listing)
    belongings = tuple(
        Belonging(row, own or How(row.how), tuple(_named(row, one, lists) for one in by_group.get(row.group.slug, ())))
        for row in memberships
    )
    judged = _judged(structures, {row["structure_id"]: row for row in assessments})
    return GroupStanding(judged, belongings, _left_out(findings))


LISTING_MEMBERS = ("group__slug", "chemical_list__slug", "chemical_list__name", "locator", "words", "differs")
ASSESSMENT_MEMBERS = ("structure_id", "smiles", "problem")
FINDING_MEMBERS = ("version__group__slug", "version__group__name", "version__group__name_pl", "version__rule", "exempt")


def listings_for(substance: Any, *, only: UUID | None = None) -> QuerySet[GroupListing]:
    """Entries that name a group of the substance, by list.

    Args:
        substance: may be an `OuterRef`.
        only: of the outer rows the one that is asked of; of others there is nothing.
    """
    mine = GroupMembership.objects.filter(group=OuterRef("group"), substance=_through(substance), **_one(only))
    return GroupListing.objects.filter(Exists(mine)).order_by("chemical_list__name", "locator")


def _one(substance: UUID | None) -> dict[str, UUID]:
    return {} if substance is None else {"substance_id": substance}


def left_out_of(substance: Any, *, only: UUID | None = None) -> QuerySet[GroupFinding]:
    """What a structure of the substance fulfils without the substance being a member; arguments as above."""
    mine = GroupMembership.objects.filter(group=OuterRef("version__group"), substance=_through(substance))
    found = GroupFinding.objects.filter(~Exists(mine), structure__substance=substance, version__state="answering")
    return found if only is None else found.filter(structure__substance_id=only)


def _through(substance: Any) -> Any:
    """The same, one query deeper."""
    return OuterRef(substance) if isinstance(substance, OuterRef) else substance


def with_standing(substances: SubstanceQuerySet, *, only: UUID | None = None) -> SubstanceQuerySet:
    """With what `standing_of_row` reads, in the same statement.

    Args:
        only: of these substances the one that is asked of; the others get nothing.
    """
    mine = {"substance": OuterRef("pk"), **_one(only)}
    return substances.annotate(
        listing_rows=RowsAsJSON(listings_for(OuterRef("pk"), only=only), *LISTING_MEMBERS),
        assessment_rows=RowsAsJSON(GroupAssessment.objects.filter(**mine), *ASSESSMENT_MEMBERS),
        left_out_rows=RowsAsJSON(left_out_of(OuterRef("pk"), only=only), *FINDING_MEMBERS),
    )


def standing_of_row(
    substance: Any, *, memberships: Iterable[GroupMembership], lists: Iterable[ListMembership]
) -> GroupStanding:
    """How a substance read by `with_standing`, with the structures told of it, stands to its groups.

    Args:
        memberships: of the substance, with their groups.
        lists: that name it today.
    """
    return standing_of(
        memberships=memberships,
        listings=substance.listing_rows,
        lists=lists,
        structures=getattr(substance, "told_structures", []),
        assessments=substance.assessment_rows,
        findings=substance.left_out_rows,
    )


def _strongest(hows: Iterable[str]) -> How | None:
    there = set(hows)
    return next((how for how in _STRONGEST_FIRST if how in there), None)


def _named(row: GroupMembership, listing: Mapping[str, Any], lists: list[ListMembership]) -> NamedOn:
    slug = listing["chemical_list__slug"]
    how = _strongest(named.how for named in lists if named.chemical_list.slug == slug)
    exemption = next((one for one in as_list(row.exempt) if one.get("on") == slug), None)
    if how is None and exemption is None:
        how = How(row.how)
    return NamedOn(
        list_slug=slug,
        list_name=listing["chemical_list__name"],
        locator=listing["locator"],
        words=listing["words"],
        differs=listing["differs"],
        how=how,
        reason=exemption["reason"] if how is None and exemption else "",
    )


def _judged(structures: Sequence[Structure], assessments: Mapping[int, Mapping[str, Any]]) -> Judged:
    if not structures:
        return Judged.NO_STRUCTURE
    asked = [assessments.get(structure.pk) for structure in structures]
    if any(row is None or row["smiles"] != one.smiles for row, one in zip(asked, structures, strict=True)):
        return Judged.WAITING
    if any(row and row["problem"] for row in asked):
        return Judged.UNREADABLE
    return Judged.DISPUTED if len(structures) > 1 else Judged.ASSESSED


def _left_out(findings: Iterable[Mapping[str, Any]]) -> tuple[LeftOut, ...]:
    groups: dict[str, LeftOut] = {}
    for row in findings:
        slug = row["version__group__slug"]
        group = SubstanceGroup(slug=slug, name=row["version__group__name"], name_pl=row["version__group__name_pl"])
        exemptions = as_mapping(row["version__rule"]).get("exempt") or []
        held = [exemptions[number] for number in as_list(row["exempt"])]
        groups[slug] = LeftOut(group, next((one["reason"] for one in held if "on" not in one), ""))
    return tuple(groups[slug] for slug in sorted(groups))


def as_list(value: Any) -> list[Any]:
    """A JSON list, which SQLite hands over as text where it stands in another."""
    return list(json.loads(value) if isinstance(value, str) else value or [])


def as_mapping(value: Any) -> dict[str, Any]:
    """A JSON object, likewise."""
    return dict(json.loads(value) if isinstance(value, str) else value or {})
