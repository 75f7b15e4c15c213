"""The kinds of search there are. A new one is a module of this room with a `KIND`, and a line here."""

from __future__ import annotations

from substances.searches import exact, group, library, similarity, substructure
from substances.searches.kinds import SearchKind

_ALL = (similarity.KIND, exact.KIND, substructure.KIND, group.KIND, library.KIND)
KINDS: dict[str, SearchKind] = {str(kind.name): kind for kind in _ALL}
