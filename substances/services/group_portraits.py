"""Portraits of groups: a member drawn with what makes it one, and what resembles the members. Made by workers."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import structlog
from django.db import transaction

from portal.jobs.models import Job
from portal.jobs.running import Work
from portal.jobs.services import request_job
from substances.chemistry.sandbox_client import Sandbox, SandboxFailed, sandbox
from substances.models import GroupMembership, GroupPortrait, Structure, SubstanceGroup
from substances.services.similarity_neighbours import DEFAULT_THRESHOLD, restricted_ids
from substances.similarity import store
from substances.similarity.store import Near, StoredFingerprints
from substances.vocabulary import How

logger = structlog.get_logger(__name__)

PORTRAITS_WORK = "substances.groups.portraits"
DEADLINE_SECONDS = 3600
MOST_NEAR = 200
# Members that are tried, shortest structure first, until the rule takes one in.
_TRIED = 12
_TELLING = 5  # characters of SMILES; a bare atom shows little of its group
_TIMEOUT_S = 20.0


@dataclasses.dataclass(frozen=True, slots=True)
class Owed:
    """A group whose portrait is missing, or of another rule, other members or other structures."""

    group: SubstanceGroup
    members: frozenset[uuid.UUID]
    made_of: str


def portraits_owed() -> list[Owed]:
    """The groups to be portrayed, in four queries."""
    members: dict[int, set[uuid.UUID]] = defaultdict(set)
    for group, substance in GroupMembership.objects.order_by().values_list("group_id", "substance_id"):
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
    text = json.dumps([rule, sorted(map(str, members)), revision], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def request_portraits() -> Job | None:
    """A job for what is owed; None where nothing is, or one is under way already."""
    with transaction.atomic():
        if Job.objects.open().filter(name=PORTRAITS_WORK).exists() or not portraits_owed():
            return None
        return request_job(name=PORTRAITS_WORK, arguments={}, queue="batch", deadline_seconds=DEADLINE_SECONDS)


def run_portraits(task: Work) -> None:
    """Answers one job: group by group, each written by itself, so that what is done stays done."""
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
    return {"near": [_told(*one) for one in near], "members_compared": compared, **_drawing(owed, box)}


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


def _drawing(owed: Owed, box: Sandbox) -> dict[str, Any]:
    """A member drawn with the atoms that the rule found in it; no drawing where there is no rule, or none fits it."""
    if not owed.group.rule:
        return {"structure": None, "svg": ""}
    for structure in _shortest(owed):
        try:
            atoms = _atoms(box, structure.smiles, owed.group.rule)
            if atoms is not None:
                label = structure.substance.name
                answer = box.call("depict", _TIMEOUT_S, smiles=structure.smiles, label=label, highlight_atoms=atoms)
                if answer.get("svg"):
                    return {"structure": structure, "svg": answer["svg"]}
        except SandboxFailed as error:
            logger.warning("group_portraits.not_drawn", group=owed.group.slug, error=str(error))
    return {"structure": None, "svg": ""}


def _shortest(owed: Owed) -> Sequence[Structure]:
    """Members' structures shown first, those of members by name in front, the shortest first; a few."""
    named = set(
        GroupMembership.objects.filter(group=owed.group)
        .exclude(how=How.INFERRED)
        .values_list("substance_id", flat=True)
    )
    rows = list(_structures(owed.members - restricted_ids()))
    rows.sort(key=lambda row: (len(row.smiles) < _TELLING, row.substance_id not in named, len(row.smiles), row.smiles))
    return rows[:_TRIED]


def _structures(members: Collection[uuid.UUID]) -> Iterator[Structure]:
    ordered = sorted(members)
    for start in range(0, len(ordered), 500):
        some = Structure.objects.filter(is_current=True, substance__in=ordered[start : start + 500])
        yield from some.select_related("substance").defer("svg", "as_reported", "issues")


def _atoms(box: Sandbox, smiles: str, rule: Mapping[str, Any]) -> list[int] | None:
    """The atoms that make a structure a member; None where it is none."""
    answer = box.call("group_match", _TIMEOUT_S, smiles=smiles, rules={"asked": dict(rule)})
    found = answer.get("groups", {}).get("asked", {"member": False})
    return list(found["atoms"]) if found["member"] else None
