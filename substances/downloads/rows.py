"""What a file says of a substance, column by column; a fixed number of statements for every few hundred rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import override

from portal.common.spreadsheet import Cell
from substances.models import (
    ConcernFlag,
    GroupMembership,
    Identifier,
    ListMembership,
    Structure,
    Substance,
)
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
_AT_ONCE = 400


def substance_rows(substances: Iterable[Beside], *, base: str = "", molfiles: bool = False) -> Iterator[dict[str, Any]]:
    """One dictionary for each, in their order: `COLUMNS`, then what stands beside.

    Lists are those in force today, concerns those standing today. `structure` is "none", "shown" or "disputed" (sources
    disagree on the skeleton: then `inchikeys_disputed` has the others').

    Args:
        substances: ids of substances, each as often as it shall be told; those that are gone are left out.
        base: what an address begins with, such as "https://example.org".
        molfiles: with `molfile`, the text of one, and `structure_source`.
    """
    there = iter(substances)
    while batch := list(islice(there, _AT_ONCE)):
        known = _described({pk for pk, _ in batch}, molfiles=molfiles).in_bulk()
        for pk, beside in batch:
            if pk in known:
                yield _row(known[pk], base, molfiles=molfiles) | dict(beside)


def substance_cells(substances: Iterable[Beside], more: Sequence[str], *, base: str = "") -> Iterator[list[Cell]]:
    """The same as a table: a header, then a row each; `more` are the columns that stand beside."""
    columns = (*COLUMNS, *more)
    yield list(columns)
    for row in substance_rows(substances, base=base):
        yield [cell_of(row.get(name)) for name in columns]


def cell_of(value: Any) -> Cell:
    """A value as one cell: a list joined by `; `."""
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _described(ids: set[uuid.UUID], *, molfiles: bool) -> Any:
    """The substances with everything a row says, in six statements."""
    structures = Structure.objects.told().defer("svg", "issues", "inchi", "as_reported", "note", "parent_smiles")
    if molfiles:
        structures = structures.select_related("source")
    else:
        structures = structures.defer("molfile_deflated")
    listed = ListMembership.objects.in_force().on(timezone.localdate()).select_related("chemical_list")
    return (
        Substance.objects.seen()
        .filter(pk__in=ids)
        .prefetch_related(
            Prefetch("identifiers", queryset=Identifier.objects.order_by("scheme", "pk")),
            Prefetch("flags", queryset=ConcernFlag.objects.standing().defer("legal_basis")),
            Prefetch(
                "group_memberships", queryset=GroupMembership.objects.select_related("group").order_by("group__name")
            ),
            Prefetch("structures", queryset=structures, to_attr="told_structures"),
            Prefetch("list_memberships", queryset=listed.order_by("chemical_list__name", "pk")),
        )
    )


def _row(substance: Any, base: str, *, molfiles: bool) -> dict[str, Any]:
    numbers: dict[str, dict[str, None]] = {}
    for claim in substance.identifiers.all():
        numbers.setdefault(claim.scheme, {})[claim.value] = None
    shown, disputed = substance.shown_structure, substance.disputed_structures
    words = _words()
    row = {
        "name": substance.name,
        **{column: list(numbers.get(scheme, ())) for column, scheme in NUMBERS.items()},
        "inchikey": shown.inchikey if shown else "",
        "smiles": shown.smiles if shown else "",
        "structure": "disputed" if disputed else "shown" if shown else "none",
        "kind": words[substance.kind],
        "concerns": _once(_concern(flag, words) for flag in substance.flags.all()),
        "lists": _once(
            f"{one.chemical_list.name} ({words[one.how].lower()})" for one in substance.list_memberships.all()
        ),
        "groups": [f"{one.group.name} ({words[one.how].lower()})" for one in substance.group_memberships.all()],
        "url": f"{base}/substances/{substance.pk}/",
        "inchikeys_disputed": [one.inchikey for one in disputed if not one.is_current],
    }
    if molfiles:
        row["molfile"] = shown.molfile if shown else ""
        row["structure_source"] = shown.source.title if shown else ""
    return row


def _concern(flag: ConcernFlag, words: Mapping[str, str]) -> str:
    said = [words[flag.strength].lower()] if flag.strength else []
    return f"{words[flag.concern]} ({', '.join([*said, words[flag.authority].lower()])})"


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


@cache
def _words() -> dict[str, str]:
    """The English words of every code: a file is the same for every reader."""
    with override(None):
        kinds = (Authority, Concern, How, Strength, SubstanceKind)
        return {str(value): str(label) for terms in kinds for value, label in terms.choices}
