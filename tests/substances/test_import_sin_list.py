"""The SIN List, on a made workbook in its documented layout: substances, and the sheet of their producers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from substances.importers.base import Member, ProducerRow, ReportedRow, WrongFile
from substances.importers.sin_list import producers as sheet_of_producers
from substances.importers.sin_list.parse import SinList
from substances.importers.sin_list.producers import isin_check_digit, producers
from substances.vocabulary import Authority, Concern

LIST = SinList()
HEADER = (
    "CAS Number",
    "EC Number",
    "Name",
    "Synonyms",
    "SIN Groups",
    "Date for inclusion on the SIN List",
    "Reasons for inclusion on the SIN List",
    "Health and envornmental concern",
    "REACH status, appears on",
    "Registration information",
    "Registered production volume",
    "(Bio)monitoring data",
    "Hazard class and category code(s)",
    "Hazard statement code(s)",
    "Possible uses",
    "Technical function of substance",
    "Registered use(s) - Sector of End Use (SU)",
    "Registered use(s) - Chemical Product Category (PC)",
    "Registered use(s) - Article Category (AC)",
    "Marketplace Alternatives",
)
BPA = {
    "CAS Number": "80-05-7",
    "EC Number": "201-245-8",
    "Name": "4,4'-isopropylidenediphenol\u00a0",
    "Synonyms": "Bisphenol A; BPA",
    "SIN Groups": "Bisphenols, Phenols",
    "Date for inclusion on the SIN List": "2011 May",
    "Reasons for inclusion on the SIN List": "Made up for this test.",
    "Health and envornmental concern": "Toxic to Reproduction, Endocrine disruptor",
    "Registered production volume": "1 000 - 10 000; 10 - 100",
    "Hazard class and category code(s)": "Repr. 1B\nSkin Sens. 1",
    "Hazard statement code(s)": "H360F\nH317",
    "Registered use(s) - Sector of End Use (SU)": "SU 10: Formulation",
    "Registered use(s) - Chemical Product Category (PC)": "PC 1: Adhesives",
    "Registered use(s) - Article Category (AC)": "-",
    "Marketplace Alternatives": "-",
}
MAKER = {
    "Company": "Example Chemicals",
    "Group": "Example Group",
    "ISIN": "ZZMADEUP0004",
    "ChemScore Grade": "C+",
    "Number of SINs": "12",
    "Number of Candidate": "4",
    "Countries": "Germany, France",
    "CAS": "80-05-7 / 77-40-7",
    "EC": "201-245-8 / 201-025-1",
    "Substance name": "Bisphenols",
}


def a_download(folder: Path, substances: Sequence[dict[str, str]] = (), makers: Sequence[dict[str, str]] = ()) -> Path:
    """A workbook with the sheets `SIN List` and `SIN Producers`."""
    book = Workbook()
    book.remove(book.active)
    tables = (("SIN List", HEADER, substances or [BPA]), ("SIN Producers", tuple(MAKER), makers or [MAKER]))
    for name, header, rows in tables:
        page = book.create_sheet(name)
        page.append(list(header))
        for row in rows:
            page.append([row.get(one, "") for one in header])
    path = folder / "sin.xlsx"
    book.save(path)
    return path


def one(folder: Path, **changed: str) -> ReportedRow:
    words = {"cas": "CAS Number", "ec": "EC Number", "concern": HEADER[7], "listed": HEADER[5], "volume": HEADER[10]}
    (row,) = LIST.parse(a_download(folder, [BPA | {words[key]: value for key, value in changed.items()}]))
    return row


def maker(folder: Path, **changed: str) -> ProducerRow:
    (row,) = producers(a_download(folder, makers=[MAKER | changed]))
    return row


def test_a_substance_is_read_with_all_it_says(tmp_path: Path) -> None:
    row = one(tmp_path)

    assert row.members == (Member("4,4'-isopropylidenediphenol", "80-05-7", "201-245-8"),)
    assert row.reasons == ("endocrine-disruptor", "toxic-to-reproduction")
    assert [(c.hazard_class, c.hazard_statement) for c in row.classifications] == [
        ("Repr. 1B", "H360F"),
        ("Skin Sens. 1", "H317"),
    ]
    assert row.facts["synonyms"] == ["Bisphenol A", "BPA"]
    assert row.facts["groups"] == ["Bisphenols", "Phenols"]
    assert row.facts["use_descriptors"] == ["SU10", "PC1"]
    assert [band["min_tonnes_per_year"] for band in row.facts["tonnages"]] == [1000, 10]
    assert row.problems == ()
    assert set(row.cells) == set(HEADER)


def test_a_month_of_inclusion_is_its_first_day_and_says_so(tmp_path: Path) -> None:
    row = one(tmp_path)

    assert (row.listed_on, row.facts["listed_on_precision"]) == (dt.date(2011, 5, 1), "month")


@pytest.mark.parametrize("printed", ["", "-"])
def test_a_missing_date_is_told(tmp_path: Path, printed: str) -> None:
    row = one(tmp_path, listed=printed)

    assert (row.listed_on, row.problems[0].code) == (None, "no_date")


@pytest.mark.parametrize(
    ("key", "members", "is_group"),
    [
        ("EC-402-660-9", [("", "402-660-9")], False),
        ("No-Cas-1", [("", "")], False),
        ("Various 2", [("", "")], True),
        ("142844-00-6_1", [("142844-00-6", "")], False),
        ("80-05-7 / 77-40-7; 50-00-0", [("80-05-7", ""), ("77-40-7", ""), ("50-00-0", "")], False),
    ],
)
def test_a_key_is_read_as_what_it_is(tmp_path: Path, key: str, members: list[tuple[str, str]], is_group: bool) -> None:
    row = one(tmp_path, cas=key, ec="-")

    assert [(member.cas_rn, member.ec_number) for member in row.members] == members
    assert row.is_group is is_group
    assert row.cells["CAS Number"] == key


def test_a_group_with_a_number_is_no_group_by_name_only(tmp_path: Path) -> None:
    assert not one(tmp_path, cas="Various 2", ec="201-245-8").is_group


def test_every_token_states_a_concern_of_the_vocabulary_as_a_screening_list(tmp_path: Path) -> None:
    tokens = (
        "Carcinogenic, Extremely persistent, Toxic to Reproduction, Mutagenic, Endocrine disruptor, "
        "Equivalent concern, PBT/vPvB, PMT/vPvM"
    )
    row = one(tmp_path, concern=tokens)
    stated = list(LIST.stated(row))

    assert len(row.reasons) == 8
    assert {one.concern for one in stated} <= set(Concern.values)
    assert {(one.authority, one.strength) for one in stated} == {(Authority.SCREENING_LIST, "")}
    assert len(stated) == 9


def test_an_endocrine_disruptor_is_stated_for_both_with_the_doubt_in_its_ground(tmp_path: Path) -> None:
    stated = list(LIST.stated(one(tmp_path, concern="Endocrine disruptor")))

    assert [one.concern for one in stated] == ["endocrine_hh", "endocrine_env"]
    assert all("does not say whether" in one.legal_basis for one in stated)


@pytest.mark.parametrize("printed", ["Tonnage Data Confidential", "Intermediate Use Only", "Ceased manufacture"])
def test_a_volume_in_words_is_understood(tmp_path: Path, printed: str) -> None:
    row = one(tmp_path, volume=printed)

    assert row.problems == ()
    assert row.facts["tonnages"][0]["as_printed"] == printed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"concern": "Ugly"}, "sheet 'SIN List', row 2, column 'Health and envornmental concern': 'Ugly'"),
        ({"concern": ""}, "no concern"),
        ({"listed": "lately"}, "column 'Date for inclusion on the SIN List': 'lately'"),
    ],
)
def test_a_row_that_the_list_cannot_print_refuses_the_file(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    with pytest.raises(WrongFile, match=said):
        one(tmp_path, **changed)


def test_a_producer_is_read_with_the_substances_it_makes(tmp_path: Path) -> None:
    row = maker(tmp_path)

    assert (row.company, row.group, row.isin, row.is_pseudo_group) == (
        "Example Chemicals",
        "Example Group",
        "ZZMADEUP0004",
        False,
    )
    assert (row.sin_count, row.candidate_count, row.countries) == (12, 4, ("Germany", "France"))
    assert row.members == (Member("Bisphenols", "80-05-7", "201-245-8"), Member("Bisphenols", "77-40-7", "201-025-1"))
    assert (row.sheet, row.line) == (sheet_of_producers.SHEET, 2)


@pytest.mark.parametrize("group", ["CBI", "Service provider"])
def test_a_pseudo_group_is_no_company(tmp_path: Path, group: str) -> None:
    assert maker(tmp_path, Group=group).is_pseudo_group


def test_a_wrong_isin_or_count_is_told_and_not_used(tmp_path: Path) -> None:
    row = maker(tmp_path, ISIN="ZZMADEUP0005", **{"Number of SINs": "many"})

    assert (row.isin, row.sin_count) == ("", None)
    assert [problem.code for problem in row.problems] == ["isin", "count_not_read"]


@pytest.mark.parametrize("isin", ["US0378331005", "DE000BASF111", "GB0002634946"])
def test_check_digits_of_isins_in_use_are_right(isin: str) -> None:
    assert isin_check_digit(isin[:-1]) == isin[-1]


def test_a_producer_without_a_name_refuses_the_sheet(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="sheet 'SIN Producers', row 2, column 'Company'"):
        maker(tmp_path, Company="")
