"""Structure searches over REST."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from portal.jobs.models import Job
from substances.models import StructureSearch
from tests.build import a_person
from tests.processes import LiveWorker, wait_until

SEARCHES = "/api/v1/searches/"
BISPHENOL_A = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1"
# In nobody's registry: bisphenol A with a chlorobutyl chain.
FOREIGN = "CC(CCCCCl)(c1ccc(O)cc1)c1ccc(O)cc1"

_addresses = (f"198.51.100.{n}" for n in itertools.cycle(range(1, 255)))


@pytest.fixture
def script() -> Client:
    """A client that keeps no cookies' worth of session, from an address of its own."""
    cache.clear()
    return Client(REMOTE_ADDR=next(_addresses))


def ask(client: Client, structure: str = BISPHENOL_A, *, headers: dict[str, str] | None = None, **more: Any) -> Any:
    """The answer to one search."""
    body = {"kind": "similarity", "structure": structure, **more}
    return client.post(SEARCHES, body, content_type="application/json", headers=headers or {})


def path_of(url: str) -> str:
    """The address without its host."""
    return url.removeprefix("http://testserver")


def test_a_known_substance_is_answered_at_once(catalogue: None, script: Client) -> None:
    answer = ask(script)
    body = answer.json()
    assert answer.status_code == 202
    assert body["status"] == "done"
    told = {"id", "kind", "parameters", "status", "progress", "read_as", "versions", "data_release"}
    assert set(body) == told | {"repeats", "created_at", "url", "results_url", "error"}
    assert answer["Location"] == body["url"]
    assert answer["Cache-Control"] == "private, no-store"
    assert body["read_as"]["format"] == "smiles"


def test_the_results_are_ranked_drawn_and_marked(catalogue: None, script: Client) -> None:
    answer = script.get(path_of(ask(script).json()["results_url"]))
    first = answer.json()["results"][0]
    assert set(answer.json()) >= {"results", "next"}
    assert set(first) == {"rank", "score", "substance", "group", "library_structure", "listed"} | {
        *("note", "why", "atoms", "told", "svg_url")
    }
    assert first["rank"] == 1
    assert first["score"] == 1.0
    assert first["listed"] is True
    assert script.get(path_of(first["svg_url"])).status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_next_walks_over_every_hit_once(catalogue: None, script: Client) -> None:
    following = ask(script, threshold="0.05", limit=120).json()["results_url"]
    ranks: list[int] = []
    while following:
        body = script.get(path_of(following)).json()
        ranks += [row["rank"] for row in body["results"]]
        following = body["next"]
    assert ranks == list(range(1, 121))


@pytest.mark.parametrize(
    ("text", "format"),
    [
        pytest.param(BISPHENOL_A, "smiles", id="smiles"),
        pytest.param(
            "InChI=1S/C15H16O2/c1-15(2,11-3-7-13(16)8-4-11)12-5-9-14(17)10-6-12/h3-10,16-17H,1-2H3", "inchi", id="inchi"
        ),
        pytest.param("bisphenol A", "name", id="name"),
        pytest.param("80-05-7", "cas", id="cas"),
        pytest.param("80-05-7", "auto", id="auto reads a number"),
        pytest.param("bisphenol A", "auto", id="auto reads a name"),
    ],
)
def test_each_format_leads_to_the_same_substance(catalogue: None, script: Client, text: str, format: str) -> None:
    body = ask(script, text, format=format).json()
    best = script.get(path_of(body["results_url"])).json()["results"][0]
    assert best["substance"]["cas"] == "80-05-7"


def test_a_text_with_two_readings_is_given_back_with_both(catalogue: None, script: Client) -> None:
    answer = ask(script, "CO")
    assert answer.status_code == 422
    assert {reading["format"] for reading in answer.json()["readings"]} == {"smiles", "formula"}
    assert not StructureSearch.objects.exists()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param("c1ccccc", 400, id="ring never closed"),
        pytest.param("CCО", 400, id="a Cyrillic letter that looks like O"),
        pytest.param("C" * 6000, 413, id="too long"),
        pytest.param("80-05-8", 400, id="wrong check digit"),
        pytest.param("no such thing here", 422, id="unknown name"),
        pytest.param("C\x00C", 400, id="NUL"),
        pytest.param("", 400, id="nothing"),
        pytest.param("💥", 422, id="not chemistry"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(catalogue: None, script: Client, text: str, status: int) -> None:
    answer = ask(script, text)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not StructureSearch.objects.exists()


def test_the_character_at_fault_is_told(catalogue: None, script: Client) -> None:
    assert ask(script, "CCО").json()["position"] == 3


@pytest.mark.parametrize(
    "wrong",
    [{"threshold": "2"}, {"threshold": "0.1234"}, {"limit": 0}, {"limit": 201}, {"format": "xyz"}, {"kind": "magic"}],
)
def test_a_parameter_out_of_bounds_is_named(catalogue: None, script: Client, wrong: dict[str, Any]) -> None:
    answer = ask(script, **wrong)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(wrong)


def test_a_search_is_found_by_its_whole_address_and_not_by_its_id(catalogue: None, script: Client) -> None:
    body = ask(script).json()
    other = Client(REMOTE_ADDR="203.0.113.1")
    assert other.get(path_of(body["url"])).status_code == 200
    for address in (f"{SEARCHES}{body['id']}/", f"{SEARCHES}{body['id']}/results/"):
        assert other.get(address).status_code == 404
        assert other.get(f"{address}?access=guess").status_code == 404
    assert other.delete(f"{SEARCHES}{body['id']}/").status_code == 404


def test_somebody_elses_search_is_not_found(catalogue: None, script: Client) -> None:
    owner, other = Client(), Client()
    owner.force_login(a_person())
    other.force_login(a_person())
    body = ask(owner).json()
    assert "access=" not in body["url"]
    assert owner.get(path_of(body["results_url"])).status_code == 200
    assert other.get(path_of(body["url"])).status_code == 404
    assert other.get(path_of(body["results_url"])).status_code == 404


def test_an_eleventh_search_in_a_minute_waits_whatever_proxies_are_claimed(catalogue: None, script: Client) -> None:
    for n in range(10):
        assert ask(script, headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code == 202
    refused = ask(script, headers={"x-forwarded-for": "203.0.113.99"})
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["Content-Type"] == "application/problem+json"
    assert ask(Client(REMOTE_ADDR="203.0.113.200")).status_code == 202


def test_asking_how_far_it_is_is_not_counted(catalogue: None, script: Client) -> None:
    body = ask(script).json()
    for _ in range(30):
        assert script.get(path_of(body["url"])).status_code == 200
    for _ in range(9):
        assert ask(script).status_code == 202


def test_an_anonymous_post_needs_no_csrf_token_and_a_signed_in_one_does(catalogue: None, script: Client) -> None:
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.3")
    assert ask(strict).status_code == 202
    strict.force_login(a_person())
    refused = ask(strict)
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"


def test_a_search_that_waits_can_be_cancelled(catalogue: None, script: Client) -> None:
    body = ask(script, FOREIGN).json()
    assert body["status"] == "queued"
    assert body["read_as"] is None
    cancelled = script.delete(path_of(body["url"]))
    assert cancelled.json()["status"] == "cancelled"
    assert script.get(path_of(body["url"])).json()["status"] == "cancelled"
    assert script.get(path_of(body["results_url"])).json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_a_foreign_structure_is_answered_by_a_worker(catalogue: None, worker: LiveWorker, script: Client) -> None:
    body = ask(script, FOREIGN).json()
    assert body["status"] in {"queued", "running"}
    wait_until(lambda: script.get(path_of(body["url"])).json()["status"] == "done", what="the search's end")
    ended = script.get(path_of(body["url"])).json()
    assert ended["progress"] == 1.0
    assert ended["read_as"]["format"] == "smiles"
    assert ended["read_as"]["changes"] == []
    hits = script.get(path_of(body["results_url"])).json()["results"]
    assert "80-05-7" in {hit["substance"]["cas"] for hit in hits}

    # While the worker is warm: a client that prefers to wait is given the end at once …
    # (A busy machine may take longer than two seconds; then the next one asks again.)
    def ended_as(status: str, structure: str) -> Any:
        answer = ask(script, structure, headers={"prefer": "wait=2"})
        return answer if answer.json()["status"] == status else None

    waited = wait_until(lambda: ended_as("done", FOREIGN), what="an answer within two seconds")
    assert waited["Preference-Applied"] == "wait=2"
    # … and what cannot be read fails with a reason.
    failed = wait_until(lambda: ended_as("failed", "C(C)(C)(C)(C)C"), what="a refusal within two seconds")
    assert failed.json()["error"]["message"]


def test_a_waiting_client_is_answered_when_its_patience_ends(catalogue: None, script: Client) -> None:
    answer = ask(script, FOREIGN, headers={"prefer": "respond-async, wait=1"})
    assert answer.json()["status"] == "queued"
    assert answer["Preference-Applied"] == "wait=1"


@pytest.mark.parametrize("prefer", ["wait=soon", "return=minimal", "wait", "wait=-1"])
def test_a_preference_that_is_not_understood_is_ignored(catalogue: None, script: Client, prefer: str) -> None:
    answer = ask(script, headers={"prefer": prefer})
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer


def test_jobs_are_seen_by_those_who_asked_for_them_only(catalogue: None, script: Client) -> None:
    owner, other = Client(), Client()
    owner.force_login(a_person())
    other.force_login(a_person())
    ask(owner, FOREIGN)
    job = Job.objects.get()
    assert owner.get(f"/api/v1/jobs/{job.pk}/").json()["status"] == "queued"
    listed = owner.get("/api/v1/jobs/")
    assert [row["id"] for row in listed.json()["results"]] == [str(job.pk)]
    assert listed["Cache-Control"] == "private, no-store"
    assert other.get(f"/api/v1/jobs/{job.pk}/").status_code == 404
    assert other.get("/api/v1/jobs/").json()["results"] == []
    assert script.get("/api/v1/jobs/").status_code == 403
    assert script.get(f"/api/v1/jobs/{job.pk}/").status_code == 403


def test_a_jobs_ledger_holds_no_structure(catalogue: None, script: Client) -> None:
    ask(script, FOREIGN)
    job = Job.objects.get()
    assert FOREIGN not in str(job.arguments)
    assert "structure" not in job.arguments
