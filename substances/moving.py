"""What a substance carries: every row, of every room, that names it. It goes along when the substance is merged into
another, and is dealt out among its successors when it is split.

A registry, since lower rooms know nothing of higher ones. tests/substances/test_succession.py holds that each foreign
key to a substance is registered, or is history that stays.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Model, Q, UniqueConstraint
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from substances import moving_words as words
from substances.models import (
    ConcernFlag,
    ExposureLimit,
    GroupMembership,
    HazardClassification,
    HealthFact,
    Identifier,
    ListMembership,
    Name,
    RejectedClaim,
    ReportedProducer,
    Structure,
    Substance,
)
from substances.moving_claims import carried_by, rejected_of
from substances.vocabulary import How


def _never(row: Any) -> bool:
    return False


def _always(row: Any) -> bool:
    return True


@dataclasses.dataclass(frozen=True, slots=True)
class Barrier:
    """What keeps rows of a kind from being said of another substance, whatever the database would take.

    Attributes:
        keeps: of these rows, the keys of those that cannot be said of the heir with this id.
        why: for people, after a colon.
        doubt: why the two may be no one substance, with `%(said)s` for the lines.
    """

    keeps: Callable[[Any, uuid.UUID], Collection[Any]]
    why: str | Promise
    doubt: str | Promise


@dataclasses.dataclass(frozen=True, slots=True)
class Carried:
    """One kind of row that names a substance.

    Attributes:
        field: by which it names it.
        label: of the kind, in the plural, for people.
        says: what a row says of the substance, in the reader's language; rows that say the same are told as one.
        reads: relations that `says` reads.
        only: which rows; others are derived, and made anew from what went along.
        is_single: whether a row can be said of one successor only: others refer to it by itself.
        barrier: which rows stay behind, since of the heir they would make no sense.
    """

    model: type[Model]
    field: str
    label: str | Promise
    says: Callable[[Any], str]
    reads: tuple[str, ...] = ()
    only: Q = dataclasses.field(default_factory=Q)
    is_single: Callable[[Any], bool] = _never
    barrier: Barrier | None = None

    @property
    def slug(self) -> str:
        """For programs: the model and the field."""
        return f"{self.model._meta.model_name}-{self.field}"

    @property
    def rows(self) -> Any:
        """All rows of the kind."""
        manager: Any = self.model._default_manager
        return manager.filter(self.only)


# Goes by a rule of its own (`services/succession.py`): of several sources one is shown first.
STRUCTURES = Carried(Structure, "substance", _("Structures"), words.structure, ("source",), is_single=_always)
_MOVING: dict[tuple[type[Model], str], Carried] = {}


def moves_along(
    model: type[Model],
    field: str = "substance",
    *,
    label: str | Promise = "",
    says: Callable[[Any], str] = str,
    reads: tuple[str, ...] = (),
    only: Q | None = None,
    is_single: Callable[[Any], bool] | None = None,
    barrier: Barrier | None = None,
) -> None:
    """Has rows of `model` that name a merged substance by `field` name the one that stands. For an app's `ready`.

    Args: see `Carried`. Where others refer to rows of `model`, a row can be said of one successor only.
    """
    label = label or model._meta.verbose_name_plural or ""
    single = is_single or (_always if _is_referred_to(model) else _never)
    _MOVING[model, field] = Carried(model, field, label, says, reads, only or Q(), single, barrier)


def _is_referred_to(model: type[Model]) -> bool:
    fields = model._meta.get_fields(include_hidden=True)
    return any(field.is_relation and field.auto_created and not field.concrete for field in fields)


def moving() -> list[tuple[type[Model], str]]:
    """Everything that was registered."""
    return list(_MOVING)


def carried() -> list[Carried]:
    """Every kind of row that a substance carries, structures first."""
    return [STRUCTURES, *_MOVING.values()]


def move_along(merged: Substance, heir: Substance) -> None:
    """Moves all that is registered, row by row; what cannot be said of the heir stays behind. In a transaction."""
    for kind in _MOVING.values():
        for pk in list(kind.rows.filter(**{kind.field: merged}).values_list("pk", flat=True)):
            move_row(kind, pk, heir)


def move_row(kind: Carried, pk: Any, heir: Substance) -> bool:
    """Has one row name the heir; False where it cannot, or the same is said of it already. In a transaction."""
    if barred(kind, [pk], heir.pk):
        return False
    manager: Any = kind.model._default_manager
    try:
        with transaction.atomic():
            manager.filter(pk=pk).update(**{kind.field: heir})
    except IntegrityError:  # the same is said of the heir
        return False
    return True


def copy_row(kind: Carried, pk: Any, heir: Substance) -> bool:
    """Says of the heir what the row says; False where it cannot be, or is said already. In a transaction."""
    if barred(kind, [pk], heir.pk):
        return False
    manager: Any = kind.model._default_manager
    row = manager.get(pk=pk)
    row.pk, row._state.adding = None, True
    setattr(row, kind.field, heir)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def barred(kind: Carried, pks: Collection[Any], heir: uuid.UUID) -> set[Any]:
    """Keys of the rows that the kind's barrier keeps from the heir; no statement for a kind that has none."""
    if kind.barrier is None or not pks:
        return set()
    return set(kind.barrier.keeps(kind.rows.filter(pk__in=pks), heir))


def said_already(kind: Carried, gone: Substance, heir: Substance) -> set[Any]:
    """Keys of the rows that would stay behind, since no two rows may say the same of one. A statement a constraint."""
    found: set[Any] = set()
    for constraint in kind.model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            found |= _in_the_way(kind, constraint, gone, heir)
    return found


def _in_the_way(kind: Carried, constraint: UniqueConstraint, gone: Substance, heir: Substance) -> set[Any]:
    parts: list[Any] = [F(name) for name in constraint.fields] or [*constraint.expressions]
    others = {f"key_{n}": part for n, part in enumerate(parts) if getattr(part, "name", "") != kind.field}
    if len(others) == len(parts) or not others:
        return set()
    rows = kind.rows.filter(constraint.condition or Q(), **{f"{kind.field}__in": [gone.pk, heir.pk]})
    keys: dict[Any, list[Any]] = {gone.pk: [], heir.pk: []}
    for pk, of, *key in rows.annotate(**others).values_list("pk", f"{kind.field}_id", *others):
        if None not in key:  # to a database no unknown is like another
            keys[of].append((pk, tuple(key)))
    theirs = {key for _pk, key in keys[heir.pk]}
    return {pk for pk, key in keys[gone.pk] if key in theirs}


def register() -> None:
    """Registers what this room has itself."""
    dated = ("source", "release__chemical_list")
    doubt = _("Found to be wrong of one, and said of the other: %(said)s.")
    wrong = Barrier(rejected_of, _("it was found to be wrong of that one"), doubt)
    carries = Barrier(carried_by, _("that one carries it"), doubt)
    moves_along(Identifier, label=_("Numbers"), says=words.identifier, barrier=wrong)
    moves_along(Name, label=_("Names"), says=words.name, barrier=wrong)
    moves_along(RejectedClaim, label=_("Found to be wrong"), says=words.rejected, barrier=carries, reads=("source",))
    moves_along(ListMembership, label=_("Lists that name it"), says=words.membership, reads=("chemical_list",))
    moves_along(
        ConcernFlag,
        label=_("Concern flags"),
        says=words.flag,
        reads=dated,
        is_single=lambda row: row.proposal_id is not None,
    )
    moves_along(HazardClassification, label=_("Hazards, as classified"), says=words.classification, reads=dated)
    moves_along(HealthFact, label=_("Exposure and health"), says=words.health, reads=dated)
    moves_along(ExposureLimit, label=_("Exposure limits"), says=words.limit, reads=dated)
    moves_along(GroupMembership, label=_("Groups"), says=words.group, reads=("group",), only=~Q(how=How.INFERRED))
    moves_along(
        ReportedProducer, label=_("Who makes it, as reported"), says=words.producer, reads=("release__chemical_list",)
    )
