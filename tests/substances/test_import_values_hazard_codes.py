"""Hazard classes and statements in every spelling that was met, and the concerns they mean."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from substances.importers.base import Classified
from substances.importers.table import sheet_lines
from substances.importers.values.hazard_codes import (
    CLASSES,
    CONCERN_RULES,
    STATEMENTS,
    Statement,
    classifications,
    concern_rule,
    paired,
    stated_concerns,
    statements,
)
from substances.vocabulary import Concern, Strength

A_LINE = st.sampled_from([(name, code) for name, codes in CLASSES.items() for code in codes or [""]])
STARS = st.sampled_from(["", "*", "**", "***", "****"])


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("Acute Tox. 4*, H302", Classified("Acute Tox. 4", "H302", "Acute Tox. 4*, H302")),
        ("Press. Gas", Classified("Press. Gas", "", "Press. Gas")),
        ("Expl. 1.1****, H201", Classified("Expl. 1.1", "H201", "Expl. 1.1****, H201")),
        ("STOT RE 1, H372**", Classified("STOT RE 1", "H372", "STOT RE 1, H372**")),
        ("STOT RE 2*, H373 **", Classified("STOT RE 2", "H373", "STOT RE 2*, H373**")),
        ("Repr. 1B, H360Fd", Classified("Repr. 1B", "H360Fd", "Repr. 1B, H360Fd")),
        ("ED HH 1, EUH380", Classified("ED HH 1", "EUH380", "ED HH 1, EUH380")),
        ("Acute Tox. 4 - H302", Classified("Acute Tox. 4", "H302", "Acute Tox. 4, H302")),
        ("Acute Tox. 4 (H302)", Classified("Acute Tox. 4", "H302", "Acute Tox. 4, H302")),
        ("Carc. 1A; H350i;", Classified("Carc. 1A", "H350i", "Carc. 1A, H350i")),
        ("  Skin  Sens. 1A ,\u00a0H317", Classified("Skin Sens. 1A", "H317", "Skin Sens. 1A, H317")),
        ("H317;", Classified("", "H317", "H317")),
    ],
)
def test_a_line_is_a_class_with_its_statement(line: str, meant: Classified) -> None:
    assert classifications(line).classifications == (meant,)
    assert classifications(line).problems == ()


@settings(deadline=None)
@given(line=A_LINE, star=STARS, code_star=STARS)
def test_every_class_is_read_back_from_how_annex_vi_prints_it(line: tuple[str, str], star: str, code_star: str) -> None:
    name, code = line
    printed = f"{name}{star}, {code}{code_star}" if code else f"{name}{star}"
    read = classifications(printed)

    assert read.classifications == (Classified(name, code, printed),)
    assert read.problems == ()


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("H372**", [Statement("H372", "**")]),
        ("H373 **", [Statement("H373", "**")]),
        ("H372 (hearing organs)", [Statement("H372", "", "hearing organs")]),
        ("H373 ** (kidney (oral))", [Statement("H373", "**", "kidney (oral)")]),
        ("H372 (lungs) **", [Statement("H372", "**", "lungs")]),
        ("H317;", [Statement("H317")]),
        ("H302H372", [Statement("H302"), Statement("H372")]),
        ("EUH066H302EUH201A", [Statement("EUH066"), Statement("H302"), Statement("EUH201A")]),
        ("H302 + H332\nH350i", [Statement("H302"), Statement("H332"), Statement("H350i")]),
        ("H360FDH361fd", [Statement("H360FD"), Statement("H361fd")]),
        ("-", []),
    ],
)
def test_statements_are_read_in_every_spelling(cell: str, meant: list[Statement]) -> None:
    found, problems = statements(cell)

    assert list(found) == meant
    assert problems == ()


@settings(deadline=None)
@given(
    codes=st.lists(st.sampled_from(sorted(STATEMENTS)), min_size=1), between=st.sampled_from(["", " ", ";", "; ", "\n"])
)
def test_statements_are_told_apart_however_they_are_joined(codes: list[str], between: str) -> None:
    found, problems = statements(between.join(codes))

    assert [one.code for one in found] == codes
    assert problems == ()


@pytest.mark.parametrize("cell", ["h302", "H30", "H3020", "H360Fx", "\u041d302", "H\u0663\u0660\u0662", "see below"])
def test_what_is_no_statement_is_told_and_not_guessed(cell: str) -> None:
    found, problems = statements(cell)

    assert found == ()
    assert {problem.code for problem in problems} == {"statement_not_read"}


@settings(deadline=None)
@given(st.text(alphabet="H3072EUFDfdi*(); -x\n"))
def test_nothing_is_read_that_is_not_printed(cell: str) -> None:
    found, _ = statements(cell)

    position = 0
    for one in found:
        position = cell.index(one.code, position) + len(one.code)


def test_a_statement_that_clp_does_not_know_is_kept_and_told() -> None:
    found, problems = statements("H399")

    assert found == (Statement("H399"),)
    assert [problem.code for problem in problems] == ["statement_unknown"]


def test_a_class_that_clp_does_not_know_is_kept_and_told() -> None:
    read = classifications("Ugly 1, H302")

    assert read.classifications == (Classified("Ugly 1", "H302", "Ugly 1, H302"),)
    assert [problem.code for problem in read.problems] == ["class_unknown"]


def test_a_class_that_cannot_carry_its_statement_is_told() -> None:
    read = classifications("Self-heat. 1, H252")

    assert read.classifications == (Classified("Self-heat. 1", "H252", "Self-heat. 1, H252"),)
    assert [problem.code for problem in read.problems] == ["class_and_statement_differ"]


def test_what_stands_in_brackets_is_a_detail_and_not_part_of_the_class() -> None:
    read = classifications("STOT RE 1, H372 ** (nervous system)")

    assert read.classifications == (Classified("STOT RE 1", "H372", "STOT RE 1, H372**"),)
    assert read.details == (("H372", "nervous system"),)


@pytest.mark.parametrize(
    ("classes", "codes", "meant"),
    [
        pytest.param("Carc. 1B\nMuta. 2", "H350\nH341", ["Carc. 1B, H350", "Muta. 2, H341"], id="parallel"),
        pytest.param("Flam. Gas 1\nPress. Gas", "H220", ["Flam. Gas 1, H220", "Press. Gas"], id="silent at the end"),
        pytest.param("Press. Gas\nCarc. 1B *", "H350", ["Press. Gas", "Carc. 1B*, H350"], id="silent at the start"),
        pytest.param("Press. Gas\nCarc. 1B", "\nH350 **", ["Press. Gas", "Carc. 1B, H350**"], id="blank line"),
        pytest.param("-", "-", [], id="none"),
        pytest.param("", "H350", ["H350"], id="statement without a class"),
    ],
)
def test_classes_and_statements_in_two_cells_are_paired(classes: str, codes: str, meant: list[str]) -> None:
    read = paired(classes, codes)

    assert [one.as_printed for one in read.classifications] == meant
    assert read.problems == ()


def test_cells_that_cannot_be_paired_keep_the_classes_and_say_so() -> None:
    read = paired("Carc. 1B\nMuta. 2", "H350")

    assert [one.as_printed for one in read.classifications] == ["Carc. 1B", "Muta. 2"]
    assert [problem.code for problem in read.problems] == ["classes_not_parallel"]


@pytest.mark.parametrize(
    ("line", "concern", "strength"),
    [
        ("Carc. 1A, H350i", Concern.CARCINOGENIC, Strength.KNOWN_OR_PRESUMED),
        ("Carc. 2, H351", Concern.CARCINOGENIC, Strength.SUSPECTED),
        ("Muta. 1B, H340", Concern.MUTAGENIC, Strength.KNOWN_OR_PRESUMED),
        ("Muta. 2, H341", Concern.MUTAGENIC, Strength.SUSPECTED),
        ("Repr. 1B, H360FD", Concern.REPROTOXIC, Strength.KNOWN_OR_PRESUMED),
        ("Repr. 2, H361fd", Concern.REPROTOXIC, Strength.SUSPECTED),
        ("ED HH 1, EUH380", Concern.ENDOCRINE_HH, Strength.KNOWN_OR_PRESUMED),
        ("ED ENV 2, EUH431", Concern.ENDOCRINE_ENV, Strength.SUSPECTED),
        ("vPvB, EUH441", Concern.PBT_VPVB, ""),
        ("PMT, EUH450", Concern.PMT_VPVM, ""),
        ("Resp. Sens. 1A, H334", Concern.RESPIRATORY_SENSITISER, ""),
        ("Skin Sens. 1B, H317", Concern.SKIN_SENSITISER, ""),
        ("STOT RE 2*, H373**", Concern.STOT_RE, ""),
        ("Ozone 1, H420", Concern.OZONE_DEPLETING, ""),
        ("H350", Concern.CARCINOGENIC, Strength.KNOWN_OR_PRESUMED),
        ("H361d", Concern.REPROTOXIC, Strength.SUSPECTED),
    ],
)
def test_a_hazard_class_means_a_concern(line: str, concern: Concern, strength: str) -> None:
    (one,) = classifications(line).classifications
    rule = concern_rule(one)

    assert rule is not None
    assert (rule.concern, rule.strength) == (concern, strength)


@pytest.mark.parametrize(
    "line", ["Acute Tox. 2, H300", "Lact., H362", "Press. Gas", "Aquatic Chronic 1, H410", "STOT SE 1, H370"]
)
def test_other_hazard_classes_mean_no_concern(line: str) -> None:
    (one,) = classifications(line).classifications

    assert concern_rule(one) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ED HH 1", "EUH380"),
        ("ED HH 2", "EUH381"),
        ("ED ENV 1", "EUH430"),
        ("ED ENV 2", "EUH431"),
        ("PBT", "EUH440"),
        ("vPvB", "EUH441"),
        ("PMT", "EUH450"),
        ("vPvM", "EUH451"),
    ],
)
def test_the_classes_of_2023_carry_their_own_statements(name: str, code: str) -> None:
    assert CLASSES[name] == {code}


def test_the_class_decides_where_a_statement_contradicts_it() -> None:
    (one,) = classifications("Carc. 2, H350").classifications
    rule = concern_rule(one)

    assert rule is not None
    assert rule.rule == "clp/carc-2"


def test_a_concern_is_stated_once_though_two_classes_mean_it() -> None:
    found = classifications("STOT RE 1, H372\nSTOT RE 2, H373\nCarc. 2, H351").classifications
    stated = list(stated_concerns(found, authority="harmonised", legal_basis="Annex VI"))

    assert [(one.concern, one.rule) for one in stated] == [("stot_re", "clp/stot-re"), ("carcinogenic", "clp/carc-2")]
    assert {(one.authority, one.legal_basis) for one in stated} == {("harmonised", "Annex VI")}


def test_every_rule_names_classes_and_concerns_that_exist() -> None:
    for rule in CONCERN_RULES:
        assert rule.concern in Concern.values
        assert rule.strength in ("", *Strength.values)
        assert set(rule.classes) <= set(CLASSES)
        assert rule.source.startswith("Regulation (EC) No 1272/2008")
    assert len({rule.rule for rule in CONCERN_RULES}) == len(CONCERN_RULES)


def test_no_statement_means_two_concerns() -> None:
    counted = Counter(
        code for rule in CONCERN_RULES for code in frozenset().union(*(CLASSES[name] for name in rule.classes))
    )

    assert set(counted.values()) == {1}


def test_every_line_of_the_publishers_file_is_read(reference_data: Path | None) -> None:
    if reference_data is None:
        assert classifications("Carc. 1B, H350\nPress. Gas").problems == ()
        return
    header = "Hazard class, category and statement code(s)"
    lines = sheet_lines(reference_data / "echa" / "harmonised_list.xlsx", "List_results", needed=[header])
    read = [classifications(line.text(header)) for line in lines]
    problems = [problem for one in read for problem in one.problems]

    assert sum(len(one.classifications) for one in read) == 15_217
    assert sum(bool(one.hazard_statement) for each in read for one in each.classifications) == 15_012
    assert Counter(problem.code for problem in problems) == {"class_and_statement_differ": 2}
