"""What a change of substances touches in other rooms: each room tells how much of it each substance carries.

A registry, since lower rooms know nothing of higher ones: `substitution` registers its alternatives here when it
starts, and later rooms (offers, inventories) theirs. A provider asks a fixed number of statements.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.common.batches import batches
from substances.models import GroupMembership

Counts = Mapping[uuid.UUID, int]
_AT_ONCE = 500


@dataclasses.dataclass(frozen=True, slots=True)
class ImpactProvider:
    """One kind of thing that a substance carries.

    Attributes:
        slug: for programs, such as "groups".
        label: for people.
        count: how many of them each of these substances carries; those without any may be left out.
    """

    slug: str
    label: str | Promise
    count: Callable[[Collection[uuid.UUID]], Counts]


_PROVIDERS: dict[str, ImpactProvider] = {}


def register_impact(provider: ImpactProvider) -> None:
    """Adds a provider; the same slug again takes the place of the one before."""
    _PROVIDERS[provider.slug] = provider


def impact_providers() -> list[ImpactProvider]:
    """All providers, in the order they were registered."""
    return list(_PROVIDERS.values())


def impact_of(substances: Collection[uuid.UUID]) -> dict[str, Counts]:
    """By provider, how much each substance carries. For a few hundred at once: each is named in the statement."""
    return {provider.slug: provider.count(substances) if substances else {} for provider in impact_providers()}


def touched_by(substances: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    """By substance, how much of each kind a change of it touches; kinds it carries none of are left out.

    A fixed number of statements for every few hundred of them.
    """
    wanted = sorted(substances)
    found: dict[uuid.UUID, dict[str, int]] = {pk: {} for pk in wanted}
    for some in batches(wanted, _AT_ONCE):
        for slug, counts in impact_of(some).items():
            for pk, count in counts.items():
                if count:
                    found[pk][slug] = count
    return found


def groups_of(substances: Collection[uuid.UUID]) -> Counts:
    """How many structural groups each substance belongs to, by name or by rule."""
    rows = GroupMembership.objects.filter(substance__in=substances).order_by().values_list("substance")
    return Counter(dict(rows.annotate(n=Count("group", distinct=True))))


def register() -> None:
    """Registers what this room brings itself."""
    register_impact(ImpactProvider("groups", _("groups"), groups_of))
