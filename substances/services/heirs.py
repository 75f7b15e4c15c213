"""Who stands for substances that were merged or split."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping

from substances.models import Substance, Successor


def heirs() -> dict[uuid.UUID, tuple[uuid.UUID, ...]]:
    """Of each merged or split substance those that stand for it, over any number of steps. Two statements."""
    steps: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    merged = Substance.objects.filter(merged_into__isnull=False).order_by()
    for pk, into in merged.values_list("pk", "merged_into_id"):
        if into is not None:
            steps[pk].append(into)
    for pk, into in Successor.objects.order_by("substance").values_list("split_id", "substance_id"):
        steps[pk].append(into)
    return {pk: tuple(_ends(pk, steps)) for pk in steps}


def _ends(pk: uuid.UUID, steps: Mapping[uuid.UUID, list[uuid.UUID]]) -> list[uuid.UUID]:
    found: dict[uuid.UUID, None] = {}
    seen, waiting = {pk}, [pk]
    while waiting:
        one = waiting.pop(0)
        fresh = [step for step in steps.get(one, []) if step not in seen]
        if one not in steps:
            found[one] = None
        seen.update(fresh)
        waiting += fresh
    return list(found)
