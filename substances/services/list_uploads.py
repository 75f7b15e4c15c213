"""A list's file sent through the web: kept, tried in a worker, published on its curator's word, then thrown away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.common.errors import DomainError
from portal.common.uploads import MAX_FILE_BYTES
from portal.jobs.limits import memory_bound
from portal.jobs.models import Job
from portal.jobs.running import Superseded, Work
from portal.jobs.services import cancel_job, request_job
from portal.organisations.models import User
from portal.organisations.services import audit
from substances.importers.base import Importer, ReportedRow, StatedConcern, WrongFile
from substances.importers.mapped_list.mapping import load_mapping
from substances.importers.mapped_list.parse import MappedList
from substances.importers.mapped_list.yaml_text import MappingError
from substances.importers.registry import IMPORTERS
from substances.models import ChemicalList, ListUpload, Release, UploadChunk
from substances.services.list_own import keep_own_list
from substances.services.lists import ListError, ReleaseReport, publish_release

IMPORT_WORK = "substances.lists.import"
MAPPED = "mapped-list"
MAX_MAPPING_BYTES = 64 * 2**10
#: How much memory reading and staging may add to a worker, and how long it may take.
MEMORY_BYTES = 400 * 2**20
DEADLINE_S = 15 * 60
KEPT_FOR = dt.timedelta(hours=24)
_CHUNK_BYTES = 2**20
_TELL_EVERY_S = 0.5
_LOOK_AGAIN_S = 0.5
# An import in the worker shows life with each batch, so one that is silent for so long does not live.
_LIVES_S = 120


class UploadRefused(DomainError):
    """An upload that cannot be taken, or is past what was asked of it."""


def keep_upload(
    *,
    by: User,
    importer: str,
    file_name: str,
    chunks: Iterable[bytes],
    mapping: str = "",
    published_on: dt.date | None = None,
    source_url: str = "",
    licence: str = "",
) -> ListUpload:
    """The upload, with the job that tries it: what would change is told, nothing is kept of it.

    Raises:
        UploadRefused: too large, empty, no such reader, or a mapping without a list of one's own and the reverse.
    """
    if importer not in {*IMPORTERS, MAPPED}:
        raise UploadRefused(_("No reader is called so."), code="no_such_reader", status=400)
    if (importer == MAPPED) != bool(mapping):
        raise UploadRefused(_("A mapping goes with a list of your own, and with no other."), code="mapping", status=400)
    with transaction.atomic():
        upload = ListUpload(
            importer=importer,
            mapping=mapping,
            file_name=_printable(file_name),
            file_bytes=0,
            published_on=published_on,
            source_url=source_url,
            licence=licence,
            uploaded_by=by,
        )
        upload.job = _request(upload, by=by)
        upload.save()
        digest = hashlib.sha256()
        for number, data in enumerate(_pieces(chunks)):
            upload.file_bytes += len(data)
            if upload.file_bytes > MAX_FILE_BYTES:
                message = _("The file has more than %(most)s MiB.") % {"most": MAX_FILE_BYTES // 2**20}
                raise UploadRefused(message, code="too_large", status=413)
            digest.update(data)
            UploadChunk.objects.create(upload=upload, number=number, data=data)
        if not upload.file_bytes:
            raise UploadRefused(_("The file is empty."), code="empty", status=400)
        upload.sha256 = digest.hexdigest()
        upload.save()
        _put_down(upload, by, "upload.received")
    return upload


def publish_upload(*, by: User, upload: ListUpload) -> ListUpload:
    """The upload, with the job that publishes what was tried, or leaves it waiting where a curator must confirm.

    Raises:
        UploadRefused: it was not tried to the end, or is being published already.
    """
    with transaction.atomic():
        tried = ListUpload.objects.filter(pk=upload.pk, stage=ListUpload.Stage.TRIAL, report__isnull=False)
        if not tried.update(stage=ListUpload.Stage.PUBLISH, report=None):
            raise UploadRefused(_("It is being published already, or was not tried."), code="not_tried", status=409)
        upload.refresh_from_db()
        upload.job = _request(upload, by=by)
        upload.save(update_fields=["job"])
        _put_down(upload, by, "upload.publish_asked")
    return upload


def drop_upload(*, by: User, upload: ListUpload) -> None:
    """Calls its job off and throws the file away; what was published stays."""
    cancel_job(job=upload.job, by=by)
    upload.chunks.all().delete()
    _put_down(upload, by, "upload.dropped")


def delete_old_uploads() -> int:
    """Throws away files nobody came back for, and those of jobs that died; how many uploads. Safe to repeat."""
    old = ListUpload.objects.filter(chunks__isnull=False, uploaded_at__lt=timezone.now() - KEPT_FOR).distinct()
    over = ListUpload.objects.filter(chunks__isnull=False, job__state__in=[Job.State.FAILED, Job.State.CANCELLED])
    pks = {*old.values_list("pk", flat=True), *over.distinct().values_list("pk", flat=True)}
    UploadChunk.objects.filter(upload__in=pks).delete()
    return len(pks)


def run_import(task: Work) -> None:
    """Tries or publishes one upload: the result, or why the file is refused, is written with the end of the job."""
    upload = ListUpload.objects.get(pk=task.arguments["upload"])
    publishing = upload.stage == ListUpload.Stage.PUBLISH
    report: ReleaseReport | None = None
    refusal: dict[str, Any] | None = None
    try:
        with tempfile.TemporaryDirectory(prefix="benigna-upload-") as folder:
            report = _take_in(task, upload, Path(folder), dry_run=not publishing)
    except _LetGo as error:
        raise error.superseded from None
    except MappingError as error:
        refusal = {"message": _("The mapping: %(why)s") % {"why": error}}
    except WrongFile as error:
        refusal = {"message": error.why, "sheet": error.sheet, "line": error.line, "column": error.column}
    except ListError as error:
        refusal = {"message": str(error)}
    except MemoryError:
        refusal = {"message": _("Reading it took more memory than a list needs. Save the list alone.")}
    with task.finishing():
        ended = json.loads(json.dumps(dataclasses.asdict(report), cls=DjangoJSONEncoder)) if report else None
        ListUpload.objects.filter(pk=upload.pk).update(report=ended, refusal=refusal)
        if publishing or refusal:
            upload.chunks.all().delete()
        if publishing and report:
            _put_down(upload, upload.uploaded_by, "upload.published", state=report.state, release=str(report.release))


def _take_in(task: Work, upload: ListUpload, folder: Path, *, dry_run: bool) -> ReleaseReport:
    path = folder / upload.file_name
    with path.open("wb") as file:
        for data in upload.chunks.order_by("number").values_list("data", flat=True).iterator(chunk_size=1):
            file.write(data)
    if path.stat().st_size != upload.file_bytes:
        raise ListError(_("The file was thrown away. Send it again."))
    watch = _Watch(task)
    with memory_bound(MEMORY_BYTES):
        known = set(ChemicalList.objects.values_list("pk", flat=True))
        importer = _Watched(_importer(upload, folder), watch)
        watch.total = sum(1 for _row in importer.parse(path))
        watch.done = 0
        _await_turn(task, upload)
        try:
            return publish_release(
                importer=importer,
                path=path,
                published_on=upload.published_on,
                source_url=upload.source_url,
                licence=upload.licence,
                dry_run=dry_run,
            )
        finally:
            _forget_own_list(importer.list_slug, known)


def _importer(upload: ListUpload, folder: Path) -> Importer:
    if upload.importer != MAPPED:
        return IMPORTERS[upload.importer]
    path = folder / f"{uuid.uuid4()}.yaml"
    path.write_text(upload.mapping, encoding="utf-8")
    described = load_mapping(path)
    keep_own_list(described.slug, described.about)
    return MappedList(described)


def _forget_own_list(slug: str, known: set[int]) -> None:
    """A list that was made for this file alone goes again where no release came of it."""
    made = ChemicalList.objects.filter(slug=slug, releases__isnull=True).exclude(pk__in=known).first()
    if made is not None:
        source = made.source
        made.delete()
        source.delete()


def _await_turn(task: Work, upload: ListUpload) -> None:
    """Returns when no other import runs; what an earlier claim of this job left behind is taken over."""
    while True:
        running = Release.objects.filter(state=Release.State.STAGED)
        if task.attempt > 1:  # this claim holds the job, so whoever staged this file for it is dead
            dead = timezone.now() - dt.timedelta(hours=1)
            running.filter(sha256=upload.sha256).update(heartbeat_at=dead)
        if not running.filter(heartbeat_at__gt=timezone.now() - dt.timedelta(seconds=_LIVES_S)).exists():
            return
        task.check()
        time.sleep(_LOOK_AGAIN_S)


class _LetGo(BaseException):
    """Another claim took the job over: the staged remainder is its now, and nobody here may clear it."""

    def __init__(self, superseded: Superseded) -> None:
        self.superseded = superseded


class _Watch:
    """Tells the job how far it is, now and then; notices that it was called off."""

    def __init__(self, task: Work) -> None:
        self.task, self.done, self.total = task, 0, None
        self._told_at = 0.0

    done: int
    total: int | None

    def row(self) -> None:
        self.done += 1
        if time.monotonic() - self._told_at >= _TELL_EVERY_S:
            self._told_at = time.monotonic()
            try:
                self.task.progress(self.done if self.total else 0, self.total)
            except Superseded as error:
                raise _LetGo(error) from None


@dataclasses.dataclass
class _Watched:
    """An importer whose rows are counted as they are read."""

    read_by: Importer
    watch: _Watch

    def __post_init__(self) -> None:
        self.slug, self.version, self.list_slug = self.read_by.slug, self.read_by.version, self.read_by.list_slug

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        for row in self.read_by.parse(path):
            self.watch.row()
            yield row

    def published_on(self, path: Path) -> dt.date | None:
        return self.read_by.published_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        return self.read_by.stated(row)


def _request(upload: ListUpload, *, by: User) -> Job:
    return request_job(
        name=IMPORT_WORK, arguments={"upload": str(upload.pk)}, by=by, queue="batch", deadline_seconds=DEADLINE_S
    )


def _put_down(upload: ListUpload, by: User, action: str, **more: Any) -> None:
    about = {"importer": upload.importer, "file_name": upload.file_name, "sha256": upload.sha256}
    audit(by=by, action=action, subject_kind="list_upload", subject_id=upload.pk, **about, **more)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _CHUNK_BYTES):
            yield chunk[start : start + _CHUNK_BYTES]


def _printable(name: str) -> str:
    """The last part of a file's name, without what a path or a page could take for something else."""
    kept = "".join(letter if letter.isprintable() and letter not in '/\\<>:"|?*' else "_" for letter in name)
    return kept.strip(". ")[-120:] or "list"
