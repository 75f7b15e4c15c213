"""Puts the rules of groups to structures: to those that are new or look otherwise, and to all where a rule is new.

Everything owed is a question to the database (`structures_due`, versions that wait), so that whatever gives a
substance a structure, changes it or takes it away is noticed, and whoever is killed anywhere leaves what was and is
owed the rest. Work is done in chunks, each written in one short transaction; a new rule's findings are unseen until
every structure was asked, then take the old one's place at once.
"""

from __future__ import annotations

import dataclasses
import time
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.jobs.models import Job
from portal.jobs.running import Work, WorkFailed
from portal.jobs.services import request_job
from portal.watching.services import record_events
from substances.models import GroupAssessment, GroupFinding, GroupRuleVersion, Structure
from substances.querysets_groups import structures_due, substances_bereft
from substances.services.group_members import Moved, members_by, put_in_force, touch, write_members
from substances.services.group_rules import Asked, RuleAsker, RuleUnread

State = GroupRuleVersion.State
# Structures of one chunk: some 0.3 s in the sandbox, and one transaction of some tens of milliseconds.
CHUNK = 100
_PAUSE_S = 0.005
GROUPS_WORK = "substances.groups.evaluate"
DEADLINE_SECONDS = 3600
# Structures that are evaluated where they come up; more is a job.
_AT_ONCE = 2_000


class Turn(Protocol):
    """What work needs of whoever does it: a transaction that commits only while it may go on, and to tell how far."""

    def writing(self) -> AbstractContextManager[None]:
        """One transaction."""

    def progress(self, done: int, total: int | None = None) -> None:
        """So much is done."""


class Unhurried:
    """A turn of a command, which nobody takes away."""

    def writing(self) -> AbstractContextManager[None]:
        """One transaction."""
        return transaction.atomic()

    def progress(self, done: int, total: int | None = None) -> None:
        """Nobody asks."""


@dataclasses.dataclass(slots=True)
class Evaluation:
    """What an evaluation came to.

    Attributes:
        structures: how often a structure was asked.
        unread: of them those the rules had no answer for.
        versions: slugs of the groups whose new rule came into force.
        came, left: memberships that began and ended.
    """

    structures: int = 0
    unread: int = 0
    versions: list[str] = dataclasses.field(default_factory=list)
    came: int = 0
    left: int = 0
    seconds: float = 0.0

    def note(self, moved: Moved) -> None:
        """Counts who moved."""
        self.came += len(moved.came)
        self.left += len(moved.left)


def bring_up_to_date(asker: RuleAsker | None = None) -> Evaluation | None:
    """Evaluates what is owed: at once where that takes seconds, else by a job, and then there is no result yet."""
    if not is_anything_owed():
        return None
    if how_many_owed() > _AT_ONCE:
        request_evaluation()
        return None
    if asker is not None:
        return evaluate_groups(turn=Unhurried(), asker=asker)
    with RuleAsker() as own:
        return evaluate_groups(turn=Unhurried(), asker=own)


def ask_again() -> None:
    """Makes every structure due once more, such as those that once had no answer; what stands stands meanwhile."""
    GroupAssessment.objects.filter(structure__isnull=False).delete()


def request_evaluation() -> Job | None:
    """A job that evaluates what is owed; None where one is under way, for it does not end before all is done."""
    with transaction.atomic():
        if Job.objects.open().filter(name=GROUPS_WORK).exists():
            return None
        return request_job(name=GROUPS_WORK, arguments={}, queue="import", deadline_seconds=DEADLINE_SECONDS)


def evaluation_owed() -> str:
    """The id of the job that evaluates what is owed, asked for where there is none yet; "" where nothing is owed."""
    if not is_anything_owed():
        return ""
    job = request_evaluation() or Job.objects.open().filter(name=GROUPS_WORK).first()
    return str(job.pk) if job else ""


def run_evaluation(task: Work) -> None:
    """Answers one job: all that is owed when it looks, chunk by chunk; what is written stands whatever happens."""
    with RuleAsker() as asker:
        try:
            evaluate_groups(turn=task, asker=asker)
        except RuleUnread as error:
            raise WorkFailed("rule_unread", str(_("A rule cannot be read: %(why)s") % {"why": error})) from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Look:
    """A structure as it looks now."""

    pk: int
    substance: UUID
    smiles: str
    inchikey: str
    is_current: bool


_LOOK = ("pk", "substance_id", "smiles", "inchikey", "is_current")


def how_many_owed() -> int:
    """How many times a structure has to be put to rules."""
    due = structures_due().count()
    waits = GroupRuleVersion.objects.filter(state=State.WAITING).aggregate(newest=Max("pk"))["newest"]
    if waits is None:
        return int(due)
    return int(due + GroupAssessment.objects.filter(structure__isnull=False, newest_rule__lt=waits).count())


def is_anything_owed() -> bool:
    """Whether a structure or a rule waits to be evaluated."""
    return (
        GroupRuleVersion.objects.filter(state=State.WAITING).exists()
        or structures_due().exists()
        or bool(substances_bereft())
    )


def evaluate_groups(*, turn: Turn, asker: RuleAsker, only: str | None = None) -> Evaluation:
    """Does all that is owed: first the structures that are due, then the rules that wait.

    Args:
        only: slug of the one group whose waiting rule is to be evaluated; others go on waiting.

    Raises:
        RuleUnread: a rule cannot be read; what was written before stands.
        Superseded, Cancelled: as `turn` says; likewise.
    """
    work = _Evaluation(turn, asker, Q(group__slug=only) if only else Q())
    started = time.perf_counter()
    while work.due() or work.waiting():
        pass
    work.came_to.seconds = time.perf_counter() - started
    return work.came_to


class _Evaluation:
    def __init__(self, turn: Turn, asker: RuleAsker, which: Q) -> None:
        self.turn, self.asker, self.which, self.came_to = turn, asker, which, Evaluation()

    def due(self) -> bool:
        """One chunk of structures that are due, put to every rule that answers or waits; whether there was one."""
        bereft = substances_bereft()
        looks = [_Look(*row) for row in structures_due().values_list(*_LOOK)[:CHUNK]]
        if not looks and not bereft:
            return False
        versions = _versions(Q(state__in=[State.WAITING, State.ANSWERING]))
        answers = self._ask(looks, versions)
        with self.turn.writing():
            self._keep_due(looks, answers, versions, bereft)
        time.sleep(_PAUSE_S)
        return True

    def _ask(self, looks: list[_Look], versions: list[GroupRuleVersion]) -> dict[int, Asked]:
        rules = {str(version.pk): version.rule for version in versions}
        asked = self.asker.ask([look.smiles for look in looks], rules)
        self.came_to.structures += len(looks)
        self.came_to.unread += sum(1 for one in asked if one.problem)
        self.turn.progress(self.came_to.structures)
        return {look.pk: one for look, one in zip(looks, asked, strict=True)}

    def _keep_due(
        self, looks: list[_Look], answers: dict[int, Asked], versions: list[GroupRuleVersion], bereft: set[UUID]
    ) -> None:
        """Writes what was found, and derives the members anew. Structures that changed meanwhile stay due."""
        answering = _versions(Q(state=State.ANSWERING))
        if not {one.pk for one in answering} <= {one.pk for one in versions}:
            return  # a rule came into force meanwhile that these were not asked by: ask again
        still = _still_so(looks)
        known_before = _known(still) | bereft
        _assess(still, answers, newest=max((one.pk for one in versions), default=0))
        _write_findings(still, answers, versions)
        GroupAssessment.objects.filter(structure__isnull=True, substance__in=bereft).delete()
        substances = {look.substance for look in still} | bereft
        found = members_by(answering, substances=substances)
        touched: set[UUID] = set()
        told = []
        for moved in write_members(answering, found, among=substances):
            self.came_to.note(moved)
            touched |= moved.came | moved.left
            # Of a substance that the rules had been asked of before, a change is news.
            told += [event for event in moved.told() if event[1] in known_before]
        touch(touched)
        record_events(told, subject_kind="substance", occurred_on=timezone.now().date())

    def waiting(self) -> bool:
        """One chunk of all structures, put to the rules that wait; those that have asked all come into force.

        Whether there was anything to do.
        """
        versions = _versions(Q(state=State.WAITING) & self.which)
        if not versions:
            return False
        after = min(version.asked_up_to for version in versions)
        versions = [version for version in versions if version.asked_up_to == after]
        newest = max(version.pk for version in versions)
        # What was asked since the newest of them came was asked by all of them.
        rows = Structure.objects.filter(pk__gt=after, group_assessment__newest_rule__lt=newest).order_by("pk")
        looks = [_Look(*row) for row in rows.values_list(*_LOOK)[:CHUNK]]
        if not looks:
            self._put_in_force(versions)
            return True
        answers = self._ask(looks, versions)
        with self.turn.writing():
            still = _still_so(looks)
            waiting = _versions(Q(state=State.WAITING, pk__in=[version.pk for version in versions]))
            _write_findings(still, answers, waiting)
            _note_unread(answers)
            GroupRuleVersion.objects.filter(pk__in=[one.pk for one in waiting]).update(asked_up_to=looks[-1].pk)
        time.sleep(_PAUSE_S)
        return True

    def _put_in_force(self, versions: list[GroupRuleVersion]) -> None:
        for version in versions:
            with self.turn.writing():
                moved = put_in_force(version)
            if moved is not None:
                self.came_to.versions.append(version.group.slug)
                self.came_to.note(moved)
            time.sleep(_PAUSE_S)


def _versions(which: Q) -> list[GroupRuleVersion]:
    return list(GroupRuleVersion.objects.filter(which).select_related("group").order_by("pk"))


def _still_so(looks: list[_Look]) -> list[_Look]:
    """Those structures that look as they did when they were asked."""
    now = Structure.objects.filter(pk__in=[look.pk for look in looks]).values_list(*_LOOK)
    return [look for look in looks if look in {_Look(*row) for row in now}]


def _known(looks: list[_Look]) -> set[UUID]:
    """Substances that the rules were asked of before."""
    rows = GroupAssessment.objects.filter(substance__in={look.substance for look in looks})
    return set(rows.values_list("substance", flat=True))


def _assess(looks: list[_Look], answers: dict[int, Asked], *, newest: int) -> None:
    """Notes that these structures were asked by every rule up to the one with the key `newest`."""
    GroupAssessment.objects.bulk_create(
        [
            GroupAssessment(
                substance_id=look.substance,
                structure_id=look.pk,
                smiles=look.smiles,
                inchikey=look.inchikey,
                is_current=look.is_current,
                problem=answers[look.pk].problem,
                newest_rule=newest,
                assessed_at=timezone.now(),
            )
            for look in looks
        ],
        update_conflicts=True,
        unique_fields=["structure"],
        update_fields=["substance", "smiles", "inchikey", "is_current", "problem", "newest_rule", "assessed_at"],
    )


def _write_findings(looks: list[_Look], answers: dict[int, Asked], versions: list[GroupRuleVersion]) -> None:
    by_name: dict[str, Any] = {str(version.pk): version for version in versions}
    keys = [look.pk for look in looks]
    GroupFinding.objects.filter(structure__in=keys, version__in=[version.pk for version in versions]).delete()
    GroupFinding.objects.bulk_create(
        GroupFinding(version=by_name[name], structure_id=pk, atoms=list(met.atoms), exempt=list(met.exempt))
        for pk in keys
        for name, met in answers[pk].met.items()
        if name in by_name
    )


def _note_unread(answers: dict[int, Asked]) -> None:
    """Of which structures the rules that wait have no answer: they count as not assessed."""
    for pk, one in answers.items():
        if one.problem:
            GroupAssessment.objects.filter(structure=pk).update(problem=one.problem)
