"""How much a piece of work may take of the machine."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def memory_bound(more_bytes: int) -> Iterator[None]:
    """Lets this process allocate so many bytes more than it has now; beyond, Python raises MemoryError.

    What is mapped from files does not count (RLIMIT_DATA). Where the kernel does not say how much there is (not Linux)
    nothing is bounded. Not for two at once in one process.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    has = _data_bytes()
    if has is None:
        yield
        return
    most = has + more_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int | None:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData:")), None)
