"""Similarity of substances and structures: the names other rooms use."""

from __future__ import annotations

from substances.services.reading import Possible, SearchRefused
from substances.services.similarity_neighbours import (
    DEFAULT_THRESHOLD,
    Neighbour,
    NotComputable,
    listed_ids,
    restricted_ids,
    similar_to,
)
from substances.services.similarity_search import MOST_HITS, SearchResults, request_search, results, token_hash

__all__ = [
    "DEFAULT_THRESHOLD",
    "MOST_HITS",
    "Neighbour",
    "NotComputable",
    "Possible",
    "SearchRefused",
    "SearchResults",
    "listed_ids",
    "request_search",
    "restricted_ids",
    "results",
    "similar_to",
    "token_hash",
]
