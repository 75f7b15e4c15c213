"""Portraits of groups: members drawn with what makes them such, and what resembles the members. Made by workers."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from django.db import transaction

from portal.jobs.models import Job
from portal.jobs.running import Work
from portal.jobs.services import request_job
from substances.chemistry.sandbox_client import Sandbox, sandbox
from substances.models import GroupMembership, GroupPortrait, SubstanceGroup
from substances.services.group_drawings import telling_members
from substances.services.similarity_neighbours import DEFAULT_THRESHOLD, restricted_ids
from substances.similarity import store
from substances.similarity.due import await_index
from substances.similarity.store import Near, StoredFingerprints

PORTRAITS_WORK = "substances.groups.portraits"
DEADLINE_SECONDS = 3600
MOST_NEAR = 200
# Grows when the same members are drawn otherwise.
_VERSION = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Owed:
    """A group whose portrait is missing, or of another rule, other members or other structures."""

    group: SubstanceGroup
    members: frozenset[uuid.UUID]
    made_of: str


def portraits_owed() -> list[Owed]:
    """The groups to be portrayed, in four queries."""
    members: dict[int, set[uuid.UUID]] = defaultdict(set)
    for group, substance in GroupMembership.objects.living().order_by().values_list("group_id", "substance_id"):
        members[group].add(substance)
    known = dict(GroupPortrait.objects.values_list("group_id", "made_of"))
    revision = store.revision()
    owed = []
    for row in SubstanceGroup.objects.order_by("pk"):
        own = frozenset(members[row.pk])
        made_of = _key(row.rule, own, revision)
        if known.get(row.pk) != made_of:
            owed.append(Owed(row, own, made_of))
    return owed


def _key(rule: Mapping[str, Any] | None, members: Collection[uuid.UUID], revision: str) -> str:
    text = json.dumps([_VERSION, rule, sorted(map(str, members)), revision], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def request_portraits() -> Job | None:
    """A job for what is owed; None where nothing is, or one is under way already."""
    with transaction.atomic():
        if Job.objects.open().filter(name=PORTRAITS_WORK).exists() or not portraits_owed():
            return None
        return request_job(name=PORTRAITS_WORK, arguments={}, queue="import", deadline_seconds=DEADLINE_SECONDS)


def run_portraits(task: Work) -> None:
    """Answers one job: group by group, each written by itself, so that what is done stays done."""
    await_index(task)
    owed = portraits_owed()
    for number, one in enumerate(owed):
        portrait = portray(one, sandbox())
        with task.writing():
            keep(one, portrait)
        task.progress(number + 1, len(owed))
    with task.finishing():
        pass


def keep(owed: Owed, portrait: Mapping[str, Any]) -> None:
    """Writes a portrait in the place of the one before."""
    GroupPortrait.objects.update_or_create(group=owed.group, defaults={"made_of": owed.made_of, **portrait})


def portray(owed: Owed, box: Sandbox) -> dict[str, Any]:
    """What a portrait shows of a group; nothing is written."""
    index = store.stored()
    near, compared = near_to(owed.members, index, without=restricted_ids())
    return {"near": [_told(*one) for one in near], "members_compared": compared, **_drawings(owed, box, index)}


def near_to(
    members: Collection[uuid.UUID], index: StoredFingerprints, *, without: Collection[uuid.UUID]
) -> tuple[list[tuple[uuid.UUID, Near]], int]:
    """What is at least `DEFAULT_THRESHOLD` alike to a member and is none, nearest first, each by the nearest member.

    Args:
        without: substances that are not led to, and from which nothing is led.

    Returns:
        (member, what is near to it), at most `MOST_NEAR`; and how many members could be compared.
    """
    best: dict[uuid.UUID, tuple[uuid.UUID, Near]] = {}
    compared = 0
    left_out = {*members, *without}
    for member in sorted(set(members) - set(without)):
        asked = index.questions_of(member)
        compared += bool(asked)
        if not asked:
            continue
        for near in index.nearest_of(asked, threshold=DEFAULT_THRESHOLD, limit=MOST_NEAR, without=left_out):
            known = best.get(near.substance_id)
            if known is None or near.shared * known[1].united > known[1].shared * near.united:
                best[near.substance_id] = (member, near)
    ordered = sorted(best.values(), key=lambda one: (-_share(one[1]), one[1].substance_id))
    return ordered[:MOST_NEAR], compared


def _share(near: Near) -> Fraction:
    return Fraction(near.shared, near.united or 1)


def _told(member: uuid.UUID, near: Near) -> dict[str, Any]:
    return {"substance": str(near.substance_id), "member": str(member), "shared": near.shared, "united": near.united}


def _drawings(owed: Owed, box: Sandbox, index: StoredFingerprints) -> dict[str, Any]:
    """Members drawn with the atoms that the rule found in them; none where there is no rule, or none fits it."""
    if not owed.group.rule:
        return {"structure": None, "svg": "", "others": []}
    may_be_drawn = owed.members - restricted_ids()
    drawn = telling_members(may_be_drawn, owed.group.rule, name=owed.group.slug, box=box, index=index)
    if not drawn:
        return {"structure": None, "svg": "", "others": []}
    others = [
        {"substance": str(one.structure.substance_id), "name": one.structure.substance.name, "svg": one.svg}
        for one in drawn[1:]
    ]
    return {"structure": drawn[0].structure, "svg": drawn[0].svg, "others": others}
