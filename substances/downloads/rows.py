"""What a file says of a substance, column by column; a fixed number of statements for every few hundred rows."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import override

from portal.common.batches import batches
from portal.common.spreadsheet import Cell
from substances.chemistry.skeleton import is_disputed, skeleton_of
from substances.clocks import Clocks, now
from substances.models import (
    ConcernFlag,
    GroupMembership,
    Identifier,
    ListMembership,
    Structure,
    Substance,
)
from substances.models.structure import inflated
from substances.vocabulary import Authority, Concern, How, IdentifierScheme, Strength, SubstanceKind

#: A substance, and what the file says of it in columns of its own.
Beside = tuple[uuid.UUID, Mapping[str, Cell]]

#: Columns of identifiers, by their schemes.
NUMBERS = {
    "cas_rn": IdentifierScheme.CAS,
    "ec_number": IdentifierScheme.EC,
    "index_number": IdentifierScheme.INDEX,
    "dtxsid": IdentifierScheme.DTXSID,
    "pubchem_cid": IdentifierScheme.CID,
}
COLUMNS = (
    *("name", *NUMBERS, "inchikey", "smiles", "structure", "kind"),
    *("concerns", "lists", "groups", "url"),
)
_AT_ONCE = 500
_IS_SHOWN = 2  # place among the values of a structure


def substance_rows(
    substances: Iterable[Beside], *, base: str = "", molfiles: bool = False, clocks: Clocks | None = None
) -> Iterator[dict[str, Any]]:
    """One dictionary for each, in their order: `COLUMNS`, then what stands beside.

    Lists are those in force, concerns those standing. `structure` is "none", "shown" or "disputed" (sources disagree on
    the skeleton: then `inchikeys_disputed` has the others').

    Args:
        substances: ids of substances, each as often as it shall be told; those that are gone are left out.
        base: what an address begins with, such as "https://example.org".
        molfiles: with `molfile`, the text of one, and `structure_source`.
        clocks: for which day lists and concerns are told; today's without.
    """
    for batch in batches(substances, _AT_ONCE):
        known = _Known({pk for pk, _ in batch}, molfiles=molfiles, clocks=clocks or now())
        for pk, beside in batch:
            if pk in known.names:
                yield _row(pk, known, base, molfiles=molfiles) | dict(beside)


def substance_cells(
    substances: Iterable[Beside], more: Sequence[str], *, base: str = "", clocks: Clocks | None = None
) -> Iterator[list[Cell]]:
    """The same as a table: a header, then a row each; `more` are the columns that stand beside."""
    columns = (*COLUMNS, *more)
    yield list(columns)
    for row in substance_rows(substances, base=base, clocks=clocks):
        yield [cell_of(row.get(name)) for name in columns]


def cell_of(value: Any) -> Cell:
    """A value as one cell: a list joined by `; `."""
    return "; ".join(map(str, value)) if isinstance(value, list) else value


class _Known:
    """Everything that rows say of a few hundred substances, in six statements; plain values, for speed."""

    def __init__(self, ids: set[uuid.UUID], *, molfiles: bool, clocks: Clocks) -> None:
        self.names = {
            pk: (name, kind)
            for pk, name, kind in Substance.objects.seen().filter(pk__in=ids).values_list("pk", "name", "kind")
        }
        self.numbers = _grouped(Identifier, ids, "scheme", "value", order=("scheme", "pk"))
        flags = ConcernFlag.objects.at(clocks)
        self.flags = _grouped(flags, ids, "concern", "strength", "authority", order=("concern", "pk"))
        self.groups = _grouped(GroupMembership, ids, "group__name", "how", order=("group__name",))
        listed = ListMembership.objects.at(clocks)
        self.lists = _grouped(listed, ids, "chemical_list__name", "how", order=("chemical_list__name", "pk"))
        more = ("molfile_deflated", "source__title") if molfiles else ()
        shown = ("inchikey", "smiles", "is_current", *more)
        self.structures = _grouped(Structure, ids, *shown, order=("-is_current", "pk"))


def _grouped(rows: Any, ids: set[uuid.UUID], *fields: str, order: tuple[str, ...]) -> dict[uuid.UUID, list[Any]]:
    """Values of rows by their substance."""
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    queryset = rows if isinstance(rows, QuerySet) else rows.objects.all()
    chosen = queryset.filter(substance__in=ids).order_by(*order)
    for substance, *values in chosen.values_list("substance_id", *fields):
        found[substance].append(values)
    return found


def _row(pk: uuid.UUID, known: _Known, base: str, *, molfiles: bool) -> dict[str, Any]:
    numbers: dict[str, dict[str, None]] = {}
    for scheme, value in known.numbers.get(pk, ()):
        numbers.setdefault(scheme, {})[value] = None
    words, structures = _words(), known.structures.get(pk, [])
    shown = structures[0] if structures and structures[0][_IS_SHOWN] else None
    disputed = is_disputed(structure[0] for structure in structures)
    row = {
        "name": known.names[pk][0],
        **{column: list(numbers.get(scheme, ())) for column, scheme in NUMBERS.items()},
        "inchikey": shown[0] if shown else "",
        "smiles": shown[1] if shown else "",
        "structure": "disputed" if disputed else "shown" if shown else "none",
        "kind": words[known.names[pk][1]],
        "concerns": _once(_concern(flag, words) for flag in known.flags.get(pk, ())),
        "lists": _once(f"{name} ({words[how].lower()})" for name, how in known.lists.get(pk, ())),
        "groups": _once(f"{name} ({words[how].lower()})" for name, how in known.groups.get(pk, ())),
        "url": f"{base}/substances/{pk}/",
        "inchikeys_disputed": _other_skeletons(structures) if disputed else [],
    }
    if molfiles:
        row["molfile"] = inflated(shown[3]) if shown else ""
        row["structure_source"] = shown[4] if shown else ""
    return row


def _other_skeletons(structures: Sequence[Any]) -> list[str]:
    """The InChIKeys that name another skeleton than the first."""
    keys = [structure[0] for structure in structures if structure[0]]
    return _once(key for key in keys if skeleton_of(key) != skeleton_of(keys[0]))


def _concern(flag: Sequence[str], words: Mapping[str, str]) -> str:
    concern, strength, authority = flag
    said = [words[strength].lower()] if strength else []
    return f"{words[concern]} ({', '.join([*said, words[authority].lower()])})"


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


@cache
def _words() -> dict[str, str]:
    """The English words of every code: a file is the same for every reader."""
    with override(None):
        kinds = (Authority, Concern, How, Strength, SubstanceKind)
        return {str(value): str(label) for terms in kinds for value, label in terms.choices}
