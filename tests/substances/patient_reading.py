"""A worker that includes this waits for its sandbox longer than any test takes: a search can be held in its middle."""

from __future__ import annotations

from substances.services import similarity_search

similarity_search.READING_TIMEOUT_S = 600.0
