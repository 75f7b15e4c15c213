"""How search reads text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from substances.services.folding import FOLDED_LENGTH, fold, trigrams


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("Bisphénol A", "bisphenol a", id="accents and case"),
        pytest.param("ołów", "olow", id="letters with a stroke"),
        pytest.param("Weißer Phosphor", "weisser phosphor", id="sharp s"),
        pytest.param("α-pinene", "alpha pinene", id="Greek letter"),
        pytest.param(".alpha.-Pinene", "alpha pinene", id="Greek letter as registries print it"),
        pytest.param("17β-estradiol", "17-beta-estradiol", id="Greek letter behind a digit"),
        pytest.param("17beta-estradiol", "17β-estradiol", id="its name behind a digit"),
        pytest.param("4,4′-oxydianiline", "4,4'-oxydianiline", id="prime"),
        pytest.param("4,4’-oxydianiline", "4,4'-oxydianiline", id="apostrophe"),
        pytest.param("H₂O₂", "h2o2", id="digits below the line"),
        pytest.param("di‐n‑butyl–phthalate", "di n butyl phthalate", id="dashes of all kinds"),
        pytest.param("  bisphenol \u00a0\t A\n", "bisphenol a", id="blanks of all kinds"),
        pytest.param("bis\u00adphenol\u200b A", "bisphenol a", id="what cannot be seen"),
        pytest.param("bisphenol\x00 A\ud800", "bisphenol a", id="nulls and lone surrogates"),
    ],
)
def test_what_people_write_alike_folds_alike(written: str, meant: str) -> None:
    assert fold(written) == fold(meant)


def test_primes_are_kept_because_they_tell_substances_apart() -> None:
    assert fold("N,N'-dimethylthiourea") != fold("N,N-dimethylthiourea")


def test_a_greek_name_inside_a_word_is_no_letter() -> None:
    assert fold("piperidine") == "piperidine"


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=500, max_size=5000))
def test_a_folded_text_fits_its_column(text: str) -> None:
    assert len(fold(text)) <= FOLDED_LENGTH


@given(st.text())
def test_a_folded_text_can_be_sent_to_any_database(text: str) -> None:
    folded = fold(text)
    assert "\x00" not in folded
    assert folded.encode() is not None


def test_trigrams_mark_the_ends_of_words() -> None:
    assert trigrams("tin") == {"  t", " ti", "tin", "in "}
