"""How the rules of groups are held against what lists say in words: `tests/bench/families.py`."""

from __future__ import annotations

from typing import Any, cast

import pytest
import yaml

from substances.chemistry.identifiers import parse_cas_rn
from tests.bench.families import CATALOGUE, EVIDENCE, Evidence, Told, account

ENTRIES = cast("dict[str, dict[str, Any]]", yaml.safe_load(EVIDENCE.read_text(encoding="utf-8")))
GROUPS = cast("list[dict[str, Any]]", yaml.safe_load((CATALOGUE / "groups.yaml").read_text(encoding="utf-8")))
RULES = {group["slug"] for group in GROUPS if group["rule"]}


def test_each_family_that_lists_tell_of_has_a_rule() -> None:
    assert set(ENTRIES) <= RULES
    assert len(ENTRIES) >= 45


@pytest.mark.parametrize("family", ENTRIES)
def test_what_was_read_is_a_number_with_a_reason(family: str) -> None:
    Evidence.of(ENTRIES[family])
    for cas_rn in [*ENTRIES[family].get("read", {}), *ENTRIES[family].get("cas", [])]:
        assert parse_cas_rn(cas_rn).value == cas_rn
    assert all(ENTRIES[family].get("read", {"": "none"}).values())


def test_a_name_puts_a_substance_into_its_family_unless_another_takes_it_out() -> None:
    evidence = Evidence.of({"names": "phthalate", "but": "tere", "index": ["082-"], "cas": ["50-00-0"]})

    assert evidence.puts("1", Told({"dibutyl phthalate"}))
    assert not evidence.puts("1", Told({"dibutyl phthalate", "dibutyl terephthalate"}))
    assert evidence.puts("1", Told({"lead"}, {"082-001-00-6"}))
    assert evidence.puts("50-00-0", Told())
    assert not evidence.puts("1", Told())


def test_a_structure_that_nobody_read_counts_as_missed_and_against_recall() -> None:
    told = {number: Told({name}) for number, name in (("1", "an ester"), ("2", "an ester"), ("3", "an ester"))}
    told |= {"4": Told({"else"}), "5": Told()}
    evidence = Evidence.of({"names": "ester", "read": {"3": "drawn apart"}})

    found = account("esters", evidence, told, {"1", "4", "5"})

    assert found.missed == {"2"}
    assert found.recall == pytest.approx(0.5)
    assert found.unnamed == {"4"}, "a hit that no list names at all tells nothing"
    assert "50.0%" in str(found)


def test_a_family_that_no_list_names_has_no_recall() -> None:
    assert account("none", Evidence.of({}), {"1": Told()}, {"1"}).recall is None
