"""Similarity of known substances: the names other rooms use. Searches stand in `substances.searches`."""

from __future__ import annotations

from substances.services.similarity_neighbours import (
    DEFAULT_THRESHOLD,
    Neighbour,
    NotComputable,
    is_listed,
    listed_ids,
    resembling,
    restricted_ids,
    similar_to,
    why_not_computable,
)
from substances.similarity.store import Near

__all__ = [
    "DEFAULT_THRESHOLD",
    "Near",
    "Neighbour",
    "NotComputable",
    "is_listed",
    "listed_ids",
    "resembling",
    "restricted_ids",
    "similar_to",
    "why_not_computable",
]
