"""Many structures in one text: every row once, in order, with its line; a broken one leaves the others alone."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from substances.chemistry.messages import StructureRefused
from substances.chemistry.records import Record, RecordsFormat, records_format_named, records_of
from substances.chemistry.sdf_text import sdf_blocks
from tests.chemistry.bad_input import MOLFILE

RECORD = f"{MOLFILE}>  <CAS>\n64-17-5\n\n"


def rows(text: str, format: RecordsFormat) -> list[tuple[int, str, str]]:
    return [(row.line, row.text, row.name) for row in records_of(text, format)]


def test_lines_of_smiles_have_a_structure_and_a_name() -> None:
    assert rows("SMILES Name\nCCO ethanol\nCC\tan alkane\n", "smiles") == [
        (2, "CCO", "ethanol"),
        (3, "CC", "an alkane"),
    ]


def test_an_extension_stays_with_its_smiles() -> None:
    assert rows("CC |c:0| a name\n", "smiles") == [(1, "CC |c:0|", "a name")]


def test_an_empty_line_between_rows_is_a_row_and_those_at_the_end_are_none() -> None:
    assert rows("CC\n\nCO\n\n \n", "smiles") == [(1, "CC", ""), (2, "", ""), (3, "CO", "")]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_line(ends: str) -> None:
    assert [row[1] for row in rows(ends.join(["CC", "CO", ""]), "smiles")] == ["CC", "CO"]


def test_a_line_is_read_from_a_file_as_from_a_text() -> None:
    text = "80-05-7\nbisphenol A\n"
    assert list(records_of(io.StringIO(text), "lines")) == list(records_of(text, "lines"))
    assert [row.notation for row in records_of(text, "lines")] == ["auto", "auto"]


CSV = 'id,SMILES,name\n1,CCO,"a, b"\n2,"CCO,x\n3,CC,1,2-x\n4,CO\n5,"C"C,x\n6,CN,\n'


def test_a_stray_quote_takes_its_own_row_only() -> None:
    found = [(row.line, row.text, row.problem and row.problem.code) for row in records_of(CSV, "csv")]
    assert found == [
        (2, "CCO", None),
        (3, "", "row_quote"),
        (4, "", "row_cells"),
        (5, "CO", None),
        (6, "", "row_quote"),
        (7, "CN", None),
    ]


@pytest.mark.parametrize(
    ("header", "row", "notation", "name"),
    [
        pytest.param("Canonical SMILES;ID", "CC;7", "smiles", "7", id="semicolons"),
        pytest.param("CAS\tName", "74-84-0\tethane", "cas", "ethane", id="tabs"),
        pytest.param("name", "ethane", "name", "", id="names alone"),
        pytest.param("smiles,cas", ",74-84-0", "cas", "74-84-0", id="no SMILES in the row"),
        pytest.param("no,inchi", '1,"InChI=1S/C2H6/c1-2/h1-2H3"', "inchi", "1", id="InChI in quotes"),
    ],
)
def test_columns_are_found_by_their_headers(header: str, row: str, notation: str, name: str) -> None:
    (found,) = records_of(f"\ufeff{header}\n{row}\n", "csv")
    assert (found.notation, found.name) == (notation, name)


def test_a_table_without_structures_is_refused() -> None:
    with pytest.raises(StructureRefused) as raised:
        records_of("colour,weight\nred,3\n", "csv")
    assert raised.value.code == "csv_header"


def test_a_row_that_does_not_end_is_a_problem_of_its_own() -> None:
    found = [row.problem and row.problem.code for row in records_of("smiles\n" + "C" * 30_000 + "\nCC\n", "csv")]
    assert found == ["too_long", None]


def test_a_record_has_its_line_its_title_and_its_molfile() -> None:
    found = rows(f"one{RECORD}$$$$\ntwo{RECORD}$$$$\n", "sdf")
    assert [(line, name) for line, _text, name in found] == [(1, "one"), (15, "two")]
    assert found[0][1] == f"one{MOLFILE}"


BROKEN = [
    pytest.param(RECORD.replace("M  END\n", ""), id="no end"),
    pytest.param(RECORD.replace("  3  2", "  9  9"), id="wrong counts"),
    pytest.param("", id="nothing"),
    pytest.param("\x00\n\n", id="a zero byte"),
    pytest.param("x" * (2**21 + 1) + "\n", id="too long"),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_record_leaves_the_others_in_their_places(broken: str) -> None:
    text = "".join(f"{record}$$$$\n" for record in [RECORD, RECORD, broken, *[RECORD] * 7])
    found = list(records_of(text, "sdf"))
    assert [row.number for row in found] == list(range(1, 11))
    assert [row.number for row in found if row.text == MOLFILE] == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert text.split("\n")[found[3].line - 1 + 3] == MOLFILE.split("\n")[3]


def test_a_record_whose_end_is_missing_does_not_take_the_next_with_it() -> None:
    text = f"one{RECORD}two{RECORD}$$$$\nthree{RECORD}"
    assert [(line, name) for line, _text, name in rows(text, "sdf")] == [(1, "one"), (14, "two"), (28, "three")]
    assert [block.closed for block in sdf_blocks(text.split("\n"))] == [False, True, False]


@given(st.lists(st.sampled_from([RECORD, RECORD.replace("M  END\n", ""), "", "x\n", "> <a>\n$\n"]), max_size=12))
def test_every_end_of_a_record_is_a_record(records: list[str]) -> None:
    text = "".join(f"{record}$$$$\n" for record in records)
    assert [row.number for row in records_of(text, "sdf")] == list(range(1, len(records) + 1))


@given(st.lists(st.text(alphabet='CNO",; \t|', min_size=1, max_size=20), max_size=12))
def test_every_line_of_a_table_is_a_row(lines: list[str]) -> None:
    text = "smiles,name\n" + "".join(f"{line}\n" for line in lines)
    found = list(records_of(text, "csv"))
    assert [row.line for row in found] == list(range(2, len(found) + 2))
    assert len(found) <= len(lines)
    assert all(not line.strip('", ;\t|') for line in lines[len(found) :])


def test_a_format_is_known_by_its_name() -> None:
    assert records_format_named("sdf") == "sdf"
    with pytest.raises(ValueError, match="'xls' is no format"):
        records_format_named("xls")


def test_an_empty_text_has_no_rows() -> None:
    assert list(records_of("", "csv")) == list[Record]()
