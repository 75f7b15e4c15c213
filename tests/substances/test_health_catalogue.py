"""Limits, organs, contacts and measurements of the starter catalogue: each line can be true, and says where from."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import Properties

from substances import health_terms
from substances.chemistry.identifiers import parse_cas_rn
from substances.health.units import Amount, agree, converted, degrees_of
from substances.services.catalogue_health import HEALTH_COLUMNS, HEALTH_KEYS
from substances.vocabulary import Strength

FOLDER = Path(__file__).resolve().parents[2] / "substances" / "catalogue"
Row = dict[str, str]
# Values that the directives themselves print farther apart than rounding explains, as read in their annexes.
PRINTED_APART = {
    ("naphthalene", "dir-91-322"),
    ("pyridine", "dir-91-322"),
    ("2-ethoxyethanol", "dir-2009-161"),
    ("2-ethoxyethanol", "dir-2022-431"),
    ("o-toluidine", "dir-2004-37"),
    ("1-1-2-trichloroethane", "cfr-29-1910-1000"),
    ("pyridine", "cfr-29-1910-1000"),
}


def _read(table: str) -> list[Row]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


FOUND = {table: _read(table) for table in HEALTH_COLUMNS}
SOURCES = {row["key"]: row for row in _read("sources")}
_MOLAR_MASS = Properties(["amw"])  # what Descriptors.MolWt gives, which RDKit's stubs leave out
MASS = {
    row["substance"]: _MOLAR_MASS.ComputeProperties(Chem.MolFromSmiles(row["smiles"]))[0] for row in _read("structures")
}
CAS = defaultdict(set)
for _row in _read("identifiers"):
    if _row["scheme"] == "cas":
        CAS[_row["substance"]].add(_row["value"])


@pytest.mark.parametrize("table", HEALTH_COLUMNS)
def test_each_table_is_sorted_and_says_nothing_twice(table: str) -> None:
    rows = [tuple(row.values()) for row in FOUND[table]]
    keys = [tuple(row.get(column, "") for column in HEALTH_KEYS[table]) for row in FOUND[table]]
    assert rows == sorted(rows)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("table", HEALTH_COLUMNS)
def test_each_line_names_a_substance_and_a_source_that_has_a_title_and_a_publisher(table: str) -> None:
    for row in FOUND[table]:
        source = SOURCES[row["source"]]
        assert source["title"], row
        assert source["publisher"], row
        assert row["checked"] in {"text", "recalled"}, row


@pytest.mark.parametrize(
    ("table", "column", "terms"),
    [
        ("limits", "kind", health_terms.LimitKind.values),
        ("limits", "averaging", ["", *health_terms.Averaging.values]),
        ("limits", "unit", health_terms.LimitUnit.values),
        ("limits", "also_unit", ["", *health_terms.LimitUnit.values]),
        ("limits", "bindingness", health_terms.Bindingness.values),
        ("limits", "fraction", ["", *health_terms.Fraction.values]),
        ("limits", "matrix", ["", *health_terms.Matrix.values]),
        ("limits", "exposed", ["", *health_terms.ExposedGroup.values]),
        ("limits", "route", ["", *health_terms.Route.values]),
        ("target_organs", "effect", health_terms.HealthEffect.values),
        ("target_organs", "organ", health_terms.Organ.values),
        ("target_organs", "strength", ["", *Strength.values]),
        ("exposure", "exposed", health_terms.ExposedGroup.values),
        ("biomonitoring", "matrix", health_terms.Matrix.values),
    ],
)
def test_the_vocabulary_is_kept(table: str, column: str, terms: list[str]) -> None:
    assert {row[column] for row in FOUND[table]} <= set(terms)


def test_every_substance_with_a_limit_has_a_cas_number_whose_check_digit_is_right() -> None:
    for row in FOUND["limits"]:
        numbers = CAS[row["substance"]]
        assert numbers, row["substance"]
        assert {parse_cas_rn(number).value for number in numbers} == numbers


def test_ppm_and_milligrams_that_one_source_prints_agree_by_the_molar_mass() -> None:
    apart = set()
    for row in FOUND["limits"]:
        if {row["unit"], row["also_unit"]} != {"mg/m³", "ppm"} or row["substance"] not in MASS or row["measured_as"]:
            continue
        amounts = {
            row["unit"]: Amount(Decimal(row["value"]), row["unit"]),
            row["also_unit"]: Amount(Decimal(row["also_value"]), row["also_unit"]),
        }
        celsius = degrees_of(row["jurisdiction"])
        if not agree(amounts["ppm"], amounts["mg/m³"], MASS[row["substance"]], celsius=celsius) and not (
            row["jurisdiction"] == "US" and _is_rounded(amounts["ppm"], amounts["mg/m³"], MASS[row["substance"]])
        ):
            apart.add((row["substance"], row["source"]))
    assert apart == PRINTED_APART


def _is_rounded(ppm: Amount, milligrams: Amount, mass: float) -> bool:
    """Whether mg/m³, which Table Z-1 calls approximate beside ppm, are what they must be but for the last digit."""
    exact = converted(ppm, mass, celsius=25)
    assert exact is not None
    last_digit = Decimal(1).scaleb(int(milligrams.value.normalize().as_tuple().exponent))
    return abs(exact.value - milligrams.value) < last_digit


def test_a_short_term_limit_is_above_the_one_for_eight_hours() -> None:
    shift: dict[tuple[str, ...], Decimal] = {}
    for row in FOUND["limits"]:
        if row["averaging"] == "8h":
            shift[row["substance"], row["source"], row["unit"], row["since"]] = Decimal(row["value"])
    for row in FOUND["limits"]:
        if row["averaging"] == "15min":
            long = shift.get((row["substance"], row["source"], row["unit"], row["since"]))
            assert long is None or long < Decimal(row["value"]), row


def test_no_limit_holds_before_its_source_was_made_but_where_it_repeats_an_older_one() -> None:
    for row in FOUND["limits"]:
        made = SOURCES[row["source"]]["published_on"]
        since = row["since"]
        if not since or not made or row["substance"] in {"benzene", "asbestos-chrysotile"}:
            continue
        assert dt.date.fromisoformat(since) > dt.date.fromisoformat(made), row


def test_values_that_follow_one_another_neither_overlap_nor_rise() -> None:
    chains: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in FOUND["limits"]:
        if row["bindingness"] == "binding":
            key = (*(row[name] for name in ("substance", "kind", "averaging", "unit", "fraction", "measured_as")),)
            chains[(*key, row["route"], row["matrix"])].append(row)
    for rows in chains.values():
        rows.sort(key=lambda row: row["since"])
        for earlier, later in pairwise(rows):
            if earlier["until"]:
                assert earlier["until"] <= later["since"], later
                assert Decimal(later["value"]) <= Decimal(earlier["value"]), later


@pytest.mark.parametrize(
    ("substance", "source", "dermal", "inhalation"),
    [
        ("dmac", "reg-2025-1090", "1.8", "13"),
        ("nep", "reg-2025-1090", "2.4", "4.0"),
        ("nmp", "reg-2018-588", "4.8", "14.4"),
    ],
)
def test_a_solvent_restricted_by_its_dnels_has_one_for_each_route(
    substance: str, source: str, dermal: str, inhalation: str
) -> None:
    rows = [row for row in FOUND["limits"] if (row["substance"], row["source"]) == (substance, source)]

    assert {row["route"]: (row["value"], row["unit"]) for row in rows} == {
        "dermal": (dermal, "mg/kg bw/day"),
        "inhalation": (inhalation, "mg/m³"),
    }


def test_the_readme_tells_the_counts_of_the_files() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for table, rows in FOUND.items():
        line = next(line for line in readme.splitlines() if line.startswith(f"| `{table}.csv`"))
        assert line.rstrip(" |").endswith(f"| {len(rows)}"), line
        read = sum(row["checked"] == "text" for row in rows)
        assert f"`{table}.csv` {read} of {len(rows)}" in readme
