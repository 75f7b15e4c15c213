"""Similarity of substances and structures: the names other rooms use."""

from __future__ import annotations

from substances.services.reading import Possible, SearchRefused
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
from substances.services.similarity_search import MOST_HITS, SearchResults, request_search, results, token_hash
from substances.similarity.store import Near

__all__ = [
    "DEFAULT_THRESHOLD",
    "MOST_HITS",
    "Near",
    "Neighbour",
    "NotComputable",
    "Possible",
    "SearchRefused",
    "SearchResults",
    "is_listed",
    "listed_ids",
    "request_search",
    "resembling",
    "restricted_ids",
    "results",
    "similar_to",
    "token_hash",
    "why_not_computable",
]
