"""What a batch has to tell so far: how far it is, and its rows with their answers, in the order given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from portal.jobs.models import Job
from substances.models import BatchAnswer, BatchRow, StructureSearch, Substance
from substances.services.similarity_neighbours import listed_ids, restricted_ids

STOPPED = gettext_noop("The work on this row was stopped. That says nothing about it; ask again.")


class Show(TextChoices):
    """Which rows are looked at."""

    ALL = "all", gettext_lazy("All rows")
    LISTED = "listed", gettext_lazy("Listed, or like something listed")
    NOT_ASSESSED = "not_assessed", gettext_lazy("Not assessed")
    NO_HIT = "no_hit", gettext_lazy("Nothing like it here")


class Outcome(TextChoices):
    """What became of a row."""

    WAITING = "waiting", gettext_lazy("Waiting")
    COMPARED = "compared", gettext_lazy("Compared")
    NOT_ASSESSED = "not_assessed", gettext_lazy("Not assessed")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is.

    Attributes:
        state: queued, running, done, failed or cancelled, as a job's.
        rows, answered: all rows, and those with an answer.
        listed, not_assessed, no_hit: rows of those answered, as `Show`; rows that were stopped are not assessed.
    """

    state: str
    rows: int
    answered: int
    listed: int
    not_assessed: int
    no_hit: int

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in {Job.State.QUEUED, Job.State.RUNNING}

    def count_of(self, show: str) -> int:
        """How many rows there are to look at."""
        counts = {Show.LISTED: self.listed, Show.NOT_ASSESSED: self.not_assessed, Show.NO_HIT: self.no_hit}
        return counts.get(Show(show), self.rows)


@dataclass(frozen=True, slots=True)
class LikeIt:
    """Something a row resembles."""

    substance: Substance
    shared: int
    united: int
    listed: bool

    @property
    def score(self) -> float:
        """Tanimoto coefficient, dimensionless, in [0, 1], for display."""
        return self.shared / self.united if self.united else 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """One row with its answer.

    Attributes:
        outcome: see `Outcome`.
        reason: why it is not assessed, in the reader's language.
        changes: what was normalised on the way in, in the reader's language.
        known: the substance it is; None where it is none we know.
        known_listed: whether that is listed today.
        listed: whether it, or something it resembles, was listed when it was asked.
        hits: best first.
    """

    row: BatchRow
    outcome: str
    reason: str
    read_as: dict[str, Any]
    changes: list[str]
    known: Substance | None
    listed: bool
    hits: list[LikeIt]
    known_listed: bool = False


def progress_of(search: StructureSearch) -> Progress:
    """How far a batch is, in two statements."""
    states = dict(search.parts.order_by().values_list("job__state").annotate(n=Count("pk")))
    nothing_near = Q(state=BatchAnswer.State.COMPARED, hits=[], known_substance__isnull=True)
    counts = BatchAnswer.objects.filter(search=search).aggregate(
        answered=Count("pk"),
        listed=Count("pk", filter=Q(is_listed=True)),
        not_assessed=Count("pk", filter=~Q(state=BatchAnswer.State.COMPARED)),
        no_hit=Count("pk", filter=nothing_near),
    )
    rows = int(search.read_as.get("rows", 0))
    state = _state(states)
    if state not in {Job.State.QUEUED, Job.State.RUNNING}:
        counts["not_assessed"] += rows - counts["answered"]
    return Progress(state=state, rows=rows, **counts)


def _state(parts: dict[str, int]) -> str:
    if Job.State.RUNNING in parts or (Job.State.QUEUED in parts and len(parts) > 1):
        return str(Job.State.RUNNING)
    for state in (Job.State.QUEUED, Job.State.CANCELLED, Job.State.DONE):
        if state in parts:
            return str(state)
    return str(Job.State.FAILED)


def rows_of(search: StructureSearch, show: str = Show.ALL, *, ended: bool) -> QuerySet[BatchRow]:
    """The rows of a batch with their answers, in the order given.

    Args:
        show: see `Show`.
        ended: whether nothing more will come; then a row without an answer is not assessed.
    """
    rows = search.rows.select_related("answer")
    if show == Show.LISTED:
        return rows.filter(answer__is_listed=True)
    if show == Show.NOT_ASSESSED:
        stopped = Q(answer__isnull=True) if ended else Q(pk__in=[])
        return rows.filter(stopped | Q(answer__state__in=[BatchAnswer.State.NOT_COMPARED, BatchAnswer.State.NOT_READ]))
    if show == Show.NO_HIT:
        return rows.filter(
            answer__state=BatchAnswer.State.COMPARED, answer__hits=[], answer__known_substance__isnull=True
        )
    return rows


def told(rows: Iterable[BatchRow], *, ended: bool) -> Iterator[Told]:
    """Rows as they are told, in three statements; hits that may not be shown any more are left out."""
    found = list(rows)
    hidden = restricted_ids()
    answers = [answer for row in found if (answer := _answer_of(row))]
    like = {UUID(hit["substance"]) for answer in answers for hit in answer.hits} - hidden
    known = {answer.known_substance_id for answer in answers if answer.known_substance_id}
    living = {
        one.pk: one for one in Substance.objects.living().filter(pk__in=like | known).prefetch_related("identifiers")
    }
    listed = listed_ids(among=known) if known else frozenset()
    for row in found:
        one = _told(row, living, hidden, ended=ended)
        yield replace(one, known_listed=one.known is not None and one.known.pk in listed)


def _answer_of(row: BatchRow) -> BatchAnswer | None:
    return getattr(row, "answer", None)


def _told(row: BatchRow, living: dict[UUID, Substance], hidden: frozenset[UUID], *, ended: bool) -> Told:
    answer = _answer_of(row)
    if answer is None:
        outcome = Outcome.NOT_ASSESSED if ended else Outcome.WAITING
        return Told(row, outcome, _(STOPPED) if ended else "", {}, [], None, False, [])
    reason = _(answer.reason["template"]) % answer.reason["params"] if answer.reason else ""
    changes = [_(change["template"]) % change["params"] for change in answer.read_as.get("changes", [])]
    return Told(
        row=row,
        outcome=Outcome.COMPARED if answer.state == BatchAnswer.State.COMPARED else Outcome.NOT_ASSESSED,
        reason=reason,
        read_as=answer.read_as,
        changes=changes,
        known=living.get(answer.known_substance_id) if answer.known_substance_id else None,
        listed=answer.is_listed,
        hits=_hits(answer.hits, living, hidden),
    )


def _hits(hits: Sequence[dict[str, Any]], living: dict[UUID, Substance], hidden: frozenset[UUID]) -> list[LikeIt]:
    found = ((UUID(hit["substance"]), hit) for hit in hits)
    return [
        LikeIt(living[pk], hit["shared"], hit["united"], hit["listed"])
        for pk, hit in found
        if pk in living and pk not in hidden
    ]
