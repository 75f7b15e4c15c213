"""The Candidate List of before 2025, members on rows of their own, and exports in other languages."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from substances.importers.base import Member, Role, WrongFile
from substances.importers.reach_candidate_list.parse import ReachCandidateList
from substances.importers.values.article_57 import NotAReason, article_57_reason, article_57_reasons
from tests.substances.made_workbooks import CARC, REPRO, an_export

LIST = ReachCandidateList()
HEADER = ("Substance name", "Description", "EC No.", "CAS No.", "Reason for inclusion", "Date of inclusion", "Decision")
EXPORTED = "Export date: 22-May-2024 18:26:22"


def _row(name: str, decision: str, *, ec: str = "-", cas: str = "-", **others: str) -> dict[str, object]:
    said: dict[str, object] = {
        "Substance name": name,
        "Description": "",
        "EC No.": ec,
        "CAS No.": cas,
        "Reason for inclusion": REPRO,
        "Date of inclusion": "17-Jan-2023",
        "Decision": f"https://example.org/{decision}",
    }
    return said | {key.replace("_", " ").capitalize(): value for key, value in others.items()}


SAMPLE = (
    _row("Made acid and its salts", "a", reason_for_inclusion=f"{REPRO}#{CARC}"),
    _row("Sodium madeate", "a", cas="21049-36-5", reason_for_inclusion=f"{REPRO}#{CARC}"),
    _row("Made acid, branched", "a", reason_for_inclusion=f"{REPRO}#{CARC}"),
    _row("Made sulphate", "b", ec="206-114-9", cas="302-01-2, 7803-57-8"),
    _row("Made sulphate, hydrate", "b", cas="7803-57-8"),
    _row("Another", "c", ec="204-661-8", cas="123-91-1", description="with ≥ 0.1% of something"),
)


def _older(path: Path, rows: tuple[Mapping[str, object], ...] = SAMPLE) -> Path:
    return an_export(path, HEADER, rows, sheet="results", preamble=3, criteria=EXPORTED)


def test_rows_of_one_decision_are_members_of_the_first(tmp_path: Path) -> None:
    rows = list(LIST.parse(_older(tmp_path / "list.xlsx")))

    assert [(row.line, row.role, row.belongs_to) for row in rows] == [
        (5, Role.ENTRY, None),
        (6, Role.MEMBER, 5),
        (7, Role.MEMBER, 5),
        (8, Role.ENTRY, None),
        (9, Role.MEMBER, 8),
        (10, Role.ENTRY, None),
    ]
    assert {row.reasons for row in rows[:3]} == {("57a", "57c")}


def test_a_group_is_the_entry_without_numbers_never_a_member_without_them(tmp_path: Path) -> None:
    rows = list(LIST.parse(_older(tmp_path / "list.xlsx")))

    assert [row.line for row in rows if row.is_group] == [5]


def test_numbers_joined_by_a_comma_are_members_of_the_row(tmp_path: Path) -> None:
    row = list(LIST.parse(_older(tmp_path / "list.xlsx")))[3]

    assert row.members == (
        Member("Made sulphate", "302-01-2", "206-114-9"),
        Member("Made sulphate", "7803-57-8", "206-114-9"),
    )


def test_a_comma_within_words_joins_no_numbers(tmp_path: Path) -> None:
    (row,) = LIST.parse(_older(tmp_path / "list.xlsx", (_row("Madestuff", "a", cas="none, see remarks"),)))

    assert row.members == (Member("Madestuff", "none, see remarks"),)


def test_of_a_workbook_with_both_sheets_todays_is_read(tmp_path: Path) -> None:
    path = _older(tmp_path / "list.xlsx")
    book = load_workbook(path)
    page = book.create_sheet("List_results")
    page.append(["Substance name", "EC number", "CAS number", "Date of inclusion", "Reason for inclusion"])
    page.append(["Madestuff", "-", "123-91-1", "17-Jan-2023", REPRO])
    book.save(path)

    assert [row.sheet for row in LIST.parse(path)] == ["List_results"]


def test_what_narrows_a_name_is_a_fact(tmp_path: Path) -> None:
    *_, row = LIST.parse(_older(tmp_path / "list.xlsx"))

    assert row.facts == {"description": "with ≥ 0.1% of something", "decision_url": "https://example.org/c"}


@pytest.mark.parametrize(
    ("key", "other"),
    [("decision", "https://example.org/x"), ("date_of_inclusion", "18-Jan-2023"), ("reason_for_inclusion", CARC)],
)
def test_a_row_of_another_decision_day_or_reason_is_an_entry(tmp_path: Path, key: str, other: str) -> None:
    changed = _row("Sodium madeate", "b", **{key: other}) if key != "decision" else _row("Sodium madeate", "x")
    _, row = LIST.parse(_older(tmp_path / "list.xlsx", (_row("Made acid", "b"), changed)))

    assert row.role == Role.ENTRY


def test_rows_without_a_decision_are_entries_each(tmp_path: Path) -> None:
    alone = _row("Sodium madeate", "b") | {"Decision": "-"}
    rows = list(LIST.parse(_older(tmp_path / "list.xlsx", (alone, alone | {"Substance name": "Other"}))))

    assert [row.role for row in rows] == [Role.ENTRY, Role.ENTRY]


def test_the_day_of_export_is_the_day_of_publication(tmp_path: Path) -> None:
    assert LIST.published_on(_older(tmp_path / "list.xlsx")) == dt.date(2024, 5, 22)


@pytest.mark.parametrize("text", ["Exportdatum: 4 mrt 2024 09:05", "Exportdatum: 4-mrt-2024 09:05:01"])
def test_the_day_of_export_is_read_in_dutch(tmp_path: Path, text: str) -> None:
    path = an_export(tmp_path / "list.xlsx", HEADER, SAMPLE, sheet="results", preamble=3, criteria=text)

    assert LIST.published_on(path) == dt.date(2024, 3, 4)


@pytest.mark.parametrize("text", ["Export date: today 18:26:22", "Nothing of the kind"])
def test_no_day_of_export_is_guessed(tmp_path: Path, text: str) -> None:
    path = an_export(tmp_path / "list.xlsx", HEADER, SAMPLE, sheet="results", preamble=3, criteria=text)

    assert LIST.published_on(path) is None


def test_the_older_shape_without_decisions_is_refused(tmp_path: Path) -> None:
    path = an_export(tmp_path / "list.xlsx", HEADER[:-1], SAMPLE, sheet="results", preamble=3)

    with pytest.raises(WrongFile, match=r"'results', row 4, column 'Decision'"):
        list(LIST.parse(path))


def test_a_dutch_export_is_read_under_english_headers(tmp_path: Path) -> None:
    header = ("Stofnaam", "EG-nummer", "CAS-nummer", "Datum van opname", "Reden voor opname")
    said = ("Madestof", "204-661-8", "123-91-1", "4 mrt 2024", "Kankerverwekkend (Artikel 57 a)")
    path = an_export(tmp_path / "list.xlsx", header, [dict(zip(header, said, strict=True))])
    (row,) = LIST.parse(path)

    assert (row.members, row.reasons) == ((Member("Madestof", "123-91-1", "204-661-8"),), ("57a",))
    assert row.listed_on == dt.date(2024, 3, 4)
    assert row.cells["CAS number"] == "123-91-1"


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        ("Toxic for reproduction  (Article 57c)", "57c"),
        ("Giftig voor de voortplanting (Artikel 57 c)", "57c"),
        ("Erbgutverändernd (Artikel 57b);", "57b"),
        ("PBT (Article 57(d))", "57d"),
    ],
)
def test_the_letter_of_a_point_says_the_reason_in_any_language(printed: str, normal: str) -> None:
    assert article_57_reason(printed) == normal


@pytest.mark.parametrize("printed", ["Ernstig (Artikel 57 f)", "A (Article 57a) and B (Article 57b)", "Ugly", "57a"])
def test_a_reason_that_its_letter_does_not_say_is_not_guessed(printed: str) -> None:
    with pytest.raises(NotAReason, match="is not a reason"):
        article_57_reason(printed)


def test_reasons_of_a_cell_are_said_once_and_sorted() -> None:
    assert article_57_reasons(f"{REPRO}#{CARC}\n{REPRO}") == ("57a", "57c")


def test_the_publishers_older_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(list(LIST.parse(_older(tmp_path / "list.xlsx")))) == 6
        return
    path = reference_data / "echa" / "legacy_candidate_list_2024.xlsx"
    rows = list(LIST.parse(path))

    assert Counter(row.role for row in rows) == {Role.ENTRY: 240, Role.MEMBER: 246}
    assert len({row.belongs_to for row in rows if row.belongs_to}) == 36
    assert sum(row.is_group for row in rows) == 32
    assert sum(len(row.members) for row in rows) == 491
    assert not any(row.problems for row in rows)
    assert LIST.published_on(path) == dt.date(2024, 5, 22)
