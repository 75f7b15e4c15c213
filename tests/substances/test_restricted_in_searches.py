"""Chemicals of schedules 1 and 2A are in no search's answer but that for exactly themselves. For every kind there is.

The structures are made up for the test: any structure put under a schedule is treated so.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from substances.models import SearchHit, StructureSearch, Substance
from substances.searches.hits import IDENTITY
from substances.searches.kinds import Answer, Hit
from substances.searches.registry import KINDS
from substances.searches.results import results
from substances.similarity import store
from tests.architecture.repository import ROOT
from tests.build import a_substance
from tests.substances.made_groups import a_group
from tests.substances.made_library import a_library_of
from tests.substances.searching import searched
from tests.substances.test_similarity import named_by

pytestmark = [pytest.mark.django_db, pytest.mark.services]

AGENT, STEREOISOMER, SALT_OF_AMINE = "C[C@@H](F)Cl", "C[C@H](F)Cl", "CC(F)(Cl)[NH3+].[Cl-]"
AMINE = "CC(F)(Cl)N"
# How each kind would come upon a restricted chemical if nothing kept it from doing so. A kind that is missing here has
# not said how; it does not stand until it has.
WOULD_FIND: dict[str, dict[str, Any]] = {
    "similarity": {"text": "CC(F)Br", "threshold": "0"},
    "exact": {"text": AMINE},
    "substructure": {"text": "CF"},
    "group": {"text": "CC(F)Br"},
    "library": {"text": "CC(F)Br", "threshold": "0", "collection": "supplied"},
}


@pytest.fixture
def agents(settings: Settings, tmp_path: Path) -> set[str]:
    """Chemicals of both schedules, an innocent relative, a group of them all and a library that sells them."""
    settings.DATA_DIR = tmp_path
    store.forget()
    salts = {"agent": STEREOISOMER, "precursor": "CC(F)(Cl)CCl", "salt": AMINE, "offered": "CC(F)Br"}
    a_library_of(salts)
    a_group("fluorinated", {"elements": ["F"]})
    named_by("cwc-schedules", a_substance(name="agent", smiles=AGENT), reason="schedule 1A(1)")
    named_by("cwc-schedules", a_substance(name="precursor", smiles="CC(F)(Cl)CCl"), reason="2A")
    named_by("cwc-schedules", a_substance(name="salt", smiles=SALT_OF_AMINE), reason="schedule 1A(1)")
    named_by("cwc-schedules", a_substance(name="of schedule 3", smiles="CC(F)I"), reason="schedule 3A")
    a_substance(name="relative", smiles="CC(F)Br")
    return {"agent", "precursor", "salt"}


def stored(search: StructureSearch) -> set[str]:
    """Substances in the rows themselves, whatever is shown of them."""
    hits = SearchHit.objects.filter(search=search)
    named = hits.filter(substance__isnull=False).values_list("substance__name", flat=True)
    return {*named, *hits.exclude(library_structure=None).values_list("library_structure__given_id", flat=True)}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_restricted_chemical_is_in_no_answer_of_any_kind(agents: set[str], kind: str) -> None:
    assert kind in WOULD_FIND, f"say in WOULD_FIND how a search of the kind {kind} would find a restricted chemical"
    asked = dict(WOULD_FIND[kind])
    search = searched(asked.pop("text"), kind, **asked)
    assert search.job is None or search.job.state == "done"
    assert stored(search) & agents == set()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"exact"}))
@pytest.mark.parametrize("text", [AGENT, STEREOISOMER, AMINE])
def test_a_question_about_a_restricted_chemical_is_answered_by_no_kind_but_the_exact_one(
    agents: set[str], kind: str, text: str
) -> None:
    asked = {name: value for name, value in WOULD_FIND.get(kind, {}).items() if name != "text"}
    search = searched(text, kind, **asked)
    assert not search.hits.exists()
    assert "Chemical Weapons Convention" in results(search).not_computable


def test_exactly_a_restricted_chemical_is_named_for_its_duties_and_nothing_beside_it(agents: set[str]) -> None:
    a_substance(name="stereoisomer", smiles=STEREOISOMER)
    (hit,) = results(searched(AGENT, "exact")).hits
    assert (hit.name, hit.note, hit.restricted) == ("agent", IDENTITY, True)


@pytest.mark.parametrize("text", [pytest.param(STEREOISOMER, id="stereoisomer"), pytest.param(AMINE, id="base")])
def test_what_is_a_restricted_chemical_but_for_stereochemistry_or_salt_leads_nowhere(
    agents: set[str], text: str
) -> None:
    search = searched(text, "exact")
    assert not search.hits.exists()
    assert "Chemical Weapons Convention" in results(search).not_computable


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_that_hands_out_everybody_hands_out_no_restricted_chemical(
    agents: set[str], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everybody(*_of: object) -> Answer:
        return Answer(hits=[Hit(pk, note="member") for pk in Substance.objects.values_list("pk", flat=True)])

    monkeypatch.setitem(KINDS, kind, dataclasses.replace(KINDS[kind], answer=everybody, known=everybody))
    asked = {name: value for name, value in WOULD_FIND[kind].items() if name != "text"}
    assert stored(searched("CC(F)Br", kind, **asked)) == {"of schedule 3", "relative"}


@pytest.mark.parametrize("kind", ["similarity", "exact"])
def test_what_is_put_under_a_schedule_later_is_shown_no_more(kind: str) -> None:
    relative, other = a_substance(name="relative", smiles="C[C@H](O)Br"), a_substance(name="other", smiles="CC(O)Br")
    search = searched("CC(O)Br", kind)
    assert {hit.name for hit in results(search).hits} == {"relative", "other"}
    named_by("cwc-schedules", relative, reason="schedule 1A(1)")
    assert [hit.name for hit in results(search).hits] == [other.name]


def test_hits_are_written_and_listed_by_one_module_alone() -> None:
    reaches = re.compile(r"SearchHit\.objects|SearchHit\(|insert_rows\(\s*SearchHit|\.hits\.(?!count\b)")
    allowed = {"substances/searches/hits.py", "substances/models/searches.py"}
    found = {
        str(path.relative_to(ROOT))
        for room in ("portal", "substances", "substitution")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and reaches.search(path.read_text(encoding="utf-8"))
    }
    assert found <= allowed
