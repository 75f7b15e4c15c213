"""The US EPA's lists: the Safer Chemical Ingredients List and exports of the CompTox Chemicals Dashboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from substances.importers.base import ReportedRow, Role, WrongFile
from substances.importers.comptox.parse import CompTox
from substances.importers.epa_scil.parse import EpaScil
from substances.vocabulary import ListEffect

SCIL, COMPTOX = EpaScil(), CompTox()
SCIL_HEADER = ("Common Name", "CAS Registry Number", "Functional Use Class", "Code")
COMPTOX_HEADER = ("DTXSID", "PREFERRED NAME", "CASRN", "INCHIKEY", "SMILES", "INCHI STRING", "MOLECULAR FORMULA")
PAGE = "https://comptox.epa.gov/dashboard/chemical/details/"
BPA = (
    f"{PAGE}DTXSID7020182",
    "Bisphenol A",
    "80-05-7",
    "IISBACLAFKSPIT-UHFFFAOYSA-N",
    "CC(C)(C1=CC=C(O)C=C1)C1=CC=C(O)C=C1",
    "InChI=1S/C15H16O2/c1-15(2,11-3-7-13(16)8-4-11)12-5-9-14(17)10-6-12/h3-10,16-17H,\n1-2H3\n",
    "C15H16O2",
)


def a_text(folder: Path, header: Sequence[str], *rows: Sequence[str]) -> Path:
    """A CSV file with byte order mark, as the agency exports."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    path = folder / "list.csv"
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def a_workbook(folder: Path, **sheets: Sequence[Sequence[str]]) -> Path:
    """A workbook with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    path = folder / "list.xlsx"
    book.save(path)
    return path


def one_of_comptox(folder: Path, **changed: str) -> ReportedRow:
    row = [changed.get(header.split()[0].lower(), cell) for header, cell in zip(COMPTOX_HEADER, BPA, strict=True)]
    (found,) = COMPTOX.parse(a_text(folder, COMPTOX_HEADER, row))
    return found


def test_an_ingredient_is_read_with_its_use_and_code(tmp_path: Path) -> None:
    path = a_text(
        tmp_path, SCIL_HEADER, ("Madeup ester*  Only in rinse-off use", "50-00-0", "Solvents", "Green half-circle")
    )
    (row,) = SCIL.parse(path)

    assert (row.name, row.members[0].cas_rn, row.reasons) == ("Madeup ester", "50-00-0", ("green half circle",))
    assert row.facts == {"functional_uses": ["Solvents"], "comment": "*  Only in rinse-off use"}
    assert row.cells["Common Name"] == "Madeup ester*  Only in rinse-off use"


def test_a_favourable_list_states_no_concern(tmp_path: Path) -> None:
    rows = [(f"X{code}", "50-00-0", "Solvents", code) for code in ("Green circle", "Yellow triangle", "Gray square")]

    assert [list(SCIL.stated(row)) for row in SCIL.parse(a_text(tmp_path, SCIL_HEADER, *rows))] == [[], [], []]


def test_a_remark_below_the_list_is_kept_as_one(tmp_path: Path) -> None:
    path = a_text(
        tmp_path, SCIL_HEADER, ("X", "50-00-0", "Solvents", "Green circle"), ("* See the criteria", "", "", "")
    )
    *_, remark = SCIL.parse(path)

    assert (remark.role, remark.members, remark.problems[0].code) == (Role.UNUSABLE, (), "footnote")


def test_the_sheet_with_the_header_is_the_list_under_other_words_too(tmp_path: Path) -> None:
    other = ("Chemical Name", "CASRN", "Functional Class", "SCIL Code")
    path = a_workbook(tmp_path, About=[["Read me"]], SCIL=[other, ("X", "50-00-0", "Solvents", "Green circle")])

    assert [(row.sheet, row.name) for row in SCIL.parse(path)] == [("SCIL", "X")]


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"A": [["Read me"]]}, "sheet 'A', row 1.*header is missing"),
        ({"A": [SCIL_HEADER], "B": [SCIL_HEADER]}, "the sheets 'A', 'B' all have the header"),
        ({"A": [SCIL_HEADER, ("X", "50-00-0", "Solvents", "Purple star")]}, "row 2, column 'Code': 'Purple star'"),
        ({"A": [SCIL_HEADER, ("", "50-00-0", "Solvents", "Green circle")]}, "row 2, column 'Common Name': .* no name"),
    ],
)
def test_a_workbook_that_is_not_the_ingredients_list_is_refused(
    tmp_path: Path, sheets: dict[str, list[Sequence[str]]], said: str
) -> None:
    with pytest.raises(WrongFile, match=said):
        list(SCIL.parse(a_workbook(tmp_path, **sheets)))


def test_a_substance_of_the_dashboard_is_read_with_its_structure_unread(tmp_path: Path) -> None:
    (row,) = COMPTOX.parse(a_text(tmp_path, COMPTOX_HEADER, BPA))
    (member,) = row.members

    assert (member.name, member.cas_rn, member.dtxsid) == ("Bisphenol A", "80-05-7", "DTXSID7020182")
    assert (member.inchikey, member.smiles) == (BPA[3], BPA[4])
    assert member.inchi == "InChI=1S/C15H16O2/c1-15(2,11-3-7-13(16)8-4-11)12-5-9-14(17)10-6-12/h3-10,16-17H,1-2H3"
    assert row.problems == ()
    assert row.cells["DTXSID"] == BPA[0]


def test_the_dashboards_own_key_is_no_cas_number(tmp_path: Path) -> None:
    row = one_of_comptox(tmp_path, casrn="NOCAS_872425")

    assert (row.members[0].cas_rn, row.facts["key"], row.problems) == ("", "NOCAS_872425", ())


def test_more_than_smiles_can_say_is_no_structure(tmp_path: Path) -> None:
    row = one_of_comptox(tmp_path, smiles="CC.FC(F)C |m:2:0.1|")

    assert row.members[0].smiles == ""
    assert row.facts["cxsmiles"] == "CC.FC(F)C |m:2:0.1|"
    assert [problem.code for problem in row.problems] == ["cxsmiles"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"smiles": "FAIL"}, "no_smiles"),
        ({"smiles": "IISBACLAFKSPIT-UHFFFAOYSA-N"}, "no_smiles"),
        ({"smiles": "CC CC"}, "no_smiles"),
        ({"inchi": "N2"}, "no_inchi"),
        ({"inchikey": "IISBACLAFKSPIT"}, "inchikey_shape"),
        ({"dtxsid": f"{PAGE}DTXSID8020182"}, "dtxsid_check_digit"),
        ({"dtxsid": "here"}, "dtxsid_shape"),
        ({"casrn": "80-05-8"}, "cas_check_digit"),
    ],
)
def test_what_is_none_of_its_column_is_told_and_the_row_stays(
    tmp_path: Path, changed: dict[str, str], code: str
) -> None:
    row = one_of_comptox(tmp_path, **changed)

    assert (row.role, row.name) == (Role.ENTRY, "Bisphenol A")
    assert [problem.code for problem in row.problems] == [code]


def test_an_empty_structure_is_no_problem(tmp_path: Path) -> None:
    row = one_of_comptox(tmp_path, smiles="", inchi="-", inchikey="N/A")

    assert (row.members[0].smiles, row.members[0].inchi, row.problems) == ("", "", ())


def test_a_row_that_names_nobody_is_kept_with_a_problem(tmp_path: Path) -> None:
    row = one_of_comptox(tmp_path, dtxsid="-", preferred="", casrn="NOCAS_1")

    assert (row.role, row.members, row.problems[0].code) == (Role.UNUSABLE, (), "nobody_named")


def test_many_rows_with_line_ends_in_them_all_come_back(tmp_path: Path) -> None:
    rows = list(COMPTOX.parse(a_text(tmp_path, COMPTOX_HEADER, *[BPA] * 50)))

    assert [row.line for row in rows] == list(range(2, 52))


def test_neither_list_is_one_of_concern() -> None:
    catalogue = Path(__file__).parents[2] / "substances" / "catalogue" / "lists.csv"
    lines = catalogue.read_text(encoding="utf-8").splitlines()
    effects = {row["slug"]: row["effect"] for row in csv.DictReader(lines)}

    assert (effects["epa-scil"], effects["comptox"]) == (ListEffect.FAVOURABLE, ListEffect.INVENTORY)
