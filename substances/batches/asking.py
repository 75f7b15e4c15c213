"""Accepting a batch: its rows are counted and kept in the request, its parts handed to workers. No RDKit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.common.batches import batches
from portal.common.inserting import insert_rows
from portal.jobs.services import cancel_job, request_jobs
from portal.organisations.models import User
from substances.chemistry.messages import StructureRefused
from substances.chemistry.records import Record, RecordsFormat, records_of
from substances.models import BatchPart, BatchRow, StructureSearch
from substances.searches.parameters import THRESHOLD, Parameter, cleaned
from substances.searches.request import token_hash
from substances.services.reading import SearchRefused
from substances.services.search import translated

BATCH_WORK = "substances.batches.part"
MOST_ROWS = 10_000
MOST_ROWS_OF_A_STRANGER = 1_000
ROWS_A_PART = 100
MOST_HITS_A_ROW = 10
# A part whose every row takes all the time that a sandbox may.
DEADLINE_SECONDS = 1_200


def _hits_a_row(value: int) -> int:
    if not 1 <= value <= MOST_HITS_A_ROW:
        message = _("The limit is %(value)s; write a whole number from 1 to %(most)s.")
        raise SearchRefused(400, "limit", message % {"value": value, "most": MOST_HITS_A_ROW})
    return value


PARAMETERS = {"threshold": Parameter("0.500", THRESHOLD.clean), "limit": Parameter(3, _hits_a_row)}


def records_in(text: str, format: RecordsFormat) -> Iterable[Record]:  # the word of the API
    """The rows of a text.

    Raises:
        SearchRefused: it is no such text.
    """
    try:
        return records_of(text, format)
    except StructureRefused as error:
        raise SearchRefused(400, error.code, translated(error)) from error


def format_of(text: str, file_name: str = "") -> RecordsFormat:
    """What a text or a file is probably written as: by the name of the file, else by what stands in it."""
    ending = file_name.rpartition(".")[2].lower()
    by_name: dict[str, RecordsFormat] = {"sdf": "sdf", "sd": "sdf", "mol": "sdf", "csv": "csv", "tsv": "csv"}
    if ending in by_name:
        return by_name[ending]
    if ending in {"smi", "smiles", "can", "ism"}:
        return "smiles"
    return "sdf" if "M  END" in text or "$$$$" in text else "lines"


@transaction.atomic
def request_batch(
    *,
    by: User | None,
    session_key: str | None = None,
    access_token: str = "",
    records: Iterable[Record],
    parameters: Mapping[str, Any] | None = None,
    client: str = "",
    file_name: str = "",
) -> StructureSearch:
    """A batch, each of its rows kept, handed to workers in parts of 100.

    Args:
        by: who asks; None for somebody who is not signed in.
        session_key: of the session that may read the answers.
        access_token: what an anonymous script polls with; only its hash is kept.
        records: as `substances.chemistry.records` gives them, or made.
        parameters: threshold and limit (hits a row), where they are not the usual ones.
        client: what tells one stranger from another; only a hash of it is kept.
        file_name: where it came as a file.

    Raises:
        SearchRefused: no rows, too many, or a parameter that cannot be used; nothing is stored.
        QueueFull: who asks has too many open, or strangers have to come back later; nothing is stored.
    """
    most = MOST_ROWS if by else MOST_ROWS_OF_A_STRANGER
    found = list(islice(records, most + 1))
    if not found:
        raise SearchRefused(400, "empty", _("There is no structure in it. Give one on each line."))
    if len(found) > most:
        message = _("There are more than %(most)s structures. Send them in several batches.")
        raise SearchRefused(413, "too_many_rows", message % {"most": most})
    search = StructureSearch.objects.create(
        kind=StructureSearch.Kind.BATCH,
        typed="",
        format=StructureSearch.Format.AUTO,
        parameters=cleaned(PARAMETERS, parameters or {}),
        read_as={"rows": len(found), "file_name": file_name[:200]},
        session_key=session_key or "",
        access_sha256=token_hash(access_token),
        owner=by,
    )
    insert_rows(BatchRow, _COLUMNS, (_row(search, number, record) for number, record in enumerate(found, 1)))
    _hand_over(search, rows=len(found), by=by, client=client)
    return search


_COLUMNS = ("search_id", "number", "line", "given_id", "typed", "notation", "problem")


def _row(search: StructureSearch, number: int, record: Record) -> tuple[object, ...]:
    problem = dict(record.problem.as_dict()) if record.problem else None
    # A database keeps no zero byte; no structure has one.
    typed, name = (text.replace("\0", "\ufffd") for text in (record.text, record.name))
    return (search.pk, number, record.line, name[:200], typed, record.notation, problem)


def _hand_over(search: StructureSearch, *, rows: int, by: User | None, client: str) -> None:
    parts = list(batches(range(1, rows + 1), ROWS_A_PART))
    jobs = request_jobs(
        name=BATCH_WORK,
        arguments=[{"search": str(search.pk), "part": number} for number, _own in enumerate(parts, 1)],
        by=by,
        client=client,
        queue="batch",
        cost=min(rows, ROWS_A_PART),
        deadline_seconds=DEADLINE_SECONDS,
    )
    BatchPart.objects.bulk_create(
        BatchPart(search=search, number=number, first=own[0], last=own[-1], job=job)
        for number, (own, job) in enumerate(zip(parts, jobs, strict=True), 1)
    )


@transaction.atomic
def cancel_batch(*, search: StructureSearch, by: User | None) -> None:
    """Calls off whatever of a batch has not ended; what was answered stays."""
    for part in search.parts.filter(job__state__in=["queued", "running"]).select_related("job"):
        cancel_job(job=part.job, by=by)
