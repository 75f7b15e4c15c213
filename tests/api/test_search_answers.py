"""Answers to searches over REST: the list, other kinds, files, asking again, what has changed, deleting."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import StructureSearch
from tests.build import a_person, a_substance
from tests.substances.made_groups import PHENOLS, a_group
from tests.substances.searching import searched

pytestmark = [pytest.mark.django_db, pytest.mark.services]

SEARCHES = "/api/v1/searches/"
BPA = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
_addresses = (f"198.51.100.{n}" for n in itertools.cycle(range(1, 255)))


@pytest.fixture
def script() -> Client:
    cache.clear()
    a_substance(name="bisphenol A", smiles=BPA)
    return Client(REMOTE_ADDR=next(_addresses))


def ask(client: Client, **body: Any) -> dict[str, Any]:
    """The state of a search that was asked and, by a worker, answered."""
    answer = client.post(SEARCHES, {"structure": BPA, **body}, content_type="application/json")
    assert answer.status_code == 202, answer.content
    state: dict[str, Any] = answer.json()
    search = StructureSearch.objects.get(pk=state["id"])
    if search.job_id:
        run_job(search.job_id)
    return state


def get(client: Client, url: str) -> Any:
    return client.get(url.removeprefix("http://testserver"))


def inside(url: str, part: str) -> str:
    """The address of a part of the search, with the access token."""
    path, _, query = url.removeprefix("http://testserver").partition("?")
    return f"{path}{part}?{query}"


def test_the_same_structure_is_told_with_its_relation(script: Client) -> None:
    body = get(script, ask(script, kind="exact")["results_url"]).json()
    assert [(row["note"], row["score"]) for row in body["results"]] == [("same_structure", None)]
    assert body["results"][0]["why"] == "The same structure"
    assert body["kind"] == "exact"


def test_groups_are_told_with_the_atoms_that_make_a_member(script: Client) -> None:
    a_group("phenols", PHENOLS)
    (row,) = get(script, ask(script, kind="group")["results_url"]).json()["results"]
    assert (row["group"], row["substance"]) == ({"slug": "phenols", "name": "phenols"}, None)
    assert (row["note"], bool(row["atoms"])) == ("member", True)


def test_an_answer_names_parameters_versions_and_data_release(script: Client) -> None:
    body = get(script, ask(script, families=["morgan-r2-2048-bits"], limit=3)["results_url"]).json()
    assert body["parameters"]["families"] == ["morgan-r2-2048-bits"]
    assert body["parameters"]["limit"] == 3
    assert body["data_release"]
    assert body["versions"]["fingerprint"].startswith("morgan-r2-2048-bits")


def test_a_parameter_of_another_kind_is_refused_by_name(script: Client) -> None:
    wrong = {"structure": BPA, "kind": "group", "threshold": "0.5"}
    answer = script.post(SEARCHES, wrong, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "threshold")


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "sdf"])
def test_an_answer_is_a_file_for_who_has_its_address_and_does_not_tell_it(script: Client, form: str) -> None:
    url = ask(script)["url"]
    answer = script.get(inside(url, f"results.{form}"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert url.partition("access=")[2].encode() not in b"".join(answer)
    assert Client().get(inside(url, f"results.{form}").partition("?")[0]).status_code == 404


def test_a_search_asked_again_tells_what_has_changed(script: Client) -> None:
    first = ask(script, threshold="0.5")
    a_substance(name="bisphenol F", smiles="Oc1ccc(Cc2ccc(O)cc2)cc1")
    again = script.post(inside(first["url"], "repeat/"))
    assert (again.status_code, again.json()["repeats"]) == (202, first["id"])
    run_job(StructureSearch.objects.get(pk=again.json()["id"]).job_id or "")
    body = script.get(inside(again.json()["url"], "changes/")).json()
    assert [place["name"] for place in body["came"]] == ["bisphenol F"]
    assert (body["gone"], body["same"]) == ([], 1)
    assert script.get(inside(first["url"], "changes/")).status_code == 404


def test_a_person_lists_their_searches_and_a_stranger_none(script: Client) -> None:
    ada, client = a_person(), Client()
    client.force_login(ada)
    search = searched(BPA, by=ada)
    assert [row["id"] for row in client.get(SEARCHES).json()["results"]] == [str(search.pk)]
    assert script.get(SEARCHES).json()["results"] == []


def test_what_has_ended_is_deleted_and_what_waits_is_called_off(script: Client) -> None:
    waits = script.post(SEARCHES, {"structure": "CCCO"}, content_type="application/json").json()
    path = waits["url"].removeprefix("http://testserver")
    assert script.delete(path).json()["status"] == "cancelled"
    assert script.delete(path).status_code == 204
    assert script.get(path).status_code == 404
    assert not StructureSearch.objects.exists()
