"""Inferred members of groups, derived from what structures were found to fulfil; and the change from rule to rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from portal.common.batches import batches
from portal.watching.services import record_events
from substances.models import (
    GroupAssessment,
    GroupFinding,
    GroupMembership,
    GroupRuleVersion,
    Structure,
    Substance,
    SubstanceGroup,
)
from substances.vocabulary import How

State = GroupRuleVersion.State
#: Of each substance that belongs by a rule, the rule's exemptions that hold of it, as `GroupMembership.exempt`.
Found: TypeAlias = dict[UUID, list[dict[str, str]]]
_TOLD_OF_EXEMPTION = ("on", "reason", "source", "locator")
_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Moved:
    """Who came to a group and who left."""

    group: SubstanceGroup
    version: int
    came: frozenset[UUID] = frozenset()
    left: frozenset[UUID] = frozenset()

    def told(self) -> list[tuple[str, UUID, Mapping[str, Any]]]:
        """As events."""
        said = {"group": self.group.slug, "rule_version": self.version}
        return [
            *(("group.entered", pk, said) for pk in sorted(self.came)),
            *(("group.left", pk, said) for pk in sorted(self.left)),
        ]


def members_by(
    versions: Collection[GroupRuleVersion], *, substances: Collection[UUID] | None = None
) -> dict[int, Found]:
    """Who belongs to each version's group by its rule, by key of the version.

    A substance belongs if every structure that is told of it fulfils the rule: where sources dispute the structure,
    only what holds whichever of them is right is inferred.

    Args:
        substances: whom to look at; everybody where none are given.
    """
    rules = {version.pk: version.rule for version in versions}
    findings = GroupFinding.objects.filter(version__in=rules)
    structures = Structure.objects.filter(group_findings__version__in=rules)
    if substances is not None:
        findings = findings.filter(structure__substance__in=substances)
        structures = Structure.objects.filter(substance__in=substances)
    told: dict[UUID, set[int]] = {}
    for pk, structure in (
        Structure.objects.filter(substance__in=structures.values("substance")).told().values_list("substance_id", "pk")
    ):
        told.setdefault(pk, set()).add(structure)
    met: dict[tuple[int, UUID], dict[int, list[int]]] = {}
    for version, structure, pk, exempt in findings.values_list(
        "version_id", "structure_id", "structure__substance_id", "exempt"
    ):
        if is_member(rules[version], exempt):
            met.setdefault((version, pk), {})[structure] = exempt
    found: dict[int, Found] = {version: {} for version in rules}
    for (version, pk), by_structure in met.items():
        if pk in told and told[pk] <= by_structure.keys():
            held = set.intersection(*(set(by_structure[structure]) for structure in told[pk]))
            found[version][pk] = [_exemption(rules[version], number) for number in sorted(held)]
    return found


def _exemption(rule: Mapping[str, Any], number: int) -> dict[str, str]:
    exemption = rule["exempt"][number]
    return {part: exemption.get(part, "") for part in _TOLD_OF_EXEMPTION}


def is_member(rule: Mapping[str, Any], exempt: Iterable[int]) -> bool:
    """Whether a structure that fulfils a rule is a member: no exemption takes it out of the group altogether."""
    return all("on" in rule["exempt"][number] for number in exempt)


def write_members(
    versions: Collection[GroupRuleVersion], found: Mapping[int, Found], *, among: Collection[UUID] | None = None
) -> list[Moved]:
    """Makes the inferred members of groups those that their rules have found; part of a transaction.

    Whom a source names as a member stays so, and is not inferred beside.

    Args:
        versions: whose rules found them, one of each group.
        found: as by `members_by`.
        among: whom the finding was about; everybody where none are given.
    """
    rows = GroupMembership.objects.filter(group__in=[version.group_id for version in versions])
    present: dict[int, dict[UUID, GroupMembership]] = {}
    for row in rows if among is None else rows.filter(substance__in=among):
        present.setdefault(row.group_id, {})[row.substance_id] = row
    plans = [_Plan(version, found[version.pk], present.get(version.group_id, {})) for version in versions]
    _delete([pk for plan in plans for pk in plan.gone])
    GroupMembership.objects.bulk_create([row for plan in plans for row in plan.new], batch_size=_AT_ONCE)
    for row in (row for plan in plans for row in plan.otherwise):
        row.save(update_fields=["exempt"])
    for version in {plan.version for plan in plans if plan.is_newer}:
        inferred = GroupMembership.objects.filter(group=version.group_id, how=How.INFERRED)
        inferred.exclude(rule_version=version.version).update(rule_version=version.version)
    return [plan.moved for plan in plans]


class _Plan:
    """What becomes of one group's members."""

    def __init__(self, version: GroupRuleVersion, found: Found, present: Mapping[UUID, GroupMembership]) -> None:
        inferred = {pk: row for pk, row in present.items() if row.how == How.INFERRED}
        came, left = found.keys() - present.keys(), inferred.keys() - found.keys()
        self.version = version
        self.moved = Moved(version.group, version.version, frozenset(came), frozenset(left))
        self.gone = [inferred[pk].pk for pk in left]
        self.new = [_membership(version, pk, found[pk]) for pk in sorted(came)]
        self.otherwise = [row for pk, row in inferred.items() if pk in found and row.exempt != found[pk]]
        self.is_newer = any(row.rule_version != version.version for row in inferred.values())
        for row in self.otherwise:
            row.exempt = found[row.substance_id]


def _membership(version: GroupRuleVersion, substance: UUID, exempt: list[dict[str, str]]) -> GroupMembership:
    group = version.group
    return GroupMembership(
        group=group,
        substance_id=substance,
        how=How.INFERRED,
        rule_version=version.version,
        exempt=exempt,
        source_id=group.source_id,
        checked=group.checked,
    )


def _delete(pks: list[int]) -> None:
    for some in batches(pks, _AT_ONCE):
        GroupMembership.objects.filter(pk__in=some).delete()


def touch(substances: Collection[UUID]) -> None:
    """Entity tags of these substances grow."""
    for some in batches(sorted(substances), _AT_ONCE):
        Substance.objects.filter(pk__in=some).update(revision=F("revision") + 1)


def put_in_force(version: GroupRuleVersion) -> Moved | None:
    """Lets a version whose evaluation is complete answer in the old one's place; part of a transaction.

    Returns:
        Who came and left; None where somebody else was first, or the version was dropped.
    """
    now = timezone.now()
    waiting = GroupRuleVersion.objects.filter(pk=version.pk, state=State.WAITING)
    before = GroupRuleVersion.objects.filter(group=version.group_id, state=State.ANSWERING).first()
    if not waiting.select_for_update().exists():
        return None
    if before is not None:
        GroupRuleVersion.objects.filter(pk=before.pk).update(state=State.RETIRED, answered_until=now)
        GroupFinding.objects.filter(version=before).delete()
    found = members_by([version])[version.pk]
    SubstanceGroup.objects.filter(pk=version.group_id).update(rule=version.rule, rule_version=version.version)
    version.group.refresh_from_db()
    (moved,) = write_members([version], {version.pk: found})
    is_first = version.version == 1
    waiting.update(
        state=State.ANSWERING,
        answered_from=now,
        members_count=len(found),
        structures_asked=GroupAssessment.objects.filter(structure__isnull=False).count(),
        structures_unread=GroupAssessment.objects.filter(structure__isnull=False).exclude(problem="").count(),
        added=[] if is_first else [str(pk) for pk in sorted(moved.came)],
        removed=[str(pk) for pk in sorted(moved.left)],
    )
    touch(moved.came | moved.left)
    if not is_first:
        record_events(moved.told(), subject_kind="substance", occurred_on=timezone.now().date())
    return moved
