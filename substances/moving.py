"""What goes along when a substance is merged into another: every row, of every room, that names it.

A registry, since lower rooms know nothing of higher ones. tests/substances/test_succession.py holds that each foreign
key to a substance is registered, or is history that stays.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model

from substances.models import (
    ConcernFlag,
    ExposureLimit,
    GroupMembership,
    HazardClassification,
    HealthFact,
    Identifier,
    ListMembership,
    Name,
    Substance,
)

_MOVING: dict[tuple[type[Model], str], None] = {}


def moves_along(model: type[Model], field: str = "substance") -> None:
    """Has rows of `model` that name a merged substance by `field` name the one that stands. For an app's `ready`."""
    _MOVING[model, field] = None


def moving() -> list[tuple[type[Model], str]]:
    """Everything that was registered."""
    return list(_MOVING)


def move_along(merged: Substance, heir: Substance) -> None:
    """Moves all that is registered, row by row; what is said of the heir already stays behind. In a transaction."""
    for model, field in _MOVING:
        rows: Any = model._default_manager
        for pk in list(rows.filter(**{field: merged}).values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    rows.filter(pk=pk).update(**{field: heir})
            except IntegrityError:  # the same is said of the heir
                continue


def register() -> None:
    """Registers what this room has itself; structures go by a rule of their own (`services/succession.py`)."""
    for model in (
        ListMembership,
        HazardClassification,
        ConcernFlag,
        Identifier,
        Name,
        HealthFact,
        ExposureLimit,
        GroupMembership,
    ):
        moves_along(model)
