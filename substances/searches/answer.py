"""Answering a search in a worker: the sandbox reads the structure, its kind finds, the end of the job writes, once."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_noop

from portal.jobs.running import Work, WorkFailed
from substances.models import Structure, StructureSearch, Substance
from substances.searches.data_release import data_release
from substances.searches.hits import hidden_from, refuse_restricted, write_hits
from substances.searches.kinds import Answer, ReadStructure, SearchKind
from substances.searches.registry import KINDS
from substances.searches.request import take
from substances.searches.sandboxed import read_structure
from substances.services.similarity_neighbours import NotComputable, restricted_ids

# What a worker writes; a search deleted meanwhile is not made again.
_ANSWERED = ["read_as", "svg", "versions", "known_substance", "fingerprint_key", "compared_with", "data_release"]
_READ = ("format", "smiles", "inchi", "inchikey", "formula", "changes")

DELETED = gettext_noop("This search has been deleted.")


def run_search(task: Work) -> None:
    """Reads the structure of a search in the sandbox, has its kind answer, and writes that with the job's end, once.

    Raises:
        WorkFailed: the structure cannot be read, or its kind cannot answer.
    """
    search = StructureSearch.objects.filter(pk=task.arguments["search"]).first()
    if search is None:
        raise WorkFailed("search_deleted", DELETED)
    kind = KINDS[search.kind]
    release = data_release()
    structure = (kind.read_in_sandbox or read_structure)(task, search)
    search.read_as |= {name: structure[name] for name in _READ if name in structure}
    search.svg = structure.get("svg") or search.svg
    search.versions = {"standardiser": structure["standardiser"]}
    if search.known_substance_id is None:
        search.known_substance_id = same_structure(structure.get("inchikey"))
    answer = _answer(task, kind, search, structure)
    take(search, answer, release)
    restricted = restricted_ids()
    with task.finishing():
        search.save(update_fields=_ANSWERED)
        write_hits(search, answer.hits, first_rank=answer.first_rank, restricted=restricted)


def _answer(task: Work, kind: SearchKind, search: StructureSearch, structure: ReadStructure) -> Answer:
    try:
        refuse_restricted(structure, hidden=hidden_from(search))
        return kind.answer(task, search, structure)
    except NotComputable as why:
        return Answer(not_computable=why)


def same_structure(inchikey: str | None) -> UUID | None:
    """The substance with exactly this structure, if there is one only; never where its structure is disputed."""
    return same_structures([inchikey]).get(inchikey) if inchikey else None


def same_structures(inchikeys: Iterable[str | None]) -> dict[str, UUID]:
    """By InChIKey the substance with exactly this structure, as `same_structure`; in one statement."""
    same = Structure.objects.filter(inchikey__in={key for key in inchikeys if key}).filter(
        substance__merged_into__isnull=True, substance__split_at__isnull=True
    )
    same = same.exclude(substance__in=Substance.objects.with_disputed_structure())
    found: dict[str, set[UUID]] = {}
    for key, substance in same.values_list("inchikey", "substance_id"):
        found.setdefault(key, set()).add(substance)
    return {key: substances.pop() for key, substances in found.items() if len(substances) == 1}
