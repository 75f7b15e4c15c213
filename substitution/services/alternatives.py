"""Alternatives for one substance, and for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from portal.common.prepared import Prepared, attach
from substances.models import Substance
from substitution.models import Evidence, Replacement
from substitution.querysets import ReplacementQuerySet

_INSTEAD_OF = Prepared(lambda substance: Replacement.objects.standing().filter(replaces=substance).with_parties())
_EVIDENCE = Prepared(
    lambda replacements: Evidence.objects.select_related("source").filter(replacement__in=replacements)
)


def instead_of(substance: Substance) -> list[Replacement]:
    """What could replace the substance, with evidence, in two queries; flags of candidates are the caller's."""
    rows = _INSTEAD_OF.ask(substance=substance.pk)
    attach(rows, "evidence", _EVIDENCE.ask(replacements=[row.pk for row in rows]))
    return rows


def by_substance(
    substances: Iterable[Substance], rows: ReplacementQuerySet | None = None
) -> dict[UUID, list[Replacement]]:
    """What could replace each of `substances`, by its id; nothing known: no key.

    Args:
        substances: any number; the number of queries is fixed.
        rows: with what is needed of each replacement; without it only alternative and function, in one query.
    """
    rows = Replacement.objects.select_related("alternative", "function") if rows is None else rows
    found: defaultdict[UUID, list[Replacement]] = defaultdict(list)
    for replacement in rows.standing().instead_of(substances):
        found[replacement.replaces_id].append(replacement)
    return dict(found)
