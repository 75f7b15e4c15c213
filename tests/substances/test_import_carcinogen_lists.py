"""IARC's classifications and the US Report on Carcinogens: rows, and what they state by published equivalences."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import Member, WrongFile
from substances.importers.iarc.parse import Iarc
from substances.importers.ntp_roc.parse import NtpRoc
from substances.vocabulary import Authority

IARC, NTP = Iarc(), NtpRoc()
IARC_ROWS = (
    "50-00-0\tFormaldehyde\t1\tSup 7, 62, 88, 100F\t2012",
    "75-01-0\tMadeup A\t11\t71\t1999",
    "75-02-1\tMadeup B\t2B\t130\t2022 online",
    "75-03-2\tMadeup C\t12\t131\tIn prep.",
    "75-04-3\tMadeup D\t3\tSup 7\t1987",
    "64-17-5\tEthanol in alcoholic beverages\t1\t96, 100E\t2012",
)
NTP_ROWS = (
    "50-00-0,Formaldehyde,Known,,,",
    "7646-79-9\u00a0,Cobalt Chloride (see Cobalt-Related Exposures),RAHC,,,",
    "7664-93-9,Sulfuric Acid (see Strong Inorganic Acid Mists Containing Sulfuric Acid),Known,,,",
    "NA,Strong Inorganic Acid Mists Containing Sulfuric Acid,Known,,,",
)


def iarc(folder: Path, *rows: str) -> Path:
    """IARC's table in the publisher's layout."""
    path = folder / "iarc.tsv"
    path.write_text("\n".join(["CAS\tdescription\tgroup\tvolumes\tyear", *(rows or IARC_ROWS), ""]), encoding="utf-8")
    return path


def ntp(folder: Path, *rows: str) -> Path:
    """The list of the Report on Carcinogens in the publisher's layout."""
    path = folder / "roc.csv"
    text = "\r\n".join(["CASRN,NAME,Listing,,,", *(rows or NTP_ROWS), ""])
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def test_groups_are_read_in_both_spellings(tmp_path: Path) -> None:
    reasons = [row.reasons for row in IARC.parse(iarc(tmp_path))]

    assert reasons[:5] == [("group 1",), ("group 2A",), ("group 2B",), ("group 2B",), ("group 3",)]


def test_a_year_of_a_volume_is_a_fact_and_no_day_since_when(tmp_path: Path) -> None:
    first, _, online, unpublished, *_ = IARC.parse(iarc(tmp_path))

    assert first.facts == {"volumes": ["Sup 7", "62", "88", "100F"], "year_of_last_volume": 2012}
    assert online.facts["year_of_last_volume"] == 2022
    assert "year_of_last_volume" not in unpublished.facts
    assert {first.listed_on, IARC.published_on(tmp_path)} == {None}


def test_groups_1_and_2a_state_more_than_2b_and_group_3_nothing(tmp_path: Path) -> None:
    stated = [[(one.rule, one.strength) for one in IARC.stated(row)] for row in IARC.parse(iarc(tmp_path))]

    assert stated[:5] == [
        [("iarc/group-1", "known_or_presumed")],
        [("iarc/group-2A", "known_or_presumed")],
        [("iarc/group-2B", "suspected")],
        [("iarc/group-2B", "suspected")],
        [],
    ]


def test_what_iarc_says_of_a_drink_is_not_said_of_ethanol(tmp_path: Path) -> None:
    *_, ethanol = IARC.parse(iarc(tmp_path))

    assert ethanol.members[0].cas_rn == "64-17-5"
    assert ethanol.facts["circumstance"] == "in alcoholic beverages"
    assert [problem.code for problem in ethanol.problems] == ["circumstance"]
    assert list(IARC.stated(ethanol)) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("50-00-0\tX\t5\t1\t1999", "row 2, column 'group'.*'5' is no group"),
        ("50-00-0\t\t1\t1\t1999", "row 2, column 'description'.*no name"),
    ],
)
def test_a_row_that_iarc_cannot_print_refuses_the_file(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(WrongFile, match=said):
        list(IARC.parse(iarc(tmp_path, row)))


def test_a_name_of_the_report_is_freed_of_the_listing_it_points_to(tmp_path: Path) -> None:
    _, cobalt, *_ = NTP.parse(ntp(tmp_path))

    assert cobalt.members == (Member("Cobalt Chloride", "7646-79-9"),)
    assert cobalt.facts == {"see": "Cobalt-Related Exposures"}
    assert cobalt.cells["NAME"] == "Cobalt Chloride (see Cobalt-Related Exposures)"


def test_both_listings_of_the_report_state_known_or_presumed(tmp_path: Path) -> None:
    known, anticipated, acid, mists = NTP.parse(ntp(tmp_path))

    assert [(one.rule, one.strength, one.authority) for row in (known, anticipated) for one in NTP.stated(row)] == [
        ("ntp-roc/known", "known_or_presumed", Authority.AUTHORITY_ASSESSMENT),
        ("ntp-roc/reasonably-anticipated", "known_or_presumed", Authority.AUTHORITY_ASSESSMENT),
    ]
    assert list(NTP.stated(acid)) == []
    assert [one.rule for one in NTP.stated(mists)] == ["ntp-roc/known"]


def test_another_listing_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match=r"row 2, column 'Listing'.*'Maybe' is no listing"):
        list(NTP.parse(ntp(tmp_path, "50-00-0,X,Maybe,,,")))


def test_the_publishers_files_are_read_to_their_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(list(IARC.parse(iarc(tmp_path)))) == len(IARC_ROWS)
        assert len(list(NTP.parse(ntp(tmp_path)))) == len(NTP_ROWS)
        return
    agents = list(IARC.parse(reference_data / "iarc" / "iarc.tsv"))
    listed = list(NTP.parse(reference_data / "ntp" / "roc15.csv"))

    assert Counter(row.reasons[0] for row in agents) == {"group 1": 75, "group 2A": 76, "group 2B": 274, "group 3": 438}
    assert {problem.code for row in agents for problem in row.problems} == {"circumstance"}
    assert len(agents) == 863
    assert (len(listed), sum(not row.members[0].cas_rn for row in listed)) == (349, 47)
    assert [row.line for row in listed] == list(range(2, 351))
