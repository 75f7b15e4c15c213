"""The versions of a group's rule: a changed rule is a new one, which waits until every structure was asked by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from substances.models import GroupMembership, GroupRuleVersion, SubstanceGroup
from substances.services.group_rules import fingerprint_of_rule
from substances.vocabulary import How

State = GroupRuleVersion.State


@transaction.atomic
def record_rules(rules: Mapping[str, Mapping[str, Any] | None]) -> list[GroupRuleVersion]:
    """Makes a version of each group's rule that is not the newest one already; it waits to be evaluated.

    An unchanged rule keeps its version. A rule that changes while a version waits takes the waiting one's place; one
    that changes back to what answers lets the waiting one go. A group left without a rule has no inferred members.

    Args:
        rules: by slug of the group; None where there is none.

    Returns:
        The new versions.
    """
    groups = SubstanceGroup.objects.filter(slug__in=rules).select_for_update().order_by("pk")
    return [version for group in groups if (version := _record(group, rules[group.slug]))]


def _record(group: SubstanceGroup, rule: Mapping[str, Any] | None) -> GroupRuleVersion | None:
    versions = {one.state: one for one in group.rule_versions.filter(state__in=[State.WAITING, State.ANSWERING])}
    waiting, answering = versions.get(State.WAITING), versions.get(State.ANSWERING)
    fingerprint = fingerprint_of_rule(rule) if rule else ""
    if waiting and waiting.fingerprint == fingerprint:
        return None
    if waiting:
        _drop(waiting)
    if not rule:
        retire_rule_of(group)
        return None
    if answering and answering.fingerprint == fingerprint:
        return None
    newest = group.rule_versions.aggregate(newest=Max("version"))["newest"] or 0
    return GroupRuleVersion.objects.create(
        group=group, version=newest + 1, rule=rule, fingerprint=fingerprint, definition=group.definition
    )


def _drop(waiting: GroupRuleVersion) -> None:
    """Sets aside a version that never answered, with what it has found."""
    waiting.findings.all().delete()
    waiting.state = State.DROPPED
    waiting.save(update_fields=["state"])


def retire_rule_of(group: SubstanceGroup) -> None:
    """Takes a group's rule out of force: nobody is inferred to belong to it any longer."""
    group.rule_versions.filter(state=State.ANSWERING).update(state=State.RETIRED, answered_until=timezone.now())
    for one in group.rule_versions.filter(state=State.WAITING):
        _drop(one)
    GroupMembership.objects.filter(group=group, how=How.INFERRED).delete()
    SubstanceGroup.objects.filter(pk=group.pk).update(rule=None)


def forget_rules_of(groups: Iterable[SubstanceGroup]) -> None:
    """Retires the rules of groups that their author no longer names."""
    for group in groups:
        retire_rule_of(group)
