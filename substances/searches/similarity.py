"""Similar structures: whatever is at least so alike, by fingerprints."""

from __future__ import annotations

import base64

from django.utils.translation import gettext_noop

from portal.jobs.running import Work, WorkFailed
from substances.models import StructureSearch, Substance
from substances.searches.hits import hidden_from
from substances.searches.kinds import Answer, Hit, ReadStructure, SearchKind
from substances.searches.parameters import COLLECTION, LIMIT, THRESHOLD
from substances.services.similarity_neighbours import NotComputable, fingerprints_of
from substances.similarity import store
from substances.similarity.store import NOT_COMPARED, StoredFingerprints

OTHER_VERSION = gettext_noop(
    "The stored fingerprints were made by another version of our software and are being renewed. "
    "Nothing was compared; try again later."
)


def known(search: StructureSearch, substance: Substance) -> Answer:
    """What resembles a substance we know, by its stored fingerprints.

    Raises:
        NotComputable: it has none, and why.
    """
    index = store.stored()
    return _nearest(search, index, fingerprints_of(substance, index))


def typed(task: Work, search: StructureSearch, structure: ReadStructure) -> Answer:
    """What resembles a structure that the sandbox has read.

    Raises:
        NotComputable: it is compared by group and element only.
        WorkFailed: the stored fingerprints were made by another version.
    """
    refuse_what_is_not_compared(structure)
    index = store.stored()
    return _nearest(search, index, [_bits(structure, index)])


def refuse_what_is_not_compared(structure: ReadStructure) -> None:
    """Nothing, unless the structure is of a kind that fingerprints say nothing about.

    Raises:
        NotComputable: it has a metal, or no organic part.
    """
    if structure["parent_smiles"] is None:
        for note in structure["parent_notes"]:
            if note["code"] in NOT_COMPARED:
                raise NotComputable(note["code"])


def _bits(structure: ReadStructure, index: StoredFingerprints) -> bytes:
    """The parent's fingerprint, else its own, under the key of what is stored."""
    fingerprints: dict[str, str] = structure["parent_fingerprints"] or structure["fingerprints"]
    if index.key and index.key not in fingerprints:
        raise WorkFailed("fingerprints_of_another_version", OTHER_VERSION)
    return base64.b64decode(fingerprints[index.key]) if index.key else b""


def _nearest(search: StructureSearch, index: StoredFingerprints, questions: list[bytes]) -> Answer:
    hidden = hidden_from(search)
    found = (
        index.nearest_of(questions, threshold=search.threshold, limit=search.limit, without=hidden) if index.key else []
    )
    return Answer(
        hits=[Hit(near.substance_id, shared=near.shared, united=near.united) for near in found],
        compared_with=index.compared(without=hidden),
        fingerprint_key=index.key,
        versions={"fingerprint": index.key, "engine": store.ENGINE, "data_revision": index.revision},
    )


KIND = SearchKind(
    name=StructureSearch.Kind.SIMILARITY,
    parameters={"threshold": THRESHOLD, "limit": LIMIT, "collection": COLLECTION},
    answer=typed,
    known=known,
    template="substances/partials/_answer_similarity.html",
)
