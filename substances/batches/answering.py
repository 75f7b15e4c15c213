"""Answering a part of a batch in a worker: every row gets an answer, whatever its neighbours are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import override

from portal.common.inserting import insert_rows
from portal.jobs.running import Work, WorkFailed
from substances.chemistry.messages import ChemistryError, Note
from substances.chemistry.sandbox_client import SandboxFailed, sandbox
from substances.models import BatchAnswer, BatchPart, BatchRow, StructureSearch
from substances.searches.answer import DELETED, same_structures
from substances.searches.data_release import data_release
from substances.searches.hits import refuse_restricted, skeletons_of
from substances.searches.kinds import ReadStructure
from substances.searches.sandboxed import TOO_HARD
from substances.searches.similarity import bits_of, refuse_what_is_not_compared
from substances.services.reading import Known, SearchRefused, read
from substances.services.similarity_neighbours import (
    NotComputable,
    fingerprints_of,
    index_now,
    listed_ids,
    restricted_ids,
)
from substances.similarity import store
from substances.similarity.store import Near, StoredFingerprints

_TELL_EVERY_S = 0.5
# Nobody waits before a page, and a busy machine is no fault of a row's: what is bounded is the processor time that the
# sandbox may take, 5 s. This only ends what waits for nothing.
READING_TIMEOUT_S = 30.0
_READ = ("smiles", "inchikey", "formula", "changes")


@dataclass
class _Answered:
    """A row and what is known of its answer so far.

    Attributes:
        questions: fingerprints it is compared by.
        structure: what the sandbox made of it.
    """

    row: BatchRow
    state: str = BatchAnswer.State.COMPARED
    reason: dict[str, Any] | None = None
    read_as: dict[str, Any] = field(default_factory=dict)
    known: UUID | None = None
    questions: Sequence[bytes] = ()
    structure: ReadStructure | None = None
    found: Sequence[Near] = ()

    def stop(self, state: str, code: str, template: str, params: dict[str, Any] | None = None) -> None:
        """It was not compared, and why."""
        self.state, self.questions = state, ()
        self.reason = {"code": code, "template": template, "params": params or {}}


def run_part(task: Work) -> None:
    """Reads the rows of a part in the sandbox, compares them, and writes their answers with the job's end, once.

    Raises:
        WorkFailed: the batch was deleted.
    """
    part = (
        BatchPart.objects.select_related("search")
        .filter(search=task.arguments["search"], number=task.arguments["part"])
        .first()
    )
    if part is None:
        raise WorkFailed("search_deleted", DELETED)
    search = part.search
    rows = search.rows.filter(number__range=(part.first, part.last))
    answers = [_Answered(row) for row in rows]
    _read_all(task, answers)
    known = same_structures(one.structure["inchikey"] for one in answers if one.structure)
    for one in answers:
        if one.structure:
            one.known = known.get(one.structure["inchikey"])
    versions = _compare_all(task, search, answers)
    listed = listed_ids(among={pk for one in answers for pk in _named_in(one)})
    with task.finishing():
        insert_rows(BatchAnswer, _COLUMNS, (_values(one, listed) for one in answers))
        StructureSearch.objects.filter(pk=search.pk, data_release="").update(
            data_release=data_release(), versions=versions, fingerprint_key=versions.get("fingerprint", "")
        )


_COLUMNS = ("row_id", "search_id", "state", "reason", "read_as", "known_substance_id", "is_listed", "hits")


def _read_all(task: Work, answers: Sequence[_Answered]) -> None:
    told_at = time.monotonic()
    with override("en"):  # whoever looks at an answer reads it in their own language
        for number, one in enumerate(answers):
            if time.monotonic() - told_at >= _TELL_EVERY_S:
                told_at = time.monotonic()
                task.progress(number, len(answers))
            try:
                _read(one)
            except SandboxFailed:
                task.check()  # it may have died because the batch was called off
                one.stop(BatchAnswer.State.NOT_READ, "structure_too_hard", TOO_HARD)


def _read(one: _Answered) -> None:
    row = one.row
    if row.problem is not None:
        one.stop(BatchAnswer.State.NOT_READ, row.problem["code"], row.problem["template"], row.problem["params"])
        return
    try:
        reading = read(row.typed, row.notation)
    except SearchRefused as refusal:
        cause = refusal.__cause__
        note = cause.note if isinstance(cause, ChemistryError) else Note("empty") if not row.typed.strip() else None
        template, params = (note.template, dict(note.params)) if note else (refusal.message.replace("%", "%%"), {})
        one.stop(BatchAnswer.State.NOT_READ, refusal.code, template, params)
        return
    one.read_as = dict(reading.read_as)
    if isinstance(reading, Known):
        one.known = reading.substance.pk
        _ask_by_what_is_stored(one, reading)
        return
    answer = sandbox().call("read", READING_TIMEOUT_S, text=row.typed, format=reading.notation, svg=False)
    if "error" in answer:
        refused = answer["error"]
        one.stop(BatchAnswer.State.NOT_READ, refused["code"], refused["template"], refused["params"])
        return
    one.structure = answer
    one.read_as |= {name: answer[name] for name in _READ}


def _ask_by_what_is_stored(one: _Answered, reading: Known) -> None:
    try:
        if reading.substance.pk in restricted_ids():
            raise NotComputable("restricted")
        one.questions = fingerprints_of(reading.substance, index_now())
    except NotComputable as why:
        one.stop(BatchAnswer.State.NOT_COMPARED, why.code, why.reason)


def _compare_all(task: Work, search: StructureSearch, answers: Sequence[_Answered]) -> dict[str, str]:
    """Finds what each row resembles; the versions of what found it."""
    hidden = restricted_ids()
    skeletons = skeletons_of(hidden)
    try:
        index = index_now()
    except NotComputable as why:
        for one in answers:
            if one.state == BatchAnswer.State.COMPARED:
                one.stop(BatchAnswer.State.NOT_COMPARED, why.code, why.reason)
        return {"engine": store.ENGINE}
    task.progress(len(answers), len(answers))
    for one in answers:
        if one.state == BatchAnswer.State.COMPARED:
            _compare(search, one, index, hidden, skeletons)
    return {"fingerprint": index.key, "engine": store.ENGINE, "data_revision": index.revision}


def _compare(
    search: StructureSearch,
    one: _Answered,
    index: StoredFingerprints,
    hidden: frozenset[UUID],
    skeletons: frozenset[str],
) -> None:
    try:
        if one.structure is not None:
            refuse_restricted(one.structure, hidden=hidden, skeletons=skeletons)
            refuse_what_is_not_compared(one.structure)
            one.questions = [bits_of(one.structure, index)]
    except NotComputable as why:
        one.stop(BatchAnswer.State.NOT_COMPARED, why.code, why.reason)
        return
    except WorkFailed as failure:
        one.stop(BatchAnswer.State.NOT_COMPARED, failure.code, failure.message)
        return
    if not index.key:
        return
    without = hidden | {one.known} if one.known else hidden
    threshold = Decimal(search.parameters["threshold"])
    one.found = index.nearest_of(one.questions, threshold=threshold, limit=search.limit, without=without)


def _named_in(one: _Answered) -> Iterable[UUID]:
    if one.known:
        yield one.known
    for near in one.found:
        yield near.substance_id


def _values(one: _Answered, listed: frozenset[UUID]) -> tuple[object, ...]:
    hits = [
        {
            "substance": str(near.substance_id),
            "shared": near.shared,
            "united": near.united,
            "listed": near.substance_id in listed,
        }
        for near in one.found
    ]
    is_listed = any(pk in listed for pk in _named_in(one))
    row = one.row
    return (row.pk, row.search_id, one.state, one.reason, one.read_as, one.known, is_listed, hits)
