"""A file of structures sent through the web or REST: tried in a worker, written as claims on its curator's word.

The structures of a file meet RDKit in the worker's sandbox process only. What was tried is told to whoever sent it;
nothing of it is seen by others before it is published.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from portal.jobs.limits import memory_bound
from portal.jobs.running import Work
from portal.organisations.models import User
from substances.importers.base import WrongFile
from substances.importers.structures import structure_rows
from substances.models import StructureUpload
from substances.services.structure_import import (
    SourceBusy,
    SourceRefused,
    StructureReport,
    import_structures,
    refuse_trust,
)
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
from substances.vocabulary import StructureTrust

STRUCTURES_WORK = StructureUpload.work
_LOOK_AGAIN_S = 0.5


def keep_structures(
    *,
    by: User,
    source: str,
    trust: StructureTrust,
    file_name: str,
    chunks: Iterable[bytes],
    source_url: str = "",
    licence: str = "",
) -> StructureUpload:
    """The upload, with the job that tries it: what would change is told, nothing is written.

    Args:
        source: who gives these structures, and in which edition.
        trust: of a lookup nothing is shown where somebody chose a structure.

    Raises:
        UploadRefused: too large, empty, or the source cannot be called so or is known with another trust.
    """
    try:
        refuse_trust(source, trust)
    except SourceRefused as error:
        raise UploadRefused(str(error), code="source", status=400) from error
    upload = StructureUpload(
        source=source, trust=trust, file_name=file_name, source_url=source_url, licence=licence, uploaded_by=by
    )
    return keep(upload, chunks=chunks)


def run_structure_import(task: Work) -> None:
    """Tries or publishes one upload: the result, or why it is refused, is written with the end of the job.

    Called off or killed while it publishes, the batches that were written stand, and the same file goes on from there.
    """
    upload = StructureUpload.objects.get(pk=task.arguments["upload"])
    publishing = upload.stage == StructureUpload.Stage.PUBLISH
    report, refusal = None, None
    try:
        with upload_folder() as folder, memory_bound(MEMORY_BYTES):
            report = _take_in(task, upload, folder, dry_run=not publishing)
    except WrongFile as error:
        refusal = refused(upload, error.why, code="wrong_file", at=error)
    except (SourceRefused, ThrownAway) as error:
        refusal = refused(upload, str(error), code="cannot_be")
    except MemoryError:
        why = _("Reading it took more memory than structures need. Send it in parts.")
        refusal = refused(upload, why, code="too_much_memory")
    with task.finishing():
        told = as_json(report.as_dict()) if report else None
        StructureUpload.objects.filter(pk=upload.pk).update(report=told, refusal=refusal)
        if publishing or refusal:
            upload.chunks.all().delete()
        if publishing and report:
            put_down(upload, "published", by=upload.uploaded_by, added=report.added, renewed=report.renewed)


def _take_in(task: Work, upload: StructureUpload, folder: Path, *, dry_run: bool) -> StructureReport:
    path = file_of(upload, folder)
    watch = Watch(task)
    watch.total = sum(1 for _row in structure_rows(path))
    while True:
        try:
            return import_structures(
                path=path,
                source=upload.source,
                trust=StructureTrust(upload.trust),
                url=upload.source_url,
                licence=upload.licence,
                dry_run=dry_run,
                progress=lambda report: watch.at(report.rows),
            )
        except SourceBusy:  # its turn comes when the other import of this source is over
            task.check()
            time.sleep(_LOOK_AGAIN_S)
