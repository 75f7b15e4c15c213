"""A file of structures over REST: tried, published, refused with its place, nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.jobs.running import run_job
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import Structure, StructureUpload, StructureUploadChunk
from tests.build import a_curator, a_substance
from tests.substances.structure_files import CRESOL, ETHANOL, PHENOL, a_file, taken

pytestmark = [pytest.mark.django_db, pytest.mark.services]
ADDRESS = "/api/v1/structure-uploads/"


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(a_curator())
    return client


def sent(client: Client, *rows: str, **more: object) -> Any:
    """What REST answers to a file of these rows."""
    data = "\n".join(["cas,smiles", *rows, ""]).encode()
    form = {"source": "A lookup", "file": SimpleUploadedFile("lookup.csv", data), **more}
    return client.post(ADDRESS, form)


def worked(client: Client, upload: dict[str, Any]) -> dict[str, Any]:
    """What REST tells of it after a worker did its job."""
    run_job(StructureUpload.objects.get(pk=upload["id"]).job_id)
    told: dict[str, Any] = client.get(upload["url"]).json()
    return told


def test_structures_are_tried_then_published_on_ones_word(signed_in: Client, tmp_path: Path) -> None:
    phenol = a_substance(name="phenol", cas="108-95-2")
    a_substance(name="ethanol", cas="64-17-5")
    taken(a_file(tmp_path, f"108-95-2\t{CRESOL}\tx"), source="Theirs")
    answer = sent(signed_in, f"108-95-2,{PHENOL}", f"64-17-5,{ETHANOL}", "71-43-2,c1ccccc1")
    upload = answer.json()
    assert (answer.status_code, answer["Location"], upload["trust"]) == (202, upload["url"], "lookup")
    tried = worked(signed_in, upload)
    trial = tried["report"]["trial"]
    assert [tried["report"][name] for name in ("state", "rows", "structures", "unknown")] == ["dry_run", 3, 2, 1]
    assert [trial[name] for name in ("new", "agrees", "disputes", "shown")] == [1, 0, 1, 1]
    dispute = next(one for one in trial["told"] if one["relation"] == "disputes")
    assert (dispute["substance"], dispute["smiles"], dispute["line"]) == (str(phenol.pk), PHENOL, 2)
    assert [(one["smiles"], one["source"]) for one in dispute["others"]] == [(CRESOL, "Theirs")]
    assert (tried["may_publish"], Structure.objects.count()) == (True, 1)

    assert signed_in.post(tried["publish_url"]).status_code == 202
    published = worked(signed_in, upload)
    assert (published["report"]["state"], published["report"]["added"], Structure.objects.count()) == (
        "published",
        2,
        3,
    )


def test_structures_that_were_published_can_be_sent_again(signed_in: Client) -> None:
    a_substance(name="phenol", cas="108-95-2")
    first = sent(signed_in, f"108-95-2,{PHENOL}").json()
    tried = worked(signed_in, first)
    assert sent(signed_in, f"108-95-2,{PHENOL}").json()["id"] == first["id"]
    signed_in.post(tried["publish_url"])
    assert sent(signed_in, f"108-95-2,{PHENOL}").json()["id"] == first["id"]
    worked(signed_in, first)
    Structure.objects.all().delete()

    answer = sent(signed_in, f"108-95-2,{PHENOL}")
    again = worked(signed_in, answer.json())
    assert (answer.status_code, again["id"] == first["id"], again["may_publish"]) == (202, False, True)


def test_structures_that_are_there_already_cannot_be_published(signed_in: Client, tmp_path: Path) -> None:
    a_substance(name="phenol", cas="108-95-2")
    taken(a_file(tmp_path, f"108-95-2\t{PHENOL}\tx"))
    told = worked(signed_in, sent(signed_in, f"108-95-2,{PHENOL}").json())
    assert (told["report"]["unchanged"], told["may_publish"]) == (True, False)
    assert signed_in.post(told["publish_url"]).status_code == 409


def test_a_problem_of_a_row_is_told_with_its_file_and_line(signed_in: Client) -> None:
    told = worked(signed_in, sent(signed_in, "108-95-3,C").json())
    (problem,) = told["report"]["problems"]
    assert (problem["file"], problem["line"], problem["code"]) == ("lookup.csv", 2, "cas_check_digit")


def test_a_refused_file_says_what_would_be_right(signed_in: Client) -> None:
    file = SimpleUploadedFile("lookup.csv", b"name,cas\nphenol,108-95-2\n")
    refusal = worked(signed_in, sent(signed_in, file=file).json())["refusal"]
    assert (refusal["code"], refusal["file"], refusal["line"]) == ("wrong_file", "lookup.csv", 1)
    assert "a header row has a number" in refusal["message"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param({"source": ""}, "invalid", id="no source"),
        pytest.param({"source": "…"}, "source", id="a source that cannot be called so"),
        pytest.param({"trust": "certain"}, "invalid", id="no such trust"),
    ],
)
def test_what_cannot_be_is_a_problem_and_nothing_is_kept(
    signed_in: Client, given: dict[str, object], code: str
) -> None:
    answer = sent(signed_in, "108-95-2,C", **given)
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        400,
        "application/problem+json",
        code,
    )
    assert not StructureUpload.objects.exists()


def test_somebody_elses_structures_are_not_there(signed_in: Client) -> None:
    upload = sent(signed_in, f"108-95-2,{PHENOL}").json()
    other = Client()
    other.force_login(a_curator())
    assert other.get(ADDRESS).json()["results"] == []
    asked = [other.get(upload["url"]), other.delete(upload["url"]), other.post(upload["publish_url"])]
    assert [one.status_code for one in asked] == [404, 404, 404]
    assert StructureUploadChunk.objects.exists()


def test_what_is_called_off_is_gone(signed_in: Client) -> None:
    told = signed_in.delete(sent(signed_in, f"108-95-2,{PHENOL}").json()["url"]).json()
    assert (told["status"], told["may_publish"], StructureUploadChunk.objects.count()) == ("cancelled", False, 0)
