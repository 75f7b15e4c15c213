"""Substances that are merged or split: who stands for them, and what becomes of what was said of them."""

from __future__ import annotations

import html
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client

from portal.common.errors import Conflict, NotAllowed, NotValid
from portal.organisations.models import AuditEvent
from portal.watching.models import Event
from substances.models import (
    ChemicalList,
    GroupMembership,
    ListMembership,
    OpenMember,
    Source,
    Structure,
    Substance,
    SubstanceGroup,
    Successor,
)
from substances.moving import moving
from substances.services.heirs import heirs
from substances.services.search import search_substances
from substances.services.search_terms import rebuild_for
from substances.services.succession import merge_substances, split_substance
from substances.similarity import store
from tests.build import a_curator, a_member, a_source, a_substance, all_of_it_stays
from tests.substances.made_importer import a_row, cas, take

pytestmark = [pytest.mark.django_db, pytest.mark.services]
XYLENES = cas(10001)


@pytest.fixture
def three() -> tuple[Substance, Substance, Substance]:
    """Xylenes, and two of the three that they are."""
    found = (
        a_substance(name="xylenes", cas=XYLENES, smiles="Cc1ccccc1C"),
        a_substance(name="o-xylene", cas=cas(10002)),
        a_substance(name="m-xylene", cas=cas(10003)),
    )
    rebuild_for(found)
    return found


def split(three: tuple[Substance, ...], **more: Any) -> Substance:
    into = [one.pk for one in three[1:]]
    said: dict[str, Any] = {"by": a_curator(), "substance": three[0], "into": into, "reason": "two"}
    said["assigned"] = all_of_it_stays(three[0])
    return split_substance(**said | more)


def names_found(text: str) -> set[str]:
    return {hit.substance.name for hit in search_substances(text).results}


def test_a_split_substance_is_gone_with_its_successors(three: tuple[Substance, ...]) -> None:
    split(three)
    for part in ("", "flags/", "memberships/?as_of=2020-01-01"):
        answer = Client().get(f"/api/v1/substances/{three[0].pk}/{part}")
        assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")
        assert answer.json()["code"] == "split"
        assert [row["name"] for row in answer.json()["successors"]] == ["m-xylene", "o-xylene"]
        assert answer.json()["successors"][0]["url"].endswith(f"/api/v1/substances/{three[2].pk}/")


def test_the_page_of_a_split_substance_offers_the_choice(three: tuple[Substance, ...]) -> None:
    split(three)
    answer = Client().get(f"/substances/{three[0].pk}/")
    said = html.unescape(answer.content.decode())
    assert answer.status_code == 410
    assert all(f'href="/substances/{one.pk}/"' in said for one in three[1:])
    assert three[1].cas_rn in said


def test_no_search_finds_a_split_substance_and_its_number_leads_to_the_choice(three: tuple[Substance, ...]) -> None:
    assert names_found(XYLENES) == {"xylenes"}
    split(three)
    assert names_found(XYLENES) == names_found("xylenes") == {"o-xylene", "m-xylene"}
    assert three[0] not in Substance.objects.living()
    assert store.stored().questions_of(three[0].pk) == []


def test_a_row_with_its_number_waits_for_a_curator(three: tuple[Substance, ...], tmp_path: Path) -> None:
    ChemicalList.objects.create(
        slug="reach-candidate-list", name="L", publisher="P", effect="concern", source=a_source()
    )
    split(three)
    path = tmp_path / "list.csv"
    path.write_text("x", encoding="utf-8")
    take(path, [a_row(1)])
    waiting = OpenMember.objects.get()
    assert set(waiting.candidates) == {str(one.pk) for one in three[1:]}
    assert not ListMembership.objects.filter(substance=three[0]).exists()


def test_what_was_said_of_a_split_substance_stays_with_it(three: tuple[Substance, ...]) -> None:
    made = ChemicalList.objects.create(slug="made", name="L", publisher="P", effect="concern", source=a_source())
    row = ListMembership.objects.create(
        chemical_list=made, substance=three[0], how="by_name", source=a_source(), checked="made_up"
    )
    split(three)
    row.refresh_from_db()
    assert row.substance_id == three[0].pk


def test_a_split_is_told_and_put_down(three: tuple[Substance, ...]) -> None:
    curator = a_curator()
    split(three, by=curator)
    assert Event.objects.get(kind="substance.split").subject_id == three[0].pk
    line = AuditEvent.objects.get(action="substance.split")
    assert (line.by, line.details["reason"]) == (curator, "two")
    titles = [row["title"] for row in Client().get("/api/v1/events/").json()["results"]]
    assert "xylenes was split into" in titles[0]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param(lambda three: {"by": a_member()}, NotAllowed, id="no curator"),
        pytest.param(lambda three: {"into": [three[1].pk]}, NotValid, id="one successor"),
        pytest.param(lambda three: {"into": [three[1].pk, three[1].pk]}, NotValid, id="one successor twice"),
        pytest.param(lambda three: {"into": [three[1].pk, three[0].pk]}, NotValid, id="into itself"),
        pytest.param(lambda three: {"into": [three[1].pk, uuid.uuid4()]}, NotValid, id="into nobody"),
        pytest.param(lambda three: {"reason": " "}, NotValid, id="no reason"),
    ],
)
def test_a_split_that_cannot_be_changes_nothing(three: tuple[Substance, ...], change: Any, error: type) -> None:
    with pytest.raises(error):
        split(three, **change(three))
    assert not Successor.objects.exists()
    assert not Substance.objects.filter(split_at__isnull=False).exists()


def test_what_was_split_or_merged_cannot_be_again(three: tuple[Substance, ...]) -> None:
    split(three)
    with pytest.raises(Conflict):
        split(three)
    with pytest.raises(Conflict):
        merge_substances(by=a_curator(), substance=three[0], into=three[1].pk, reason="same")
    with pytest.raises(Conflict):
        merge_substances(by=a_curator(), substance=three[1], into=three[0].pk, reason="same")


@pytest.mark.parametrize("same", [True, False], ids=["itself", "twice"])
def test_the_database_refuses_a_successor_that_is_none(three: tuple[Substance, ...], same: bool) -> None:
    Successor.objects.create(split=three[0], substance=three[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        Successor.objects.create(split=three[0], substance=three[0 if same else 1])


def test_what_is_said_of_a_merged_substance_goes_with_it(three: tuple[Substance, ...]) -> None:
    merge_substances(by=a_curator(), substance=three[1], into=three[2].pk, reason="the same")
    answer = Client().get(f"/api/v1/substances/{three[1].pk}/")
    assert answer.status_code == 308
    body = Client().get(answer["Location"]).json()
    assert {row["value"] for row in body["identifiers"]} == {cas(10002), cas(10003)}
    assert names_found(cas(10002)) == {"m-xylene"}
    assert Event.objects.filter(kind="substance.merged", subject_id=three[1].pk).exists()


def test_the_structure_of_a_merged_substance_is_its_heirs_and_compared_as_such(three: tuple[Substance, ...]) -> None:
    xylenes, heir = three[0], three[1]
    merge_substances(by=a_curator(), substance=xylenes, into=heir.pk, reason="the same")
    assert [one.smiles for one in heir.structures.filter(is_current=True)] == ["Cc1ccccc1C"]
    assert not xylenes.structures.exists()


def test_an_heir_with_a_structure_of_its_own_goes_on_showing_it(three: tuple[Substance, ...]) -> None:
    heir = a_substance(name="toluene", smiles="Cc1ccccc1")
    Structure.objects.filter(substance=heir).update(source=Source.objects.create(key="another", title="Another"))
    merge_substances(by=a_curator(), substance=three[0], into=heir.pk, reason="the same")
    assert {(one.smiles, one.is_current) for one in heir.structures.all()} == {
        ("Cc1ccccc1", True),
        ("Cc1ccccc1C", False),
    }
    assert heir.structure_disputed


def test_a_split_substance_is_no_member_of_its_groups_any_more(three: tuple[Substance, ...]) -> None:
    group = SubstanceGroup.objects.create(
        slug="made", name="Made", definition="Made up.", source=a_source(), checked="made_up"
    )
    for one in three[:2]:
        GroupMembership.objects.create(group=group, substance=one, how="by_name", source=a_source(), checked="made_up")
    split(three)
    assert [row.substance for row in GroupMembership.objects.living()] == [three[1]]
    assert Client().get("/groups/made/").context["facts"].counts.total == 1


def test_exposure_of_a_split_substance_is_gone_too(three: tuple[Substance, ...]) -> None:
    split(three)
    assert Client().get(f"/api/v1/substances/{three[0].pk}/exposure/").status_code == 410


def test_each_room_that_names_substances_goes_along_or_is_history() -> None:
    naming = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.is_relation and field.related_model is Substance
    }
    assert naming - {f"{model._meta.label}.{field}" for model, field in moving()} == {
        "substances.Substance.merged_into",  # who stands for whom
        "substances.Successor.split",
        "substances.Successor.substance",
        "substances.Structure.substance",  # by a rule of its own
        "substances.GroupAssessment.substance",  # asked again
        "substances.SearchTerm.substance",  # made anew
        "substances.OpenMember.decision",  # what people decided or were answered on that day
        "substances.MemberDecision.decision",
        "substances.RegistryFinding.substance",
        "substances.RegistryFinding.other",
        "substances.StructureSearch.known_substance",
        "substances.SearchHit.substance",
        "substances.BatchAnswer.known_substance",
    }


def test_successors_are_followed_over_every_step(three: tuple[Substance, ...]) -> None:
    fourth, fifth = a_substance(name="fourth"), a_substance(name="fifth")
    split(three)
    merge_substances(by=a_curator(), substance=three[1], into=fourth.pk, reason="the same")
    split((three[2], fourth, fifth))
    assert set(heirs()[three[0].pk]) == {fourth.pk, fifth.pk}
    assert names_found(XYLENES) == {"fourth", "fifth"}


@pytest.mark.django_db(transaction=True)
def test_of_a_split_and_a_merge_at_once_one_is_told_no(three: tuple[Substance, ...]) -> None:
    curator, outcomes = a_curator(), []
    begin = threading.Barrier(2)

    def act(how: Any) -> None:
        begin.wait()
        try:
            how()
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    ways = [
        lambda: split(three, by=curator),
        lambda: merge_substances(by=curator, substance=three[0], into=three[1].pk, reason="the same"),
    ]
    threads = [threading.Thread(target=act, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    shown = Substance.objects.get(pk=three[0].pk)
    assert (shown.merged_into_id is None) != (shown.split_at is None)
