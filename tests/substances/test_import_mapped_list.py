"""A list that a mapping file describes is read without code, and a mapping that cannot be used says why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from substances.importers.base import Member, Problem, ReportedRow, Role, WrongFile
from substances.importers.mapped_list.mapping import load_mapping, read_mapping
from substances.importers.mapped_list.parse import MappedList
from substances.importers.mapped_list.yaml_text import MappingError, read_yaml

EXAMPLE = Path(__file__).with_name("mapped_list_example.yaml")
GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-list.md"
TEXT = (
    "Example watch list\n\n"
    "Stof;CAS no.;EC no.;Added on;Concern;Remark\n"
    "Bisphenol A;80-05-7;201-245-8;04-Feb-2026;CMR + Under review;thermal paper\n"
    "Madeup salts;-;-;05-Feb-2026;Cancer;\n"
    ";-;;06-Feb-2026;Cancer;\n"
)


def changed(**keys: Any) -> dict[str, Any]:
    """The example's values with some replaced; a key with two underscores is a key within (`file__kind`)."""
    data = read_yaml(EXAMPLE)
    for path, value in keys.items():
        *outer, last = path.split("__")
        table = data
        for key in outer:
            table = table[key]
        if value is None:
            del table[last]
        else:
            table[last] = value
    return data


def rows_of(folder: Path, text: str = TEXT, **keys: Any) -> list[ReportedRow]:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return list(MappedList(read_mapping(changed(**keys))).parse(path))


def test_the_example_of_the_guide_is_the_working_one() -> None:
    block = GUIDE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]

    assert block == EXAMPLE.read_text(encoding="utf-8")


def test_the_example_reads_its_list(tmp_path: Path) -> None:
    bpa, salts, nobody = rows_of(tmp_path)

    assert (bpa.line, bpa.members) == (4, (Member("Bisphenol A", "80-05-7", "201-245-8"),))
    assert (bpa.listed_on, bpa.reasons, bpa.facts) == (
        dt.date(2026, 2, 4),
        ("cmr", "under review"),
        {"remark": "thermal paper"},
    )
    assert (salts.is_group, salts.role) == (True, Role.ENTRY)
    assert (nobody.role, nobody.members, nobody.problems) == (
        Role.UNUSABLE,
        (),
        (Problem("nobody_named", "the row has neither name nor number"),),
    )


def test_reasons_state_what_the_publisher_says(tmp_path: Path) -> None:
    importer = MappedList(load_mapping(EXAMPLE))
    bpa, salts, _ = rows_of(tmp_path)

    assert [(one.concern, one.rule) for one in importer.stated(bpa)] == [
        ("carcinogenic", "example-watch-list/cmr"),
        ("mutagenic", "example-watch-list/cmr"),
        ("reprotoxic", "example-watch-list/cmr"),
    ]
    (cancer,) = importer.stated(salts)
    assert (cancer.strength, cancer.authority) == ("suspected", "screening_list")
    assert cancer.legal_basis == "Example watch list, criterion 1"


def test_the_list_and_its_terms_come_from_the_mapping() -> None:
    importer = MappedList(load_mapping(EXAMPLE))

    assert (importer.slug, importer.list_slug, importer.version) == ("example-watch-list", "example-watch-list", 1)
    assert (importer.mapping.about.publisher, importer.mapping.about.licence) == ("Example Institute", "CC BY 4.0")


def test_a_workbook_is_read_by_its_sheet(tmp_path: Path) -> None:
    book = Workbook()
    page = book.create_sheet("Third")
    page.append(["Substance", "CAS no.", "EC no.", "Added on", "Concern", "Remark"])
    page.append(["Hydrazine\nHydrazine hydrate", "302-01-2\n7803-57-8", "206-114-9", dt.date(2026, 2, 4), "Cancer", ""])
    path = tmp_path / "list.xlsx"
    book.save(path)
    for sheet in ({}, {"sheet": "Third"}):
        (row,) = MappedList(read_mapping(changed(file={"kind": "xlsx", **sheet}))).parse(path)

        assert [(one.name, one.cas_rn) for one in row.members] == [
            ("Hydrazine", "302-01-2"),
            ("Hydrazine hydrate", "7803-57-8"),
        ]
        assert row.listed_on == dt.date(2026, 2, 4)


def test_other_identifiers_and_structures_are_read(tmp_path: Path) -> None:
    text = "Index,DTXSID,Key,SMILES\n604-030-00-0,DTXSID7020182,IISBACLAFKSPIT-UHFFFAOYSA-N,CCO\n604-030-00-1,,,\n"
    columns = {"index": "Index", "dtxsid": "DTXSID", "inchikey": "Key", "smiles": "SMILES"}
    good, bad = rows_of(
        tmp_path, text, file={"kind": "csv"}, columns=columns, headers=None, reasons=None, separators=None
    )

    assert good.members == (
        Member(
            "",
            index_number="604-030-00-0",
            dtxsid="DTXSID7020182",
            inchikey="IISBACLAFKSPIT-UHFFFAOYSA-N",
            smiles="CCO",
        ),
    )
    assert (good.name, good.problems) == ("604-030-00-0", ())
    assert [problem.code for problem in bad.problems] == ["index_check_digit"]


def test_what_holds_for_every_row_is_a_constant(tmp_path: Path) -> None:
    text = "Substance;CAS no.;EC no.\nX;80-05-7;-\n"
    columns = {"name": "Substance", "cas": "CAS no.", "ec": "EC no."}
    constants = {"listed_on": dt.date(2024, 5, 1), "reasons": ["Cancer"]}
    (row,) = rows_of(tmp_path, text, columns=columns, constants=constants)

    assert (row.listed_on, row.reasons) == (dt.date(2024, 5, 1), ("cancer",))


def test_months_and_american_days_are_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    american = TEXT.replace("04-Feb-2026", "06/25/2020").replace("05-Feb-2026", "2011 May")
    first, second, _ = rows_of(tmp_path, american, days={"month_first": True, "months": True})

    assert (first.listed_on, second.listed_on) == (dt.date(2020, 6, 25), dt.date(2011, 5, 1))


def test_what_ends_before_it_begins_is_told(tmp_path: Path) -> None:
    text = TEXT.replace(";Remark", ";Until").replace("thermal paper", "01-Jan-2020")
    (row, *_) = rows_of(tmp_path, text, columns__facts=None, columns__valid_until="Until")

    assert (row.listed_on, row.valid_until, row.problems[0].code) == (None, dt.date(2020, 1, 1), "ends_first")


@pytest.mark.parametrize(
    ("text", "keys", "said"),
    [
        (TEXT.replace("Cancer", "Boredom"), {}, "row 5, column 'Concern': 'Boredom' is not explained"),
        (TEXT.replace("04-Feb-2026", "06/25/2020"), {}, "row 4, column 'Added on'.*days.month_first"),
        (TEXT.replace("04-Feb-2026", "2011 May"), {}, "row 4, column 'Added on'.*days.months"),
        (TEXT.replace(";", ","), {}, "separated by a comma, not by a semicolon"),
        (TEXT.replace("CAS no.", "Number"), {}, "column 'CAS no.'.*header is missing"),
        (TEXT, {"file": {"kind": "xlsx"}}, "no workbook, but file.kind of the mapping is 'xlsx'"),
    ],
)
def test_a_file_that_the_mapping_does_not_describe_is_refused(
    tmp_path: Path, text: str, keys: dict[str, Any], said: str
) -> None:
    with pytest.raises(WrongFile, match=said):
        rows_of(tmp_path, text, **keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"slug": None}, "slug: is missing"),
        ({"slug": "My List"}, "slug: 'My List' is no short name"),
        ({"slug": "iarc"}, "slug: 'iarc' is a list that has a reader of its own"),
        ({"version": 0}, "version: 0 is no whole number"),
        ({"list__licence": None}, "list.licence: is missing"),
        ({"list__effect": "bad"}, "list.effect: 'bad' is none of concern"),
        ({"list__effect": "inventory"}, "reasons.Cancer.concern: a list of effect 'inventory' states no concern"),
        ({"list__url": "www.example.org"}, "list.url: 'www.example.org' is no address"),
        ({"list__jurisdiction": "x" * 61}, "list.jurisdiction: has 61 characters; 60 is the most"),
        ({"list__name": 7}, "list.name: 7 is no text; put it in quotes"),
        ({"list": "X"}, "list: 'X' is no table"),
        ({"file__kind": "ods"}, "file.kind: 'ods' is none of csv, xlsx"),
        ({"file__sheet": "A"}, "file.sheet: a file of kind 'csv' has none"),
        ({"file__delimiter": "::"}, "file.delimiter: '::' is none of"),
        ({"file__encoding": "latin"}, "file.encoding: 'latin' is none of utf-8"),
        ({"file__header_within": 1000}, "file.header_within: 1000 is no whole number from 1 to 100"),
        ({"columns__cass": "X"}, "columns.cass: is no key of a mapping; was 'cas' meant"),
        ({"colums": {}}, "colums: is no key of a mapping; was 'columns' meant"),
        ({"columns__ec": "CAS no."}, "columns.ec: 'CAS no.' is the column of cas already"),
        ({"columns": {"reasons": "Concern"}, "headers": None}, "columns: no column names a substance"),
        ({"headers": {"Stoff": ["X"]}}, "headers.Stoff: no column has this header"),
        ({"headers": {"Substance": ["CAS no."]}}, "headers.Substance: 'CAS no.' stands for more than one"),
        ({"headers": {"Substance": "Stof"}}, "headers.Substance: 'Stof' is no list of texts"),
        ({"days": {"month_first": "yes"}}, "days.month_first: 'yes' is neither true nor false"),
        ({"constants": {"listed_on": "soon"}}, "constants.listed_on: is no day, such as 2024-05-01"),
        ({"constants": {"listed_on": "2024-05-01"}}, "constants.listed_on: the day stands in a column already"),
        ({"constants": {"reasons": ["Boredom"]}}, "constants.reasons: 'Boredom' is not explained under reasons"),
        ({"without_number": "guess"}, "without_number: 'guess' is none of group, substance"),
        ({"reasons": None}, "reasons: is missing"),
        ({"columns__reasons": None}, "columns.reasons: is missing"),
        ({"reasons__Cancer__is": None}, "reasons.Cancer.is: is missing"),
        ({"reasons__Cancer__is": "x" * 50}, "reasons.Cancer.concern: the rule .* has more than 60"),
        ({"reasons__Cancer__is": "a;b"}, "reasons.Cancer.is: 'a;b' has a semicolon"),
        ({"reasons__Cancer__is": "cmr"}, "reasons.CMR.is: 'cmr' has another meaning further up"),
        ({"reasons__Cancer__concern": "cancer"}, "reasons.Cancer.concern: 'cancer' is none of carcinogenic"),
        ({"reasons__Cancer__authority": None}, "reasons.Cancer.authority: is missing"),
        ({"reasons__Cancer__authority": "harmonised"}, "reasons.Cancer.authority: only a list of effect"),
        ({"reasons__Cancer__authority": "ngo_reviewed"}, "reasons.Cancer.authority: .* comes through review"),
        ({"reasons__Cancer__strenght": "x"}, "reasons.Cancer.strenght: is no key of a mapping; was 'strength' meant"),
        ({"reasons__CMR__states": [{"concern": "mutagenic"}]}, r"reasons.CMR.states\[1\].authority: is missing"),
    ],
)
def test_a_mapping_that_cannot_be_used_names_the_key(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(MappingError, match=f"^{said}"):
        read_mapping(changed(**keys))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("slug: !!python/object/apply:os.getcwd []", "no YAML that is read", id="code"),
        pytest.param("a: &x [1]\nb: *x", "aliases", id="alias"),
        pytest.param("a: 1\na: 2", "a: line 2: the key stands there twice", id="key twice"),
        pytest.param("list: {a: 1, a: 2}", "a: line 1: the key stands there twice", id="inner key twice"),
        pytest.param("on: 1", "True: line 1: a key is a text", id="key that is no text"),
        pytest.param('a: 1\nb: "x\\0"', r"line 2: the character \\0", id="a character that is not kept"),
        pytest.param("a: [", "no YAML that is read", id="broken"),
        pytest.param("just words", "no table of keys", id="no table"),
        pytest.param("[" * 5_000, "no YAML that is read", id="nested too deep"),
        pytest.param("# " + "x" * 300_000, "more than 200,000 bytes", id="too large"),
        pytest.param("a: 1\n--- \nb: 2", "no YAML that is read", id="two documents"),
    ],
)
def test_yaml_that_is_more_than_plain_values_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(MappingError, match=said):
        read_yaml(path)


def test_a_mapping_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes(yaml.safe_dump({"slug": "x"}).encode() + b"# \xe4")

    with pytest.raises(MappingError, match="not UTF-8"):
        load_mapping(path)
