"""Which substance a row of a list speaks of: by its numbers, and only where it prints none by its exact name.

A substance is never guessed. Where numbers point at different substances, or a known EC number stands beside a CAS
number that is not its substance's, the row is kept as reported: no membership, no identifier learned, the problem told.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from substances.chemistry.identifiers import PARSERS, IdentifierError
from substances.importers.base import Member, Problem, ReportedRow
from substances.models import Identifier, Name, Substance
from substances.services.catalogue_loads import id_of
from substances.services.catalogue_read import SCHEMES
from substances.vocabulary import IdentifierScheme, SubstanceKind

Key = tuple[str, str]
_LONGEST_NAME = 500


@dataclasses.dataclass(frozen=True, slots=True)
class NewSubstance:
    """A substance that no identifier of a row is known for; made when the release is published."""

    id: uuid.UUID
    kind: SubstanceKind
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Resolved:
    """One member of one row: who it is and how that was found; `substance` None where it stays open."""

    member: Member
    substance: uuid.UUID | None
    resolved_by: str
    numbers: tuple[Key, ...]
    problems: tuple[Problem, ...]


class Resolver:
    """Knows every substance by number and name as they stand now, and those it makes on the way."""

    def __init__(self) -> None:
        self.new: dict[uuid.UUID, NewSubstance] = {}
        self._by_number: dict[Key, set[uuid.UUID]] = defaultdict(set)
        self._numbers: dict[uuid.UUID, set[Key]] = defaultdict(set)
        self._by_name: dict[str, set[uuid.UUID]] = defaultdict(set)
        self._ids: set[uuid.UUID] = set()
        gone = Substance.objects.filter(merged_into__isnull=False)
        merged: dict[uuid.UUID, uuid.UUID] = dict(gone.values_list("pk", "merged_into_id"))
        for pk, name in Substance.objects.values_list("pk", "name"):
            self._ids.add(pk)
            if pk not in merged:
                self._by_name[folded(name)].add(pk)
        schemes = (IdentifierScheme.CAS, IdentifierScheme.EC)
        rows = Identifier.objects.filter(scheme__in=schemes).values_list("substance_id", "scheme", "value")
        for pk, scheme, value in rows:
            self._learn(_root(pk, merged), (scheme, value))
        for pk, text in Name.objects.values_list("substance_id", "text"):
            self._by_name[folded(text)].add(_root(pk, merged))

    def resolve(self, row: ReportedRow) -> Iterator[Resolved]:
        """Each member of a row, in its order."""
        for member in row.members:
            yield self._member(member, row)

    def names_of(self, substances: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
        """The folded names of these substances."""
        wanted, found = set(substances), defaultdict(set)
        for name, pks in self._by_name.items():
            for pk in pks & wanted:
                found[pk].add(name)
        return found

    def _member(self, member: Member, row: ReportedRow) -> Resolved:
        numbers, problems = _read_numbers(member)
        found = self._find(numbers, member, alone=len(row.members) == 1)
        if found == "new":
            return Resolved(member, self._make(numbers, member, row), "new", numbers, problems)
        pk, how, notice = found
        if pk is not None:
            for number in numbers:
                self._learn(pk, number)
        return Resolved(member, pk, how, numbers, (*problems, *notice))

    def _find(
        self, numbers: tuple[Key, ...], member: Member, *, alone: bool
    ) -> tuple[uuid.UUID | None, str, tuple[Problem, ...]] | Literal["new"]:
        """The substance, by what it was found, and what is odd; or that it is new."""
        if not numbers:
            return self._find_by_name(member)
        candidates = {number: self._by_number.get(number, set()) for number in numbers}
        known = [pks for pks in candidates.values() if pks]
        if not known:
            return "new"
        common = set.intersection(*known)
        by = "+".join(scheme for (scheme, _), pks in candidates.items() if pks)
        if not common:
            return None, "", (_ambiguous(candidates),)
        if by == IdentifierScheme.EC:
            # One EC number may cover several forms; a CAS number known for none of them tells another form.
            fitting = {pk for pk in common if not self._differing_cas(pk, numbers)}
            if not fitting and (not alone or len(common) > 1):
                return "new"
            common = fitting or common
        if len(common) > 1:
            return None, "", (_ambiguous(candidates),)
        (pk,) = common
        if by == IdentifierScheme.EC and (cas := self._differing_cas(pk, numbers)):
            message = f"{member.name}: known by its EC number, but with CAS number {cas}, not {member.cas_rn}"
            return None, "", (Problem("cas_differs", message),)
        return pk, by, ()

    def _find_by_name(self, member: Member) -> tuple[uuid.UUID | None, str, tuple[Problem, ...]] | Literal["new"]:
        found = self._by_name.get(folded(member.name), set())
        if len(found) > 1:
            return None, "", (Problem("ambiguous", f"{member.name}: {len(found)} substances have this name"),)
        return (next(iter(found)), "name", ()) if found else "new"

    def _differing_cas(self, pk: uuid.UUID, numbers: tuple[Key, ...]) -> str:
        """The CAS numbers a substance is known by, if the row prints one that is not among them."""
        printed = {value for scheme, value in numbers if scheme == IdentifierScheme.CAS}
        known = {value for scheme, value in self._numbers[pk] if scheme == IdentifierScheme.CAS}
        return ", ".join(sorted(known)) if printed and known and not printed & known else ""

    def _make(self, numbers: tuple[Key, ...], member: Member, row: ReportedRow) -> uuid.UUID:
        pk = id_of("listed", ":".join(numbers[0]) if numbers else f"name:{folded(member.name)}")
        if pk in self._ids:
            pk = uuid.uuid4()
        kind = SubstanceKind.GROUP if row.is_group else SubstanceKind.UNSPECIFIED
        name = member.name if len(member.name) <= _LONGEST_NAME else member.name[: _LONGEST_NAME - 1] + "…"
        self.new[pk] = NewSubstance(pk, kind, name)
        self._ids.add(pk)
        self._by_name[folded(member.name)].add(pk)
        for number in numbers:
            self._learn(pk, number)
        return pk

    def _learn(self, pk: uuid.UUID, number: Key) -> None:
        self._by_number[number].add(pk)
        self._numbers[pk].add(number)


def folded(name: str) -> str:
    """A name as it is compared: blanks, dashes and capitals do not count, everything else does."""
    return " ".join(name.replace("‐", "-").replace("–", "-").casefold().split())


def _read_numbers(member: Member) -> tuple[tuple[Key, ...], tuple[Problem, ...]]:
    """The valid numbers of a member, CAS before EC; a number whose check digit is wrong is a problem, not a number."""
    numbers, problems = [], []
    printed = ((IdentifierScheme.CAS, member.cas_rn), (IdentifierScheme.EC, member.ec_number))
    for scheme, text in printed:
        if text:
            try:
                numbers.append((str(scheme), PARSERS[SCHEMES[scheme]](text).value))
            except IdentifierError as error:
                problems.append(Problem(f"{scheme}_{error.code}", f"{member.name}: {error.message}"))
    return tuple(numbers), tuple(problems)


def _ambiguous(candidates: Mapping[Key, set[uuid.UUID]]) -> Problem:
    said = [f"{scheme} {value} is known for {len(pks)} substance(s)" for (scheme, value), pks in candidates.items()]
    return Problem("ambiguous", f"{'; '.join(said)}, and they are not the same one")


def _root(pk: uuid.UUID, merged: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    """The substance that stands for a merged one, over any number of steps."""
    seen = {pk}
    while pk in merged and merged[pk] not in seen:
        pk = merged[pk]
        seen.add(pk)
    return pk
