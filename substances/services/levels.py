"""The statements about a substance's concerns, gathered from flags and list memberships that are at hand already."""

from __future__ import annotations

from collections.abc import Iterable

from substances.levels import Level, Says, Statement, assessed, levels, rank
from substances.models import ConcernFlag, ListMembership
from substances.vocabulary import ListEffect


def levels_of(flags: Iterable[ConcernFlag], memberships: Iterable[ListMembership]) -> list[Level]:
    """What sources say of each concern, side by side. Asks nothing of the database.

    Args:
        flags: standing, with their sources.
        memberships: standing, with their lists and sources.
    """
    said = [statement_of(flag) for flag in flags]
    for row in memberships:
        if row.chemical_list.effect == ListEffect.ASSESSMENT:
            name = row.chemical_list.name
            said += assessed(row.reason, ground=name, day=row.valid_from, source=row.source.title)
    return levels(dict.fromkeys(said))


def statement_of(flag: ConcernFlag) -> Statement:
    """A flag as a statement: a yes."""
    said = (flag.concern, Says.YES, flag.strength, flag.authority, flag.legal_basis, flag.since, flag.source.title)
    return Statement(*said)


def tiles(flags: Iterable[ConcernFlag]) -> list[ConcernFlag]:
    """Of each concern the flag that the rule shows."""
    shown: dict[str, ConcernFlag] = {}
    for flag in sorted(flags, key=lambda flag: rank(statement_of(flag))):
        shown.setdefault(flag.concern, flag)
    return list(shown.values())
