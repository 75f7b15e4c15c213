"""Batches by REST and by page: sent, followed, read row by row, taken along, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401  # registers the work
from substances.models import StructureSearch
from tests.build import a_person, a_substance

pytestmark = pytest.mark.django_db

A, LIKE_A = "CC(C)(c1ccc(O)cc1)c1ccc(O)cc1", "CCC(C)(c1ccc(O)cc1)c1ccc(O)cc1"


@pytest.fixture
def script() -> Client:
    """A client without an account."""
    cache.clear()
    a_substance(name="bisphenol A", smiles=A)
    return Client()


def send(client: Client, *structures: str, **more: Any) -> Any:
    rows = [{"structure": one, "id": f"row {number}"} for number, one in enumerate(structures, 1)]
    return client.post("/api/v1/batches/", {"structures": rows, **more}, content_type="application/json")


def work_off() -> None:
    for part in StructureSearch.objects.get().parts.all():
        run_job(part.job_id)


def path_of(url: str) -> str:
    return url.removeprefix("http://testserver")


def test_a_batch_is_accepted_followed_and_read_row_by_row(script: Client) -> None:
    answer = send(script, LIKE_A, "CC>>CO", "CCO")
    state = answer.json()
    assert (answer.status_code, state["status"], state["rows"], state["answered"]) == (202, "queued", 3, 0)
    assert answer["Location"] == state["url"]
    work_off()
    state = script.get(path_of(state["url"])).json()
    rows = script.get(path_of(state["results_url"])).json()["results"]
    assert [state[name] for name in ("status", "answered", "not_assessed", "no_hit")] == ["done", 3, 1, 1]
    assert [(row["row"], row["id"], row["outcome"]) for row in rows] == [
        (1, "row 1", "compared"),
        (2, "row 2", "not_assessed"),
        (3, "row 3", "compared"),
    ]
    assert rows[0]["hits"][0]["substance"]["name"] == "bisphenol A"
    assert rows[1]["reason"]


def test_rows_come_in_pages_and_by_what_became_of_them(script: Client) -> None:
    body = send(script, *["CCO"] * 249, LIKE_A).json()
    work_off()
    first = script.get(path_of(body["results_url"])).json()
    second = script.get(path_of(first["next"])).json()
    assert [len(page["results"]) for page in (first, second)] == [200, 50]
    assert (second["results"][0]["row"], second["next"]) == (201, None)
    no_hit = script.get(path_of(body["results_url"]) + "&show=no_hit&after=240").json()["results"]
    assert [row["row"] for row in no_hit] == list(range(241, 250))


def test_a_file_is_a_batch(script: Client) -> None:
    file = SimpleUploadedFile("mine.csv", b"name,SMILES\nfirst,CCO\nsecond,CCC\n")
    answer = script.post("/api/v1/batches/", {"file": file, "threshold": "0.7"})
    assert (answer.status_code, answer.json()["rows"], answer.json()["threshold"]) == (202, 2, "0.700")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 400, id="nothing"),
        pytest.param({"structures": []}, 400, id="no rows"),
        pytest.param({"structures": [{"structure": "C"}] * 1001}, 400, id="more than a request may have"),
        pytest.param({"structures": [{"structure": "C"}], "limit": 11}, 400, id="too many hits a row"),
    ],
)
def test_what_cannot_be_used_is_refused(script: Client, body: dict[str, Any], status: int) -> None:
    assert script.post("/api/v1/batches/", body, content_type="application/json").status_code == status
    assert not StructureSearch.objects.exists()


def test_a_batch_is_cancelled(script: Client) -> None:
    url = path_of(send(script, "CCO").json()["url"])
    assert script.delete(url).json()["status"] == "cancelled"


def test_a_batch_is_nobody_elses(script: Client) -> None:
    owner, other = Client(), Client()
    owner.force_login(a_person())
    other.force_login(a_person())
    state = send(owner, "CCO").json()
    page = reverse("web:batch-result", args=[state["id"]])
    for address in (path_of(state["url"]), path_of(state["results_url"]), page, f"{page}rows.csv"):
        assert (owner.get(address).status_code, other.get(address).status_code) == (200, 404), address
    assert script.delete(path_of(state["url"])).status_code == 404
    assert owner.get(reverse("web:structure-search-result", args=[state["id"]])).status_code == 404


# --- Pages ----------------------------------------------------------------------------------------------------------


def by_page(client: Client, **said: Any) -> Any:
    return client.post(reverse("web:batch"), said)


def test_what_is_pasted_has_a_page_that_can_be_left_and_found_again(script: Client) -> None:
    sent = by_page(script, structures=f"{LIKE_A}\nCC>>CO\n")
    waiting = script.get(sent["Location"]).content.decode()
    assert "0 of 2 rows answered" in waiting
    assert "hx-get" in waiting
    work_off()
    page = script.get(sent["Location"]).content.decode()
    assert "2 of 2 rows answered" in page
    assert "bisphenol A" in page
    assert "Not assessed." in page
    assert sent["Location"] in script.get(reverse("web:my-searches")).content.decode()


def test_a_page_without_structures_says_so_and_keeps_what_was_typed(script: Client) -> None:
    page = by_page(script, structures=" ", threshold="0.6")
    assert page.status_code == 400
    assert "Paste structures, or choose a file." in page.content.decode()
    assert "0.6" in page.content.decode()


def test_files_have_every_row_and_run_no_formula(script: Client) -> None:
    sent = by_page(script, file=SimpleUploadedFile("x.smi", f"{LIKE_A} =cmd()\nC1CC second\n".encode()))
    work_off()
    rows = list(csv.DictReader(io.StringIO(script.get(f"{sent['Location']}rows.csv").getvalue().decode("utf-8-sig"))))
    assert [(row["row"], row["id"], row["outcome"]) for row in rows] == [
        ("1", "'=cmd()", "compared"),
        ("2", "second", "not_assessed"),
    ]
    assert rows[0]["hit 1 name"] == "bisphenol A"
    told = json.loads(script.get(f"{sent['Location']}rows.json").getvalue())["rows"]
    assert [row["line"] for row in told] == [1, 2]
    assert zipfile.is_zipfile(io.BytesIO(script.get(f"{sent['Location']}rows.xlsx").getvalue()))


def test_a_batch_is_deleted_by_its_owner(script: Client) -> None:
    sent = by_page(script, structures="CCO")
    work_off()
    pk = StructureSearch.objects.get().pk
    script.post(reverse("web:structure-search-delete", args=[pk]))
    assert script.get(sent["Location"]).status_code == 404
