"""What an index costs a process of its own: `python -m tests.bench.similarity_costs FOLDER KERNEL` prints JSON.

Private memory is what this process alone has written (`Private_Dirty`); mapped files are shared by all that map them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np

from substances.similarity.engine.kernels import Fast
from tests.bench.similarity_files import attached

SEARCHES = 100


def private_mb() -> float:
    """Memory that only this process has; 0 where the system does not say."""
    try:
        text = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_Dirty")) / 1024


def in_a_process(folder: Path, kernel: str) -> dict[str, float]:
    """Costs with numba's compiled code on disk already, as every process but the first finds it."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "tests.bench.similarity_costs", str(folder), kernel]
    with TemporaryDirectory() as cache:
        first, again = (
            json.loads(subprocess.run(command, check=True, capture_output=True, env=env, text=True).stdout)
            for env in [{**environment, "NUMBA_CACHE_DIR": cache}] * 2
        )
    return {**again, "first_search_ms_when_not_compiled": first["first_search_ms"]}


def main() -> None:
    """Attach, search once, search often."""
    folder, kernel = Path(sys.argv[1]), cast(Fast, sys.argv[2])
    before = private_mb()
    began = time.perf_counter()
    index = attached(folder, kernel)
    attach_ms = (time.perf_counter() - began) * 1000
    queries = np.load(folder / "queries.npy")
    times = []
    for query in queries[:SEARCHES]:
        began = time.perf_counter()
        index.search(query, threshold=Fraction(1, 2))
        times.append((time.perf_counter() - began) * 1000)
    found = {"attach_ms": attach_ms, "first_search_ms": times[0], "private_mb": private_mb() - before}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
