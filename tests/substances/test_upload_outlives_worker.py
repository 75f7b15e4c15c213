"""An upload whose worker is killed in the middle of it, with real processes: published once, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.jobs.models import Job
from portal.organisations.models import User
from substances.chemistry.fingerprints import STORED
from substances.models import (
    ChemicalList,
    Entry,
    Fingerprint,
    Release,
    Structure,
    StructureUpload,
    Substance,
    Upload,
    UploadChunk,
)
from substances.services.list_uploads import keep_upload
from substances.services.structure_uploads import keep_structures
from substances.services.uploads import publish_upload
from substances.vocabulary import ListEffect, StructureTrust
from tests.build import a_curator, a_source, a_substance
from tests.conftest import COPIES
from tests.processes import LiveWorker, Running, start_worker, wait_until
from tests.substances.held_importing import HOLD, IS_HELD, ROWS, SLUG
from tests.substances.made_importer import DAY, cas

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
STRUCTURES = 30
# A structure and its parent have one of each kind.
EACH = 2 * len(STORED)


@pytest.fixture
def hold(tmp_path: Path) -> Path:
    """The file that holds imports while it is there."""
    return tmp_path / "hold"


@pytest.fixture
def holding_worker(transactional_db: None, hold: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveWorker]:
    """A real worker whose imports are held in their middle while `hold` is there."""
    monkeypatch.setenv(HOLD, str(hold))
    live = start_worker(database_url=COPIES.url, including="tests.substances.held_importing")
    yield live
    live.stop()


@pytest.fixture
def curator() -> User:
    return a_curator()


@pytest.fixture
def tried(holding_worker: LiveWorker, curator: User) -> Upload:
    """A list's file that the worker has tried."""
    source = a_source(key=SLUG)
    ChemicalList.objects.create(slug=SLUG, name="Made", publisher="x", effect=ListEffect.CONCERN, source=source)
    with transaction.atomic():
        upload = keep_upload(by=curator, importer=SLUG, file_name="x.xlsx", chunks=[b"x"], published_on=DAY)
    return done(upload)


def done(upload: Upload) -> Upload:
    """The upload after its job has ended."""
    wait_until(Job.objects.filter(pk=upload.job_id, finished_at__isnull=False).exists, what="the end of the job")
    upload.refresh_from_db()
    assert upload.job.state == "done", upload.job.error_message
    return upload


def held_in_its_middle(upload: Upload, hold: Path) -> None:
    """The upload is being published, and its worker waits in the middle of that."""
    hold.touch()
    with transaction.atomic():
        publish_upload(by=upload.uploaded_by, upload=upload)
        Job.objects.filter(pk=upload.job_id).update(lease_seconds=2)
    wait_until(lambda: hold.read_text(encoding="ascii") == IS_HELD, what="the middle of the import")


def page_of(curator: User, upload: Upload) -> str:
    reader = Client()
    reader.force_login(curator)
    name = f"web:{upload.kind.replace('_', '-')}ed"
    return reader.get(reverse(name, args=[upload.pk])).content.decode()


def test_an_upload_is_published_once_when_its_worker_is_killed_in_the_middle(
    holding_worker: LiveWorker, scheduler: Running, tried: Upload, hold: Path, curator: User
) -> None:
    held_in_its_middle(tried, hold)
    holding_worker.kill()
    assert (Release.objects.get().state, ChemicalList.objects.get(slug=SLUG).current_release) == ("staged", None)
    assert 0 < Entry.objects.count() < ROWS
    assert "Being published" in page_of(curator, tried)

    hold.unlink()
    holding_worker.restart()
    upload = done(tried)
    release = Release.objects.get()
    assert (upload.job.attempts, release.state, release.rows) == (2, "published", ROWS)
    assert (Entry.objects.count(), ChemicalList.objects.get(slug=SLUG).current_release) == (ROWS, release)
    assert "Published. The portal answers from it." in page_of(curator, upload)
    assert not UploadChunk.objects.exists()


def test_an_upload_called_off_while_its_worker_is_dead_leaves_the_old_release(
    holding_worker: LiveWorker, scheduler: Running, tried: Upload, hold: Path, curator: User
) -> None:
    held_in_its_middle(tried, hold)
    holding_worker.kill()
    reader = Client()
    reader.force_login(curator)
    reader.post(reverse("web:list-upload-drop", args=[tried.pk]))
    wait_until(Job.objects.filter(pk=tried.job_id, finished_at__isnull=False).exists, what="the end of the job")
    assert ChemicalList.objects.get(slug=SLUG).current_release is None
    assert not Release.objects.filter(state="published").exists()
    assert "It was stopped; nothing was published by it." in page_of(curator, tried)


def test_structures_are_written_once_when_the_worker_is_killed_in_the_middle(
    holding_worker: LiveWorker, scheduler: Running, hold: Path, curator: User
) -> None:
    rows = []
    for number in range(1, STRUCTURES + 1):
        a_substance(name=f"made {number}", cas=cas(10000 + number))
        rows.append(f"{cas(10000 + number)},{'C' * number}O")
    data = "\n".join(["cas,smiles", *rows, ""]).encode()
    with transaction.atomic():
        upload = keep_structures(
            by=curator, source="A lookup", trust=StructureTrust.LOOKUP, file_name="x.csv", chunks=[data]
        )
    tried = done(upload)
    held_in_its_middle(tried, hold)
    holding_worker.kill()
    assert 0 < Structure.objects.count() < STRUCTURES
    assert "Being published" in page_of(curator, tried)

    hold.unlink()
    holding_worker.restart()
    upload = StructureUpload.objects.get(pk=done(tried).pk)
    assert upload.report is not None
    assert (upload.job.attempts, upload.report["structures"], upload.report["lost"]) == (2, STRUCTURES, 0)
    assert (Structure.objects.count(), Fingerprint.objects.count()) == (STRUCTURES, EACH * STRUCTURES)
    assert {*Substance.objects.values_list("revision", flat=True)} == {2}
    assert "Written. The structures are found and shown." in page_of(curator, upload)
