"""The same question once more, on today's data, and what has changed since."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import QuerySet

from portal.organisations.models import User
from substances.models import SearchHit, StructureSearch
from substances.searches.hits import shown_hits
from substances.searches.request import request_search


def repeat_search(
    *, by: User | None, search: StructureSearch, session_key: str = "", access_token: str = "", client: str = ""
) -> StructureSearch:
    """A new search with the text, kind and parameters of another, which it names.

    Args:
        by, session_key, access_token, client: who asks now, as in `request_search`.

    Raises:
        SearchRefused: the text means nothing, or more than one thing, by now.
    """
    return request_search(
        by=by,
        session_key=session_key,
        access_token=access_token,
        text=search.typed,
        kind=search.kind,
        format=search.format,
        parameters=search.parameters,
        repeats=search,
        client=client,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stood in an answer, and why: its score is exact, None for kinds without one."""

    rank: int
    name: str
    score: Fraction | None
    note: str

    @property
    def shown_score(self) -> float | None:
        """The score for display."""
        return None if self.score is None else float(self.score)


@dataclass(frozen=True, slots=True)
class Moved:
    """Something that is in both answers, in another place or for another reason."""

    name: str
    before: Place
    after: Place


@dataclass(frozen=True, slots=True)
class Changes:
    """What a repeated search found otherwise.

    Attributes:
        came, gone: in the order of their answer.
        moved: in the order of the newer answer.
        same: how many stand where they stood.
    """

    came: tuple[Place, ...] = ()
    gone: tuple[Place, ...] = ()
    moved: tuple[Moved, ...] = ()
    same: int = 0


def changes(before: Mapping[Hashable, Place], after: Mapping[Hashable, Place]) -> Changes:
    """What differs between two answers, each by what it is of."""
    moved = [
        Moved(place.name, before[key], place) for key, place in after.items() if key in before and before[key] != place
    ]
    return Changes(
        came=tuple(place for key, place in after.items() if key not in before),
        gone=tuple(place for key, place in before.items() if key not in after),
        moved=tuple(moved),
        same=len(after.keys() & before.keys()) - len(moved),
    )


def changes_since(search: StructureSearch) -> Changes | None:
    """What a search found otherwise than the one it repeats, in what may be shown today.

    None where it repeats none, or where either was not answered: not computed is not "nothing there".
    """
    earlier = search.repeats
    if earlier is None or not (_is_answered(search) and _is_answered(earlier)):
        return None
    return changes(_places(shown_hits(earlier)), _places(shown_hits(search)))


def _is_answered(search: StructureSearch) -> bool:
    is_done = search.job is None or search.job.state == "done"
    return is_done and "not_computable" not in search.read_as


def _places(hits: QuerySet[SearchHit]) -> dict[Hashable, Place]:
    """By what each is of. Counted anew, so that what is not shown leaves no gap that the other answer has not."""
    rows = hits.select_related("substance", "group", "library_structure")
    return {
        (row.substance_id, row.group_id, row.library_structure_id): Place(
            rank, str(row.substance or row.group or row.library_structure), _score(row), row.note
        )
        for rank, row in enumerate(rows, 1)
    }


def _score(row: SearchHit) -> Fraction | None:
    if row.shared_bits is None or row.united_bits is None:
        return None
    return Fraction(row.shared_bits, row.united_bits or 1)
