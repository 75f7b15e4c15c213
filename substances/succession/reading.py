"""What a curator looks at before a merge or a split: what each substance carries, and where it would go."""

from __future__ import annotations

import dataclasses
import string
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.review.models import Proposal
from substances.chemistry.skeleton import is_disputed
from substances.models import Identifier, SplitPlan, Structure, Substance
from substances.moving import Carried, barred, said_already
from substances.services.succession_lines import Line, Part, parts_of, seen_of
from substances.succession.proposals import MERGE, SPLIT, Into
from substances.vocabulary import IdentifierScheme

STAYS = "stays"


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """One of the substances that are compared: `structure` is the one it shows first, if it has any."""

    substance: Substance
    structure: Structure | None
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """Something that is said of one of two substances, or of both.

    Attributes:
        left_behind: why it stays with the merged one, for people; empty where it goes along or is said of both.
    """

    text: str
    of_gone: bool
    of_kept: bool
    left_behind: str


@dataclasses.dataclass(frozen=True, slots=True)
class ComparedPart:
    """All of one kind."""

    label: str | Promise
    rows: tuple[Compared, ...]
    moves: int


@dataclasses.dataclass(frozen=True, slots=True)
class Merge:
    """Two substances side by side.

    Attributes:
        seen: mark of all that is shown.
        doubts: reasons to think that they are not the same, in the reader's language.
    """

    gone: Side
    kept: Side
    parts: tuple[ComparedPart, ...]
    seen: str
    doubts: tuple[str, ...]


def compared(gone: Substance, kept: Substance) -> Merge:
    """Two substances side by side; a fixed number of statements."""
    parts = parts_of([gone.pk, kept.pk])
    both = list(zip(parts[gone.pk], parts[kept.pk], strict=True))
    kept_from = {part.kind.slug: _barred(part, kept) for part in parts[gone.pk]}
    told = tuple(
        _compared_part(mine, theirs, gone, kept, kept_from[mine.kind.slug])
        for mine, theirs in both
        if mine.lines or theirs.lines
    )
    return Merge(
        gone=_side(gone, parts[gone.pk]),
        kept=_side(kept, parts[kept.pk]),
        parts=told,
        seen=seen_of(parts),
        doubts=(*_doubts(parts[gone.pk], parts[kept.pk], kept_from), *_barriers_met(parts[gone.pk], kept_from)),
    )


def _barred(part: Part, kept: Substance) -> set[str]:
    """The keys of the lines that a barrier keeps from the one that stands."""
    rows = barred(part.kind, [pk for line in part.lines for pk in line.pks], kept.pk)
    return {line.key for line in part.lines if set(line.pks) & rows}


def _barriers_met(parts: Sequence[Part], kept_from: Mapping[str, Collection[str]]) -> list[str]:
    """Reasons to think that they are two, for what cannot go along."""
    found = []
    for part in parts:
        said = [line.text for line in part.lines if line.key in kept_from[part.kind.slug]]
        if said and part.kind.barrier:
            found.append(str(part.kind.barrier.doubt) % {"said": "; ".join(said)})
    return found


def _compared_part(
    mine: Part, theirs: Part, gone: Substance, kept: Substance, kept_from: Collection[str]
) -> ComparedPart:
    behind = said_already(mine.kind, gone, kept) if mine.lines and theirs.lines else set()
    here, there = {line.key: line for line in mine.lines}, {line.key: line for line in theirs.lines}
    rows = [
        Compared(
            text=line.text,
            of_gone=key in here,
            of_kept=key in there,
            left_behind=_left_behind(mine.kind, line, behind, kept_from) if key in here and key not in there else "",
        )
        for key, line in (there | here).items()
    ]
    rows.sort(key=lambda row: (not row.of_gone, row.of_kept, row.text.casefold()))
    moves = sum(1 for row in rows if row.of_gone and not row.of_kept and not row.left_behind)
    return ComparedPart(mine.kind.label, tuple(rows), moves)


def _left_behind(kind: Carried, line: Line, behind: Collection[Any], kept_from: Collection[str]) -> str:
    """Why a line stays with the merged one; empty where it goes along."""
    if line.key in kept_from and kind.barrier:
        return str(kind.barrier.why)
    return _("the one that stands has another from the same source") if set(line.pks) <= set(behind) else ""


def _side(substance: Substance, parts: Sequence[Part]) -> Side:
    structures = [row for line in _of(Structure, parts) for row in line.rows]
    shown = next((row for row in structures if row.is_current), None)
    return Side(substance, shown, sum(len(part.lines) for part in parts))


def _of(model: type[Model], parts: Sequence[Part]) -> tuple[Line, ...]:
    """The lines of one kind."""
    return next((part.lines for part in parts if part.kind.model is model), ())


def _doubts(mine: Sequence[Part], theirs: Sequence[Part], kept_from: Mapping[str, Collection[str]]) -> list[str]:
    """Reasons to think that they are two."""
    found = []
    keys = [[row.inchikey for line in _of(Structure, parts) for row in line.rows] for parts in (mine, theirs)]
    if all(keys) and is_disputed([*keys[0], *keys[1]]):
        found.append(_("Their structures have different skeletons."))
    numbers = [_cas(parts) for parts in (mine, theirs)]
    if all(numbers) and not numbers[0] & numbers[1]:
        said = ", ".join(sorted(_cas(mine, without=set().union(*kept_from.values())) | numbers[1]))
        found.append(_("They have no CAS number in common. Merged, it has all of these: %(said)s.") % {"said": said})
    return found


def _cas(parts: Sequence[Part], *, without: Collection[str] = ()) -> set[str]:
    rows = [row for line in _of(Identifier, parts) if line.key not in without for row in line.rows]
    return {row.value for row in rows if row.scheme == IdentifierScheme.CAS}


@dataclasses.dataclass(frozen=True, slots=True)
class Taker:
    """One of those that a substance is split into, with the letter that stands for it in the table."""

    letter: str
    token: str
    name: str
    substance: Substance | None
    structure: Structure | None
    numbers: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Dealt:
    """Something that the split one carries, and where it goes.

    Attributes:
        to: tokens of those it is said of from now on, and `STAYS`; empty: nobody said.
    """

    line: Line
    to: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class DealtPart:
    """All of one kind."""

    slug: str
    label: str | Promise
    rows: tuple[Dealt, ...]
    rest: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Split:
    """A substance, those it is split into, and where each thing goes; `open` counts those of which nobody said."""

    gone: Side
    takers: tuple[Taker, ...]
    parts: tuple[DealtPart, ...]
    seen: str

    @property
    def open(self) -> int:
        """How many things nobody assigned."""
        return sum(1 for part in self.parts for row in part.rows if not row.to)


def dealt(
    gone: Substance,
    into: Sequence[Into],
    to: Mapping[str, Collection[str]] | None = None,
    rest: Mapping[str, str] | None = None,
) -> Split:
    """A substance and where what it carries would go; a fixed number of statements.

    Args:
        to: by the key of a line the tokens chosen; None: what a successor says of itself already is proposed.
        rest: by the kind's slug where all others go.
    """
    there = [one.pk for one in into if not one.is_new]
    parts = parts_of([gone.pk, *there])
    takers = _takers(into, parts)
    mine = parts.pop(gone.pk)
    if to is None:
        to = _proposed(mine, parts)
    told = tuple(
        DealtPart(
            part.kind.slug,
            part.kind.label,
            tuple(Dealt(line, frozenset(to.get(line.key, ()))) for line in part.lines),
            (rest or {}).get(part.kind.slug, ""),
        )
        for part in mine
        if part.lines
    )
    return Split(_side(gone, mine), takers, told, seen_of({gone.pk: mine}))


def token_of(into: Sequence[Into], one: Into) -> str:
    """What stands for a successor in a form: a new one has no id before it is proposed."""
    return f"new-{[other for other in into if other.is_new].index(one)}" if one.is_new else str(one.pk)


def _takers(into: Sequence[Into], parts: Mapping[uuid.UUID, Sequence[Part]]) -> tuple[Taker, ...]:
    rows = Substance.objects.in_bulk([one.pk for one in into if not one.is_new])
    found = []
    for letter, one in zip(string.ascii_uppercase, into, strict=False):
        carries = parts.get(one.pk, ())
        side = _side(rows[one.pk], carries) if one.pk in rows else None
        numbers = tuple(line.text for line in _of(Identifier, carries))
        found.append(
            Taker(letter, token_of(into, one), one.name, rows.get(one.pk), side.structure if side else None, numbers)
        )
    return tuple(found)


def _proposed(mine: Sequence[Part], theirs: Mapping[uuid.UUID, Sequence[Part]]) -> dict[str, list[str]]:
    """What a successor says of itself already is most likely its own."""
    said = {pk: {line.key for part in parts for line in part.lines} for pk, parts in theirs.items()}
    found: dict[str, list[str]] = {}
    for line in (line for part in mine for line in part.lines):
        takers = [str(pk) for pk, keys in said.items() if line.key in keys]
        if takers and (len(takers) == 1 or not line.is_single):
            found[line.key] = takers
    return found


def decided_about(substance: uuid.UUID) -> Proposal | None:
    """The accepted proposal by which a substance was merged or split, with its day and its public reason."""
    rows = Proposal.objects.about("substance", substance).filter(kind__in=[MERGE, SPLIT])
    return rows.filter(state=Proposal.State.ACCEPTED).order_by("-decided_at").first()


def planned(proposal: Proposal) -> Split | None:
    """What a proposal to split says, beside what the substance carries now; None where it is no such proposal."""
    plan = SplitPlan.objects.filter(proposal=proposal).first()
    gone = Substance.objects.filter(pk=proposal.target_id).first()
    if plan is None or gone is None:
        return None
    into = [Into(uuid.UUID(one["id"]), one["name"], one["is_new"]) for one in plan.successors]
    tokens = {str(one.pk): token_of(into, one) for one in into}
    to = {key: [tokens[pk] for pk in pks] or [STAYS] for key, pks in plan.assigned.items()}
    return dealt(gone, into, to)
