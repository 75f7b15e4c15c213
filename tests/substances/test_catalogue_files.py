"""The files of the starter catalogue: they hold together, and the publishers print what they say they print.

Without `BENIGNA_REFERENCE_DATA` the files are held against themselves, RDKit and the vocabulary; with it, every fact
marked `file` is looked up in its publisher's file as well.
"""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from rdkit import Chem

from substances import vocabulary
from substances.chemistry.identifiers import PARSERS

from . import publishers
from .publishers import ARTICLE_57, CODES_OF_CONCERN, FILES, Publisher, Row

FOLDER = Path(__file__).resolve().parents[2] / "substances" / "catalogue"
REFERENCE = os.environ.get("BENIGNA_REFERENCE_DATA")
TABLES = {
    "sources": ("key",),
    "substances": ("slug",),
    "identifiers": ("substance", "scheme", "value", "source"),
    "names": ("substance", "language", "name", "source"),
    "structures": ("substance",),
    "classifications": ("substance", "source", "as_printed", "valid_from"),
    "flags": ("substance", "concern", "strength", "authority", "legal_basis", "source", "since"),
    "lists": ("slug",),
    "memberships": ("substance", "list", "reason", "entry_date"),
    "limits": (
        *("substance", "source", "kind", "averaging", "unit", "route", "fraction", "measured_as"),
        *("condition", "since"),
    ),
    "target_organs": ("substance", "source", "effect", "organ"),
    "exposure": ("substance", "source", "exposed", "route"),
    "biomonitoring": ("substance", "source", "matrix", "exposed"),
}
FACTS = [table for table in TABLES if table not in ("sources", "substances", "lists")]
SCHEMES = {"cas": "cas_rn", "ec": "ec_number", "index": "clp_index_number", "dtxsid": "dtxsid", "cid": "pubchem_cid"}
SCHEMES |= {"inchikey": "inchikey"}
# What a hazard class of Annex VI means as a concern, and how strongly. Source: CLP, Annex I; REACH, Article 57.
CONCERNS = [
    (r"Carc\. 1[AB]?", "carcinogenic", "known_or_presumed"),
    (r"Carc\. 2", "carcinogenic", "suspected"),
    (r"Muta\. 1[AB]?", "mutagenic", "known_or_presumed"),
    (r"Muta\. 2", "mutagenic", "suspected"),
    (r"Repr\. 1[AB]?", "reprotoxic", "known_or_presumed"),
    (r"Repr\. 2", "reprotoxic", "suspected"),
    (r"Resp\. Sens\. 1[AB]?", "respiratory_sensitiser", ""),
    (r"Skin Sens\. 1[AB]?", "skin_sensitiser", ""),
    (r"STOT RE [12]", "stot_re", ""),
    (r"Ozone 1", "ozone_depleting", ""),
]
_STRENGTH = dict.fromkeys(("57a", "57b", "57c"), "known_or_presumed")


def _read(table: str) -> list[Row]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


FOUND = {table: _read(table) for table in TABLES}
GROUPS = cast("list[dict[str, Any]]", yaml.safe_load((FOLDER / "groups.yaml").read_text(encoding="utf-8")))
MOLECULES = {row["substance"]: Chem.MolFromSmiles(row["smiles"]) for row in FOUND["structures"]}
CAS_OF = {row["substance"]: row["value"] for row in FOUND["identifiers"] if row["scheme"] == "cas"}
RESTRICTED = [row for row in FOUND["memberships"] if row["list"] == "reach-restriction-list"]


def _column(table: str, column: str) -> set[str]:
    return {row[column] for row in FOUND[table]}


@pytest.mark.parametrize("table", TABLES)
def test_each_table_is_sorted_and_says_nothing_twice(table: str) -> None:
    rows = [tuple(row.values()) for row in FOUND[table]]
    keys = [tuple(row[column] for column in TABLES[table]) for row in FOUND[table]]

    assert rows == sorted(rows)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("table", FACTS)
def test_each_fact_names_a_substance_a_source_and_how_it_was_checked(table: str) -> None:
    assert _column(table, "substance") <= _column("substances", "slug")
    assert _column(table, "source") <= _column("sources", "key")
    assert _column(table, "checked") <= {"file", "text", "recalled"}


@pytest.mark.parametrize("table", FACTS)
def test_each_fact_checked_by_file_has_a_publishers_file_to_be_compared_with(table: str) -> None:
    assert {row["source"] for row in FOUND[table] if row["checked"] == "file"} <= set(FILES)


@pytest.mark.parametrize(
    ("table", "column", "terms"),
    [
        ("substances", "kind", vocabulary.SubstanceKind.values),
        ("identifiers", "scheme", vocabulary.IdentifierScheme.values),
        ("names", "kind", vocabulary.NameKind.values),
        ("flags", "concern", vocabulary.Concern.values),
        ("flags", "strength", ["", *vocabulary.Strength.values]),
        ("flags", "authority", ["harmonised", "authority_assessment", "screening_list"]),
        ("lists", "effect", vocabulary.ListEffect.values),
        ("memberships", "how", ["by_name", "as_member"]),
        ("sources", "kind", ["regulation", "list", "report", "database", "standard", "paper"]),
    ],
)
def test_vocabulary_is_kept(table: str, column: str, terms: list[str]) -> None:
    assert _column(table, column) <= set(terms)


def test_lists_and_their_sources_are_known() -> None:
    assert _column("memberships", "list") <= _column("lists", "slug")
    assert _column("lists", "source") <= _column("sources", "key")


def test_every_source_is_used() -> None:
    named = [one["source"] for group in GROUPS for one in group.get("named_by", [])]
    used = {group["source"] for group in GROUPS}.union(named) | _column("lists", "source") | {"oecd-pfas-2021"}

    assert _column("sources", "key") == used.union(*(_column(table, "source") for table in FACTS))


def test_urls_are_https_at_the_publisher() -> None:
    urls = {url for table in ("sources", "lists") for url in _column(table, "url") if url}

    assert all(re.fullmatch(r"https://[a-z.-]+\.(?:eu|int|gov|org|ca\.gov)(?:/\S*)?", url) for url in urls), urls


def test_identifiers_are_in_normal_form_with_right_check_digits() -> None:
    for row in FOUND["identifiers"]:
        reading = PARSERS[SCHEMES[row["scheme"]]](row["value"])  # type: ignore[index]  # schemes are a Literal
        assert (reading.value, reading.changes) == (row["value"], ())


def test_no_cas_number_belongs_to_two_substances() -> None:
    numbers = [row["value"] for row in FOUND["identifiers"] if row["scheme"] == "cas"]

    assert len(numbers) == len(set(numbers))


def test_each_substance_has_one_preferred_english_name_the_one_on_its_page() -> None:
    preferred = defaultdict(list)
    for row in FOUND["names"]:
        if (row["language"], row["kind"]) == ("en", "preferred"):
            preferred[row["substance"]].append(row["name"])

    assert preferred == {row["slug"]: [row["name"]] for row in FOUND["substances"]}


def test_structures_are_canonical_and_carry_their_own_inchikey() -> None:
    for row in FOUND["structures"]:
        mol = MOLECULES[row["substance"]]
        assert (Chem.MolToSmiles(mol), publishers.inchikey_of(mol)) == (row["smiles"], row["inchikey"])


def test_no_two_substances_have_the_same_structure() -> None:
    assert len(_column("structures", "inchikey")) == len(FOUND["structures"])


def _concern_of(hazard_class: str) -> tuple[str, str] | None:
    found = [(concern, strength) for form, concern, strength in CONCERNS if re.fullmatch(form, hazard_class)]
    return found[0] if found else None


def test_harmonised_flags_are_those_of_the_classifications_no_more_no_fewer() -> None:
    derived = set()
    for row in FOUND["classifications"]:
        if found := _concern_of(row["hazard_class"]):
            code = f", {row['hazard_statement']}" if row["hazard_statement"] else ""
            basis = f"Regulation (EC) No 1272/2008, Annex VI, {row['hazard_class']}{code}"
            derived.add((row["substance"], *found, basis, row["valid_from"]))
    columns = ("substance", "concern", "strength", "legal_basis", "since")

    assert derived == {tuple(r[c] for c in columns) for r in FOUND["flags"] if r["authority"] == "harmonised"}


def test_candidate_list_flags_are_those_of_the_reasons_no_more_no_fewer() -> None:
    derived = {
        (row["substance"], concern, _STRENGTH.get(code, ""), publishers.article_of(ARTICLE_57[code]), row["entry_date"])
        for row in FOUND["memberships"]
        if row["list"] == "reach-candidate-list"
        for code in row["reason"].split(";")
        for concern, codes in CODES_OF_CONCERN.items()
        if code in codes
    }
    flags = [row for row in FOUND["flags"] if "Article 57" in row["legal_basis"]]

    assert derived == {
        (row["substance"], row["concern"], row["strength"], row["legal_basis"].partition("Article ")[2], row["since"])
        for row in flags
    }


# Whom a later act brought into an entry of Annex XVII that others began: its day, not the entry's first.
CAME_LATER = [
    pytest.param("asbestos-chrysotile", "entry 6", "1985-12-20", id="85/610/EEC: 83/478/EEC restricted crocidolite"),
    pytest.param("d6", "entry 70", "2024-05-16", id="(EU) 2024/1328: the entry was of D4 and D5"),
    pytest.param("dibp", "entry 51", "2018-12-17", id="(EU) 2018/2005: the entry was of DEHP, DBP and BBP"),
]


@pytest.mark.parametrize(("slug", "entry", "day"), CAME_LATER)
def test_who_came_into_a_restriction_later_is_restricted_since_then(slug: str, entry: str, day: str) -> None:
    days = {(row["substance"], row["reason"]): row["entry_date"] for row in RESTRICTED}

    assert days[slug, entry] == day


@pytest.mark.parametrize("slug", ["acetone", "ethanol", "water", "dinch", "deht", "citric-acid", "ethyl-lactate"])
def test_what_no_source_condemns_carries_no_flag(slug: str) -> None:
    assert slug in _column("substances", "slug")
    assert slug not in _column("flags", "substance")


@pytest.mark.parametrize(
    ("slug", "concern"),
    [
        ("bisphenol-a", "endocrine_hh"),
        ("dehp", "reprotoxic"),
        ("trichloroethylene", "carcinogenic"),
        ("pfoa", "pbt_vpvb"),
        ("formaldehyde", "carcinogenic"),
        ("2-4-tdi", "respiratory_sensitiser"),
        ("mit", "skin_sensitiser"),
        ("n-hexane", "stot_re"),
        ("cfc-11", "ozone_depleting"),
        ("hfpo-da", "equivalent_concern"),
    ],
)
def test_what_everybody_looks_up_first_carries_its_flag(slug: str, concern: str) -> None:
    assert concern in {row["concern"] for row in FOUND["flags"] if row["substance"] == slug}


def test_250_substances_over_25_groups_are_flagged_by_file() -> None:
    flagged = {row["substance"] for row in FOUND["flags"] if row["checked"] == "file"}
    groups = [group["slug"] for group in GROUPS if flagged & set(group["members"])]

    assert len(flagged) >= 250
    assert len(groups) >= 25


def test_readme_states_how_many_facts_there_are_and_how_they_were_checked() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    checked = [fact["checked"] for fact in [*GROUPS, *(row for table in FACTS for row in FOUND[table])]]
    flagged = {row["substance"] for row in FOUND["flags"] if row["checked"] == "file"}

    for table, rows in FOUND.items():
        assert re.search(rf"`{table}\.csv` .*\| {len(rows):,} \|", readme), (table, len(rows))
    assert f"{checked.count('file'):,} facts" in readme
    assert f"{checked.count('recalled'):,} facts" in readme
    assert f"{len(flagged)} substances carry a flag checked by `file`" in readme


if REFERENCE:  # Conditional, not skipped: without the publishers' files there is nothing these could say.
    AT = Path(REFERENCE)

    @pytest.mark.parametrize("source", FILES)
    @pytest.mark.parametrize("table", FACTS)
    def test_publishers_file_prints_each_fact_checked_by_it(table: str, source: str) -> None:
        facts = [row for row in FOUND[table] if (row["source"], row["checked"]) == (source, "file")]

        assert publishers.not_printed(_publisher(source), table, facts, CAS_OF) == []

    @pytest.mark.parametrize(
        "group",
        [g for g in GROUPS if g["checked"] == "file" and g["concern_public_since"]],
        ids=lambda group: group["slug"],
    )
    def test_publishers_file_dates_the_concern_about_a_group(group: dict[str, Any]) -> None:
        year = publishers.year_of_concern(_publisher(group["source"]), group["locator"])

        assert year == group["concern_public_since"]

    def test_a_restriction_holds_since_a_day_that_the_publisher_prints_for_its_entry() -> None:
        publisher = _publisher("reach-restriction-list-2026-04")
        later = {case.values[:2] for case in CAME_LATER}

        for row in RESTRICTED:
            days = sorted(publishers.day(line["Regulatory outcome date"]) for line in publisher.at(row["reason"]))
            allowed = days[1:] if (row["substance"], row["reason"]) in later else days[:1]
            assert row["entry_date"] in allowed, row

    def test_structures_differ_from_the_reference_table_only_where_a_note_says_why() -> None:
        table = defaultdict(set)
        with (AT / "structures" / "cas_smiles.tsv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                table[row["cas"]].add(row["smiles"])
        differing = {
            row["substance"]: row["note"]
            for row in FOUND["structures"]
            if (drawn := table[CAS_OF[row["substance"]]])
            and row["inchikey"][:14] not in {publishers.skeleton(smiles) for smiles in drawn}
        }

        assert all("reference table" in note for note in differing.values()), differing

    _OPEN: dict[str, Publisher] = {}

    def _publisher(source: str) -> Publisher:
        if source not in _OPEN:
            _OPEN[source] = Publisher(AT, source)
        return _OPEN[source]
