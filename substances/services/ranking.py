"""Which candidate answers a search best: one order for every database. No database here."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from substances.services.folding import fold, trigrams
from substances.vocabulary import IdentifierScheme, NameKind

IDENTIFIER_KINDS = frozenset(IdentifierScheme.values)
NAME_KINDS = frozenset(NameKind.values)
# Compared as written or not at all: case carries meaning in them, and a part of them means another thing.
EXACT_ONLY_KINDS = frozenset({"smiles", "inchi", "formula"})

# Below this share of letters in place, two words are two words: "bisfenol" is 0.78 of "bisphenol".
LEAST_SIMILARITY = 0.7
# Of terms that spell it equally well somewhere, the one that is nothing more comes first: toluene before TDI.
_SHARE_OF_WHOLE = 0.1
# Fewer characters of a number begin too many of them.
SHORTEST_NUMBER_BEGINNING = 4
# Words that share fewer of their trigrams are not compared letter by letter; pg_trgm is asked for as many.
LEAST_SHARED_TRIGRAMS = 0.3
# A transposed or missing letter of three is another abbreviation, not a slip.
SHORTEST_GUESSED = 4
LONGEST_GUESSED = 60


class Tier(enum.IntEnum):
    """How a term answers a search, best first when sorted downwards."""

    SIMILAR = 1
    ALL_WORDS = 2
    PART = 3
    WORD_BEGINS = 4
    BEGINS = 5
    FORMULA = 6
    SYNONYM = 7
    ABBREVIATION = 8
    PREFERRED_NAME = 9
    IDENTIFIER = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A search term that a database gave."""

    substance_id: UUID
    folded: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for.

    Attributes:
        folded: the text, folded.
        exact: other folded forms that mean the same, such as a CAS number with its dashes.
        as_written: the text without blanks around it, for what is compared as written.
    """

    folded: str
    exact: frozenset[str]
    as_written: str


@dataclass(frozen=True, slots=True)
class Match:
    """The best answer of one substance. `closeness`, in [0, 1], is 1 except where spelling was guessed."""

    candidate: Candidate
    tier: Tier
    closeness: float

    @property
    def score(self) -> float:
        """Tier and closeness as one number: larger is better, equal is equally good."""
        return self.tier + self.closeness - 1.0


def best_matches(question: Question, candidates: Iterable[Candidate]) -> dict[UUID, Match]:
    """For each substance its best match; candidates that do not answer the question are left out."""
    best: dict[UUID, Match] = {}
    for candidate in candidates:
        match = match_of(question, candidate)
        if match is None:
            continue
        known = best.get(candidate.substance_id)
        if known is None or _preference(match) < _preference(known):
            best[candidate.substance_id] = match
    return best


def match_of(question: Question, candidate: Candidate) -> Match | None:
    """How a term answers the question; None if it does not."""
    if candidate.kind in EXACT_ONLY_KINDS:
        if candidate.folded != question.as_written:
            return None
        return Match(candidate, Tier.FORMULA if candidate.kind == "formula" else Tier.IDENTIFIER, 1.0)
    if candidate.folded in question.exact:
        return Match(candidate, _exact_tier(candidate.kind), 1.0)
    tier = _contained(question.folded, candidate)
    if tier is not None:
        return Match(candidate, tier, 1.0)
    if candidate.kind in IDENTIFIER_KINDS:
        return None  # a number that is nearly right is another substance's
    return _guessed(question.folded, candidate)


def sort_key(match: Match, *, is_flagged: bool, name: str) -> tuple[float, bool, int, str, str]:
    """Sorts answers best first: by score; then flagged ones; then the shorter term, the name, the id."""
    found = match.candidate
    length = 0 if match.tier >= Tier.FORMULA or match.tier == Tier.SIMILAR else len(found.folded)
    return (-round(match.score, 2), not is_flagged, length, fold(name), str(found.substance_id))


def _preference(match: Match) -> tuple[float, int, str, str]:
    return (-match.score, len(match.candidate.folded), match.candidate.folded, match.candidate.text)


def _exact_tier(kind: str) -> Tier:
    if kind in IDENTIFIER_KINDS:
        return Tier.IDENTIFIER
    tiers = {NameKind.PREFERRED: Tier.PREFERRED_NAME, NameKind.ABBREVIATION: Tier.ABBREVIATION}
    return tiers.get(NameKind(kind), Tier.SYNONYM)


def _contained(asked: str, candidate: Candidate) -> Tier | None:
    """The tier of a term that holds the text asked for; identifiers only by their beginning."""
    if not asked:
        return None
    is_number = candidate.kind in IDENTIFIER_KINDS
    if candidate.folded.startswith(asked):
        return None if is_number and len(asked) < SHORTEST_NUMBER_BEGINNING else Tier.BEGINS
    if is_number:
        return None
    if f" {asked}" in candidate.folded:
        return Tier.WORD_BEGINS
    if asked in candidate.folded:
        return Tier.PART
    padded = f" {candidate.folded}"
    if " " in asked and all(f" {word}" in padded for word in asked.split()):
        return Tier.ALL_WORDS
    return None


def _guessed(asked: str, candidate: Candidate) -> Match | None:
    if not SHORTEST_GUESSED <= len(asked) <= LONGEST_GUESSED:
        return None
    wanted = _trigrams(asked)
    if len(wanted & trigrams(candidate.folded)) < LEAST_SHARED_TRIGRAMS * len(wanted):
        return None
    closest = similarity(asked, candidate.folded)
    if closest < LEAST_SIMILARITY:
        return None
    whole = 1 - distance(asked, candidate.folded) / max(len(asked), len(candidate.folded))
    return Match(candidate, Tier.SIMILAR, (1 - _SHARE_OF_WHOLE) * closest + _SHARE_OF_WHOLE * whole)


def similarity(asked: str, term: str) -> float:
    """How well the best run of words of `term` spells what was asked, in [0, 1].

    The larger of two measures: letters in place, `1 - distance / length` by Damerau and Levenshtein's distance with
    neighbours swapped once, over runs of as many words as were asked; and Dice's coefficient of the trigrams, which
    forgives the order of words.
    """
    words, count = term.split(), len(asked.split())
    runs = {" ".join(words[i : i + count]) for i in range(max(1, len(words) - count + 1))} | {term}
    best = _dice(_trigrams(asked), trigrams(term))
    for run in sorted(runs):
        longest = max(len(asked), len(run))
        if longest and 1 - abs(len(asked) - len(run)) / longest > best:
            best = max(best, 1 - distance(asked, run) / longest)
    return best


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


_trigrams = functools.lru_cache(maxsize=64)(trigrams)


@functools.lru_cache(maxsize=64)
def _positions(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, char in enumerate(text):
        found[char] = found.get(char, 0) | 1 << index
    return found


def distance(a: str, b: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours (each place touched once) that make `a` into `b`.

    Source: H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic Journal of
    Computing 10 (2003); one column of the table is two integers, so a word costs microseconds.
    """
    if not a:
        return len(b)
    positions, mask, last = _positions(a), (1 << len(a)) - 1, 1 << (len(a) - 1)
    up, down, diagonal, before, found = mask, 0, 0, 0, len(a)
    for char in b:
        here = positions.get(char, 0)
        swapped = (((~diagonal) & here) << 1) & before
        diagonal = ((((here & up) + up) ^ up) | here | down | swapped) & mask
        right, left = (down | ~(diagonal | up)) & mask, diagonal & up
        found += bool(right & last) - bool(left & last)
        right, left = (right << 1 | 1) & mask, (left << 1) & mask
        up, down = (left | ~(diagonal | right)) & mask, right & diagonal
        before = here
    return found
