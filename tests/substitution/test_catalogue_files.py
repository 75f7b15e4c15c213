"""The starter catalogue of substitution as files: whole, consistent, sourced. No database."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from python_calamine import CalamineWorkbook

from substitution.vocabulary import AlternativeKind, AlternativeStatus, FunctionLevel, Readiness, Supports

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "substitution" / "catalogue"
SUBSTANCES = ROOT / "substances" / "catalogue"
Row = dict[str, str]
Entry = tuple[str, str, str]

COLUMNS = {
    "sources.csv": "key,title,publisher,year,published_on,url,legal_reference,licence,kind",
    "functions.csv": "slug,level,parent,name,name_pl,oecd_category,description,source,checked",
    "alternatives.csv": "slug,kind,name,name_pl,substance,description,readiness,status,source,checked",
    "links.csv": "alternative,replaces,function,status,since,note",
    "evidence.csv": "alternative,replaces,function,source,locator,finding,supports,checked",
}
KEYS = {
    "sources.csv": ("key",),
    "functions.csv": ("slug",),
    "alternatives.csv": ("slug",),
    "links.csv": ("alternative", "replaces", "function"),
    "evidence.csv": ("alternative", "replaces", "function", "source", "locator", "finding"),
}
# Every host a source may point to; a new one is added by a person who opened the page.
HOSTS = {
    "19january2021snapshot.epa.gov",
    "apps.ecology.wa.gov",
    "asu.elsevierpure.com",
    "concawe.eu",
    "cpwrconstructionsolutions.org",
    "dtsc.ca.gov",
    "ec.europa.eu",
    "eur-lex.europa.eu",
    "flameretardants-online.com",
    "foodpackagingforum.org",
    "legislation.gov.uk",
    "mst.dk",
    "regulations.justia.com",
    "toxicfreefuture.org",
    "westpandi.com",
    "www.cdc.gov",
    "www.epa.gov",
    "www.eurochlor.org",
    "www.frontiersin.org",
    "www.greenscreenchemicals.org",
    "www.healthcarefacilitiestoday.com",
    "www.pccmarkets.com",
    "www.turi.org",
    "www.uml.edu",
}
DOIS = {"10.3389/fpubh.2021.638082"}
SOURCE_KINDS = {"guidance", "paper", "regulation", "report", "web"}
CHECKED = {"file", "recalled", "text"}
CANDIDATE_LIST = "reach-candidate-list-2026-04"
# What the publisher's file prints for some entries, for machines that do not hold it.
MADE_CANDIDATE_LIST: list[Entry] = [
    ("1,1'-(ethane-1,2-diyl)bis[pentabromobenzene] (DBDPE)", "84852-53-9", "2025-11-05"),
    ("1-bromopropane (n-propyl bromide)", "106-94-5", "2012-12-19"),
    ("1-methyl-2-pyrrolidone", "872-50-4", "2011-06-20"),
    ("2,3,3,3-tetrafluoro-2-(heptafluoropropoxy)propionic acid, its salts and its acyl halides", "", "2019-07-16"),
    ("4,4'-sulphonyldiphenol", "80-09-1", "2023-01-17"),
    ("Decamethylcyclopentasiloxane", "541-02-6", "2018-06-27"),
    ("Dodecachloropentacyclo", "", "2018-01-15"),
    ("Medium-chain chlorinated paraffins (MCCP)", "", "2021-07-08"),
    ("Melamine", "108-78-1", "2023-01-17"),
    ("N,N-dimethylacetamide", "127-19-5", "2011-12-19"),
    ("Perfluorobutane sulfonic acid (PFBS) and its salts", "", "2020-01-16"),
    ("Triphenyl phosphate", "115-86-6", "2024-11-07"),
    ("bis(2-ethylhexyl) tetrabromophthalate covering any of the individual isomers", "", "2023-01-17"),
    ("n-hexane", "110-54-3", "2026-02-04"),
]


def rows(name: str, folder: Path = HERE) -> list[Row]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def link_of(row: Row) -> tuple[str, str, str]:
    return row["alternative"], row["replaces"], row["function"]


def known_sources() -> set[str]:
    return {row["key"] for row in [*rows("sources.csv"), *rows("sources.csv", SUBSTANCES)]}


def printed_entries(folder: Path) -> list[Entry]:
    """Name, CAS number and day of inclusion of every row of the publisher's file."""
    sheet = CalamineWorkbook.from_path(folder / "echa" / "candidate_list_full.xlsx").get_sheet_by_name("List_results")
    header, *lines = sheet.to_python()
    name, cas, day = (header.index(title) for title in ("Substance name", "CAS number", "Date of inclusion"))
    return [
        (str(line[name]), str(line[cas]), dt.datetime.strptime(str(line[day]), "%d-%b-%Y").date().isoformat())  # noqa: DTZ007 (a day, not a moment)
        for line in lines
    ]


def is_printed(locator: str, entries: list[Entry]) -> bool:
    """Whether an entry has the CAS number or name and the day that a locator gives."""
    found = re.fullmatch(r"(?P<scheme>CAS|name) (?P<what>.+), included (?P<day>\d{4}-\d{2}-\d{2})", locator)
    if found is None:
        return False
    what, day, by_cas = found["what"], found["day"], found["scheme"] == "CAS"
    return any(
        day == printed and (what in cas.split("\n") if by_cas else what.casefold() in name.casefold())
        for name, cas, printed in entries
    )


@pytest.fixture(scope="module")
def candidate_list(reference_data: Path | None) -> list[Entry]:
    return MADE_CANDIDATE_LIST if reference_data is None else printed_entries(reference_data)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_catalogue_file_has_its_columns_and_full_lines(name: str) -> None:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, strict=True)
    assert ",".join(header) == COLUMNS[name]
    assert {len(line) for line in lines} == {len(header)}


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_catalogue_cells_are_one_line_of_text_without_blanks_around(name: str) -> None:
    assert [cell for row in rows(name) for cell in row.values() if cell != " ".join(cell.split())] == []


@pytest.mark.parametrize("name", sorted(KEYS))
def test_catalogue_key_is_given_once(name: str) -> None:
    counts = Counter(tuple(row[column] for column in KEYS[name]) for row in rows(name))
    assert [key for key, count in counts.items() if count > 1] == []


def test_catalogue_slugs_are_readable_ascii() -> None:
    slugs = [row["slug"] for name in ("functions.csv", "alternatives.csv") for row in rows(name)]
    assert [slug for slug in slugs if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug, re.ASCII)] == []


def test_catalogue_words_are_from_the_vocabulary() -> None:
    assert {row["kind"] for row in rows("alternatives.csv")} <= set(AlternativeKind.values)
    assert {row["readiness"] for row in rows("alternatives.csv")} <= set(Readiness.values)
    statuses = {row["status"] for name in ("alternatives.csv", "links.csv") for row in rows(name)}
    assert statuses <= set(AlternativeStatus.values)
    assert {row["level"] for row in rows("functions.csv")} == set(FunctionLevel.values)
    assert {row["supports"] for row in rows("evidence.csv")} == set(Supports.values)
    checked = {row["checked"] for name in ("functions.csv", "alternatives.csv", "evidence.csv") for row in rows(name)}
    assert checked <= CHECKED
    assert {row["kind"] for row in rows("sources.csv")} <= SOURCE_KINDS


def test_function_stands_exactly_one_level_below_its_parent() -> None:
    above = {
        FunctionLevel.CHEMICAL_FUNCTION.value: "",
        FunctionLevel.END_USE.value: FunctionLevel.CHEMICAL_FUNCTION.value,
        FunctionLevel.SERVICE.value: FunctionLevel.END_USE.value,
    }
    levels = {row["slug"]: row["level"] for row in rows("functions.csv")}
    wrong = [row["slug"] for row in rows("functions.csv") if levels.get(row["parent"], "") != above[row["level"]]]
    assert wrong == []


def test_every_end_use_has_a_link_and_every_link_an_end_use() -> None:
    end_uses = {row["slug"] for row in rows("functions.csv") if row["level"] == FunctionLevel.END_USE}
    assert {row["function"] for row in rows("links.csv")} == end_uses


def test_alternative_names_a_substance_exactly_when_it_is_one() -> None:
    wrong = [row["slug"] for row in rows("alternatives.csv") if (row["kind"] == "substance") != bool(row["substance"])]
    assert wrong == []


def test_alternative_says_in_words_what_it_is_in_both_languages() -> None:
    texts = ("name", "name_pl", "description")
    assert [row["slug"] for row in rows("alternatives.csv") if not all(row[text] for text in texts)] == []


def test_every_substance_named_is_in_the_substance_catalogue() -> None:
    known = {row["slug"] for row in rows("substances.csv", SUBSTANCES)}
    named = {row["substance"] for row in rows("alternatives.csv")} | {row["replaces"] for row in rows("links.csv")}
    assert named - {""} - known == set()


def test_no_substance_replaces_itself() -> None:
    substance = {row["slug"]: row["substance"] for row in rows("alternatives.csv")}
    assert [row for row in rows("links.csv") if substance[row["alternative"]] == row["replaces"]] == []


def test_every_alternative_is_linked_and_every_link_has_its_alternative() -> None:
    assert {row["alternative"] for row in rows("links.csv")} == {row["slug"] for row in rows("alternatives.csv")}


def test_every_link_has_evidence_and_all_evidence_a_link() -> None:
    assert {link_of(row) for row in rows("evidence.csv")} == {link_of(row) for row in rows("links.csv")}


def test_evidence_says_where_and_what_in_one_sentence() -> None:
    bad = [row for row in rows("evidence.csv") if not row["locator"] or not row["finding"].endswith(".")]
    assert bad == []
    assert max(len(row["locator"]) for row in rows("evidence.csv")) <= 200


def test_every_source_referred_to_is_named_and_every_source_named_is_used() -> None:
    facts = [row for name in ("functions.csv", "alternatives.csv", "evidence.csv") for row in rows(name)]
    used = {row["source"] for row in facts}
    assert used - known_sources() == set()
    assert {row["key"] for row in rows("sources.csv")} - used == set()


def test_evidence_never_rests_on_our_own_word() -> None:
    assert [row for row in rows("evidence.csv") if row["source"] == "starter"] == []


def test_source_key_is_not_taken_by_the_substance_catalogue() -> None:
    own = {row["key"] for row in rows("sources.csv")}
    assert own & {row["key"] for row in rows("sources.csv", SUBSTANCES)} == set()


def test_source_can_be_named_exactly() -> None:
    def named(row: Row) -> bool:
        dated = bool(re.fullmatch(r"(19|20)\d\d", row["year"]))
        undated_page = row["kind"] == "web" and not row["year"] and bool(row["url"])
        same_year = row["published_on"][:4] in ("", row["year"])
        return bool(row["title"] and row["publisher"]) and (dated or undated_page) and same_year

    assert [row["key"] for row in rows("sources.csv") if not named(row)] == []


def test_source_address_is_on_a_host_somebody_opened_and_no_doi_is_guessed() -> None:
    urls = [urlsplit(row["url"]) for row in rows("sources.csv") if row["url"]]
    assert {url.scheme for url in urls} <= {"http", "https"}
    assert {url.hostname for url in urls} == HOSTS
    cells = [cell for name in COLUMNS for row in rows(name) for cell in row.values()]
    assert {doi for cell in cells for doi in re.findall(r"\b10\.\d{4,9}/\S+", cell)} <= DOIS


def test_addresses_stand_only_in_the_sources() -> None:
    others = set(COLUMNS) - {"sources.csv"}
    assert [cell for name in others for row in rows(name) for cell in row.values() if "://" in cell] == []


def test_what_was_read_in_the_text_has_an_address_or_a_title_read() -> None:
    sources = {row["key"]: row for row in rows("sources.csv")}
    read = {row["source"] for row in rows("evidence.csv") if row["checked"] == "text"}
    assert {key for key in read if not sources[key]["url"]} == {"bates-2019", "epa-hbcd-draft-2013"}


def test_catalogue_is_as_large_as_promised() -> None:
    alternatives = rows("alternatives.csv")
    assert len(alternatives) >= 150
    assert sum(row["kind"] != "substance" for row in alternatives) >= 25
    assert len(rows("links.csv")) >= 120


def test_bisphenol_a_in_thermal_paper_has_alternatives_of_several_kinds() -> None:
    kinds = {row["slug"]: row["kind"] for row in rows("alternatives.csv")}
    wanted = ("bisphenol-a", "thermal-paper-developer")
    found = [kinds[row["alternative"]] for row in rows("links.csv") if (row["replaces"], row["function"]) == wanted]
    assert len(found) >= 10
    assert set(found) >= {"substance", "material", "elimination"}


def test_link_called_regrettable_has_evidence_that_does_not_praise_it() -> None:
    regrettable = {link_of(row) for row in rows("links.csv") if row["note"].startswith("Regrettable")}
    praised = {link_of(row) for row in rows("evidence.csv") if row["supports"] == Supports.FOR}
    assert regrettable & praised == set()
    assert ("bisphenol-s", "bisphenol-a", "thermal-paper-developer") in regrettable


def test_evidence_compared_with_a_file_is_in_the_candidate_list(candidate_list: list[Entry]) -> None:
    compared = [row for row in rows("evidence.csv") if row["checked"] == "file"]
    assert {row["source"] for row in compared} == {CANDIDATE_LIST}
    assert {row["locator"] for row in compared if not is_printed(row["locator"], candidate_list)} == set()


@pytest.mark.parametrize(
    "locator",
    [
        pytest.param("CAS 80-09-1, included 2023-01-18", id="another day"),
        pytest.param("CAS 80-05-1, included 2023-01-17", id="another number"),
        pytest.param("name Bisphenol Q, included 2023-01-17", id="another name"),
        pytest.param("80-09-1", id="no day"),
    ],
)
def test_locator_that_the_candidate_list_does_not_print_is_noticed(locator: str) -> None:
    assert not is_printed(locator, MADE_CANDIDATE_LIST)
