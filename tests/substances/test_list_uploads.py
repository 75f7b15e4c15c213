"""A list's file sent through the web: tried, published, refused with its place, thrown away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.forms import CharField, Form
from django.test import Client
from django.urls import reverse

from portal.common.uploads import MAX_BODY_BYTES, MAX_FILE_BYTES
from portal.jobs.models import Job
from portal.jobs.registry import handler_of
from portal.jobs.running import run_job
from portal.organisations.models import AuditEvent, User
from substances import tasks
from substances.models import (
    ChemicalList,
    ListMembership,
    ListUpload,
    Release,
    StructureUpload,
    Upload,
    UploadChunk,
)
from substances.services.catalogue import load_catalogue
from substances.services.list_uploads import IMPORT_WORK, MAPPED, keep_upload
from substances.services.uploads import UploadRefused
from substances.web.list_uploads import UploadForm
from substances.web.structure_uploads import StructureUploadForm
from tests.build import a_curator, a_person
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY
from tests.substances.made_workbooks import NEW, a_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.services]
SLUG = "reach-candidate-list"
NUL = SimpleUploadedFile("m.yaml", b"slug: x\0")
A_DAY = dt.timedelta(days=1)
MAPPING = Path(__file__).parent / "mapped_list_example.yaml"


@pytest.fixture(autouse=True)
def _loaded(tmp_path: Path) -> None:
    load_catalogue(folder=write_catalogue(tmp_path / "catalogue"))
    assert tasks.__name__ == handler_of(IMPORT_WORK).__module__


@pytest.fixture
def curator() -> User:
    return a_curator()


@pytest.fixture
def signed_in(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


def a_file(folder: Path) -> bytes:
    """A workbook of the Candidate List."""
    return a_workbook(folder / "candidate.xlsx").read_bytes()


def sent(client: Client, data: bytes, *, importer: str = SLUG, **more: object) -> ListUpload:
    """The upload that the form made of the file."""
    form = {"importer": importer, "file": SimpleUploadedFile("candidate.xlsx", data), "published_on": str(DAY), **more}
    answer = client.post(reverse("web:list-upload"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    return ListUpload.objects.latest("uploaded_at")


def worked(upload: ListUpload) -> ListUpload:
    """The upload, after a worker did its job."""
    assert run_job(upload.job_id) == "done"
    upload.refresh_from_db()
    return upload


def page_of(client: Client, upload: ListUpload) -> str:
    return client.get(reverse("web:list-uploaded", args=[upload.pk])).content.decode()


def test_a_file_is_tried_first_and_nothing_is_kept_of_it(signed_in: Client, tmp_path: Path) -> None:
    upload = worked(sent(signed_in, a_file(tmp_path)))
    assert upload.report is not None
    assert (upload.report["state"], upload.report["rows"], upload.report["lost"]) == ("dry_run", 5, 0)
    assert not Release.objects.exists()
    page = page_of(signed_in, upload)
    assert "It was tried. Nothing is published yet." in page
    assert reverse("web:list-upload-publish", args=[upload.pk]) in page


def test_what_was_tried_is_published_on_its_curators_word(signed_in: Client, tmp_path: Path, curator: User) -> None:
    upload = worked(sent(signed_in, a_file(tmp_path)))
    signed_in.post(reverse("web:list-upload-publish", args=[upload.pk]))
    upload.refresh_from_db()
    worked(upload)
    release = ChemicalList.objects.get(slug=SLUG).current_release
    assert release is not None
    assert (release.state, release.published_on, release.file_name) == ("published", DAY, "candidate.xlsx")
    assert reverse("web:release", args=[SLUG, release.pk]) in page_of(signed_in, upload)
    assert not UploadChunk.objects.exists()
    told = AuditEvent.objects.filter(subject_id=upload.pk, by=curator).order_by("pk")
    assert [one.action for one in told] == ["upload.received", "upload.publish_asked", "upload.published"]


def test_a_file_that_takes_much_away_waits_for_a_curator(signed_in: Client, tmp_path: Path) -> None:
    first = worked(sent(signed_in, a_file(tmp_path)))
    signed_in.post(reverse("web:list-upload-publish", args=[first.pk]))
    first.refresh_from_db()
    worked(first)
    less = a_workbook(tmp_path / "less.xlsx", rows=[a_workbook_row()]).read_bytes()
    second = worked(sent(signed_in, less, published_on=str(DAY + dt.timedelta(days=1))))
    signed_in.post(reverse("web:list-upload-publish", args=[second.pk]))
    second.refresh_from_db()
    worked(second)
    assert second.report is not None
    assert second.report["state"] == "waiting"
    assert reverse("web:waiting-release", args=[second.report["release"]]) in page_of(signed_in, second)


def an_older_one_published(client: Client, folder: Path) -> ListUpload:
    """The upload of an edition from before the one that answers."""
    for data, day in ((a_file(folder), DAY), (a_workbook(folder / "o.xlsx", rows=[NEW]).read_bytes(), DAY - A_DAY)):
        upload = worked(sent(client, data, published_on=str(day)))
        client.post(reverse("web:list-upload-publish", args=[upload.pk]))
        upload.refresh_from_db()
        worked(upload)
    return upload


def test_an_older_edition_is_not_said_to_be_what_the_portal_answers_from(signed_in: Client, tmp_path: Path) -> None:
    upload = an_older_one_published(signed_in, tmp_path)
    assert upload.report is not None
    assert (upload.report["state"], upload.report["is_current"]) == ("published", False)
    page = page_of(signed_in, upload)
    assert "Published, and kept as an earlier release" in page
    assert "The portal answers from it." not in page


@pytest.mark.parametrize("answers", [True, False], ids=["nothing newer is known", "the starter knows of newer entries"])
def test_who_confirms_is_told_whether_the_release_answers(signed_in: Client, tmp_path: Path, answers: bool) -> None:
    upload = an_older_one_published(signed_in, tmp_path)
    assert upload.report is not None
    waiting = upload.report["release"]
    ChemicalList.objects.update(current_release=None)
    Release.objects.filter(pk=waiting).update(state="waiting", released_at=None)
    starters = ListMembership.objects.filter(chemical_list__slug=SLUG, release=None)
    starters.update(valid_from=DAY - A_DAY if answers else DAY)
    assert starters.exists()
    said = {"decision": "confirm", "sure": "on"}
    page = signed_in.post(reverse("web:waiting-release", args=[waiting]), said, follow=True).content.decode()
    assert ("Published. The portal answers from it." in page) is answers
    assert ("Published, and kept as an earlier release" in page) is not answers


def a_workbook_row() -> tuple[object, ...]:
    return NEW


def test_a_file_that_is_refused_says_where_and_is_deleted(signed_in: Client, tmp_path: Path) -> None:
    bad = a_workbook(tmp_path / "bad.xlsx", header=("Name", "Number"), rows=[("x", "y")]).read_bytes()
    upload = worked(sent(signed_in, bad))
    assert upload.refusal is not None
    assert upload.refusal["sheet"] == "List_results"
    page = page_of(signed_in, upload)
    assert "The file was refused whole; nothing was stored." in page
    assert not upload.chunks.exists()


def test_a_list_of_ones_own_comes_with_its_mapping(signed_in: Client) -> None:
    data = b"Substance;CAS no.;EC no.;Added on;Concern;Remark\nBenzene;71-43-2;200-753-7;2020-01-01;Cancer;-\n"
    mapping = SimpleUploadedFile("mapping.yaml", MAPPING.read_bytes())
    upload = worked(sent(signed_in, data, importer=MAPPED, mapping=mapping))
    assert upload.refusal is None
    assert not ChemicalList.objects.filter(slug="example-watch-list").exists()
    signed_in.post(reverse("web:list-upload-publish", args=[upload.pk]))
    upload.refresh_from_db()
    worked(upload)
    assert ChemicalList.objects.get(slug="example-watch-list").current_release is not None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param({"importer": "none"}, "importer", id="no such list"),
        pytest.param({"file": SimpleUploadedFile("x.xlsx", b"")}, "file", id="an empty file"),
        pytest.param({"mapping": SimpleUploadedFile("m.yaml", b"slug: x")}, "mapping", id="a mapping nobody asked for"),
        pytest.param({"importer": MAPPED}, "mapping", id="a list of one's own without a mapping"),
        pytest.param({"published_on": "yesterday"}, "published_on", id="no day"),
        pytest.param({"importer": MAPPED, "mapping": NUL}, "mapping", id="a mapping with a byte of nothing"),
    ],
)
def test_a_form_that_cannot_be_says_which_field(
    signed_in: Client, tmp_path: Path, given: dict[str, object], field: str
) -> None:
    form = {"importer": SLUG, "file": SimpleUploadedFile("candidate.xlsx", a_file(tmp_path)), **given}
    answer = signed_in.post(reverse("web:list-upload"), form)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not ListUpload.objects.exists()


@pytest.mark.parametrize(
    ("form", "kind"), [(UploadForm, ListUpload), (StructureUploadForm, StructureUpload)], ids=["list", "structures"]
)
def test_no_text_of_a_form_is_longer_than_what_is_kept(form: type[Form], kind: type[Upload]) -> None:
    kept = {field.name: field.max_length for field in kind._meta.fields if isinstance(field, models.CharField)}
    typed = {name: field for name, field in form().fields.items() if isinstance(field, CharField)}
    assert {"source_url", "licence"} <= typed.keys() <= kept.keys()
    for name, field in typed.items():
        assert (name, field.max_length) == (name, kept[name])


def test_a_form_that_is_too_large_is_refused_before_it_is_read(signed_in: Client) -> None:
    kind, length = "multipart/form-data; boundary=x", str(MAX_BODY_BYTES + 1)
    answer = signed_in.post(reverse("web:list-upload"), b"x", content_type=kind, CONTENT_LENGTH=length)
    assert answer.status_code == 413
    assert "A file may have 25 MiB" in answer.content.decode()


def test_a_file_that_is_too_large_is_not_kept(curator: User) -> None:
    with pytest.raises(UploadRefused, match="25 MiB"):
        keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x" * 2**20] * (MAX_FILE_BYTES // 2**20 + 1))
    assert not UploadChunk.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c", "\x00\n<b>", "", "...", "x" * 500, "化" * 110 + ".xlsx"]
)
def test_a_files_name_is_no_path(signed_in: Client, curator: User, tmp_path: Path, name: str) -> None:
    upload = keep_upload(by=curator, importer=SLUG, file_name=name, chunks=[a_file(tmp_path)], published_on=DAY)
    assert worked(upload).report is not None
    assert not {"/", "\\", "\x00"} & set(upload.file_name)
    assert 0 < len(upload.file_name.encode()) <= 120


def test_somebody_elses_file_is_not_there(client: Client, tmp_path: Path, curator: User) -> None:
    upload = keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[a_file(tmp_path)])
    for other in (a_curator(), a_person()):
        client.force_login(other)
        status = 404 if other.is_curator else 403
        assert client.get(reverse("web:list-uploaded", args=[upload.pk])).status_code == status
        for name in ("web:list-upload-publish", "web:list-upload-drop"):
            assert client.post(reverse(name, args=[upload.pk])).status_code == status
    assert UploadChunk.objects.exists()


def test_a_file_thrown_away_is_gone_and_its_job_called_off(signed_in: Client, tmp_path: Path) -> None:
    upload = sent(signed_in, a_file(tmp_path))
    signed_in.post(reverse("web:list-upload-drop", args=[upload.pk]))
    assert run_job(upload.job_id) == "nothing to do"
    upload.refresh_from_db()
    assert upload.job.state == "cancelled"
    assert not UploadChunk.objects.exists()
    assert "It was stopped; nothing was published by it." in page_of(signed_in, upload)


def test_stopped_behind_its_publication_the_page_leads_to_the_release(signed_in: Client, tmp_path: Path) -> None:
    upload = worked(sent(signed_in, a_file(tmp_path)))
    signed_in.post(reverse("web:list-upload-publish", args=[upload.pk]))
    upload.refresh_from_db()
    worked(upload)
    ListUpload.objects.update(report=None)
    Job.objects.filter(pk=upload.job_id).update(state="cancelled")
    page = page_of(signed_in, upload)
    assert "its release had been published by then" in page
    assert reverse("web:release", args=[SLUG, Release.objects.get().pk]) in page


def test_what_was_not_tried_is_not_published(signed_in: Client, tmp_path: Path) -> None:
    upload = sent(signed_in, a_file(tmp_path))
    signed_in.post(reverse("web:list-upload-publish", args=[upload.pk]))
    upload.refresh_from_db()
    assert upload.stage == "trial"


def test_who_asks_twice_publishes_once(signed_in: Client, tmp_path: Path) -> None:
    upload = worked(sent(signed_in, a_file(tmp_path)))
    for _time in (1, 2):
        signed_in.post(reverse("web:list-upload-publish", args=[upload.pk]))
    assert Job.objects.filter(name=IMPORT_WORK).count() == 2
    upload.refresh_from_db()
    worked(upload)
    assert Release.objects.count() == 1
