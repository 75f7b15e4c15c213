"""Concentration limits, M-factors, estimates, Notes and label codes of Annex VI; what is not read is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from substances.importers.values.limits import (
    ConcentrationLimit,
    Label,
    Limits,
    MFactor,
    ToxicityEstimate,
    label,
    limits,
    notes,
)

ACID = """Skin Corr. 1A; H314: C \u2265 70 %
Skin Corr. 1B; H314: 50 % \u2264 C < 70 %
Eye Irrit. 2; H319:
8 % \u2264 C <
50 %
STOT SE 3; H335: C \u2265 35 %"""


def test_specific_limits_are_read_with_their_class() -> None:
    read = limits(ACID)

    assert [(one.hazard_class, one.hazard_statement) for one in read.concentrations] == [
        ("Skin Corr. 1A", "H314"),
        ("Skin Corr. 1B", "H314"),
        ("Eye Irrit. 2", "H319"),
        ("STOT SE 3", "H335"),
    ]
    assert [one.min_percent for one in read.concentrations] == [Decimal(bound) for bound in (70, 50, 8, 35)]
    assert [one.max_percent for one in read.concentrations] == [None, Decimal(70), Decimal(50), None]
    assert all(one.min_included and not one.max_included for one in read.concentrations)
    assert (read.problems, read.not_read) == ((), ())


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("C \u2265 0,1 %", ("", "", Decimal("0.1"), None, True, False)),
        ("Repr. 1B; H360FD: C \u2265 5,5 %", ("Repr. 1B", "H360FD", Decimal("5.5"), None, True, False)),
        ("Repr. 1B;H360D:C>=0.03%", ("Repr. 1B", "H360D", Decimal("0.03"), None, True, False)),
        ("Carc. 1B; H350: C > 1 %", ("Carc. 1B", "H350", Decimal(1), None, False, False)),
        ("Skin Irrit. 2; H315: C \u2264 5\u00a0%", ("Skin Irrit. 2", "H315", None, Decimal(5), False, True)),
        ("C < 5 %", ("", "", None, Decimal(5), False, False)),
        ("1 % < C \u2264 5 %", ("", "", Decimal(1), Decimal(5), False, True)),
        ("1 \u2264 C < 5 %", ("", "", Decimal(1), Decimal(5), True, False)),
    ],
)
def test_a_limit_is_read_in_every_spelling(
    cell: str, meant: tuple[str, str, Decimal | None, Decimal | None, bool, bool]
) -> None:
    (one,) = limits(cell).concentrations

    assert one == ConcentrationLimit(*meant, one.as_printed)
    assert limits(cell).problems == ()


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("M=10", [(10, "")]),
        ("M = 1 000", [(1000, "")]),
        ("M (Chronic) = 100", [(100, "chronic")]),
        ("M=10\nM(Chronic)=1", [(10, ""), (1, "chronic")]),
        ("M = 10 (acute); M = 1 (chronic)", [(10, "acute"), (1, "chronic")]),
        ("M = 1\nM = 10", [(1, ""), (10, "")]),
    ],
)
def test_m_factors_are_read_and_not_assigned_where_nothing_is_said(cell: str, meant: list[tuple[int, str]]) -> None:
    read = limits(cell)

    assert [(one.factor, one.applies_to) for one in read.m_factors] == meant
    assert read.problems == ()


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("oral: ATE = 500 mg/kg bw", ("oral", Decimal(500), "mg/kg bw", "")),
        ("dermal: ATE = 1 100 mg/kg bw", ("dermal", Decimal(1100), "mg/kg bw", "")),
        ("inhalation: ATE = 0,75 mg/L (dusts or mists)", ("inhalation", Decimal("0.75"), "mg/L", "dusts or mists")),
        ("inhalation: ATE = 0.75 mg/l dusts or mists", ("inhalation", Decimal("0.75"), "mg/L", "dusts or mists")),
        ("inhalation: ATE = 700 ppmV (gases)", ("inhalation", Decimal(700), "ppmV", "gases")),
    ],
)
def test_acute_toxicity_estimates_are_read(cell: str, meant: tuple[str, Decimal, str, str]) -> None:
    read = limits(cell)

    assert read.estimates == (ToxicityEstimate(*meant, cell),)
    assert read.problems == ()


def test_everything_may_stand_in_one_cell() -> None:
    read = limits("*\nSTOT RE 2; H373 **: C \u2265 10 %\ninhalation: ATE = 1,5 mg/L (vapours)\nM=10")

    assert read.general
    assert [one.hazard_class for one in read.concentrations] == ["STOT RE 2"]
    assert [one.route for one in read.estimates] == ["inhalation"]
    assert read.m_factors == (MFactor(10, "", "M=10"),)
    assert read.problems == ()


@pytest.mark.parametrize("cell", ["", "-", "\u00a0"])
def test_an_empty_cell_has_no_limits(cell: str) -> None:
    assert limits(cell) == Limits()


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("see Note 3", ["see Note 3"]),
        ("M=10; ask the supplier", ["ask the supplier"]),
        ("C \u2265 170 %", ["C \u2265 170 %"]),
        ("7 % \u2264 C < 5 %", ["7 % \u2264 C < 5 %"]),
        ("C \u2265 \u0661 %", ["C \u2265 \u0661 %"]),
    ],
)
def test_what_cannot_be_read_is_kept_with_a_problem(cell: str, kept: list[str]) -> None:
    read = limits(cell)

    assert list(read.not_read) == kept
    assert [problem.code for problem in read.problems] == ["limit_not_read"]
    assert read.concentrations == ()


@settings(deadline=None)
@given(st.text(alphabet="C\u2265\u2264<M=10,5% ;*:HaSkinIrt.2() \n"))
def test_any_text_is_read_or_kept(cell: str) -> None:
    read = limits(cell)
    printed = [one.as_printed for one in read.concentrations] + [one.as_printed for one in read.m_factors]
    known = "".join((*printed, *(one.as_printed for one in read.estimates), *read.not_read))

    assert sum(char.isdigit() for char in known) == sum(char.isdigit() for char in cell)


@settings(deadline=None)
@given(
    least=st.decimals(min_value=0, max_value=49, places=4),
    most=st.decimals(min_value=50, max_value=100, places=4),
    comma=st.booleans(),
)
def test_bounds_are_read_as_they_are_printed(least: Decimal, most: Decimal, comma: bool) -> None:
    cell = f"{least} % \u2264 C < {most} %"
    (one,) = limits(cell.replace(".", ",") if comma else cell).concentrations

    assert (one.min_percent, one.max_percent) == (least, most)


@pytest.mark.parametrize(
    ("cell", "read", "told"),
    [
        ("A\nH\n10", ("A", "H", "10"), []),
        ("Note 1, Note C", ("1", "C"), []),
        ("-", (), []),
        ("A Z", ("A",), ["note_unknown"]),
    ],
)
def test_notes_are_letters_and_numbers(cell: str, read: tuple[str, ...], told: list[str]) -> None:
    found, problems = notes(cell)

    assert found == read
    assert [problem.code for problem in problems] == told


@pytest.mark.parametrize(
    ("cell", "pictograms", "word"),
    [
        ("GHS06\nGHS08\nDgr", ("GHS06", "GHS08"), "danger"),
        ("GHS08 GHS07\nWng", ("GHS08", "GHS07"), "warning"),
        ("****\nGHS09", ("GHS09",), ""),
        ("Wng", (), "warning"),
        ("-", (), ""),
    ],
)
def test_label_codes_are_pictograms_and_one_signal_word(cell: str, pictograms: tuple[str, ...], word: str) -> None:
    assert label(cell) == Label(pictograms, word)


@pytest.mark.parametrize("cell", ["?", "GHS10", "Dgr Wng"])
def test_an_odd_label_code_is_told(cell: str) -> None:
    assert [problem.code for problem in label(cell).problems] == ["label_not_read"]
