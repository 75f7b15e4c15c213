"""Annex VI as ECHA exports it: one row per member and period, classes one a line."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import Classified, Member, ReportedRow, Role, WrongFile
from substances.importers.clp_annex_vi.export import NEEDED
from substances.importers.clp_annex_vi.parse import LEGAL_BASIS, ClpAnnexVi
from substances.vocabulary import Authority, Concern, Strength
from tests.substances.made_workbooks import a_workbook

LIST = ClpAnnexVi()
POWDER = "made metal; [particle size < 1 mm]"


def an_entry(
    name: str = "made acid",
    *,
    ec: str = "206-114-9",
    cas: str = "302-01-2",
    index: str = "007-008-00-3",
    classes: str = "Carc. 1B, H350\nSTOT RE 2*, H373**\nPress. Gas",
    begins: object = "01-Mar-2018",
    ends: object = "-",
) -> tuple[object, ...]:
    """One row of the export, as the agency prints it."""
    return (name, ec, cas, index, classes, "ATP09", begins, ends)


def an_export(path: Path, *rows: tuple[object, ...], header: tuple[str, ...] = NEEDED) -> list[ReportedRow]:
    return list(LIST.parse(a_workbook(path / "list.xlsx", rows or (an_entry(),), header=header)))


def test_a_row_is_a_member_with_its_classes_in_their_order(tmp_path: Path) -> None:
    (row,) = an_export(tmp_path)

    assert row.members == (Member("made acid", "302-01-2", "206-114-9", "007-008-00-3"),)
    assert row.classifications == (
        Classified("Carc. 1B", "H350", "Carc. 1B, H350"),
        Classified("STOT RE 2", "H373", "STOT RE 2*, H373**"),
        Classified("Press. Gas", "", "Press. Gas"),
    )
    assert row.reasons == ("index 007-008-00-3",)
    assert (row.listed_on, row.valid_until) == (dt.date(2018, 3, 1), None)
    assert row.facts == {"index_number": "007-008-00-3", "atp": "ATP09"}
    assert row.cells["Hazard class, category and statement code(s)"] == "Carc. 1B, H350\nSTOT RE 2*, H373**\nPress. Gas"
    assert (row.line, row.role, row.problems) == (2, Role.ENTRY, ())


def test_rows_that_share_an_index_number_are_entries_of_their_own(tmp_path: Path) -> None:
    rows = an_export(tmp_path, an_entry(), an_entry("made hydrate", cas="7803-57-8"))

    assert [(row.line, row.role, row.name) for row in rows] == [
        (2, Role.ENTRY, "made acid"),
        (3, Role.ENTRY, "made hydrate"),
    ]


def test_the_last_day_printed_is_the_day_before_it_no_longer_holds(tmp_path: Path) -> None:
    (row,) = an_export(tmp_path, an_entry(ends="30-Apr-2026"))

    assert row.valid_until == dt.date(2026, 5, 1)


@pytest.mark.parametrize(("begins", "told"), [("01-Dec-2010", "2010-12-01"), ("02-Dec-2010", None)])
def test_the_first_day_of_the_export_means_then_or_earlier(tmp_path: Path, begins: str, told: str | None) -> None:
    (row,) = an_export(tmp_path, an_entry(begins=begins))

    assert row.facts.get("listed_on_or_before") == told


@pytest.mark.parametrize(
    ("name", "ec", "group"),
    [
        pytest.param("salts of made acid", "-", True, id="group in words"),
        pytest.param("made things specified elsewhere in this Annex", "-", True, id="rest"),
        pytest.param("diethanolamine salt of made acid", "-", False, id="one substance"),
        pytest.param("salts of made acid", "206-114-9", False, id="group in words with a number"),
    ],
)
def test_a_row_without_numbers_is_a_group_where_its_name_says_so(
    tmp_path: Path, name: str, ec: str, group: bool
) -> None:
    (row,) = an_export(tmp_path, an_entry(name, ec=ec, cas="-"))

    assert row.is_group == group


@pytest.mark.parametrize(
    ("name", "narrowed"),
    [
        (POWDER, "particle size < 1 mm"),
        ("made azide [\u2265 20 % phlegmatiser]", "\u2265 20 % phlegmatiser"),
        ("made acid \u2026% [C > 70 %]", "C > 70 %"),
        ("made oil; [a [complex] combination]", "a [complex] combination"),
        ("spiro[4.5]decane", None),
        ("poly[oxo(methyl-1,2-ethanediyl)]", None),
        ("made methacrylate [2]", None),
        ("unopened]", None),
    ],
)
def test_brackets_at_the_end_of_a_name_narrow_it(tmp_path: Path, name: str, narrowed: str | None) -> None:
    (row,) = an_export(tmp_path, an_entry(name))

    assert row.facts.get("qualifier") == narrowed
    assert row.name == name


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param(an_entry(classes="Carc. 1B, H302"), ["class_and_statement_differ"], id="contradiction"),
        pytest.param(an_entry(classes="Ugly 1, H302"), ["class_unknown"], id="class"),
        pytest.param(an_entry(classes="Carc. 1B, H350x"), ["class_unknown"], id="statement"),
        pytest.param(an_entry(classes="-"), ["no_classification"], id="no class"),
        pytest.param(an_entry(index="-"), ["no_index_number"], id="no index number"),
        pytest.param(an_entry(begins="-"), ["no_date"], id="no day"),
        pytest.param(an_entry(ends="01-Jan-2018"), ["ends_before_it_begins"], id="turned round"),
    ],
)
def test_what_is_odd_is_told_and_the_row_stays(tmp_path: Path, row: tuple[object, ...], told: list[str]) -> None:
    (read,) = an_export(tmp_path, row)

    assert [problem.code for problem in read.problems] == told
    assert read.valid_until is None


def test_a_class_states_its_concern_with_the_rule_and_the_law(tmp_path: Path) -> None:
    (row,) = an_export(tmp_path, an_entry(classes="Carc. 1B, H350\nRepr. 2, H361d\nLact., H362\nAcute Tox. 2*, H300"))
    stated = [(one.concern, one.strength, one.rule) for one in LIST.stated(row)]

    assert stated == [
        (Concern.CARCINOGENIC, Strength.KNOWN_OR_PRESUMED, "clp/carc-1"),
        (Concern.REPROTOXIC, Strength.SUSPECTED, "clp/repr-2"),
    ]
    assert {(one.authority, one.legal_basis) for one in LIST.stated(row)} == {(Authority.HARMONISED, LEGAL_BASIS)}


def test_a_row_that_has_ended_states_what_it_stated(tmp_path: Path) -> None:
    (row,) = an_export(tmp_path, an_entry(ends="30-Apr-2020"))

    assert [one.rule for one in LIST.stated(row)] == ["clp/carc-1", "clp/stot-re"]


def test_the_export_does_not_say_its_day(tmp_path: Path) -> None:
    assert LIST.published_on(a_workbook(tmp_path / "list.xlsx", (an_entry(),), header=NEEDED)) is None


@pytest.mark.parametrize(
    ("row", "header", "said"),
    [
        pytest.param(an_entry(name="-"), NEEDED, "row 2.*Substance name.*no name", id="no name"),
        pytest.param(an_entry(begins="soon"), NEEDED, "row 2.*From.*'soon'", id="no day"),
        pytest.param(an_entry(), (*NEEDED[:-1], "Until"), "'To'.*missing", id="another header"),
        pytest.param((*an_entry(), "stray"), NEEDED, "row 2.*'stray' stands under no header", id="stray cell"),
    ],
)
def test_another_file_is_refused_with_the_place(
    tmp_path: Path, row: tuple[object, ...], header: tuple[str, ...], said: str
) -> None:
    with pytest.raises(WrongFile, match=said):
        an_export(tmp_path, row, header=header)


def test_the_publishers_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(an_export(tmp_path)) == 1
        return
    rows = list(LIST.parse(reference_data / "echa" / "harmonised_list.xlsx"))

    assert [row.line for row in rows] == list(range(2, 4764))
    assert sum(len(row.classifications) for row in rows) == 15_217
    assert Counter(problem.code for row in rows for problem in row.problems) == {"class_and_statement_differ": 2}
    assert {row.role for row in rows} == {Role.ENTRY}
    assert len({row.reasons for row in rows}) == 4399
    assert Counter(row.valid_until for row in rows if row.valid_until) == {
        dt.date(2026, 5, 1): 34,
        dt.date(2027, 2, 1): 10,
    }
    assert sum("listed_on_or_before" in row.facts for row in rows) == 3374
    assert sum(not (one.cas_rn or one.ec_number) for row in rows for one in row.members) == 123
    assert sum(row.is_group for row in rows) == 93
    assert sum("qualifier" in row.facts for row in rows) == 700
    assert Counter(one.rule for row in rows for one in LIST.stated(row)) == {
        "clp/carc-1": 1041,
        "clp/carc-2": 237,
        "clp/muta-1": 430,
        "clp/muta-2": 217,
        "clp/ozone": 4,
        "clp/repr-1": 321,
        "clp/repr-2": 171,
        "clp/resp-sens": 199,
        "clp/skin-sens": 1230,
        "clp/stot-re": 697,
    }
