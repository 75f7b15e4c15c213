"""Similar structures of a library: what a supplier sells, or a company has made, that resembles the question.

A library's structures are nobody's substances; one that has the InChIKey of a substance of the registry says so, with
whether that is listed. By many hands where the library is large (`shards.py`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from portal.jobs.running import Work, WorkFailed
from substances.chemistry.sandbox_client import SandboxFailed, sandbox
from substances.models import Library, LibraryStructure, StructureSearch
from substances.searches.hits import restricted_in_library
from substances.searches.kinds import Answer, Hit, ReadStructure, SearchKind
from substances.searches.parameters import LIMIT, THRESHOLD, Parameter
from substances.searches.shards import nearest_in_library
from substances.searches.similarity import OTHER_VERSION, refuse_what_is_not_compared
from substances.services.reading import SearchRefused
from substances.services.similarity_neighbours import NotComputable, restricted_ids
from substances.similarity import store
from substances.similarity.due import await_library
from substances.similarity.library_index import LibraryFingerprints, NearInLibrary

GONE = gettext_noop("The library is not there any more, or is being taken in anew. Nothing was compared.")
_SLUG = re.compile(r"[a-z0-9_-]{1,60}", re.ASCII)
_DRAWING_TIMEOUT_S = 5.0


def _slug(value: Any) -> str:
    """A library's slug.

    Raises:
        SearchRefused: it cannot be one.
    """
    if not (isinstance(value, str) and _SLUG.fullmatch(value)):
        raise _unknown(str(value))
    return value


def _unknown(slug: str) -> SearchRefused:
    message = _("There is no library '%(value)s' that you can search.")
    return SearchRefused(400, "collection", message % {"value": slug[:40]})


def refuse_what_may_not_be_seen(search: StructureSearch) -> None:
    """Nothing, where the library is ready and whoever asks may see it.

    Raises:
        SearchRefused: another organisation's library is as unknown as one there is not.
    """
    visible = Library.objects.visible_to(search.owner or AnonymousUser()).ready()
    if not visible.filter(slug=search.parameters["collection"]).exists():
        raise _unknown(search.parameters["collection"])


def typed(task: Work, search: StructureSearch, structure: ReadStructure) -> Answer:
    """What of the library resembles a structure that the sandbox has read, each drawn.

    Raises:
        NotComputable: it is compared by group and element only, or has no such fingerprint.
        WorkFailed: the library is gone, or its fingerprints were made by another version.
    """
    refuse_what_is_not_compared(structure)
    slug, family = search.parameters["collection"], store.DEFAULT_FAMILY
    try:
        index = await_library(task, slug, family)
    except LookupError as error:
        raise WorkFailed("library_gone", GONE) from error
    found = _nearest(task, search, index, _bits(structure, index))
    return Answer(
        hits=list(_drawn(task, found)),
        compared_with=index.structures,
        fingerprint_key=index.key,
        versions={"fingerprint": index.key, "engine": store.ENGINE, "library": f"{slug} {index.revision}"},
    )


def _bits(structure: ReadStructure, index: LibraryFingerprints) -> bytes:
    made: dict[str, str] = structure["parent_fingerprints"] or structure["fingerprints"]
    if index.key in made:
        return base64.b64decode(made[index.key])
    if any(key.rpartition("-")[0] == store.DEFAULT_FAMILY for key in made):
        raise WorkFailed("fingerprints_of_another_version", OTHER_VERSION)
    raise NotComputable("no_fingerprint")


def _nearest(task: Work, search: StructureSearch, index: LibraryFingerprints, bits: bytes) -> list[NearInLibrary]:
    """The nearest that may be shown; asked again for as many more as may not."""
    family, restricted = store.DEFAULT_FAMILY, restricted_ids()
    without: frozenset[int] = frozenset()
    while True:
        found = nearest_in_library(task, search, index, bits, family=family, limit=search.limit, without=without)
        hidden = restricted_in_library([near.structure_id for near in found], restricted)
        if not hidden:
            return found
        without |= hidden


def _drawn(task: Work, found: list[NearInLibrary]) -> Iterator[Hit]:
    rows = LibraryStructure.objects.in_bulk([near.structure_id for near in found])
    for near in found:
        task.check()
        yield Hit(
            library_structure_id=near.structure_id,
            shared=near.shared,
            united=near.united,
            svg=_drawing(rows[near.structure_id]),
        )


def _drawing(structure: LibraryStructure) -> str:
    """Drawn; "" where that took too long: the hit stands without it."""
    try:
        label = structure.given_id or structure.inchikey
        answer = sandbox().call("depict", _DRAWING_TIMEOUT_S, smiles=structure.smiles, label=label)
    except SandboxFailed:
        return ""
    return str(answer.get("svg", ""))


KIND = SearchKind(
    name=StructureSearch.Kind.LIBRARY,
    question=gettext_lazy("What in this library resembles it?"),
    parameters={"threshold": THRESHOLD, "limit": LIMIT, "collection": Parameter("", _slug)},
    answer=typed,
    refuses=refuse_what_may_not_be_seen,
    template="substances/partials/_answer_library.html",
    on_form=False,
)
