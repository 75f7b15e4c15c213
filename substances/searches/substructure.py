"""Structures that contain what is asked for: screened by the bits of a pattern fingerprint, matched in the sandbox.

Hits come smallest first: the fewer atoms besides what was asked for, the nearer. They are stored while the search goes
on; all are counted, also those beyond the limit.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from portal.common.batches import batches
from portal.jobs.running import Work
from substances.chemistry.sandbox_client import Sandbox, SandboxFailed, sandbox
from substances.models import Structure, StructureSearch
from substances.searches.hits import forget_hits, hidden_from, write_hits
from substances.searches.kinds import Answer, Hit, ReadStructure, SearchKind
from substances.searches.matching import Asked, Match, Matching
from substances.searches.parameters import COLLECTION, LIMIT
from substances.searches.sandboxed import ask_sandbox
from substances.searches.substructure_text import read
from substances.similarity import store

ENGINE = "substructure-1"
MORE_FOUND = gettext_noop("%(found)s substances contain it; the %(limit)s smallest are shown.")
NOT_ASSESSED = gettext_noop(
    "%(count)s structures are not assessed: looking into them took more time or memory than we allow. "
    "They may contain it."
)
GAVE_UP = gettext_noop(
    "%(count)s structures are not assessed: this question takes more time than we allow. They may contain it. "
    "Ask for something simpler."
)
CHUNK = 200
_IDS_AT_ONCE = 500
_DRAWING_TIMEOUT_S = 5.0
# Hits are stored when so many wait, or so long.
_WRITE_AT, _WRITE_AFTER_S = 20, 0.5


@dataclass(frozen=True, slots=True)
class _Row:
    """A structure that is asked."""

    structure: int
    substance: Any
    smiles: str
    name: str


def read_asked(task: Work, search: StructureSearch) -> ReadStructure:
    """What the sandbox makes of the question: how it is read, and the bits that screen for it.

    Raises:
        WorkFailed: it is no query.
    """
    asked = _asked(search)
    answer = ask_sandbox(task, search, "read_query", text=asked.text, format=asked.format)
    if search.known_substance_id is not None:
        answer["format"] = search.read_as["format"]
    return answer


def _asked(search: StructureSearch) -> Asked:
    shown = search.known_substance.shown_structure if search.known_substance else None
    return Asked(shown.smiles, "structure") if shown else Asked(search.typed, search.read_as["format"])


def typed(task: Work, search: StructureSearch, structure: ReadStructure) -> Answer:
    """Every structure of the registry in which the query is found.

    Raises:
        WorkFailed: it is no query.
    """
    with task.writing():
        forget_hits(search)  # of an attempt that died
    box = sandbox()
    found = _Found(task, search, box)
    matching = Matching(box, _asked(search))
    rows, scope = _rows(search, structure)
    for chunk in batches(rows, CHUNK):
        found.take([(chunk[match.row], match) for match in matching.matches([row.smiles for row in chunk])])
        found.looked_at += len(chunk)
        task.progress(found.looked_at, len(rows))
    search.read_as |= {
        "smarts": structure["smarts"],
        "query": structure["query"],
        "found": len(found.substances),
        "not_assessed": matching.not_assessed,
    }
    return Answer(
        hits=found.waiting,
        first_rank=found.stored + 1,
        compared_with=scope,
        versions={"engine": ENGINE, "fingerprint": structure["screen_key"]},
        notes=_notes(len(found.substances), search.limit, matching),
    )


def _notes(found: int, limit: int, matching: Matching) -> list[dict[str, Any]]:
    """What was found beyond the limit, and what has no answer."""
    notes: list[tuple[str, str, dict[str, int]]] = []
    if found > limit:
        notes.append(("more_found", MORE_FOUND, {"found": found, "limit": limit}))
    if matching.not_assessed:
        why = GAVE_UP if matching.has_given_up else NOT_ASSESSED
        notes.append(("not_assessed", why, {"count": matching.not_assessed}))
    return [{"code": code, "template": template, "params": params} for code, template, params in notes]


@dataclass(slots=True)
class _Found:
    """What was found so far: drawn, stored in parts, counted."""

    task: Work
    search: StructureSearch
    box: Sandbox
    substances: set[Any] = field(default_factory=set)
    waiting: list[Hit] = field(default_factory=list)
    stored: int = 0
    looked_at: int = 0
    written_at: float = field(default_factory=time.monotonic)

    def take(self, matched: Sequence[tuple[_Row, Match]]) -> None:
        """Takes what a chunk has; a substance is named once, by the first of its structures."""
        for row, match in matched:
            if row.substance in self.substances:
                continue
            self.substances.add(row.substance)
            if len(self.substances) <= self.search.limit:
                self.waiting.append(self._hit(row, match))
        if len(self.waiting) >= _WRITE_AT or (self.waiting and time.monotonic() - self.written_at > _WRITE_AFTER_S):
            with self.task.writing():
                self.stored += write_hits(self.search, self.waiting, first_rank=self.stored + 1)
            self.waiting, self.written_at = [], time.monotonic()

    def _hit(self, row: _Row, match: Match) -> Hit:
        marked = {"highlight_atoms": list(match.atoms), "highlight_bonds": list(match.bonds)}
        try:
            drawn = self.box.call("depict", _DRAWING_TIMEOUT_S, smiles=row.smiles, label=row.name, **marked)
        except SandboxFailed:
            drawn = {}  # the page then shows the structure unmarked
        told = {"times": match.times, "structure": row.structure}
        return Hit(row.substance, note="contains", atoms=match.atoms, told=told, svg=drawn.get("svg") or "")


def _rows(search: StructureSearch, structure: ReadStructure) -> tuple[list[_Row], int]:
    """The structures that may hold the query, smallest first, and how many there are in all."""
    screened = _screened(structure)
    told = Structure.objects.told().filter(substance__merged_into__isnull=True, substance__split_at__isnull=True)
    told = told.exclude(substance__in=hidden_from(search))
    smallest = (F("mass_g_per_mol").asc(nulls_last=True), "pk")
    columns = ("pk", "substance_id", "smiles", "substance__name", "mass_g_per_mol")
    scope = told.count()
    if screened is None:
        found = list(told.order_by(*smallest).values_list(*columns))
    else:
        parts = (told.filter(pk__in=ids).order_by().values_list(*columns) for ids in batches(screened, _IDS_AT_ONCE))
        found = sorted((row for part in parts for row in part), key=lambda row: (row[4] is None, row[4], row[0]))
    return [_Row(*islice(row, 4)) for row in found], scope


def _screened(structure: ReadStructure) -> list[int] | None:
    """Structures that have every bit of the query or no bits at all; None where nothing can be ruled out."""
    if structure["screen"] is None:
        return None
    candidates = store.pattern_candidates(store.REGISTRY, base64.b64decode(structure["screen"]))
    if candidates.key != structure["screen_key"]:
        return None
    return sorted({row.structure_id for row in (*candidates.candidates, *candidates.unscreened)})


KIND = SearchKind(
    name=StructureSearch.Kind.SUBSTRUCTURE,
    question=_("What contains it?"),
    parameters={"limit": LIMIT, "collection": COLLECTION},
    answer=typed,
    read=read,
    read_in_sandbox=read_asked,
    whys={"contains": _("Contains it")},
    template="substances/partials/_answer_substructure.html",
)
