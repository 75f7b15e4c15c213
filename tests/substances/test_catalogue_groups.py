"""The groups of the starter catalogue: each rule finds its members, real substances all, and none of its near misses.

Without `BENIGNA_REFERENCE_DATA` rules are held against the catalogue and the examples; with it, examples are compared
with the reference table of structures, and entries that name a group with their publisher's file.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from rdkit import Chem

from substances.chemistry.groups import GroupRule, check_rule, match_group
from substances.chemistry.identifiers import parse_cas_rn
from substances.services.catalogue_read import read_catalogue

from . import publishers
from .publishers import FILES, Publisher, Row

FOLDER = Path(__file__).resolve().parents[2] / "substances" / "catalogue"
REFERENCE = os.environ.get("BENIGNA_REFERENCE_DATA")
GROUPS = cast("list[dict[str, Any]]", yaml.safe_load((FOLDER / "groups.yaml").read_text(encoding="utf-8")))
RULES = {group.slug: cast(GroupRule, group.rule) for group in read_catalogue(FOLDER).groups}


def _read(table: str) -> list[Row]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


EXAMPLES = _read("group_examples")
MOLECULES = {row["substance"]: Chem.MolFromSmiles(row["smiles"]) for row in _read("structures")}
SUBSTANCES = {row["slug"] for row in _read("substances")}
YEARS = {row["key"]: row["year"] for row in _read("sources")}
LISTS = {row["slug"] for row in _read("lists")}

each_group = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["slug"])


@each_group
def test_group_rule_finds_its_members_and_nobody_else(group: dict[str, Any]) -> None:
    rule = RULES[group["slug"]]
    structured = {slug for slug in group["members"] if slug in MOLECULES}
    non_members = group["non_members"]

    assert check_rule(rule) == ()
    assert {slug for slug, mol in MOLECULES.items() if match_group(mol, rule).member} == structured
    assert non_members
    assert set(non_members) <= set(MOLECULES)
    assert not set(non_members) & set(group["members"])
    assert structured or any(row["group"] == group["slug"] and row["fits"] == "yes" for row in EXAMPLES)


@each_group
def test_group_rule_finds_the_examples_that_fit_and_no_others(group: dict[str, Any]) -> None:
    for row in EXAMPLES:
        if row["group"] == group["slug"]:
            found = match_group(Chem.MolFromSmiles(row["smiles"]), RULES[group["slug"]]).member
            assert found is (row["fits"] == "yes"), row


@each_group
def test_group_names_substances_and_a_dated_source(group: dict[str, Any]) -> None:
    year = group["concern_public_since"]

    assert set(group["members"]) <= SUBSTANCES
    assert group["source"] in YEARS
    assert (group["checked"] == "file") is (group["source"] in FILES)
    assert group["checked"] == "file" or year is None or str(year) == YEARS[group["source"]]


@each_group
def test_an_exemption_names_its_reason_its_source_and_a_list_that_names_the_group(group: dict[str, Any]) -> None:
    naming = {one["list"] for one in group.get("named_by", [])}
    for exemption in group["rule"].get("exempt", []):
        assert exemption["reason"]
        assert exemption["source"] in YEARS
        assert "on" not in exemption or exemption["on"] in naming


IRON_SALTS = [
    pytest.param("[C-]#N.[C-]#N.[Co+2]", False, id="cobalt(II) cyanide"),
    pytest.param("[C-]#N.[C-]#N.[Fe+2]", False, id="iron(II) cyanide"),
    pytest.param("N#C[Fe]C#N", False, id="iron(II) cyanide, drawn bound"),
    pytest.param("[C-]#N.[C-]#N.[C-]#N.[Fe+3]", False, id="iron(III) cyanide"),
    pytest.param("[Na+].[C-]#N", False, id="sodium cyanide"),
    pytest.param("[Fe+2].[Na+].[Na+].[Na+].[Na+]" + ".[C-]#N" * 6, True, id="a ferrocyanide"),
    pytest.param("[Fe+3].[K+].[K+].[K+]" + ".[C-]#N" * 6, True, id="a ferricyanide"),
    pytest.param("[Co+3].[K+].[K+].[K+]" + ".[C-]#N" * 6, True, id="a cobalticyanide"),
    pytest.param("[Fe+2].[Fe+2].[Fe+2].[Fe+3].[Fe+3].[Fe+3].[Fe+3]" + ".[C-]#N" * 18, True, id="Prussian blue"),
    pytest.param("[K+].[K+].[K+].[K+].N#C[Fe-4](C#N)(C#N)(C#N)(C#N)C#N", True, id="a ferrocyanide, drawn bound"),
]


@pytest.mark.parametrize(("smiles", "is_complex"), IRON_SALTS)
def test_annex_vi_excepts_complex_cyanides_and_no_simple_salts(smiles: str, is_complex: bool) -> None:
    answer = match_group(Chem.MolFromSmiles(smiles), RULES["cyanide-salts"])

    assert (answer.member, bool(answer.exempt)) == (True, is_complex)


def test_group_slugs_are_unique_and_there_are_enough() -> None:
    assert len(RULES) == len(GROUPS)
    assert len([rule for rule in RULES.values() if rule]) >= 45


def test_examples_carry_their_own_cas_number_and_inchikey() -> None:
    for row in EXAMPLES:
        assert not row["cas"] or parse_cas_rn(row["cas"]).value == row["cas"]
        assert (row["source"] == "starter") is (row["cas"] == "")
        assert publishers.inchikey_of(Chem.MolFromSmiles(row["smiles"])) == row["inchikey"]
        assert row["group"] in RULES
        assert row["fits"] in ("yes", "no")


def test_examples_are_sorted_and_say_nothing_twice() -> None:
    keys = [(row["group"], row["fits"], row["cas"], row["inchikey"]) for row in EXAMPLES]

    assert keys == sorted(set(keys))


if REFERENCE:  # Conditional, not skipped: without the publishers' files there is nothing these could say.
    AT = Path(REFERENCE)

    def test_the_reference_table_draws_each_example_so() -> None:
        wanted = {row["cas"] for row in EXAMPLES if row["cas"]}
        drawn: dict[str, set[str]] = {}
        for line in (AT / "structures" / "cas_smiles.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            cas, smiles, _ = line.split("\t")
            if cas in wanted:
                drawn.setdefault(cas, set()).add(publishers.inchikey_of(Chem.MolFromSmiles(smiles)))
        assert [row for row in EXAMPLES if row["cas"] and row["inchikey"] not in drawn[row["cas"]]] == []

    @each_group
    def test_publishers_file_prints_each_entry_that_names_the_group(group: dict[str, Any]) -> None:
        for one in group.get("named_by", []):
            file = Publisher(AT, one["source"])
            rows = file.at(one["locator"].removeprefix("index "))
            assert one["list"] in LISTS
            assert any(_plain(one["words"]) in _plain(row[file.name]) for row in rows), one

    def _plain(text: str) -> str:
        return " ".join(text.split())
