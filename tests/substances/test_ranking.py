"""Which answer is best, whatever the database."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from substances.services.folding import fold
from substances.services.ranking import (
    LEAST_SIMILARITY,
    Candidate,
    Question,
    Tier,
    best_matches,
    distance,
    match_of,
    similarity,
    sort_key,
)

WORDS = st.text(alphabet="abcd ", max_size=12)


def asked(text: str, *, meaning: str = "") -> Question:
    return Question(fold(text), frozenset({fold(text), fold(meaning)} - {""}), text)


def a_term(text: str, kind: str = "synonym", *, folded: str | None = None) -> Candidate:
    return Candidate(uuid.UUID(int=7), fold(text) if folded is None else folded, text, kind)


@pytest.mark.parametrize(
    ("text", "term", "tier"),
    [
        pytest.param("80-05-7", a_term("80-05-7", "cas"), Tier.IDENTIFIER, id="number"),
        pytest.param("80057", a_term("80-05-7", "cas", folded="80057"), Tier.IDENTIFIER, id="number without dashes"),
        pytest.param("Lead", a_term("lead", "preferred"), Tier.PREFERRED_NAME, id="preferred name"),
        pytest.param("BPA", a_term("BPA", "abbreviation"), Tier.ABBREVIATION, id="abbreviation"),
        pytest.param("laughing gas", a_term("laughing gas"), Tier.SYNONYM, id="synonym"),
        pytest.param("CH4O", a_term("CH4O", "formula", folded="CH4O"), Tier.FORMULA, id="formula"),
        pytest.param("bisphen", a_term("bisphenol A", "preferred"), Tier.BEGINS, id="beginning"),
        pytest.param("80-05", a_term("80-05-7", "cas"), Tier.BEGINS, id="beginning of a number"),
        pytest.param("phthal", a_term("dibutyl phthalate"), Tier.WORD_BEGINS, id="beginning of a word"),
        pytest.param("thalate", a_term("dibutyl phthalate"), Tier.PART, id="part of a word"),
        pytest.param("phthalate dibutyl", a_term("dibutyl phthalate"), Tier.ALL_WORDS, id="words in another order"),
        pytest.param("bisfenol", a_term("bisphenol A"), Tier.SIMILAR, id="slip"),
    ],
)
def test_a_term_answers_in_its_tier(text: str, term: Candidate, tier: Tier) -> None:
    match = match_of(asked(text), term)
    assert match is not None
    assert match.tier == tier


@pytest.mark.parametrize(
    ("text", "term"),
    [
        pytest.param("80-05-8", a_term("80-05-7", "cas"), id="a number nearly right"),
        pytest.param("05-7", a_term("80-05-7", "cas"), id="the end of a number"),
        pytest.param("80", a_term("80-05-7", "cas"), id="two digits of a number"),
        pytest.param("cc1ccccc1", a_term("Cc1ccccc1", "smiles", folded="Cc1ccccc1"), id="SMILES in another case"),
        pytest.param("CC", a_term("CCO", "smiles", folded="CCO"), id="the beginning of a SMILES"),
        pytest.param("Co", a_term("CO", "formula", folded="CO"), id="cobalt for carbon monoxide"),
        pytest.param("tin", a_term("zinc"), id="three letters, two alike"),
        pytest.param("xyzzyplugh", a_term("bisphenol A"), id="another word"),
    ],
)
def test_what_means_something_else_does_not_answer(text: str, term: Candidate) -> None:
    assert match_of(asked(text), term) is None


def test_a_number_read_from_another_spelling_answers_too() -> None:
    match = match_of(asked("CAS 80-05-7", meaning="80-05-7"), a_term("80-05-7", "cas"))
    assert match is not None
    assert match.tier == Tier.IDENTIFIER


def test_the_best_of_several_names_speaks_for_a_substance() -> None:
    terms = [a_term("bisphenol A diglycidyl ether"), a_term("bisphenol A", "preferred"), a_term("4-bisphenol A")]
    (match,) = best_matches(asked("bisphenol a"), terms).values()
    assert match.candidate.text == "bisphenol A"


def test_flagged_ones_come_first_among_equals() -> None:
    match = match_of(asked("bisphenol"), a_term("bisphenol Z"))
    assert match is not None
    assert sort_key(match, is_flagged=True, name="z") < sort_key(match, is_flagged=False, name="a")


def test_a_better_match_comes_before_a_flagged_one() -> None:
    exact, begins = (match_of(asked("lead"), a_term(text)) for text in ("lead", "lead azide"))
    assert exact is not None
    assert begins is not None
    assert sort_key(exact, is_flagged=False, name="x") < sort_key(begins, is_flagged=True, name="a")


def test_of_two_guesses_the_one_that_is_nothing_more_comes_first() -> None:
    alone, among = (match_of(asked("tolune"), a_term(text)) for text in ("toluene", "2,4-toluene diisocyanate"))
    assert alone is not None
    assert among is not None
    assert alone.score > among.score


def test_equals_are_sorted_by_name() -> None:
    first, second = (match_of(asked("bisphenol"), a_term(f"bisphenol {letter}")) for letter in "AB")
    assert first is not None
    assert second is not None
    assert sort_key(first, is_flagged=True, name="bisphenol A") < sort_key(second, is_flagged=True, name="bisphenol B")


@given(WORDS, WORDS)
def test_distance_agrees_with_the_table_written_out(a: str, b: str) -> None:
    assert distance(a, b) == written_out(a, b)


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [
        pytest.param("", "abc", 3, id="insertions"),
        pytest.param("acetnoe", "acetone", 1, id="neighbours swapped"),
        pytest.param("ca", "abc", 3, id="a swapped pair is not touched again"),
        pytest.param("kitten", "sitting", 3, id="the textbook's"),
    ],
)
def test_distance_counts_edits(a: str, b: str, edits: int) -> None:
    assert distance(a, b) == edits


@given(WORDS, WORDS)
def test_similarity_lies_between_nothing_and_all(a: str, b: str) -> None:
    assert 0 <= similarity(fold(a), fold(b)) <= 1


@given(st.text(alphabet="abcdefgh", min_size=4, max_size=20), st.data())
def test_one_letter_missing_from_a_long_word_is_still_found(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    assert similarity(word[:place] + word[place + 1 :], word) >= LEAST_SIMILARITY


def written_out(a: str, b: str) -> int:
    """Optimal string alignment distance by the whole table: the oracle."""
    rows = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, rows[i - 2][j - 2] + 1)
            rows[i][j] = best
    return rows[len(a)][len(b)]
