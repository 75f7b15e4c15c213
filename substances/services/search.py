"""Finding substances by what people type: names, numbers, structures as stored, with slips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from substances.chemistry import formats, identifiers
from substances.chemistry.formats import FormatReading
from substances.chemistry.messages import ChemistryError, Note
from substances.models import ConcernFlag, Identifier, Substance
from substances.services import search_candidates
from substances.services.folding import fold
from substances.services.ranking import Match, Question, best_matches, sort_key

MOST_RESULTS = 100
# Longer texts are no name and no number; formats.readings says what else they may be.
_LONGEST_NUMBER = 100
_MOST_NEAR = 5


@dataclass(frozen=True, slots=True)
class RankedSubstance:
    """One answer: the substance, with what a row shows, and by which of its terms it was found.

    Attributes:
        matched_kind: an identifier scheme, a kind of name, or smiles, inchi, formula.
        score: the larger the better; for ordering only.
    """

    substance: Substance
    matched_text: str
    matched_kind: str
    score: float
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A number one slip away from what was typed, and the substance that has it."""

    value: str
    scheme: str
    substance: Substance


@dataclass(frozen=True, slots=True)
class IdentifierProblem:
    """Why a text that looks like a number is none, in the reader's language.

    Attributes:
        code: stable name of what is wrong.
        expected: the right check digit, where that is what is wrong.
        matches: what was perhaps meant, as far as we have it.
    """

    code: str
    message: str
    expected: str | None
    matches: list[NearMatch] = field(default_factory=list)

    @property
    def near(self) -> list[str]:
        """The numbers of `matches`."""
        return [match.value for match in self.matches]


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Ranked results, what the text could be, and what is wrong with it as a number."""

    results: list[RankedSubstance]
    readings: list[FormatReading]
    problem: IdentifierProblem | None = None


def search_substances(text: str, *, limit: int = MOST_RESULTS) -> SearchAnswer:
    """Substances that answer to `text`, best first: at most `limit`, and never more than 100.

    Numbers and structures match whole (numbers also by their beginning), names in part and with slips. Slips are
    looked for only where nothing holds the text and it is no number. At most ten statements, however many results.
    """
    readings = list(formats.readings(text))
    errors = identifiers.near_errors(text) if len(text) <= _LONGEST_NUMBER else ()
    problem = _problem(errors)
    if problem is not None and problem.code in {"lookalike", "not_ascii"}:
        return SearchAnswer([], readings, problem)  # digits that only look like digits: the person decides
    numbers = [reading for reading in readings if reading.format in identifiers.PARSERS]
    question = question_of(text, numbers)
    found = best_matches(question, search_candidates.matching(question))
    if not found and not numbers and problem is None:
        found = best_matches(question, search_candidates.resembling(question))
    return SearchAnswer(_ranked(found.values(), min(limit, MOST_RESULTS)), readings, problem)


def question_of(text: str, numbers: Iterable[FormatReading] = ()) -> Question:
    """The question a text asks; `numbers` are its readings as identifiers."""
    folded = fold(text)
    exact = {folded, *(fold(reading.value) for reading in numbers)} - {""}
    written = text.strip()
    as_written = written if written.isascii() and written.isprintable() and len(written) <= 1000 else ""
    return Question(folded, frozenset(exact), as_written)


def translated(note: Note | ChemistryError) -> str:
    """What the chemistry kernel says, in the reader's language."""
    params = {key: _(str(value)) if key == "scheme" else value for key, value in note.params.items()}
    return _(note.template) % params


def _ranked(matches: Iterable[Match], limit: int) -> list[RankedSubstance]:
    """The best matches with their substances; merged ones are left out."""
    by_id = {match.candidate.substance_id: match for match in matches}
    if not by_id:
        return []
    standing = ConcernFlag.objects.standing().filter(substance=OuterRef("pk"))
    rows = Substance.objects.living().filter(pk__in=by_id).values_list("pk", "name", Exists(standing))
    ordered = sorted(rows, key=lambda row: sort_key(by_id[row[0]], name=row[1], is_flagged=row[2]))[:limit]
    substances = Substance.objects.with_what_a_row_shows().in_bulk([pk for pk, _name, _flagged in ordered])
    return [_shown(substances[pk], by_id[pk], is_flagged=flagged) for pk, _name, flagged in ordered]


def _shown(substance: Substance, match: Match, *, is_flagged: bool) -> RankedSubstance:
    return RankedSubstance(substance, match.candidate.text, match.candidate.kind, round(match.score, 4), is_flagged)


_SCHEMES = {
    "cas_rn": "cas",
    "ec_number": "ec",
    "clp_index_number": "index",
    "inchikey": "inchikey",
    "dtxsid": "dtxsid",
    "pubchem_cid": "cid",
}


def scheme_of(parsed: str) -> str:
    """The `IdentifierScheme` value for a scheme as `chemistry.identifiers` names it."""
    return _SCHEMES[parsed]


def _problem(errors: Iterable[identifiers.IdentifierError]) -> IdentifierProblem | None:
    """The first error told, with the suggestions of all that exist here."""
    listed = list(errors)
    if not listed:
        return None
    first = listed[0]
    meant = [(scheme_of(error.scheme), value) for error in listed for value in error.suggestions]
    return IdentifierProblem(first.code, translated(first), first.expected, near_matches(meant))


def near_matches(meant: list[tuple[str, str]]) -> list[NearMatch]:
    """Of numbers that were perhaps meant those that some substance has, in the order given; five at most."""
    order = {number: rank for rank, number in enumerate(dict.fromkeys(meant))}
    having = Identifier.objects.filter(scheme__in={s for s, _value in order}, value__in={v for _scheme, v in order})
    substances = Substance.objects.living().filter(pk__in=having.values("substance")).with_what_a_row_shows()
    held = {
        ((identifier.scheme, identifier.value), substance)
        for substance in substances
        for identifier in substance.identifiers.all()
    }
    near = [
        NearMatch(number[1], number[0], substance)
        for number, substance in sorted(held, key=lambda pair: (order.get(pair[0], len(order)), pair[1].name))
        if number in order
    ]
    return near[:_MOST_NEAR]
