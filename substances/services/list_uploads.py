"""A list's file sent through the web or REST: tried in a worker, published on its curator's word, then thrown away."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.jobs.limits import memory_bound
from portal.jobs.running import Superseded, Work
from portal.organisations.models import User
from substances.importers.base import (
    DescribesList,
    Importer,
    ProducerRow,
    ReadsProducers,
    ReportedRow,
    StatedConcern,
    WrongFile,
)
from substances.importers.mapped_list.mapping import load_mapping
from substances.importers.mapped_list.parse import MappedList
from substances.importers.mapped_list.yaml_text import MappingError
from substances.importers.registry import IMPORTERS
from substances.models import ListUpload, Release
from substances.services.lists import DEAD_AFTER, ListError, ReleaseReport, publish_release
from substances.services.upload_folders import upload_folder
from substances.services.uploads import (
    MEMORY_BYTES,
    ThrownAway,
    UploadRefused,
    Watch,
    as_json,
    file_of,
    keep,
    put_down,
    refused,
)

IMPORT_WORK = ListUpload.work
MAPPED = "mapped-list"
MAX_MAPPING_BYTES = 64 * 2**10
_LOOK_AGAIN_S = 0.5


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

    The same file, asked to be the same, is the same upload: where it is being worked on, waits for a word, or was
    published, that one is given and nothing is kept twice.

    Raises:
        UploadRefused: too large, empty, no such reader, or a mapping without a list of one's own and the reverse.
    """
    if importer not in {*IMPORTERS, MAPPED}:
        raise UploadRefused(_("No reader is called so."), code="no_such_reader", status=400)
    if (importer == MAPPED) != bool(mapping):
        raise UploadRefused(_("A mapping goes with a list of your own, and with no other."), code="mapping", status=400)
    upload = ListUpload(
        importer=importer,
        mapping=mapping,
        file_name=file_name,
        published_on=published_on,
        source_url=source_url,
        licence=licence,
        uploaded_by=by,
    )
    return keep(upload, chunks=chunks)


def mapping_text(data: bytes) -> str:
    """The text of a mapping that was sent; "" where none was.

    Raises:
        UploadRefused: too long, or no text that can be kept.
    """
    if len(data) > MAX_MAPPING_BYTES:
        raise UploadRefused(_("A mapping has at most 64 KiB."), code="mapping", status=400)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # what is binary; and no database keeps it
        raise UploadRefused(_("A mapping is a text file in UTF-8."), code="mapping", status=400)
    return text


def run_import(task: Work) -> None:
    """Tries or publishes one upload: the result, or why the file is refused, is written with the end of the job."""
    upload = ListUpload.objects.get(pk=task.arguments["upload"])
    publishing = upload.stage == ListUpload.Stage.PUBLISH
    report, refusal = None, None
    try:
        with upload_folder() as folder:
            report = _take_in(task, upload, folder, dry_run=not publishing)
    except _LetGo as error:
        raise error.superseded from None
    except MappingError as error:
        refusal = refused(upload, _("The mapping: %(why)s") % {"why": error}, code="mapping")
    except WrongFile as error:
        refusal = refused(upload, error.why, code="wrong_file", at=error)
    except (ListError, ThrownAway) as error:
        refusal = refused(upload, str(error), code="cannot_be")
    except MemoryError:
        why = _("Reading it took more memory than a list needs. Save the list alone.")
        refusal = refused(upload, why, code="too_much_memory")
    with task.finishing():
        ListUpload.objects.filter(pk=upload.pk).update(report=as_json(report), refusal=refusal)
        if publishing or refusal:
            upload.chunks.all().delete()
        if publishing and report:
            put_down(upload, "published", by=upload.uploaded_by, state=report.state, release=str(report.release))


def _take_in(task: Work, upload: ListUpload, folder: Path, *, dry_run: bool) -> ReleaseReport:
    path = file_of(upload, folder)
    watch = _Told(task)
    with memory_bound(MEMORY_BYTES):
        importer = _Watched(_importer(upload, folder), watch)
        watch.total = sum(1 for _row in importer.parse(path))
        watch.done = 0
        _await_turn(task)
        return publish_release(
            importer=importer,
            path=path,
            published_on=upload.published_on,
            source_url=upload.source_url,
            licence=upload.licence,
            dry_run=dry_run,
            still_asked=watch.still_asked,
            job=task.job_id,
        )


def _importer(upload: ListUpload, folder: Path) -> Importer:
    if upload.importer != MAPPED:
        return IMPORTERS[upload.importer]
    path = folder / f"{uuid.uuid4()}.yaml"
    path.write_text(upload.mapping, encoding="utf-8")
    return MappedList(load_mapping(path))


def _await_turn(task: Work) -> None:
    """Returns when no other import runs.

    What is staged for this job is none: this claim holds the job, so whoever staged that is dead.
    """
    others = Release.objects.filter(state=Release.State.STAGED).exclude(staged_for=task.job_id)
    while others.filter(heartbeat_at__gt=timezone.now() - DEAD_AFTER).exists():
        task.check()
        time.sleep(_LOOK_AGAIN_S)


class _LetGo(BaseException):
    """Another claim took the job over: the staged remainder is its now, and nobody here may clear it."""

    def __init__(self, superseded: Superseded) -> None:
        self.superseded = superseded


class _Told(Watch):
    """A watch that lets the work go, past whatever would clear what was staged, once another claim holds the job."""

    def row(self) -> None:
        try:
            super().row()
        except Superseded as error:
            raise _LetGo(error) from None

    def still_asked(self) -> None:
        """Does nothing while this claim holds the job."""
        try:
            self.task.check()
        except Superseded as error:
            raise _LetGo(error) from None


@dataclasses.dataclass
class _Watched:
    """An importer whose rows are counted as they are read."""

    read_by: Importer
    watch: Watch

    def __post_init__(self) -> None:
        self.slug, self.version, self.list_slug = self.read_by.slug, self.read_by.version, self.read_by.list_slug
        self.about = self.read_by.about if isinstance(self.read_by, DescribesList) else None

    def parse(self, path: Path) -> Iterator[ReportedRow]:
        for row in self.read_by.parse(path):
            self.watch.row()
            yield row

    def published_on(self, path: Path) -> dt.date | None:
        return self.read_by.published_on(path)

    def stated(self, row: ReportedRow) -> Iterable[StatedConcern]:
        return self.read_by.stated(row)

    def producers(self, path: Path) -> Iterator[ProducerRow] | None:
        return self.read_by.producers(path) if isinstance(self.read_by, ReadsProducers) else None
