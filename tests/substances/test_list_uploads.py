"""A list's file sent through the web: tried, published, refused with its place, thrown away; whoever dies meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.common.uploads import MAX_BODY_BYTES, MAX_FILE_BYTES
from portal.jobs.limits import memory_bound
from portal.jobs.models import Job
from portal.jobs.registry import handler_of
from portal.jobs.running import Work, claim, run_job
from portal.organisations.models import AuditEvent, User
from substances import tasks
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, Entry, ListUpload, Release, UploadChunk
from substances.services.catalogue import load_catalogue
from substances.services.list_uploads import IMPORT_WORK, MAPPED, keep_upload, run_import
from substances.services.uploads import UploadRefused, delete_old_uploads, publish_upload
from tests.build import a_curator, a_person
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, Killed, Made, a_row
from tests.substances.made_workbooks import NEW, a_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.services]
SLUG = "reach-candidate-list"
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


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b\\c", "\x00\n<b>", "", "...", "x" * 500])
def test_a_files_name_is_no_path(signed_in: Client, curator: User, tmp_path: Path, name: str) -> None:
    upload = keep_upload(by=curator, importer=SLUG, file_name=name, chunks=[a_file(tmp_path)], published_on=DAY)
    assert worked(upload).report is not None
    assert not {"/", "\\", "\x00"} & set(upload.file_name)


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


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Made:
    """The reader of a list, of 300 rows; a test may let it die behind them."""
    made = Made([a_row(number) for number in range(1, 301)])
    monkeypatch.setitem(IMPORTERS, SLUG, made)
    return made


def test_an_import_killed_in_its_middle_goes_on_where_it_stopped(many: Made, curator: User) -> None:
    upload = keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x"], published_on=DAY)
    worked(upload)
    publish_upload(by=curator, upload=upload)
    upload.refresh_from_db()
    dying(many, pass_number=2)
    with pytest.raises(Killed):
        run_job(upload.job_id)
    left = Release.objects.get()
    assert left.state == "staged"
    staged = Entry.objects.count()
    assert 0 < staged <= 300
    many.dies = None
    del many.parse  # back to the reader that lives
    Job.objects.filter(pk=upload.job_id).update(state="queued", lease_until=None)
    worked(upload)
    assert Release.objects.get().pk == left.pk
    assert Entry.objects.count() == 300


def dying(made: Made, *, pass_number: int) -> None:
    """Lets the reader die behind its rows at the given reading of the file: the first counts them."""
    readings = iter(range(1, 10))
    whole = type(made).parse

    def parse(path: Path) -> Iterator[object]:
        yield from whole(made, path)
        if next(readings) == pass_number:
            raise Killed

    made.parse = parse  # type: ignore[assignment,method-assign]


class Patient(Work):
    """A claim that looks again: then the other import is over."""

    def check(self) -> None:
        super().check()
        Release.objects.filter(importer="other").delete()


def test_two_files_at_once_come_one_after_the_other(many: Made, curator: User) -> None:
    listed = ChemicalList.objects.get(slug=SLUG)
    Release.objects.create(chemical_list=listed, published_on=DAY, sha256="0", file_name="o", importer="other")
    upload = keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x"], published_on=DAY)
    job = claim(upload.job_id)
    assert job is not None
    run_import(Patient(job))
    upload.refresh_from_db()
    assert upload.report is not None
    assert not Release.objects.exists()


def test_a_job_tried_again_lets_another_import_of_the_same_file_live(many: Made, curator: User) -> None:
    upload = keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x"], published_on=DAY)
    listed = ChemicalList.objects.get(slug=SLUG)
    said = {"sha256": upload.sha256, "published_on": DAY, "file_name": "x", "importer": "other"}
    theirs = Release.objects.create(chemical_list=listed, **said)
    Job.objects.filter(pk=upload.job_id).update(attempts=1)
    job = claim(upload.job_id)
    assert job is not None
    seen: list[dt.datetime] = []

    class Looking(Patient):
        def check(self) -> None:
            seen.extend(Release.objects.filter(importer="other").values_list("heartbeat_at", flat=True))
            super().check()

    task = Looking(job)
    assert task.attempt == 2
    run_import(task)
    assert seen == [theirs.heartbeat_at]


def test_files_nobody_came_back_for_are_deleted_after_a_day(many: Made, curator: User) -> None:
    upload = worked(keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x"], published_on=DAY))
    assert delete_old_uploads() == 0
    ListUpload.objects.filter(pk=upload.pk).update(uploaded_at=timezone.now() - dt.timedelta(hours=25))
    assert delete_old_uploads() == 1
    assert not UploadChunk.objects.exists()


def test_work_may_not_take_more_memory_than_it_is_given() -> None:
    with pytest.raises(MemoryError), memory_bound(50 * 2**20):
        bytearray(200 * 2**20)
    assert len(bytearray(200 * 2**20)) == 200 * 2**20
