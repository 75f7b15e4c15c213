"""Use descriptors out of text, in normal form; unknown ones are told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from substances.importers.values.use_descriptors import CODES, UseDescriptor, use_descriptors


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("SU 10", ["SU10"]),
        ("PC9a", ["PC9a"]),
        ("ERC 8A", ["ERC8a"]),
        ("ac-13", ["AC13"]),
        ("SU\u00a03; SU 10, SU22", ["SU3", "SU10", "SU22"]),
        ("PROC8b/PROC08a\nPROC 28", ["PROC8b", "PROC8a", "PROC28"]),
        ("AC4a", ["AC4a"]),
        ("SU 0-1", ["SU0-1"]),
        ("SU 9, SU9", ["SU9"]),
        ("-", []),
        ("", []),
    ],
)
def test_codes_are_read_into_their_normal_form(cell: str, codes: list[str]) -> None:
    found, problems = use_descriptors(cell)

    assert [one.code for one in found] == codes
    assert problems == ()


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(CODES)), min_size=1, unique=True), st.sampled_from([", ", "; ", "\n", " / "]))
def test_every_code_is_read_among_others(codes: list[str], between: str) -> None:
    found, problems = use_descriptors(between.join(codes))

    assert [one.code for one in found] == codes
    assert all(one.code.startswith(one.kind) and one.code[len(one.kind)].isdigit() for one in found)
    assert problems == ()


def test_words_behind_a_code_are_kept() -> None:
    found, problems = use_descriptors("PC 9a: Coatings and paints, thinners; PC 1 - Adhesives")

    assert found == (UseDescriptor("PC9a", "Coatings and paints, thinners"), UseDescriptor("PC1", "Adhesives"))
    assert problems == ()


def test_a_code_that_is_printed_twice_keeps_its_first_words() -> None:
    assert use_descriptors("SU 9: Fine chemicals, SU9")[0] == (UseDescriptor("SU9", "Fine chemicals"),)


@pytest.mark.parametrize(
    ("cell", "codes", "told"),
    [
        pytest.param("PC99", ["PC99"], ["use_descriptor_unknown"], id="no such number"),
        pytest.param("ERC8", ["ERC8"], ["use_descriptor_unknown"], id="letter missing"),
        pytest.param("paints", [], ["use_descriptor_not_read"], id="words alone"),
        pytest.param("PROC1-5", [], ["use_descriptor_not_read"], id="range"),
        pytest.param("PROC 1, 2, 3", ["PROC1"], ["use_descriptor_not_read"], id="numbers without letters"),
        pytest.param("\u0420C 9a", [], ["use_descriptor_not_read"], id="look-alike letter"),
    ],
)
def test_what_is_no_known_code_is_told(cell: str, codes: list[str], told: list[str]) -> None:
    found, problems = use_descriptors(cell)

    assert [one.code for one in found] == codes
    assert [problem.code for problem in problems] == told


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_told(cell: str) -> None:
    found, problems = use_descriptors(cell)
    assert found or problems or not any(char.isalpha() for char in cell) or cell.strip() in ("NA", "N/A", "n/a")
