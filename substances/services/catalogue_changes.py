"""Brings the starter's facts in the database into line with its files, by as few statements as there are kinds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from portal.common.batches import batches
from substances.vocabulary import Checked

M = TypeVar("M", bound=Model)

# How the starter catalogue makes sure of its facts; what was imported or reviewed is never its own to change.
STARTER_CHECKED = frozenset({Checked.FILE, Checked.TEXT, Checked.RECALLED, Checked.MADE_UP})
_BATCH = 500


@dataclasses.dataclass(slots=True)
class Changes:
    """How many rows were added, changed and removed, and which substances that touched."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    touched: set[Any] = dataclasses.field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def is_starters(row: Model) -> bool:
    """Whether a row is the starter's own: an unsourced thing of the catalogue, or a fact not imported or reviewed."""
    return getattr(row, "checked", Checked.FILE) in STARTER_CHECKED


def reconcile(
    wanted: Iterable[M],
    *,
    among: QuerySet[M],
    key: Sequence[str],
    about: str | None = None,
    leave: Sequence[str] = (),
    remove: bool = True,
) -> Changes:
    """Makes the starter's rows among `among` equal to `wanted`; imported and reviewed rows stay as they are.

    Args:
        wanted: unsaved rows, their keys distinct.
        among: every row that could have one of these keys.
        key: attributes (`substance_id`, not `substance`) that tell a row from the others.
        about: the attribute that names the substance touched, if any.
        leave: attributes never compared nor changed.
        remove: whether rows of the starter that are no longer wanted are deleted.
    """
    model = among.model
    compared = [
        field.attname
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.attname not in key
        and field.attname not in leave
        and not getattr(field, "auto_now_add", False)
        and not getattr(field, "auto_now", False)
    ]
    existing = {tuple(getattr(row, name) for name in key): row for row in among}
    new: list[M] = []
    altered: list[M] = []
    for row in wanted:
        present = existing.pop(tuple(getattr(row, name) for name in key), None)
        if present is None:
            new.append(row)
        elif is_starters(present) and _copy(row, present, compared):
            altered.append(present)
    gone = [row for row in existing.values() if is_starters(row)] if remove else []
    # What goes makes way first: a structure of another source is another row, and only one can be shown first.
    for some in batches([row.pk for row in gone], _BATCH):
        model._default_manager.filter(pk__in=some).delete()
    model._default_manager.bulk_create(new, batch_size=_BATCH)
    if altered:
        model._default_manager.bulk_update(altered, compared, batch_size=100)
    touched = {getattr(row, about) for row in [*new, *altered, *gone]} if about else set()
    return Changes(len(new), len(altered), len(gone), touched)


def _copy(source: Model, target: Model, names: Sequence[str]) -> bool:
    """Copies attributes; whether any differed."""
    differing = [name for name in names if getattr(source, name) != _plain(getattr(target, name))]
    for name in differing:
        setattr(target, name, getattr(source, name))
    return bool(differing)


def _plain(value: object) -> object:
    """A value as it was given; psycopg2 hands binary fields back as views that equal no bytes."""
    return bytes(value) if isinstance(value, memoryview) else value
