"""The worker of a list's upload: killed in its middle, tried again, meeting another import, deleting what is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.jobs.limits import memory_bound
from portal.jobs.models import Job
from portal.jobs.registry import handler_of
from portal.jobs.running import Work, claim, run_job
from portal.organisations.models import User
from substances import tasks
from substances.importers.registry import IMPORTERS
from substances.models import (
    ChemicalList,
    Entry,
    ListUpload,
    Release,
    UploadChunk,
)
from substances.services import uploads
from substances.services.catalogue import load_catalogue
from substances.services.list_uploads import IMPORT_WORK, keep_upload, run_import
from substances.services.uploads import delete_old_uploads, drop_upload, publish_upload
from tests.build import a_curator
from tests.substances.made_catalogue import write_catalogue
from tests.substances.made_importer import DAY, Killed, Made, a_row
from tests.substances.test_list_uploads import worked

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


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_file_whose_job_has_not_ended_is_kept_however_old_it_is(many: Made, curator: User, state: str) -> None:
    upload = worked(keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x"], published_on=DAY))
    publish_upload(by=curator, upload=upload)
    if state == "running":
        assert claim(upload.job_id) is not None
    ListUpload.objects.update(uploaded_at=timezone.now() - dt.timedelta(hours=25))
    assert (delete_old_uploads(), UploadChunk.objects.exists()) == (0, True)
    if state == "queued":
        worked(upload)
        assert Release.objects.filter(state="published").exists()


def test_work_may_not_take_more_memory_than_it_is_given() -> None:
    with pytest.raises(MemoryError), memory_bound(50 * 2**20):
        bytearray(200 * 2**20)
    assert len(bytearray(200 * 2**20)) == 200 * 2**20


def test_a_file_is_thrown_away_whole_or_not_at_all(many: Made, curator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = keep_upload(by=curator, importer=SLUG, file_name="x", chunks=[b"x"], published_on=DAY)

    def die(**_said: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "audit", die)
        with pytest.raises(Killed):
            drop_upload(by=curator, upload=upload)
    assert Job.objects.get().cancel_requested_at is None
    assert worked(upload).report is not None
