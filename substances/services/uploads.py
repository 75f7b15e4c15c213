"""Files sent through the web or REST, whatever is in them: kept, tried in a worker, published, then thrown away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import DomainError
from portal.common.uploads import MAX_FILE_BYTES
from portal.jobs.models import Job
from portal.jobs.running import Work
from portal.jobs.services import cancel_job, request_job
from portal.organisations.models import User
from portal.organisations.services import audit
from substances.importers.base import WrongFile
from substances.models import ListUpload, Release, StructureUpload, Upload
from substances.services.upload_folders import delete_left_folders

#: How much memory reading and staging may add to a worker.
MEMORY_BYTES = 400 * 2**20
KEPT_FOR = dt.timedelta(hours=24)
KINDS: tuple[type[Upload], ...] = (ListUpload, StructureUpload)
_CHUNK_BYTES = 2**20
_LONGEST_NAME_BYTES = 120
_TELL_EVERY_S = 0.5

U = TypeVar("U", bound=Upload)


class UploadRefused(DomainError):
    """An upload that cannot be taken, or is past what was asked of it."""


class ThrownAway(Exception):
    """The file of an upload is no longer there."""

    def __init__(self) -> None:
        super().__init__(_("The file was thrown away. Send it again."))


def keep(upload: U, *, chunks: Iterable[bytes]) -> U:
    """The upload with its file and the job that tries it; one sent before, where it is the same and not over.

    Raises:
        UploadRefused: too large, or empty; nothing is kept.
    """
    upload.file_name = _printable(upload.file_name)
    try:
        with transaction.atomic():
            # Of the same file sent twice at once, the second waits here and then finds the first.
            User.objects.select_for_update().get(pk=upload.uploaded_by_id)
            _keep_pieces(upload, chunks)
            if (before := _sent_before(upload)) is not None:
                raise _SentBefore(before)
            put_down(upload, "received", by=upload.uploaded_by)
    except _SentBefore as error:
        found: U = error.upload
        return found
    return upload


def publish_upload(*, by: User, upload: U) -> U:
    """The upload, with the job that publishes what was tried, or leaves it waiting where a curator must confirm.

    Raises:
        UploadRefused: it may not be published (`Upload.may_be_published`), or is being published already.
    """
    with transaction.atomic():
        own = _all_of(type(upload)).filter(pk=upload.pk)
        tried = own.filter(stage=Upload.Stage.TRIAL, report__isnull=False)
        may = own.with_file().get().may_be_published
        if not (may and tried.update(stage=Upload.Stage.PUBLISH, report=None)):  # of two words at once one comes first
            message = _("It is being published already, was not tried, changes nothing, or its file is gone.")
            raise UploadRefused(message, code="not_tried", status=409)
        upload.refresh_from_db()
        upload.job = _request(upload)
        upload.save(update_fields=["job"])
        put_down(upload, "publish_asked", by=by)
    return upload


def drop_upload(*, by: User, upload: Upload) -> None:
    """Calls its job off and throws the file away, both or neither; what was published stays."""
    with transaction.atomic():
        cancel_job(job=upload.job, by=by)
        upload.chunks.all().delete()
        put_down(upload, "dropped", by=by)


def delete_old_uploads() -> int:
    """Throws away files nobody came back for, and those of jobs that died; how many uploads. Safe to repeat.

    What killed workers left on this machine goes, too.
    """
    delete_left_folders()
    return sum(_delete_old(kind) for kind in KINDS)


def file_of(upload: Upload, folder: Path) -> Path:
    """The file, written into `folder` under its name.

    Raises:
        ThrownAway: not all of it is there.
    """
    path = folder / upload.file_name
    with path.open("wb") as file:
        for data in upload.chunks.order_by("number").values_list("data", flat=True).iterator(chunk_size=1):
            file.write(data)
    if path.stat().st_size != upload.file_bytes:
        raise ThrownAway
    return path


def refused(upload: Upload, why: str, *, code: str, at: WrongFile | None = None) -> dict[str, Any]:
    """What an upload keeps of a refusal: a code for programs, words with the remedy, and the place."""
    place = {"sheet": at.sheet, "line": at.line, "column": at.column} if at else {}
    nowhere = {"sheet": None, "line": None, "column": None}
    return {"code": code, "message": why, "file": upload.file_name, **nowhere, **place}


def as_json(value: Any) -> Any:
    """A report as the database keeps it."""
    plain = dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value
    return json.loads(json.dumps(plain, cls=DjangoJSONEncoder))


def put_down(upload: Upload, what: str, *, by: User, **more: Any) -> None:
    """The audit trail hears of it."""
    about = {"file_name": upload.file_name, "sha256": upload.sha256}
    about |= {name: str(getattr(upload, name)) for name in upload.asked[:1]}
    audit(by=by, action=f"upload.{what}", subject_kind=upload.kind, subject_id=upload.pk, **about, **more)


class Watch:
    """Tells a job how far its reading is, now and then, and so notices that it was called off."""

    def __init__(self, task: Work) -> None:
        self.task, self.done = task, 0
        self.total: int | None = None
        self._told_at = 0.0

    def row(self) -> None:
        """One row more."""
        self.at(self.done + 1)

    def at(self, done: int) -> None:
        """So many rows are done.

        Raises:
            Superseded, Cancelled: as `Work.check`.
        """
        self.done = done
        if time.monotonic() - self._told_at >= _TELL_EVERY_S:
            self._told_at = time.monotonic()
            self.task.progress(self.done if self.total else 0, self.total)


class _SentBefore(Exception):
    """Rolls back what was kept of a file that is here already."""

    def __init__(self, upload: Any) -> None:
        self.upload = upload


def _keep_pieces(upload: Upload, chunks: Iterable[bytes]) -> None:
    upload.file_bytes = 0
    upload.job = _request(upload)
    upload.save()
    digest = hashlib.sha256()
    for number, data in enumerate(_pieces(chunks)):
        upload.file_bytes += len(data)
        if upload.file_bytes > MAX_FILE_BYTES:
            message = _("The file has more than %(most)s MiB.") % {"most": MAX_FILE_BYTES // 2**20}
            raise UploadRefused(message, code="too_large", status=413)
        digest.update(data)
        upload.chunks.create(number=number, data=data)
    if not upload.file_bytes:
        raise UploadRefused(_("The file is empty."), code="empty", status=400)
    upload.sha256 = digest.hexdigest()
    upload.save()


def _sent_before(upload: U) -> U | None:
    """The same file of the same person, asked to be the same, that is being worked on, was tried, or left a release."""
    asked = {name: getattr(upload, name) for name in (*upload.asked, "sha256", "uploaded_by_id")}
    others = _all_of(type(upload)).filter(refusal__isnull=True, **asked).exclude(pk=upload.pk)
    found: list[U] = list(others.select_related("job"))
    for one in found:
        if not one.job.has_ended or (one.report is not None and _still_holds(one)):
            return one
    return None


def _still_holds(upload: Upload) -> bool:
    """Whether an upload that came to its end can still be gone on with, or left a release that is still there.

    Structures that were written leave none: others may have changed them since, and to write them again is harmless.
    """
    if upload.stage == Upload.Stage.TRIAL:
        return bool(upload.chunks.exists())
    release = (upload.report or {}).get("release")
    return release is not None and Release.objects.filter(pk=release).exists()


def _all_of(kind: type[Upload]) -> Any:
    """Every upload of this kind: each has files of its own."""
    return kind._default_manager.all()


def _delete_old(kind: type[Upload]) -> int:
    kept = _all_of(kind).filter(chunks__isnull=False).exclude(job__in=Job.objects.open())  # a worker may need it
    old = kept.filter(uploaded_at__lt=timezone.now() - KEPT_FOR)
    over = kept.filter(job__state__in=[Job.State.FAILED, Job.State.CANCELLED])
    pks = {*old.values_list("pk", flat=True), *over.values_list("pk", flat=True)}
    named: Any = kind._meta
    pieces: Any = named.get_field("chunks").related_model
    pieces.objects.filter(upload__in=pks).delete()
    return len(pks)


def _request(upload: Upload) -> Job:
    return request_job(
        name=upload.work,
        arguments={"upload": str(upload.pk)},
        by=upload.uploaded_by,
        queue="import",
        deadline_seconds=upload.deadline_seconds,
    )


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _CHUNK_BYTES):
            yield chunk[start : start + _CHUNK_BYTES]


def _printable(name: str) -> str:
    """The last part of a file's name, without what a path or a page could take for something else."""
    kept = "".join(letter if letter.isprintable() and letter not in '/\\<>:"|?*' else "_" for letter in name)
    # A file system counts bytes, at most 255; a letter has up to four.
    return kept.strip(". ").encode()[-_LONGEST_NAME_BYTES:].decode(errors="ignore") or "list"
