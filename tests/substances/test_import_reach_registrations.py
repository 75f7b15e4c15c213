"""The list of registered substances: an inventory; who has no public name is called by its number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from substances.importers.base import Member, ReportedRow, Role, WrongFile
from substances.importers.reach_registrations.parse import CAS, EC, LINK, NAME, NO_NAME, SHEET, ReachRegistrations
from tests.substances.made_workbooks import a_workbook

LIST = ReachRegistrations()
HEADER = (NAME, EC, CAS, LINK)
OVERVIEW = "https://example.org/100.000.000/overview"


def read(path: Path, *rows: tuple[object, ...]) -> list[ReportedRow]:
    return list(LIST.parse(a_workbook(path / "list.xlsx", rows, header=HEADER, sheet=SHEET)))


def test_a_row_names_a_substance_with_its_numbers(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ("made\u00a0 acid", "A00-433-4", "302-01-2", OVERVIEW))

    assert row.members == (Member("made acid", "302-01-2", "A00-433-4"),)
    assert row.facts == {"overview": OVERVIEW}
    assert (row.line, row.role, row.is_group, row.problems) == (2, Role.ENTRY, False, ())
    assert row.cells[NAME] == "made  acid"


def test_a_row_without_numbers_is_a_substance_and_no_group(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ("Poly(substitutedmethyl)amino acid", "-", "-", OVERVIEW))

    assert row.members == (Member("Poly(substitutedmethyl)amino acid"),)
    assert (row.is_group, row.role, row.problems) == (False, Role.ENTRY, ())


@pytest.mark.parametrize(
    ("ec", "cas", "member"),
    [
        ("410-460-8", "-", Member("EC 410-460-8", ec_number="410-460-8")),
        ("-", "302-01-2", Member("CAS 302-01-2", cas_rn="302-01-2")),
    ],
)
def test_who_has_no_public_name_is_called_by_its_number(tmp_path: Path, ec: str, cas: str, member: Member) -> None:
    (row,) = read(tmp_path, (NO_NAME, ec, cas, OVERVIEW))

    assert row.members == (member,)
    assert row.name == NO_NAME
    assert row.facts["name_is_withheld"] is True


def test_neither_a_name_nor_a_number_names_nobody(tmp_path: Path) -> None:
    rows = read(tmp_path, (NO_NAME, "-", "-", OVERVIEW), ("-", "-", "-", OVERVIEW))

    assert [(row.members, row.role) for row in rows] == [((), Role.UNUSABLE)] * 2
    assert [problem.code for row in rows for problem in row.problems] == ["nobody_named"] * 2


def test_being_registered_states_no_concern(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ("made acid", "206-114-9", "302-01-2", OVERVIEW))

    assert list(LIST.stated(row)) == []
    assert LIST.published_on(tmp_path / "list.xlsx") is None


def test_another_sheet_is_refused(tmp_path: Path) -> None:
    path = a_workbook(tmp_path / "list.xlsx", [("x", "-", "-", "-")], header=HEADER, sheet="Results")

    with pytest.raises(WrongFile, match="no sheet 'Substances list'; there is 'Results'"):
        list(LIST.parse(path))


def test_the_publishers_file_is_read_to_its_last_row(reference_data: Path | None, tmp_path: Path) -> None:
    if reference_data is None:
        assert len(read(tmp_path, ("made acid", "206-114-9", "302-01-2", OVERVIEW))) == 1
        return
    rows = list(LIST.parse(reference_data / "echa" / "reach_registrations.xlsx"))
    cas = Counter(one.cas_rn for row in rows for one in row.members if one.cas_rn)

    assert [row.line for row in rows] == list(range(2, 25_233))
    assert Counter(row.role for row in rows) == {Role.ENTRY: 25_189, Role.UNUSABLE: 42}
    assert Counter(problem.code for row in rows for problem in row.problems) == {"nobody_named": 42}
    assert sum(row.cells[EC] == row.cells[CAS] == "-" for row in rows) == 332
    assert sum("name_is_withheld" in row.facts for row in rows) == 774
    assert sum(one.ec_number.startswith("A") for row in rows for one in row.members) == 4
    assert max(cas.values()) == 3
    assert not any(row.classifications or row.is_group for row in rows)
