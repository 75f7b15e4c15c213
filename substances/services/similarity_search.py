"""Structure searches: asked in the request, answered there or by a worker, read by whom they belong to."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.common.inserting import insert_rows
from portal.jobs.models import Job
from portal.jobs.running import Work, WorkFailed
from portal.jobs.services import request_job
from portal.organisations.models import User
from substances.chemistry.sandbox_client import SandboxFailed, sandbox
from substances.models import SearchHit, Structure, StructureSearch, Substance
from substances.services.reading import Foreign, Known, SearchRefused, read
from substances.services.similarity_neighbours import (
    DEFAULT_THRESHOLD,
    Neighbour,
    NotComputable,
    fingerprints_of,
    listed_ids,
    neighbours,
    restricted_ids,
)
from substances.similarity import store
from substances.similarity.store import NOT_COMPARED, Near, StoredFingerprints

SEARCH_WORK = "substances.similarity.search"
MOST_HITS = 200
KEPT_FOR = dt.timedelta(hours=24)
_DELETED_AT_ONCE = 500
READING_TIMEOUT_S = 5.0
# What a worker writes; a search deleted meanwhile is not made again.
_ANSWERED = ["read_as", "svg", "versions", "known_substance", "fingerprint_key", "compared_with"]

# On the job, which others may see and which outlives a person's search: no word of the structure.
NOT_READ = gettext_noop("We could not read this structure.")
UNREADABLE = gettext_noop("We could not read this structure: %(reason)s")
TOO_HARD = gettext_noop(
    "Reading this structure took more time or memory than we allow. Nothing was compared; that says nothing about it."
)
OTHER_VERSION = gettext_noop(
    "The stored fingerprints were made by another version of our software and are being renewed. "
    "Nothing was compared; try again later."
)
DELETED = gettext_noop("This search has been deleted.")


def request_search(
    *,
    by: User | None,
    session_key: str | None = None,
    access_token: str = "",
    text: str,
    format: str = "auto",  # the word of the API
    threshold: Decimal | float | str = DEFAULT_THRESHOLD,
    limit: int = 50,
) -> StructureSearch:
    """A search for structures like the one given: answered already where it is one we know, else by a job.

    Args:
        by: who asks; None for somebody who is not signed in.
        session_key: of the session that may read the answer.
        access_token: what an anonymous script polls with; only its hash is kept.
        text: SMILES, InChI, molfile, name or number.
        format: auto, smiles, inchi, molfile, name or cas.
        threshold: Tanimoto coefficient from 0 to 1, to three decimals.
        limit: hits at most, 1 to 200.

    Raises:
        SearchRefused: the text or a parameter cannot be used; nothing is stored.
    """
    search = StructureSearch(
        typed=text,
        format=format,
        threshold=_share(threshold),
        limit=_count(limit),
        session_key=session_key or "",
        access_sha256=token_hash(access_token),
        owner=by,
    )
    reading = read(text, format)
    search.read_as = reading.read_as
    return _ask_worker(search, reading) if isinstance(reading, Foreign) else _answer_known(search, reading)


def token_hash(access_token: str) -> str:
    """What is kept of an access token; "" for none."""
    return hashlib.sha256(access_token.encode()).hexdigest() if access_token else ""


def _share(threshold: Decimal | float | str) -> Decimal:
    try:
        value = Decimal(str(threshold))
        rounded = value.quantize(Decimal("0.001"))
    except InvalidOperation:
        rounded = value = Decimal(-1)
    if rounded != value or not 0 <= value <= 1:
        message = _("The threshold is '%(value)s'; write a number from 0 to 1 with at most three decimals.")
        raise SearchRefused(400, "threshold", message % {"value": str(threshold)[:40]})
    return rounded


def _count(limit: int) -> int:
    if not 1 <= limit <= MOST_HITS:
        message = _("The limit is %(value)s; write a whole number from 1 to %(most)s.")
        raise SearchRefused(400, "limit", message % {"value": limit, "most": MOST_HITS})
    return limit


@transaction.atomic
def _ask_worker(search: StructureSearch, reading: Foreign) -> StructureSearch:
    """The text stays in our database; the job carries the id alone."""
    search.job = request_job(name=SEARCH_WORK, arguments={"search": str(search.pk)}, by=search.owner)
    search.save()
    return search


def _answer_known(search: StructureSearch, reading: Known) -> StructureSearch:
    search.known_substance = reading.substance
    shown = reading.substance.shown_structure
    search.svg = shown.svg if shown else ""
    index = store.stored()
    restricted = restricted_ids()
    found: list[Near] = []
    try:
        if reading.substance.pk in restricted:
            raise NotComputable("restricted")
        found = _compare(search, index, fingerprints_of(reading.substance, index), restricted)
    except NotComputable as why:
        search.read_as["not_computable"] = {"code": why.code, "reason": why.reason}
    search.versions = _versions(index, standardiser=shown.standardiser if shown else "")
    with transaction.atomic():
        search.save()
        _write_hits(search, found)
    return search


def run_search(task: Work) -> None:
    """Reads the structure of a search in the sandbox, compares it, and writes the answer with the job's end, once.

    Raises:
        WorkFailed: the structure cannot be read, or the fingerprints cannot be compared.
    """
    search = StructureSearch.objects.filter(pk=task.arguments["search"]).first()
    if search is None:
        raise WorkFailed("search_deleted", DELETED)
    structure = _read_in_sandbox(task, search)
    index = store.stored()
    restricted = restricted_ids()
    found: list[Near] = []
    search.read_as = {name: structure[name] for name in ("format", "smiles", "inchi", "inchikey", "formula", "changes")}
    search.svg = structure["svg"] or ""
    search.versions = _versions(index, standardiser=structure["standardiser"])
    search.known_substance_id = _same_structure(structure["inchikey"])
    try:
        _refuse_what_is_not_compared(structure, restricted)
        found = _compare(search, index, [_bits(structure, index)], restricted)
    except NotComputable as why:
        search.read_as["not_computable"] = {"code": why.code, "reason": why.reason}
    with task.finishing():
        search.save(update_fields=_ANSWERED)
        _write_hits(search, found)


def _read_in_sandbox(task: Work, search: StructureSearch) -> dict[str, Any]:
    """The sandbox's answer. What it refuses, and its death, end the job; trying again would not help."""
    try:
        answer = sandbox().call("read", READING_TIMEOUT_S, text=search.typed, format=search.read_as["format"])
    except SandboxFailed as error:
        raise WorkFailed("structure_too_hard", TOO_HARD) from error
    if "error" in answer:
        refusal = answer["error"]
        with task.writing():
            # With its template, so that a page can say it in the reader's language; it may quote the structure.
            StructureSearch.objects.filter(pk=search.pk).update(read_as=search.read_as | {"error": refusal})
        raise WorkFailed(refusal["code"], NOT_READ)
    return answer


def _refuse_what_is_not_compared(structure: dict[str, Any], restricted: frozenset[UUID]) -> None:
    skeletons = {key.partition("-")[0] for key in (structure["inchikey"], structure["parent_inchikey"]) if key}
    keys = Structure.objects.filter(substance__in=restricted).values_list("inchikey", "parent_inchikey")
    if restricted and any(key and key.partition("-")[0] in skeletons for pair in keys for key in pair):
        raise NotComputable("restricted")
    if structure["parent_smiles"] is None:
        for note in structure["parent_notes"]:
            if note["code"] in NOT_COMPARED:
                raise NotComputable(note["code"])


def _bits(structure: dict[str, Any], index: StoredFingerprints) -> bytes:
    """The parent's fingerprint, else its own, under the key of what is stored."""
    fingerprints: dict[str, str] = structure["parent_fingerprints"] or structure["fingerprints"]
    if index.key and index.key not in fingerprints:
        raise WorkFailed("fingerprints_of_another_version", OTHER_VERSION)
    return base64.b64decode(fingerprints[index.key]) if index.key else b""


def _compare(
    search: StructureSearch, index: StoredFingerprints, questions: list[bytes], restricted: frozenset[UUID]
) -> list[Near]:
    """The hits, with what they were found among noted on the search."""
    search.fingerprint_key = index.key
    search.compared_with = index.compared(without=restricted)
    if not index.key:
        return []
    return index.nearest_of(questions, threshold=search.threshold, limit=search.limit, without=restricted)


def _same_structure(inchikey: str | None) -> UUID | None:
    """The substance with exactly this structure, if there is one only; never where its structure is disputed."""
    if not inchikey:
        return None
    same = Structure.objects.filter(
        inchikey=inchikey, substance__merged_into__isnull=True, substance__split_at__isnull=True
    )
    same = same.exclude(substance__in=Substance.objects.with_disputed_structure())
    found = set(same.values_list("substance_id", flat=True))
    return found.pop() if len(found) == 1 else None


def _versions(index: StoredFingerprints, *, standardiser: str) -> dict[str, str]:
    return {
        "standardiser": standardiser,
        "fingerprint": index.key,
        "engine": store.ENGINE,
        "data_revision": index.revision,
    }


def _write_hits(search: StructureSearch, found: list[Near]) -> None:
    rows = ((search.pk, rank, near.substance_id, near.shared, near.united) for rank, near in enumerate(found, 1))
    insert_rows(SearchHit, ("search_id", "rank", "substance_id", "shared_bits", "united_bits"), rows)


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answer to a search, for a page or for REST.

    Attributes:
        hits: best first; the first has rank 1.
        not_computable: why nothing was compared, in the reader's language; "" where it was.
        error: why the search failed, in the reader's language; "" where it did not.
    """

    hits: list[Neighbour]
    not_computable: str
    error: str


def results(search: StructureSearch, *, drawn: bool = True) -> SearchResults:
    """What a search has found so far, with what a hit shows, in seven statements; `drawn`: see `substances_of_hits`."""
    # Merged or split since, or put under a schedule since: not shown any more.
    hidden = restricted_ids()
    rows = search.hits.filter(substance__merged_into__isnull=True, substance__split_at__isnull=True)
    rows = rows.exclude(substance__in=hidden).order_by("rank")
    found = [Near(*row) for row in rows.values_list("substance_id", "shared_bits", "united_bits")]
    listed = listed_ids(among=[near.substance_id for near in found]) if found else frozenset()
    why = search.read_as.get("not_computable")
    return SearchResults(neighbours(found, listed, drawn=drawn), _(why["reason"]) if why else "", _error(search))


def _error(search: StructureSearch) -> str:
    refusal = search.read_as.get("error")
    if refusal:
        return _(UNREADABLE) % {"reason": _(refusal["template"]) % refusal["params"]}
    return _(search.job.error_message) if search.job and search.job.error_message else ""


def delete_old_searches(*, now: dt.datetime | None = None) -> int:
    """Deletes searches that belong to no person once they are 24 hours old, with their jobs; how many that were.

    500 at a time. A job that still runs then finds that it holds nothing any more, and writes nothing.
    """
    old = StructureSearch.objects.filter(owner__isnull=True, created_at__lt=(now or timezone.now()) - KEPT_FOR)
    rows = list(old.order_by("created_at").values_list("pk", "job")[:_DELETED_AT_ONCE])
    with transaction.atomic():
        StructureSearch.objects.filter(pk__in=[search for search, _job in rows]).delete()
        Job.objects.filter(pk__in=[job for _search, job in rows if job]).delete()
    return len(rows)
