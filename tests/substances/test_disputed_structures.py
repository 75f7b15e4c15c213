"""Sources that give one substance different skeletons: shown, carried, warned by, and never an exact match."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.chemistry.skeleton import is_disputed
from substances.models import StructureSearch, Substance
from substances.searches.request import request_search
from substances.services.similarity import similar_to
from tests.build import a_substance
from tests.substances.fingerprints import found_by
from tests.substances.structure_files import CRESOL, ETHANOL, PHENOL, a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.mark.parametrize(
    ("keys", "disputed"),
    [
        pytest.param([], False, id="none"),
        pytest.param(["AAAAAAAAAAAAAA-UHFFFAOYSA-N"], False, id="one"),
        pytest.param(["AAAAAAAAAAAAAA-UHFFFAOYSA-N", "AAAAAAAAAAAAAA-RXSVEWSESA-N"], False, id="other stereo"),
        pytest.param(["AAAAAAAAAAAAAA-UHFFFAOYSA-N", "BBBBBBBBBBBBBB-UHFFFAOYSA-N"], True, id="other skeleton"),
        pytest.param(["AAAAAAAAAAAAAA-UHFFFAOYSA-N", ""], False, id="one without a key"),
    ],
)
def test_structures_are_disputed_where_their_skeletons_differ(keys: list[str], disputed: bool) -> None:
    assert is_disputed(keys) is disputed


@pytest.fixture
def disputed(tmp_path: Path) -> Substance:
    """Phenol, of which a lookup says that it is cresol."""
    substance = a_substance(name="phenol", cas="108-95-2", smiles=PHENOL)
    taken(a_file(tmp_path, f"108-95-2\t{CRESOL}\tx"))
    return substance


def test_a_dispute_is_known_of_the_substance_and_asked_of_many(disputed: Substance) -> None:
    a_substance(name="undisputed", smiles=ETHANOL)
    assert disputed.structure_disputed
    assert [s.smiles for s in disputed.disputed_structures] == [PHENOL, CRESOL]
    assert [*Substance.objects.with_disputed_structure()] == [disputed]
    rows = {s.name: s.structure_disputed for s in Substance.objects.with_what_a_row_shows()}
    assert rows == {"phenol": True, "undisputed": False}


def test_stereo_that_one_source_knows_is_no_dispute(tmp_path: Path) -> None:
    lactic = a_substance(name="lactic acid", cas="50-21-5", smiles="CC(O)C(=O)O")
    report = taken(a_file(tmp_path, "50-21-5\tC[C@H](O)C(=O)O\tx"))
    assert (lactic.structure_disputed, report.disputed) == (False, 0)


def test_the_page_shows_both_structures_with_their_sources(client: Client, disputed: Substance) -> None:
    page = client.get(reverse("web:substance", args=[disputed.pk])).content.decode()
    assert "Structure disputed" in page
    assert [text for text in (PHENOL, CRESOL, "A lookup", "Made for a test") if text not in page] == []


def test_the_page_is_silent_where_nothing_is_disputed(client: Client) -> None:
    undisputed = a_substance(name="undisputed", smiles=ETHANOL)
    assert "Structure disputed" not in client.get(reverse("web:substance", args=[undisputed.pk])).content.decode()


def test_rest_carries_the_dispute(client: Client, disputed: Substance) -> None:
    body = client.get(reverse("api:substance", args=[disputed.pk])).json()
    told = [(s["smiles"], s["source"], s["is_shown_first"]) for s in body["disputed_structures"]]
    assert body["structure_disputed"] is True
    assert told == [(PHENOL, "test", True), (CRESOL, "structures-a-lookup", False)]


def test_a_disputed_substance_is_found_by_either_structure(disputed: Substance) -> None:
    a_substance(name="like phenol", smiles="Oc1ccccc1O")
    like_cresol = a_substance(name="like cresol", smiles=CRESOL)
    assert "phenol" in found_by(like_cresol, threshold="1")


def test_a_disputed_substance_asks_by_either_structure(disputed: Substance) -> None:
    a_substance(name="cresol", smiles=CRESOL)
    assert found_by(disputed, threshold="1") == ["cresol"]


def test_a_hit_says_that_its_structure_is_disputed(disputed: Substance) -> None:
    like_cresol = a_substance(name="like cresol", smiles=CRESOL)
    (near,) = similar_to(like_cresol, threshold=Decimal(1))
    assert near.substance.structure_disputed


@pytest.mark.parametrize("text", [PHENOL, CRESOL, "c1cccc(c1)O"])
def test_no_search_calls_a_disputed_substance_the_same_structure(disputed: Substance, text: str) -> None:
    search = request_search(by=None, session_key="s", text=text, format="smiles")
    assert search.job is not None
    run_job(search.job.pk)
    assert StructureSearch.objects.get(pk=search.pk).known_substance is None
    assert list(search.hits.values_list("substance", flat=True)) == [disputed.pk]
