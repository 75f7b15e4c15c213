"""Which substance a row of a list speaks of: by its numbers, and only where it prints none by its exact name.

A substance is never guessed. Where numbers point at different substances, or a known EC number stands beside a CAS
number that is not its substance's, the row is kept as reported: no membership, no identifier learned, the problem told.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from substances.importers.base import Member, Problem, ReportedRow
from substances.importers.values.identifiers import read_number
from substances.models import Identifier, Name, RejectedClaim, Release, Substance
from substances.moving_claims import NAME
from substances.services.catalogue_loads import id_of
from substances.services.catalogue_read import SCHEMES
from substances.services.heirs import heirs
from substances.vocabulary import IdentifierScheme, SubstanceKind

Key = tuple[str, str]
# Which numbers decide who a row speaks of: the first of these kinds that it prints. The others are learned. An index
# number covers all members of an entry of Annex VI; it decides alone only where one substance has it.
_DECIDING: tuple[frozenset[str], ...] = (
    frozenset({IdentifierScheme.CAS, IdentifierScheme.EC}),
    frozenset({IdentifierScheme.DTXSID}),
    frozenset({IdentifierScheme.CID}),
    frozenset({IdentifierScheme.INCHIKEY}),
    frozenset({IdentifierScheme.INDEX}),
)
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
    candidates: tuple[uuid.UUID, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """Whom a member was tied to and by what; or, without a substance, why it stays open and who it could be."""

    substance: uuid.UUID | None
    by: str = ""
    problem: Problem | None = None
    candidates: tuple[uuid.UUID, ...] = ()


def _open(problem: Problem, candidates: Iterable[uuid.UUID]) -> _Found:
    return _Found(None, "", problem, tuple(sorted(candidates)))


class Claims:
    """The numbers and names of every substance as they are when it is made: read once for all who ask (4 statements).

    Attributes:
        substances: each with the name it is shown by, folded.
        numbers: substance, scheme, value.
        names: substance and name, folded.
        wrong: substance, scheme (or "name"), and what people found to be wrong of it; a name folded.
    """

    def __init__(self) -> None:
        self.substances = [(pk, folded(name)) for pk, name in Substance.objects.order_by().values_list("pk", "name")]
        self.numbers = list(Identifier.objects.order_by().values_list("substance_id", "scheme", "value"))
        texts = Name.objects.order_by().values_list("substance_id", "text")
        self.names = [(pk, folded(text)) for pk, text in texts]
        rejected = RejectedClaim.objects.order_by().values_list("substance_id", "scheme", "value")
        self.wrong = {(pk, scheme, folded(value) if scheme == NAME else value) for pk, scheme, value in rejected}


class Known:
    """What is claimed of whom already, so that a claim is not repeated by every list.

    Attributes:
        hidden: substances that this release made and that nobody sees yet. What is said of one that another release
            made may have to outlive this one, or go with it: it is learned as of one that is seen.
    """

    def __init__(self, claims: Claims, release: Release) -> None:
        self.hidden = set(Substance.objects.filter(staged_by=release).values_list("pk", flat=True))
        self._numbers, self._names = set(claims.numbers), set(claims.names)
        # What people found to be wrong is as good as known: it is not learned again.
        self._numbers |= claims.wrong
        self._names |= {(pk, value) for pk, scheme, value in claims.wrong if scheme == NAME}

    def learns_number(self, pk: uuid.UUID, scheme: str, value: str) -> bool:
        """Whether nobody has claimed this number of the substance; from now on somebody has."""
        return _is_new((pk, scheme, value), self._numbers)

    def learns_name(self, pk: uuid.UUID, name: str) -> bool:
        """Whether nobody has called the substance this; from now on somebody has."""
        return _is_new((pk, folded(name)), self._names)


def _is_new(claim: Any, known: set[Any]) -> bool:
    if claim in known:
        return False
    known.add(claim)
    return True


class Resolver:
    """Knows every substance by number and name as they stand now, and those it makes on the way."""

    def __init__(self, claims: Claims) -> None:
        self.new: dict[uuid.UUID, NewSubstance] = {}
        self._by_number: dict[Key, set[uuid.UUID]] = defaultdict(set)
        self._numbers: dict[uuid.UUID, set[Key]] = defaultdict(set)
        self._by_name: dict[str, set[uuid.UUID]] = defaultdict(set)
        self._ids: set[uuid.UUID] = set()
        led = heirs()
        for pk, name in claims.substances:
            self._ids.add(pk)
            if pk not in led:
                self._by_name[name].add(pk)
        for pk, scheme, value in claims.numbers:
            for heir in led.get(pk, (pk,)):
                if (heir, scheme, value) not in claims.wrong:
                    self._learn(heir, (scheme, value))
        for pk, name in claims.names:
            self._by_name[name].update(heir for heir in led.get(pk, (pk,)) if (heir, NAME, name) not in claims.wrong)

    def resolve(self, row: ReportedRow) -> Iterator[Resolved]:
        """Each member of a row, in its order."""
        for member in row.members:
            yield self._member(member, row)

    def numbered(self, member: Member) -> Resolved:
        """Whom the valid numbers of a member point at, never its name; nobody is made and nothing learned."""
        numbers, problems = _read_numbers(member)
        found = (self._find(numbers, member, alone=True) if numbers else None) or _Found(None)
        notice = (*problems, found.problem) if found.problem else problems
        return Resolved(member, found.substance, found.by, numbers, notice, found.candidates)

    def named(self, member: Member) -> Resolved:
        """Whom the valid numbers of a member point at, or its exact name where it has none; nobody is made."""
        numbers, problems = _read_numbers(member)
        found = (self._find(numbers, member, alone=True) if numbers or member.name else None) or _Found(None)
        notice = (*problems, found.problem) if found.problem else problems
        return Resolved(member, found.substance, found.by, numbers, notice, found.candidates)

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
        if found is None:
            return Resolved(member, self._make(numbers, member, row), "new", numbers, problems)
        if found.substance is not None:
            for number in numbers:
                self._learn(found.substance, number)
        notice = (*problems, found.problem) if found.problem else problems
        return Resolved(member, found.substance, found.by, numbers, notice, found.candidates)

    def _find(self, numbers: tuple[Key, ...], member: Member, *, alone: bool) -> _Found | None:
        """Who it is, or why that stays open; None where nobody is known by this."""
        for schemes in _DECIDING:
            deciding = [number for number in numbers if number[0] in schemes]
            if deciding:
                break
        else:
            return self._find_by_name(member)
        candidates = {number: self._by_number.get(number, set()) for number in deciding}
        known = [pks for pks in candidates.values() if pks]
        if not known:
            return None
        common = set.intersection(*known)
        if not common:
            return _open(_ambiguous(candidates), set.union(*known))
        by = "+".join(scheme for (scheme, _), pks in candidates.items() if pks)
        if by == IdentifierScheme.EC:
            # One EC number may cover several forms; a CAS number known for none of them tells another form.
            fitting = {pk for pk in common if not self._differing_cas(pk, numbers)}
            if not fitting and (not alone or len(common) > 1):
                return None
            common = fitting or common
        if len(common) > 1:
            named = common & self._by_name.get(folded(member.name), set())
            if by != IdentifierScheme.INDEX or len(named) != 1:
                return None if by == IdentifierScheme.INDEX else _open(_ambiguous(candidates), common)
            return _Found(named.pop(), "index+name")
        (pk,) = common
        if by == IdentifierScheme.EC and (cas := self._differing_cas(pk, numbers)):
            message = f"{member.name}: known by its EC number, but with CAS number {cas}, not {member.cas_rn}"
            return _open(Problem("cas_differs", message), {pk})
        return _Found(pk, by)

    def _find_by_name(self, member: Member) -> _Found | None:
        found = self._by_name.get(folded(member.name), set())
        if len(found) > 1:
            return _open(Problem("ambiguous", f"{member.name}: {len(found)} substances have this name"), found)
        return _Found(next(iter(found)), "name") if found else None

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


def valid_numbers(member: Member) -> tuple[Key, ...]:
    """The numbers of a member whose form and check digit are right."""
    return _read_numbers(member)[0]


def _read_numbers(member: Member) -> tuple[tuple[Key, ...], tuple[Problem, ...]]:
    """The valid numbers of a member; what was repaired to read one, or why one is none, is a problem."""
    numbers, problems = [], []
    printed = (
        (IdentifierScheme.CAS, member.cas_rn),
        (IdentifierScheme.EC, member.ec_number),
        (IdentifierScheme.DTXSID, member.dtxsid),
        (IdentifierScheme.CID, member.pubchem_cid),
        (IdentifierScheme.INCHIKEY, member.inchikey),
        (IdentifierScheme.INDEX, member.index_number),
    )
    for scheme, text in printed:
        if text:
            value, problem = read_number(text, SCHEMES[scheme])
            if value:
                numbers.append((str(scheme), value))
            if problem:
                problems.append(problem)
    return tuple(numbers), tuple(problems)


def _ambiguous(candidates: Mapping[Key, set[uuid.UUID]]) -> Problem:
    said = [f"{scheme} {value} is known for {len(pks)} substance(s)" for (scheme, value), pks in candidates.items()]
    return Problem("ambiguous", f"{'; '.join(said)}, and they are not the same one")
