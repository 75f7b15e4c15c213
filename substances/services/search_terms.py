"""The rows that search reads: names, identifiers and structures as terms, rebuilt with their substances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db import transaction

from portal.common.batches import batches
from portal.common.inserting import insert_rows
from substances.models import Identifier, Name, RejectedClaim, SearchTerm, Structure, Substance
from substances.services.folding import fold
from substances.services.heirs import heirs
from substances.services.ranking import EXACT_ONLY_KINDS
from substances.vocabulary import IdentifierScheme, NameKind

SMILES, INCHI, FORMULA = "smiles", "inchi", "formula"
# Of two kinds that fold alike, the row keeps the one that counts for more.
_STRONGEST_FIRST = (
    *IdentifierScheme.values,
    NameKind.PREFERRED,
    NameKind.ABBREVIATION,
    NameKind.SYNONYM,
    NameKind.SYSTEMATIC,
    SMILES,
    INCHI,
    FORMULA,
)
_KIND_RANK = {str(kind): rank for rank, kind in enumerate(_STRONGEST_FIRST)}
_BATCH = 500
_LONGEST_TEXT = 1000
_TERM = ("substance_id", "folded", "text", "kind")


def rebuild_for(substances: Iterable[Substance]) -> int:
    """Makes the search terms of these substances anew, and returns how many there are now.

    What was merged into a substance is found under the substance that stands, and what was split under each of its
    successors, unless it was found to be wrong of that one; a merged or split one has no terms itself. Eight statements
    for each 500 substances.
    """
    wanted = {substance.pk for substance in substances}
    stands_for = heirs()
    roots = sorted({root for pk in wanted for root in stands_for.get(pk, (pk,))})
    led_here: dict[UUID, list[UUID]] = {}
    for pk, ends in stands_for.items():
        for root in ends:
            led_here.setdefault(root, []).append(pk)
    made = 0
    for batch in batches(roots, _BATCH):
        owners: dict[UUID, list[UUID]] = {}
        for root in batch:
            for pk in (root, *led_here.get(root, ())):
                owners.setdefault(pk, []).append(root)
        made += _rebuild(owners)
    return made


def add_structures_of(substances: Collection[UUID]) -> int:
    """Adds what search reads of the structures of living substances and does not have yet; how many that were.

    Two statements. For a structure that was added: a name or number that changed needs `rebuild_for`.
    """
    wanted = {
        (pk, folded, kind in EXACT_ONLY_KINDS): (text, kind)
        for pk, folded, text, kind in reversed(list(_structures(substances)))
        if folded
    }
    there = SearchTerm.objects.filter(substance__in=substances, folded__in={folded for _pk, folded, _exact in wanted})
    for pk, folded, kind in there.values_list("substance_id", "folded", "kind"):
        wanted.pop((pk, folded, kind in EXACT_ONLY_KINDS), None)
    return insert_rows(SearchTerm, _TERM, ((pk, text, shown, kind) for (pk, text, _), (shown, kind) in wanted.items()))


@transaction.atomic
def _rebuild(owners: dict[UUID, list[UUID]]) -> int:
    """Replaces the terms of a batch. `owners`: each substance read, and those its terms belong to."""
    ids = list(owners)
    best: dict[tuple[UUID, str, bool], tuple[str, str]] = {}
    wrong = _wrong(owner for pk, roots in owners.items() for owner in roots if owner != pk)
    for substance, folded, text, kind in (*_names(ids), *_identifiers(ids), *_structures(ids)):
        for owner in owners[substance]:
            key = (owner, folded, kind in EXACT_ONLY_KINDS)
            if owner != substance and (owner, folded) in wrong:
                continue
            if folded and (key not in best or _KIND_RANK[kind] < _KIND_RANK[best[key][1]]):
                best[key] = (text, kind)
    SearchTerm.objects.filter(substance__in=ids).delete()
    return insert_rows(SearchTerm, _TERM, ((pk, folded, text, kind) for (pk, folded, _), (text, kind) in best.items()))


def _wrong(heirs_of_others: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """What was found to be wrong of these, as search reads it. No statement for none."""
    rows = RejectedClaim.objects.filter(substance__in=set(heirs_of_others)).order_by()
    said = rows.values_list("substance_id", "scheme", "value")
    return {
        (pk, text)
        for pk, scheme, value in said
        for folded in (fold(_shown(scheme, value)),)
        for text in (folded, folded.replace(" ", ""))
    }


def _shown(scheme: str, value: str) -> str:
    """A number as search reads it: a bare one is never a CID."""
    return f"CID {value}" if scheme == IdentifierScheme.CID else value


_Row = tuple[UUID, str, str, str]


def _names(ids: Collection[UUID]) -> Iterator[_Row]:
    for pk, text in Substance.objects.filter(pk__in=ids).values_list("pk", "name"):
        yield pk, fold(text), text, NameKind.PREFERRED
    for pk, text, kind in Name.objects.filter(substance__in=ids).values_list("substance_id", "text", "kind"):
        yield pk, fold(text), text, kind


def _identifiers(ids: Collection[UUID]) -> Iterator[_Row]:
    """Each identifier as it is and without its dashes."""
    rows = Identifier.objects.filter(substance__in=ids).values_list("substance_id", "scheme", "value")
    for pk, scheme, value in rows:
        shown = _shown(scheme, value)
        yield pk, fold(shown), shown, scheme
        yield pk, fold(shown).replace(" ", ""), shown, scheme


def _structures(ids: Collection[UUID]) -> Iterator[_Row]:
    """Structures and formulas exactly as written: in SMILES and in formulas, case is meaning (Co is not CO)."""
    rows = Structure.objects.filter(substance__in=ids).values_list(
        "substance_id", "smiles", "as_reported", "inchi", "inchikey", "formula"
    )
    for pk, smiles, as_reported, inchi, inchikey, formula in rows:
        for text, kind in ((smiles, SMILES), (as_reported, SMILES), (inchi, INCHI), (formula, FORMULA)):
            if len(text) <= _LONGEST_TEXT and "\n" not in text:
                yield pk, text, text, kind
        yield pk, fold(inchikey), inchikey, IdentifierScheme.INCHIKEY
