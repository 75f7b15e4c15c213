"""Claims on one number or name by several substances, and entries that come back under another name. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from substances.registry_check.facts import Found, scheme_label
from substances.vocabulary import IdentifierScheme

# Numbers that one substance has and no other. An EC number may cover several forms, an index number a whole entry.
_OF_ONE = frozenset({IdentifierScheme.CAS, IdentifierScheme.DTXSID, IdentifierScheme.CID, IdentifierScheme.INCHIKEY})
_WORD = re.compile(r"[a-z0-9]{3,}")
_ALIKE = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """A substance that claims a number or name, with what tells it from others.

    Attributes:
        cas, ec: its numbers.
        skeletons: first blocks of the InChIKeys of its structures.
    """

    pk: UUID
    name: str
    cas: frozenset[str] = frozenset()
    ec: frozenset[str] = frozenset()
    skeletons: frozenset[str] = frozenset()


def shared_number(scheme: str, value: str, holders: Sequence[Holder]) -> Iterator[Found]:
    """What it means that several substances claim a number: pairs, each told once."""
    for one, other in _pairs(holders):
        if scheme not in _OF_ONE and not (scheme == IdentifierScheme.EC and _same_cas(one, other)):
            continue
        differ = bool(one.skeletons and other.skeletons and not one.skeletons & other.skeletons)
        kind = "cas_of_two_structures" if differ and scheme == IdentifierScheme.CAS else "identifier_shared"
        details = {"scheme": scheme_label(scheme), "in": scheme, "value": value}
        details |= {"name": one.name, "other": other.name}
        yield Found(kind, (scheme, value, str(one.pk), str(other.pk)), one.pk, details, other=other.pk)


def _same_cas(one: Holder, other: Holder) -> bool:
    """Whether no CAS number tells two substances of one EC number apart."""
    return not one.cas or not other.cas or bool(one.cas & other.cas)


def shared_name(text: str, folded: str, holders: Sequence[Holder]) -> Iterator[Found]:
    """What it means that several substances have one name: only one can, or they are one."""
    for one, other in _pairs(holders):
        differ = [f"{label} {_few(a)} / {_few(b)}" for label, a, b in _numbers(one, other) if a and b and not a & b]
        same = any(a & b for _label, a, b in _numbers(one, other))
        details: dict[str, str] = {"text": text, "name": one.name, "other": other.name, "in": "name", "value": text}
        key = (folded, str(one.pk), str(other.pk))
        if differ and not same:
            yield Found("name_shared", key, one.pk, details | {"differ": "; ".join(differ)}, other=other.pk)
        elif not differ:
            yield Found("same_name", key, one.pk, details, other=other.pk)


def _numbers(one: Holder, other: Holder) -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    return (
        ("CAS", one.cas, other.cas),
        ("EC", one.ec, other.ec),
        ("InChIKey", one.skeletons, other.skeletons),
    )


def _few(values: frozenset[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:3]) + ("…" if len(shown) > 3 else "")


def _pairs(holders: Sequence[Holder]) -> Iterator[tuple[Holder, Holder]]:
    return itertools.combinations(sorted(holders, key=lambda one: str(one.pk)), 2)


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """One substance on one release: by what words, since when, for what reasons."""

    substance: UUID
    name: str
    words: str
    since: dt.date
    reason: str


def renamed(of_list: str, day: dt.date, left: Iterable[Listed], entered: Iterable[Listed]) -> Iterator[Found]:
    """Entries that left a list while others entered it with the same day and reasons, and words that resemble.

    Args:
        of_list: slug of the list.
        day: of the release without the one and with the other.
    """
    new: Mapping[tuple[dt.date, str], list[Listed]] = defaultdict(list)
    for one in entered:
        new[one.since, one.reason].append(one)
    told = set()
    for gone in left:
        alike = {
            one.substance: one for one in new[gone.since, gone.reason] if alikeness(gone.words, one.words) >= _ALIKE
        }
        for one in alike.values():
            if (gone.substance, one.substance) not in told:
                told.add((gone.substance, one.substance))
                details = {"list": of_list, "name": gone.name, "other": one.name, "day": str(day)}
                key = (of_list, str(gone.substance), str(one.substance))
                yield Found("entry_renamed", key, gone.substance, details, other=one.substance)


def alikeness(one: str, other: str) -> float:
    """Words of three letters or more that both have, over those of the one with fewer; 0 to 1."""
    a, b = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0
