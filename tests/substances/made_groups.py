"""Groups made for tests, and what evaluating them comes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import transaction

from substances.models import GroupMembership
from substances.models import SubstanceGroup as Group
from substances.services.group_evaluation import Evaluation, Unhurried, evaluate_groups
from substances.services.group_rules import RuleAsker
from substances.services.group_versions import record_rules
from substances.vocabulary import Checked
from tests.build import a_source, a_substance

PHENOLS: dict[str, Any] = {"all_of": ["[OX2H]c"]}
CRESOLS: dict[str, Any] = {"all_of": ["[OX2H]c", "c[CH3]"]}


def a_group(slug: str, rule: dict[str, Any]) -> Group:
    """A group whose rule waits to be evaluated."""
    group = Group.objects.create(
        slug=slug, name=slug, definition=slug, rule=rule, source=a_source(), checked=Checked.MADE_UP
    )
    record_rules({slug: rule})
    return group


def evaluated(turn: Any = None) -> Evaluation:
    """What evaluating all that is owed came to."""
    with RuleAsker() as asker:
        return evaluate_groups(turn=turn or Unhurried(), asker=asker)


def members(slug: str = "phenols") -> set[str]:
    """Names of those who belong to a group."""
    return set(GroupMembership.objects.filter(group__slug=slug).values_list("substance__name", flat=True))


class Killed(Exception):
    """The process ended here."""


class DiesAfter(Unhurried):
    """A turn that ends after so many transactions."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def writing(self) -> AbstractContextManager[None]:
        """One of the transactions left."""
        return self._writing()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if not self.left:
            raise Killed
        self.left -= 1
        with transaction.atomic():
            yield


def a_few_substances() -> None:
    """Two phenols, a substance that is none, and one without a structure."""
    for name, smiles in (("phenol", "Oc1ccccc1"), ("p-cresol", "Cc1ccc(O)cc1"), ("toluene", "Cc1ccccc1")):
        a_substance(name=name, smiles=smiles)
    a_substance(name="tar")
