"""A worker that includes this waits for its sandbox longer than any test takes: a search can be held in its middle."""

from __future__ import annotations

from substances.searches import sandboxed

sandboxed.READING_TIMEOUT_S = 600.0
