"""What a release means for others: entries that say something else, and neighbours of those that were listed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal.jobs.models import Job
from portal.jobs.running import run_job
from portal.watching.models import Event
from substances.models import ChemicalList, GroupMembership, ListMembership, Release, Substance, SubstanceGroup
from substances.services import list_news
from substances.services.list_news import NEWS_WORK
from substances.services.lists import publish_release
from substances.services.similarity_neighbours import CWC_LIST
from tests.build import a_source, a_structure, a_substance
from tests.substances.made_importer import Made, a_row, cas

pytestmark = [pytest.mark.django_db]

BISPHENOLS = {
    "A": "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1",
    "B": "CCC(C)(c1ccc(O)cc1)c1ccc(O)cc1",
    "F": "Oc1ccc(Cc2ccc(O)cc2)cc1",
}
FIRST, SECOND = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
FACT: dict[str, Any] = {"checked": "made_up"}


def publish(tmp_path: Path, day: dt.date, *rows: Any, slug: str = "made") -> Release:
    path = tmp_path / f"{slug}-{day}.csv"
    path.write_text(f"{slug} {day}", encoding="utf-8")
    importer = Made(list(rows), list_slug=slug)
    return Release.objects.get(
        pk=publish_release(importer=importer, path=path, published_on=day, confirmed=True).release
    )


def tell() -> list[Event]:
    """What the waiting work tells."""
    import substances.tasks  # noqa: F401  # registers the work, as a worker does

    for job in Job.objects.filter(name=NEWS_WORK, state="queued"):
        run_job(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.error_message
    return list(Event.objects.filter(kind__in=["neighbour.listed", "list.changed"]).order_by("kind", "subject_id"))


@pytest.fixture
def bisphenols(tmp_path: Path) -> dict[str, Substance]:
    """A list that names acetone and bisphenol F; bisphenols A and B are on no list."""
    ChemicalList.objects.create(slug="made", name="Made list", publisher="P", effect="concern", source=a_source())
    found = {
        letter: a_substance(name=f"bisphenol {letter}", cas=cas(10010 + ord(letter)), smiles=smiles)
        for letter, smiles in BISPHENOLS.items()
    }
    found["acetone"] = a_substance(name="acetone", cas=cas(10001), smiles="CC(C)=O")
    publish(tmp_path, FIRST, a_row(1), a_row(10 + ord("F")))
    return found


def lists_a(tmp_path: Path, **more: Any) -> Release:
    return publish(tmp_path, SECOND, a_row(1), a_row(10 + ord("A")), a_row(10 + ord("F")), **more)


def test_a_neighbour_of_a_listed_substance_is_told(bisphenols: dict[str, Substance], tmp_path: Path) -> None:
    release = lists_a(tmp_path)
    (event,) = tell()
    assert (event.kind, event.subject_id) == ("neighbour.listed", bisphenols["B"].pk)
    assert (event.details["named"], event.details["release"]) == (str(bisphenols["A"].pk), str(release.pk))
    assert 0.5 <= float(event.details["similarity"]) < 1
    row = Client().get("/api/v1/events/?kind=neighbour.listed").json()["results"][0]
    assert row["title"] == "A neighbour of bisphenol B was listed: bisphenol A was added to Made list"
    assert f"similarity {event.details['similarity']}".casefold() in row["summary"].casefold()


def test_a_first_release_tells_of_no_neighbours(bisphenols: dict[str, Substance]) -> None:
    assert not Job.objects.filter(name=NEWS_WORK).exists()
    assert tell() == []


def test_work_done_again_tells_nothing_twice(bisphenols: dict[str, Substance], tmp_path: Path) -> None:
    lists_a(tmp_path)
    told = tell()
    Job.objects.filter(name=NEWS_WORK).update(state="queued", finished_at=None, lease_until=None, attempts=0)
    assert tell() == told


def test_a_mate_of_the_same_group_is_told_without_a_structure(bisphenols: dict[str, Substance], tmp_path: Path) -> None:
    group = SubstanceGroup.objects.create(slug="g", name="The group", definition="d", source=a_source(), **FACT)
    mate = a_substance(name="mate", kind="uvcb")
    for one in (mate, bisphenols["A"], bisphenols["B"]):
        GroupMembership.objects.create(group=group, substance=one, how="by_name", source=a_source(), **FACT)
    lists_a(tmp_path)
    told = {event.subject_id: event.details for event in tell()}
    assert set(told) == {mate.pk, bisphenols["B"].pk}
    assert "similarity" not in told[mate.pk]
    assert told[mate.pk]["group"] == told[bisphenols["B"].pk]["group"] == "g"


@pytest.mark.parametrize("letter", ["A", "B"], ids=["the one listed", "its neighbour"])
@pytest.mark.parametrize("reason", ["schedule 1", "2A"])
def test_chemical_weapons_are_beside_nobody(
    bisphenols: dict[str, Substance], tmp_path: Path, letter: str, reason: str
) -> None:
    weapons = ChemicalList.objects.create(slug=CWC_LIST, name="C", publisher="P", effect="duty", source=a_source())
    ListMembership.objects.create(
        chemical_list=weapons, substance=bisphenols[letter], how="by_name", reason=reason, source=a_source(), **FACT
    )
    lists_a(tmp_path)
    assert tell() == []


@pytest.mark.parametrize("letter", ["A", "B"], ids=["the one listed", "its neighbour"])
def test_a_disputed_structure_is_beside_nobody(bisphenols: dict[str, Substance], tmp_path: Path, letter: str) -> None:
    bisphenols[letter].structures.update(is_current=False)
    a_structure(of=bisphenols[letter], smiles="CCCCCCCC", source=a_source(key="other"))
    lists_a(tmp_path)
    assert tell() == []


@pytest.mark.parametrize("effect", ["inventory", "duty", "favourable"])
def test_being_named_without_a_concern_is_no_listing(
    bisphenols: dict[str, Substance], tmp_path: Path, effect: str
) -> None:
    ChemicalList.objects.filter(slug="made").update(effect=effect)
    publish(tmp_path, SECOND, a_row(1), a_row(10 + ord("A"), reasons=()), a_row(10 + ord("F")))
    assert [event.kind for event in tell()] == []


def test_a_concern_that_an_authority_states_is_a_listing(bisphenols: dict[str, Substance], tmp_path: Path) -> None:
    ChemicalList.objects.filter(slug="made").update(effect="classification")
    lists_a(tmp_path)
    assert [event.subject_id for event in tell()] == [bisphenols["B"].pk]


def test_no_more_neighbours_are_told_than_the_bound(bisphenols: dict[str, Substance], tmp_path: Path) -> None:
    group = SubstanceGroup.objects.create(slug="g", name="The group", definition="d", source=a_source(), **FACT)
    for one in (bisphenols["A"], *(a_substance() for _ in range(list_news.MOST_OF_ONE + 5))):
        GroupMembership.objects.create(group=group, substance=one, how="by_name", source=a_source(), **FACT)
    lists_a(tmp_path)
    told = [event.subject_id for event in tell()]
    assert len(told) == list_news.MOST_OF_ONE
    assert bisphenols["B"].pk in told, "the nearest come first"


def test_an_entry_that_says_something_else_is_told_with_what(bisphenols: dict[str, Substance], tmp_path: Path) -> None:
    publish(tmp_path, SECOND, a_row(1, reasons=("57b",)), a_row(10 + ord("F"), listed_on=dt.date(2021, 1, 1)))
    told = {event.subject_id: event.details["differs"] for event in tell()}
    assert told == {bisphenols["acetone"].pk: ["reason"], bisphenols["F"].pk: ["dates"]}
    titles = [row["title"] for row in Client().get("/api/v1/events/?kind=list.changed").json()["results"]]
    assert "Made list says something else of acetone: reason" in titles
