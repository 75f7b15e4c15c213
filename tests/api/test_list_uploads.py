"""A list's file over REST: tried, published, refused with its place, the same one twice, nobody else's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.common.uploads import MAX_BODY_BYTES
from portal.jobs.models import Job
from portal.jobs.running import run_job
from portal.organisations.models import User
from substances import tasks  # noqa: F401 - registers the work that run_job runs
from substances.models import ChemicalList, ListUpload, Release, ReportedProducer, UploadChunk
from substances.services.catalogue import load_catalogue
from substances.services.lists import refuse_release
from tests.build import a_curator, a_source
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY
from tests.substances.made_workbooks import NEW, a_workbook
from tests.substances.test_import_sin_list import a_download

pytestmark = [pytest.mark.django_db, pytest.mark.services]
ADDRESS = "/api/v1/list-uploads/"
SLUG = "reach-candidate-list"
PROBLEM = "application/problem+json"
NO_TEXT, LONG = b"\xff\xfe", b"x" * 2**17
MAPPING = Path(__file__).parent.parent / "substances" / "mapped_list_example.yaml"


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))


@pytest.fixture
def curator() -> User:
    return a_curator()


@pytest.fixture
def signed_in(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


def sent(client: Client, data: bytes, **more: object) -> Any:
    """What REST answers to the file."""
    form = {"importer": SLUG, "published_on": str(DAY), "file": SimpleUploadedFile("candidate.xlsx", data), **more}
    return client.post(ADDRESS, form)


def worked(client: Client, upload: dict[str, Any]) -> dict[str, Any]:
    """What REST tells of it after a worker did its job."""
    run_job(ListUpload.objects.get(pk=upload["id"]).job_id)
    told: dict[str, Any] = client.get(upload["url"]).json()
    return told


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    """A workbook of the Candidate List."""
    return a_workbook(tmp_path / "candidate.xlsx").read_bytes()


def test_a_file_is_tried_then_published_on_ones_word(signed_in: Client, data: bytes) -> None:
    answer = sent(signed_in, data)
    upload = answer.json()
    assert (answer.status_code, answer["Location"], upload["status"]) == (202, upload["url"], "queued")
    tried = worked(signed_in, upload)
    assert (tried["status"], tried["report"]["state"], tried["report"]["rows"]) == ("done", "dry_run", 5)
    assert (tried["report"]["release"], tried["may_publish"], Release.objects.count()) == (None, True, 0)

    said = signed_in.post(tried["publish_url"])
    assert (said.status_code, said.json()["stage"]) == (202, "publish")
    published = worked(signed_in, upload)
    release = ChemicalList.objects.get(slug=SLUG).current_release
    assert release is not None
    assert (published["report"]["state"], published["report"]["release"]) == ("published", str(release.pk))
    assert not UploadChunk.objects.exists()


def test_a_file_that_takes_much_away_waits_for_a_curator(signed_in: Client, data: bytes, tmp_path: Path) -> None:
    for file, day in ((data, DAY), (a_workbook(tmp_path / "l.xlsx", rows=[NEW]).read_bytes(), DAY + dt.timedelta(1))):
        upload = sent(signed_in, file, published_on=str(day)).json()
        worked(signed_in, upload)
        signed_in.post(upload["publish_url"])
        told = worked(signed_in, upload)
    assert told["report"]["state"] == "waiting"
    assert told["report"]["waits_for"]


def test_who_makes_what_comes_in_with_the_list(signed_in: Client, tmp_path: Path) -> None:
    ChemicalList.objects.create(slug="sin-list", name="SIN List", publisher="A", effect="concern", source=a_source())
    upload = sent(signed_in, a_download(tmp_path).read_bytes(), importer="sin-list").json()
    tried = worked(signed_in, upload)
    assert (tried["report"]["rows"], tried["report"]["producers"]) == (1, 1)
    assert not ReportedProducer.objects.exists()

    signed_in.post(upload["publish_url"])
    assert worked(signed_in, upload)["report"]["producers"] == 1
    assert {row.company for row in ReportedProducer.objects.all()} == {"Example Chemicals"}


def test_a_refused_file_says_where_and_what_would_be_right(signed_in: Client, tmp_path: Path) -> None:
    bad = a_workbook(tmp_path / "bad.xlsx", header=("Name", "Number"), rows=[("x", "y")]).read_bytes()
    told = worked(signed_in, sent(signed_in, bad).json())
    refusal = told["refusal"]
    assert (told["status"], told["report"], told["may_publish"]) == ("done", None, False)
    assert (refusal["code"], refusal["file"], refusal["sheet"]) == ("wrong_file", "candidate.xlsx", "List_results")
    assert "a header row has" in refusal["message"]
    assert signed_in.post(told["publish_url"]).json()["code"] == "not_tried"


def test_the_same_file_again_is_the_same_upload_while_it_is_worked_on_and_after(signed_in: Client, data: bytes) -> None:
    first = sent(signed_in, data)
    again = sent(signed_in, data)
    assert (first.json()["id"], again.status_code) == (again.json()["id"], 202)
    worked(signed_in, first.json())
    tried = sent(signed_in, data)
    assert (tried.json()["id"], tried.status_code) == (first.json()["id"], 200)
    signed_in.post(first.json()["publish_url"])
    worked(signed_in, first.json())
    published = sent(signed_in, data)
    assert (published.json()["id"], published.status_code) == (first.json()["id"], 200)
    assert (ListUpload.objects.count(), Job.objects.filter(name=ListUpload.work).count()) == (1, 2)


def test_what_would_change_nothing_cannot_be_published(signed_in: Client, data: bytes) -> None:
    first = sent(signed_in, data).json()
    worked(signed_in, first)
    signed_in.post(first["publish_url"])
    worked(signed_in, first)
    told = worked(signed_in, sent(signed_in, data, licence="other terms").json())
    assert (told["report"]["unchanged"], told["may_publish"]) == (True, False)
    answer = signed_in.post(told["publish_url"])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_tried")
    assert signed_in.get(told["url"]).json() == told


@pytest.mark.parametrize("over", ["dropped", "refused by a curator", "another day"])
def test_the_same_file_is_taken_again_where_nothing_is_left_of_the_first(
    signed_in: Client, data: bytes, over: str
) -> None:
    first = sent(signed_in, data).json()
    worked(signed_in, first)
    if over == "dropped":
        signed_in.delete(first["url"])
    if over == "refused by a curator":
        signed_in.post(first["publish_url"])
        worked(signed_in, first)
        Release.objects.update(state="waiting", released_at=None)
        ChemicalList.objects.update(current_release=None)
        refuse_release(Release.objects.get())
    day = DAY + dt.timedelta(days=1) if over == "another day" else DAY
    assert sent(signed_in, data, published_on=str(day)).json()["id"] != first["id"]


def test_a_list_of_ones_own_comes_with_its_mapping(signed_in: Client) -> None:
    data = b"Substance;CAS no.;EC no.;Added on;Concern;Remark\nBenzene;71-43-2;200-753-7;2020-01-01;Cancer;-\n"
    mapping = SimpleUploadedFile("mapping.yaml", MAPPING.read_bytes())
    told = worked(signed_in, sent(signed_in, data, importer="mapped-list", mapping=mapping).json())
    assert (told["refusal"], told["report"]["list_slug"]) == (None, "example-watch-list")


def test_a_mapping_that_cannot_be_followed_leaves_no_list_behind(signed_in: Client) -> None:
    mapping = SimpleUploadedFile("mapping.yaml", MAPPING.read_bytes())
    told = worked(signed_in, sent(signed_in, b"no such header\n", importer="mapped-list", mapping=mapping).json())
    assert told["refusal"]["code"] == "wrong_file"
    assert not ChemicalList.objects.filter(slug="example-watch-list").exists()


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        pytest.param({"importer": "none"}, 400, "invalid", id="no such list"),
        pytest.param({"published_on": "yesterday"}, 400, "invalid", id="no day"),
        pytest.param({"file": "no file"}, 400, "invalid", id="no file"),
        pytest.param({"file": SimpleUploadedFile("x.xlsx", b"")}, 400, "invalid", id="an empty file"),
        pytest.param({"importer": "mapped-list"}, 400, "mapping", id="a list of one's own without its mapping"),
        pytest.param(
            {"importer": "mapped-list", "mapping": SimpleUploadedFile("m.yaml", NO_TEXT)},
            400,
            "mapping",
            id="bytes",
        ),
        pytest.param(
            {"importer": "mapped-list", "mapping": SimpleUploadedFile("m.yaml", b"slug: x\0")},
            400,
            "mapping",
            id="a byte of nothing",
        ),
        pytest.param({"source_url": "https://example.org/" + "x" * 500}, 400, "invalid", id="a long address"),
        pytest.param(
            {"importer": "mapped-list", "mapping": SimpleUploadedFile("m.yaml", LONG)},
            400,
            "mapping",
            id="long",
        ),
    ],
)
def test_what_cannot_be_is_a_problem_and_nothing_is_kept(
    signed_in: Client, data: bytes, given: dict[str, object], status: int, code: str
) -> None:
    answer = sent(signed_in, data, **given)
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (status, PROBLEM, code)
    assert not ListUpload.objects.exists()


def test_a_body_that_is_too_large_is_refused_before_it_is_read(signed_in: Client) -> None:
    kind, length = "multipart/form-data; boundary=x", str(MAX_BODY_BYTES + 1)
    answer = signed_in.post(ADDRESS, b"x", content_type=kind, CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_somebody_elses_file_is_not_there(signed_in: Client, data: bytes) -> None:
    upload = sent(signed_in, data).json()
    other = Client()
    other.force_login(a_curator())
    assert other.get(ADDRESS).json()["results"] == []
    asked = [other.get(upload["url"]), other.delete(upload["url"]), other.post(upload["publish_url"])]
    assert [one.status_code for one in asked] == [404, 404, 404]
    assert UploadChunk.objects.exists()


def test_a_file_called_off_is_gone(signed_in: Client, data: bytes) -> None:
    upload = sent(signed_in, data).json()
    told = signed_in.delete(upload["url"]).json()
    assert (told["status"], told["may_publish"], UploadChunk.objects.count()) == ("cancelled", False, 0)
    assert signed_in.get(ADDRESS).json()["results"][0]["id"] == upload["id"]


def test_a_form_without_its_token_is_refused(curator: User, data: bytes) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(curator)
    assert sent(strict, data).status_code == 403
    strict.get(reverse("web:list-upload"))
    token = {"HTTP_X_CSRFTOKEN": strict.cookies["csrftoken"].value}
    form = {"importer": SLUG, "file": SimpleUploadedFile("candidate.xlsx", data)}
    assert strict.post(ADDRESS, form, **token).status_code == 202  # type: ignore[arg-type]  # a header


def test_statements_do_not_grow_with_uploads(
    signed_in: Client, data: bytes, django_assert_max_num_queries: Any
) -> None:
    for day in range(1, 6):
        sent(signed_in, data, published_on=f"2026-01-0{day}")
    with django_assert_max_num_queries(5):
        assert len(signed_in.get(ADDRESS).json()["results"]) == 5
