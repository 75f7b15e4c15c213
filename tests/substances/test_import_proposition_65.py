"""The Proposition 65 list: every row has its role, notes behind names are read, what was taken back states nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from substances.importers.base import Member, ReportedRow, Role, WrongFile
from substances.importers.proposition_65.notes import read_notes
from substances.importers.proposition_65.parse import Proposition65

LIST = Proposition65()
HEADER = ("Chemical", "Type of Toxicity", "Listing Mechanism", "CAS No.", "Date Listed", "NSRL or MADL (µg/day)a")
PREAMBLE = (
    "STATE OF MADE UP",
    "",
    "CHEMICALS KNOWN",
    "27-Jan-23",
    "",
    "In the Listing Mechanism column, AB denotes, bodies",
)
FOOTNOTE = ("a Where a source results in exposures, the dose ÷ 24 µg/day counts", "", "", "", "", "")


def a_row(
    name: str,
    toxicity: str = "cancer ",
    mechanism: str = "SQE",
    cas: str = "50-00-0",
    day: str = "1-Jan-90",
    level: str = "",
) -> tuple[str, ...]:
    """One row as the office prints it."""
    return (name, toxicity, mechanism, cas, day, level)


def a_list(folder: Path, *rows: Sequence[str]) -> Path:
    """The list in the publisher's layout: cp1252, a preamble, three empty columns at the end."""
    text = io.StringIO(newline="")
    table = [*((line,) for line in PREAMBLE), HEADER, *rows]
    csv.writer(text).writerows([(*row, *[""] * (9 - len(row))) for row in table])
    path = folder / "p65.csv"
    path.write_bytes(text.getvalue().encode("cp1252"))
    return path


def only(folder: Path, *row: str) -> ReportedRow:
    (found,) = LIST.parse(a_list(folder, a_row(*row)))
    return found


def test_an_entry_is_read_with_its_facts(tmp_path: Path) -> None:
    (row,) = LIST.parse(a_list(tmp_path, a_row("Acetaldehyde", level="90 (inhalation)")))

    assert (row.line, row.role, row.name, row.reasons) == (8, Role.ENTRY, "Acetaldehyde", ("cancer",))
    assert row.members == (Member("Acetaldehyde", "50-00-0"),)
    assert row.listed_on == dt.date(1990, 1, 1)
    assert row.facts == {
        "toxicities": ["cancer"],
        "mechanisms": {"SQE": ["cancer"]},
        "safe_harbour_level": "90 (inhalation)",
    }
    assert row.cells["NSRL or MADL (µg/day)a"] == "90 (inhalation)"


def test_the_preamble_says_which_day_the_edition_is_from(tmp_path: Path) -> None:
    assert LIST.published_on(a_list(tmp_path, a_row("X"))) == dt.date(2023, 1, 27)


def test_levels_of_parts_continue_the_entry_above(tmp_path: Path) -> None:
    path = a_list(
        tmp_path,
        a_row("Beryllium and beryllium compounds", cas="---"),
        ("   Beryllium oxide", "", "", "", "", "0.1"),
        ("   Beryllium sulfate", "", "", "", "", "0.0002"),
    )
    entry, oxide, sulfate = LIST.parse(path)

    assert [row.role for row in (oxide, sulfate)] == [Role.CONTINUATION] * 2
    assert [row.belongs_to for row in (oxide, sulfate)] == [entry.line] * 2
    assert oxide.facts == {"safe_harbour_level": "0.1", "of": "Beryllium oxide"}


def test_footnotes_and_blank_rows_are_kept_with_what_they_are(tmp_path: Path) -> None:
    rows = list(LIST.parse(a_list(tmp_path, a_row("X"), ("",), FOOTNOTE, ("Alone",))))

    assert [row.role for row in rows[1:]] == [Role.UNUSABLE] * 3
    assert [row.problems[0].code for row in rows[1:]] == ["blank_row", "footnote", "only_a_name"]
    assert rows[2].name == FOOTNOTE[0]


def test_a_level_without_an_entry_above_belongs_to_nobody(tmp_path: Path) -> None:
    first, _ = LIST.parse(a_list(tmp_path, ("Lead", "", "", "", "", "15"), a_row("X")))

    assert (first.role, first.problems[0].code) == (Role.UNUSABLE, "no_entry_above")


@pytest.mark.parametrize("cas", ["68515-49-1/      26761-40-0", "68515-49-1; 26761-40-0"])
def test_several_numbers_are_members(tmp_path: Path, cas: str) -> None:
    assert [one.cas_rn for one in only(tmp_path, "X", "male", "AB", cas).members] == ["68515-49-1", "26761-40-0"]


@pytest.mark.parametrize(("cas", "is_group"), [(" ---", True), ("--", True), ("", False), ("50-00-0", False)])
def test_dashes_mean_a_group_and_emptiness_does_not(tmp_path: Path, cas: str, is_group: bool) -> None:
    row = only(tmp_path, "X", "male", "AB", cas)

    assert row.is_group is is_group
    assert ("no_number" in [problem.code for problem in row.problems]) is (cas == "")


@pytest.mark.parametrize(
    ("toxicity", "mechanism", "meant"),
    [
        ("developmental male", "LC SQE", {"LC": ["developmental", "male"], "SQE": ["developmental", "male"]}),
        (
            "developmental, female, male ",
            "SQE - developmental    FR - female, male ",
            {"SQE": ["developmental"], "FR": ["female", "male"]},
        ),
    ],
)
def test_mechanisms_are_told_by_toxicity(
    tmp_path: Path, toxicity: str, mechanism: str, meant: dict[str, list[str]]
) -> None:
    assert only(tmp_path, "X", toxicity, mechanism).facts["mechanisms"] == meant


@pytest.mark.parametrize(
    "name",
    [
        "Saccharin  Delisted April 6, 2001  [Click here for the basis for delisting]",
        "Saccharin \nDelisted April, 6 2001 [Click for the basis for delisting]",
    ],
)
def test_a_delisted_row_ends_on_its_day_and_states_nothing(tmp_path: Path, name: str) -> None:
    row = only(tmp_path, name)

    assert (row.name, row.valid_until) == ("Saccharin", dt.date(2001, 4, 6))
    assert row.facts["delisted_on"] == "2001-04-06"
    assert list(LIST.stated(row)) == []


def test_an_endpoint_that_was_removed_is_no_reason(tmp_path: Path) -> None:
    note = "X [Click here for the basis for the removal of male reproductive endpoint, effective December 20, 2013 ]"
    row = only(tmp_path, note, "female, male ")

    assert (row.name, row.reasons, row.valid_until) == ("X", ("female",), None)
    assert row.facts["removed"] == {"male": "2013-12-20"}
    assert [one.rule for one in LIST.stated(row)] == ["prop-65/female"]


def test_a_row_whose_only_endpoint_was_removed_ends_with_it(tmp_path: Path) -> None:
    note = "X [Click here for the basis for the removal of female reproductive endpoint effective March 7, 2014]"
    row = only(tmp_path, note, "female ")

    assert (row.reasons, row.valid_until) == (("female",), dt.date(2014, 3, 7))
    assert list(LIST.stated(row)) == []


def test_other_notes_are_read_and_strange_ones_told() -> None:
    changed = read_notes("Lead [Basis for listing changed effective November 22, 2013]")
    added = read_notes("X [Click here for the basis for addition of male reproductive endpoint, effective May 1, 2013]")
    strange = read_notes("X [Click here to win]")
    dayless = read_notes("X Delisted lately")

    assert (changed.name, changed.basis_changed_on) == ("Lead", dt.date(2013, 11, 22))
    assert added.added == {"male": dt.date(2013, 5, 1)}
    assert (strange.name, strange.problems[0].code) == ("X [Click here to win]", "note_not_read")
    assert (dayless.delisted_on, dayless.problems[0].code) == (None, "delisting_not_read")
    assert read_notes("2-[2-(5-nitro-2-furyl)]thiazole").problems == ()


def test_a_delisting_without_a_day_states_nothing_either(tmp_path: Path) -> None:
    assert list(LIST.stated(only(tmp_path, "X Delisted lately"))) == []


def test_what_ends_before_it_begins_is_told(tmp_path: Path) -> None:
    row = only(tmp_path, "X Delisted April 6, 1980")

    assert (row.listed_on, row.valid_until, row.problems[0].code) == (None, dt.date(1980, 4, 6), "ends_first")


def test_toxicities_state_concerns_of_californias_own_authority(tmp_path: Path) -> None:
    row = only(tmp_path, "X", "cancer, developmental, female, male")

    assert [(one.concern, one.strength, one.rule) for one in LIST.stated(row)] == [
        ("carcinogenic", "known_or_presumed", "prop-65/cancer"),
        ("reprotoxic", "known_or_presumed", "prop-65/developmental"),
        ("reprotoxic", "known_or_presumed", "prop-65/female"),
        ("reprotoxic", "known_or_presumed", "prop-65/male"),
    ]
    assert {one.authority for one in LIST.stated(row)} == {"authority_assessment"}


def test_a_listing_of_one_form_says_so_in_its_legal_basis(tmp_path: Path) -> None:
    (stated,) = LIST.stated(only(tmp_path, "Soot (airborne, unbound particles of respirable size)"))

    assert stated.legal_basis.endswith(", cancer (airborne, unbound particles of respirable size)")


def test_a_listing_of_a_therapy_states_nothing_of_the_substance(tmp_path: Path) -> None:
    row = only(tmp_path, "8-Methoxypsoralen with ultraviolet A therapy")

    assert [problem.code for problem in row.problems] == ["circumstance"]
    assert list(LIST.stated(row)) == []


def test_a_lost_letter_is_told(tmp_path: Path) -> None:
    assert [problem.code for problem in only(tmp_path, "?-Methyl styrene").problems] == ["letter_lost"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param(a_row("X", "nice"), "row 8, column 'Type of Toxicity': 'nice'", id="toxicity"),
        pytest.param(a_row("X", ""), "row 8, column 'Type of Toxicity': the row has no", id="no toxicity"),
        pytest.param(a_row("X", mechanism="XX"), "row 8, column 'Listing Mechanism': 'XX'", id="mechanism"),
        pytest.param(a_row("X", day="soon"), "row 8, column 'Date Listed': 'soon'", id="day"),
        pytest.param(a_row(""), "row 8, column 'Chemical': the row has no name", id="no name"),
    ],
)
def test_a_row_that_the_list_cannot_print_refuses_the_file(tmp_path: Path, row: tuple[str, ...], said: str) -> None:
    with pytest.raises(WrongFile, match=said):
        list(LIST.parse(a_list(tmp_path, row)))


def test_the_publishers_file_adds_up(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(list(LIST.parse(a_list(tmp_path, a_row("X"), FOOTNOTE)))) == 2
        return
    path = reference_data / "oehha" / "p65chemicalslist.csv"
    rows = list(LIST.parse(path))

    assert len(rows) == 1_027
    assert Counter(row.role for row in rows) == {Role.ENTRY: 973, Role.CONTINUATION: 25, Role.UNUSABLE: 29}
    assert Counter(row.problems[0].code for row in rows if row.role == Role.UNUSABLE) == {
        "blank_row": 23,
        "footnote": 6,
    }
    assert LIST.published_on(path) == dt.date(2023, 1, 27)
    assert sum(row.valid_until is not None for row in rows) == 26
    assert sum(row.is_group for row in rows) == 108
    assert not {"note_not_read", "delisting_not_read"} & {problem.code for row in rows for problem in row.problems}
