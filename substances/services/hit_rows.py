"""The substances of a search's hits, with what a hit shows of each, by questions compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from portal.common.prepared import Prepared, attach
from substances.models import ConcernFlag, Identifier, Structure, Substance

_SUBSTANCES = Prepared(lambda ids: Substance.objects.filter(pk__in=ids))
# Of hundreds of rows only the columns that a hit shows.
_IDENTIFIERS = Prepared(
    lambda ids: Identifier.objects.filter(substance__in=ids).only("substance", "scheme", "value"),
)
_FLAGS = Prepared(
    lambda day, ids: (
        ConcernFlag.objects.standing(day)
        .filter(substance__in=ids)
        .only("substance", "concern", "strength", "authority", "since")
    )
)
_TOLD = ("substance", "smiles", "inchikey", "is_current")
_STRUCTURES = Prepared(lambda ids: Structure.objects.told().filter(substance__in=ids).only(*_TOLD))
_DRAWN = Prepared(lambda ids: Structure.objects.told().filter(substance__in=ids).only(*_TOLD, "formula", "svg"))


def substances_of_hits(ids: Iterable[UUID], *, drawn: bool = True) -> dict[UUID, Substance]:
    """Substances by their keys, with identifiers and structures told: three statements.

    Args:
        drawn: with drawings, formulas and the flags standing today, for a page: four statements.
    """
    asked = list(ids)
    rows = _SUBSTANCES.ask(ids=asked)
    attach(rows, "identifiers", _IDENTIFIERS.ask(ids=asked))
    if drawn:
        attach(rows, "flags", _FLAGS.ask(day=timezone.localdate(), ids=asked))
    attach_structures(rows, (_DRAWN if drawn else _STRUCTURES).ask(ids=asked))
    return {row.pk: row for row in rows}


def attach_structures(substances: Iterable[Substance], structures: Iterable[Structure]) -> None:
    """Gives each substance those of the structures that are told of it, the one shown first in front."""
    told: dict[UUID, list[Structure]] = {}
    for structure in structures:
        told.setdefault(structure.substance_id, []).append(structure)
    for substance in substances:
        substance.told_structures = told.get(substance.pk, [])
