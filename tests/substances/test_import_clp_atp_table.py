"""Annex VI as the official table: header over two rows, members marked [1] and [2], limits, Notes and label."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from substances.importers.base import Classified, Member, ReportedRow, Role, WrongFile
from substances.importers.clp_annex_vi.names import members
from substances.importers.clp_annex_vi.parse import ClpAnnexVi

LIST = ClpAnnexVi()
UPPER = (
    *("Index No", "International Chemical Identification", "EC No", "CAS No"),
    *("Classification", None, "Labelling", None, None),
    *("Specific Conc. Limits, M-factors and ATEs", "Notes", "ATP inserted/ATP Updated"),
)
LOWER = (
    *(None, None, None, None),
    *("Hazard Class and Category Code(s)", "Hazard Statement Code(s)"),
    *("Pictogram, Signal Word Code(s)", "Hazard statement Code(s)", "Suppl. Hazard statement Code(s)"),
    *(None, None, None),
)
VERSIONS = (
    *("Index No", "ATP", "CELEX", "Chemical Name", "EC No", "CAS No"),
    *("Hazard Class and Category Code(s)", "Classification Hazard Statement Code(s)"),
    *("Labelling Pictogram, Signal Word Code(s)", "Labelling Hazard Statement Code(s)"),
    *("Labelling Suppl. Hazard Statement Code(s)", "M, SCL, ATE", "Notes", "In application"),
)
TITLE = "Table 3, list of harmonised classification and labelling"


def an_entry(
    name: str = "made acid",
    *,
    index: str = "007-008-00-3",
    ec: str = "206-114-9",
    cas: str = "302-01-2",
    classes: str = "Flam. Liq. 3\nCarc. 1B\nSTOT RE 1\nPress. Gas",
    codes: str = "H226\nH350\nH372 ** (nervous system)",
    limits: str = "",
    notes: str = "",
) -> tuple[object, ...]:
    """One row of the table, as it is described."""
    label = ("GHS02\nGHS08\nDgr", "H226\nH350", "EUH066")
    return (index, name, ec, cas, classes, codes, *label, limits, notes, "CLP00/ATP01")


def a_table(
    path: Path,
    rows: Sequence[Sequence[object]],
    *,
    header: Sequence[Sequence[object]] = (UPPER, LOWER),
    preamble: Sequence[str] = (TITLE, "", "", ""),
    sheet: str = "Annex VI",
) -> Path:
    """Writes the table, its header's cells merged, behind a sheet that is none."""
    book = Workbook()
    book.active.title = "Read me"
    book.active.append(["Nothing here"])
    page = book.create_sheet(sheet)
    for text in preamble:
        page.append([text])
    for row in (*header, *rows):
        page.append(list(row))
    if len(header) == 2:
        top = len(preamble) + 1
        page.merge_cells(start_row=top, start_column=5, end_row=top, end_column=6)
        page.merge_cells(start_row=top, start_column=7, end_row=top, end_column=9)
        page.merge_cells(start_row=top, start_column=1, end_row=top + 1, end_column=1)
    book.save(path / "table.xlsx")
    return path / "table.xlsx"


def read(path: Path, *rows: Sequence[object]) -> list[ReportedRow]:
    return list(LIST.parse(a_table(path, rows)))


def test_data_begins_below_a_header_of_two_rows(tmp_path: Path) -> None:
    rows = read(tmp_path, an_entry(), an_entry("made base", index="607-001-00-0"))

    assert [(row.sheet, row.line, row.name) for row in rows] == [
        ("Annex VI", 7, "made acid"),
        ("Annex VI", 8, "made base"),
    ]
    assert rows[0].cells["Classification: Hazard Statement Code(s)"] == "H226\nH350\nH372 ** (nervous system)"
    assert rows[0].cells["Labelling: Hazard statement Code(s)"] == "H226\nH350"


def test_classes_and_statements_of_two_cells_belong_together(tmp_path: Path) -> None:
    (row,) = read(tmp_path, an_entry())

    assert row.classifications == (
        Classified("Flam. Liq. 3", "H226", "Flam. Liq. 3, H226"),
        Classified("Carc. 1B", "H350", "Carc. 1B, H350"),
        Classified("STOT RE 1", "H372", "STOT RE 1, H372**"),
        Classified("Press. Gas", "", "Press. Gas"),
    )
    assert [one.rule for one in LIST.stated(row)] == ["clp/carc-1", "clp/stot-re"]
    assert row.problems == ()


def test_label_limits_notes_and_target_organs_are_facts(tmp_path: Path) -> None:
    limits = "Skin Irrit. 2; H315: 1 % \u2264 C < 5 %\nM=10\noral: ATE = 500 mg/kg bw\n*"
    (row,) = read(tmp_path, an_entry(limits=limits, notes="A\n1"))

    assert row.facts == {
        "index_number": "007-008-00-3",
        "atp": "CLP00/ATP01",
        "pictograms": ["GHS02", "GHS08"],
        "signal_word": "danger",
        "label_statements": ["H226", "H350"],
        "supplemental_statements": ["EUH066"],
        "notes": ["A", "1"],
        "hazard_details": [{"hazard_statement": "H372", "detail": "nervous system"}],
        "generic_limits_noted": True,
        "concentration_limits": [
            {
                "hazard_class": "Skin Irrit. 2",
                "hazard_statement": "H315",
                "min_percent": "1",
                "max_percent": "5",
                "min_included": True,
                "max_included": False,
                "as_printed": "Skin Irrit. 2; H315: 1 % \u2264 C < 5 %",
            }
        ],
        "m_factors": [{"factor": 10, "applies_to": "", "as_printed": "M=10"}],
        "acute_toxicity_estimates": [
            {
                "route": "oral",
                "value": "500",
                "unit": "mg/kg bw",
                "form": "",
                "as_printed": "oral: ATE = 500 mg/kg bw",
            }
        ],
    }
    assert row.problems == ()


def test_marks_in_the_cells_tell_the_members_apart(tmp_path: Path) -> None:
    entry = an_entry(
        "made acid; acidum [1]\nmade hydrate [2]", ec="206-114-9 [1] [2]", cas="302-01-2 [1]\n7803-57-8 [2]"
    )
    (row,) = read(tmp_path, entry)

    assert row.members == (
        Member("made acid; acidum", "302-01-2", "206-114-9", "007-008-00-3"),
        Member("made hydrate", "7803-57-8", "206-114-9", "007-008-00-3"),
    )
    assert row.role == Role.ENTRY


@pytest.mark.parametrize(
    ("name", "ec", "cas", "meant"),
    [
        pytest.param("A", "-", "302-01-2", [("A", "302-01-2", "")], id="one"),
        pytest.param("A\nwrapped", "", "1 [1]\n2 [2]", [("A wrapped", "1", ""), ("A wrapped", "2", "")], id="one name"),
        pytest.param("A [1]\nB [2]", "- [1]\n8 [2]", "1 [1]\n- [2]", [("A", "1", ""), ("B", "", "8")], id="nothing"),
        pytest.param("A [1]; B [2]", "8", "1 [1]", [("A", "1", "8"), ("B", "", "8")], id="number of all"),
        pytest.param("A", "8\n9", "1\n2", [("A", "1", "8"), ("A", "2", "9")], id="parallel without marks"),
        pytest.param("spiro[4.5]decane", "", "", [("spiro[4.5]decane", "", "")], id="brackets of a name"),
        pytest.param("A\n[1] B [2]", "", "", [("A", "", ""), ("B", "", "")], id="mark on the next line"),
    ],
)
def test_members_are_read_from_cells_marked_or_not(
    name: str, ec: str, cas: str, meant: list[tuple[str, str, str]]
) -> None:
    found, problems = members(name, ec, cas, "")

    assert [(one.name, one.cas_rn, one.ec_number) for one in found] == meant
    assert problems == ()


@pytest.mark.parametrize(
    ("name", "ec", "cas"),
    [
        pytest.param("A", "8\n9", "1\n2\n3", id="not parallel"),
        pytest.param("A [1]\nB [2]", "", "1\n2", id="numbers not marked"),
        pytest.param("A [1]\nB [2]", "", "1 [1]\n2", id="a number not marked"),
        pytest.param("A [1]\nB", "", "1 [1]\n2 [2]", id="a name not marked"),
        pytest.param("A [1]\nB [2]", "", "3 [3]", id="a number of nobody"),
    ],
)
def test_where_numbers_belong_to_no_clear_name_nobody_is_named(name: str, ec: str, cas: str) -> None:
    found, problems = members(name, ec, cas, "")

    assert found == ()
    assert [problem.code for problem in problems] == ["members_not_clear"]


def test_a_group_without_numbers_is_a_group(tmp_path: Path) -> None:
    (row,) = read(tmp_path, an_entry("salts of made acid", ec="-", cas="-"))

    assert row.is_group
    assert row.members == (Member("salts of made acid", index_number="007-008-00-3"),)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        pytest.param(an_entry(codes="H226"), ["classes_not_parallel"], id="classes"),
        pytest.param(an_entry(limits="ask"), ["limit_not_read"], id="limit"),
        pytest.param(an_entry(notes="Z"), ["note_unknown"], id="note"),
        pytest.param(an_entry("A [1]\nB"), ["members_not_clear"], id="members"),
        pytest.param(an_entry(classes="", codes=""), ["no_classification"], id="no class"),
    ],
)
def test_what_is_odd_is_told_and_the_row_stays(tmp_path: Path, entry: tuple[object, ...], told: list[str]) -> None:
    (row,) = read(tmp_path, entry)

    assert [problem.code for problem in row.problems] == told
    assert row.role == Role.ENTRY


def test_a_footnote_names_nobody(tmp_path: Path) -> None:
    rows = read(tmp_path, an_entry(), ("* minimum classification",))

    assert [(row.line, row.role) for row in rows] == [(7, Role.ENTRY), (8, Role.UNUSABLE)]
    assert rows[1].members == ()
    assert [problem.code for problem in rows[1].problems] == ["no_entry"]


def test_a_version_of_an_entry_ends_when_the_next_one_begins(tmp_path: Path) -> None:
    common = ("32014R0605", "made acid", "206-114-9", "302-01-2")
    after = ("GHS08\nDgr", "H350", "", "", "")
    rows = [
        ("007-008-00-3", "ATP17", *common, "Carc. 1B", "H350", *after, dt.date(2022, 12, 17)),
        ("007-008-00-3", "CLP00", *common, "Carc. 2", "H351", *after, dt.date(2010, 12, 1)),
        ("607-001-00-0", "CLP00", *common, "Carc. 2", "H351", *after, "01-Dec-2010"),
        ("007-008-00-3", "ATP09", *common, "Carc. 2", "H351", *after, dt.date(2018, 3, 1)),
    ]
    read_rows = list(LIST.parse(a_table(tmp_path, rows, header=(VERSIONS,), preamble=(), sheet="History")))

    assert [(row.line, row.listed_on, row.valid_until) for row in read_rows] == [
        (2, dt.date(2022, 12, 17), None),
        (3, dt.date(2010, 12, 1), dt.date(2018, 3, 1)),
        (4, dt.date(2010, 12, 1), None),
        (5, dt.date(2018, 3, 1), dt.date(2022, 12, 17)),
    ]
    assert [row.facts["atp"] for row in read_rows] == ["ATP17", "CLP00", "CLP00", "ATP09"]
    assert all(not row.problems for row in read_rows)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        pytest.param("Last updated: 01-Sep-2025", dt.date(2025, 9, 1), id="updated"),
        pytest.param("Published on 2025-09-01, consolidated", dt.date(2025, 9, 1), id="published"),
        pytest.param("Applies from 01-Sep-2025", None, id="another day"),
        pytest.param("Last updated: 2025", None, id="a year"),
    ],
)
def test_the_day_is_what_stands_above_the_header(tmp_path: Path, said: str, day: dt.date | None) -> None:
    path = a_table(tmp_path, [an_entry()], preamble=(TITLE, said))

    assert LIST.published_on(path) == day


def test_a_workbook_with_neither_table_is_refused(tmp_path: Path) -> None:
    path = a_table(tmp_path, [an_entry()], header=(UPPER,))

    with pytest.raises(WrongFile, match=r"neither a sheet 'List_results' nor a table.*there is 'Read me', 'Annex VI'"):
        list(LIST.parse(path))


def test_a_cell_under_no_header_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match=r"row 7.*'stray' stands under no header"):
        read(tmp_path, (*an_entry(), "stray"))
