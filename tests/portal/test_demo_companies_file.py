"""The demo companies as files: plainly made up, with right check digits. No database."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "portal" / "companies" / "catalogue"
SUBSTANCES = ROOT / "substances" / "catalogue" / "substances.csv"
Row = dict[str, str]

COLUMNS = {
    "companies.csv": "slug,name,isin,lei,sector,country,founded,revenue_meur,note",
    "production.csv": "company,substance,role,tonnage_min_t,tonnage_max_t,year",
    "commitments.csv": "company,substance_or_group,commitment,target_year,status",
}


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def rows(name: str) -> list[Row]:
    return read(HERE / name)


def expanded(code: str) -> str:
    """Letters as their two digits, A = 10 to Z = 35. Source: ISO 6166 and ISO 7064."""
    return "".join(str(int(character, 36)) for character in code)


def isin_holds(isin: str) -> bool:
    """Whether the last digit is right by Luhn's rule over the expanded letters. Source: ISO 6166."""
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}\d", isin, re.ASCII):
        return False
    digits = [int(digit) for digit in reversed(expanded(isin))]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(digits)]
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0


def lei_holds(lei: str) -> bool:
    """Whether the expanded code leaves 1 when divided by 97. Source: ISO 17442, ISO 7064 mod 97-10."""
    return bool(re.fullmatch(r"[A-Z0-9]{18}\d{2}", lei, re.ASCII)) and int(expanded(lei)) % 97 == 1


def known_substances() -> set[str]:
    return {row["slug"] for row in read(SUBSTANCES)}


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_companies_file_has_its_columns_and_full_lines(name: str) -> None:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, strict=True)
    assert ",".join(header) == COLUMNS[name]
    assert {len(line) for line in lines} == {len(header)}


@pytest.mark.parametrize(
    ("isin", "holds"),
    [
        pytest.param("US0378331005", True, id="example of ISO 6166 usage"),
        pytest.param("US0378331006", False, id="last digit changed"),
        pytest.param("US0378331050", False, id="digits swapped"),
        pytest.param("us0378331005", False, id="small letters"),
    ],
)
def test_isin_rule_tells_right_from_wrong(isin: str, holds: bool) -> None:
    assert isin_holds(isin) is holds


@pytest.mark.parametrize(
    ("lei", "holds"),
    [
        pytest.param("5493001KJTIIGC8Y1R12", True, id="a real code"),
        pytest.param("5493001KJTIIGC8Y1R13", False, id="last digit changed"),
        pytest.param("5493001KJTIIGC8Y1R1", False, id="too short"),
    ],
)
def test_lei_rule_tells_right_from_wrong(lei: str, holds: bool) -> None:
    assert lei_holds(lei) is holds


def test_there_are_enough_demo_companies() -> None:
    assert len(rows("companies.csv")) >= 25


@pytest.mark.parametrize("column", ["slug", "name", "isin", "lei"])
def test_demo_company_is_told_apart_by_each_of_its_keys(column: str) -> None:
    counts = Counter(row[column] for row in rows("companies.csv"))
    assert [value for value, count in counts.items() if count > 1] == []


def test_demo_company_says_that_it_is_made_up() -> None:
    companies = rows("companies.csv")
    assert [row["name"] for row in companies if not row["name"].endswith(" (demo)")] == []
    assert [row["slug"] for row in companies if "Made up" not in row["note"]] == []


def test_demo_codes_have_reserved_beginnings_and_right_check_digits() -> None:
    companies = rows("companies.csv")
    assert [row["isin"] for row in companies if not (row["isin"].startswith("ZZ") and isin_holds(row["isin"]))] == []
    assert [row["lei"] for row in companies if not (row["lei"].startswith("0000") and lei_holds(row["lei"]))] == []


def test_demo_country_is_two_letters() -> None:
    assert [row["country"] for row in rows("companies.csv") if not re.fullmatch("[A-Z]{2}", row["country"])] == []


def test_demo_company_has_two_to_eight_substances() -> None:
    substances: dict[str, set[str]] = {row["slug"]: set() for row in rows("companies.csv")}
    for row in rows("production.csv"):
        substances[row["company"]].add(row["substance"])
    assert {slug: len(found) for slug, found in substances.items() if not 2 <= len(found) <= 8} == {}


def test_demo_substances_are_in_the_substance_catalogue() -> None:
    named = {row["substance"] for row in rows("production.csv")}
    promised = {row["substance_or_group"] for row in rows("commitments.csv")}
    assert (named | promised) - known_substances() == set()


def test_demo_production_is_stated_once_a_role_and_year_with_a_band_in_order() -> None:
    production = rows("production.csv")
    counts = Counter((row["company"], row["substance"], row["role"], row["year"]) for row in production)
    assert [key for key, count in counts.items() if count > 1] == []
    assert {row["role"] for row in production} <= {"manufacturer", "importer", "user"}
    assert [row for row in production if not 0 <= float(row["tonnage_min_t"]) < float(row["tonnage_max_t"])] == []
    assert [row for row in production if not 2000 <= int(row["year"]) <= 2026] == []


def test_demo_commitment_is_about_a_substance_the_company_handles() -> None:
    handled = {(row["company"], row["substance"]) for row in rows("production.csv")}
    commitments = rows("commitments.csv")
    assert [row for row in commitments if (row["company"], row["substance_or_group"]) not in handled] == []
    assert {row["status"] for row in commitments} <= {"announced", "on_track", "late", "met"}
    assert [row for row in commitments if not 2000 <= int(row["target_year"]) <= 2050] == []


def test_demo_commitment_that_is_met_does_not_lie_in_the_future() -> None:
    assert [row for row in rows("commitments.csv") if row["status"] == "met" and int(row["target_year"]) > 2026] == []
