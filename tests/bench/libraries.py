"""What `make bench` measures of libraries: how fast one is taken in, and what attaching an index costs."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.bench.attaching import measured
from tests.bench.whole import Figure

ROWS, INDEXED = 20_000, 1_048_576


def taken_in(data: Path) -> Iterator[Figure]:
    """The first 20,000 rows of the reference library, by the command, into a portal of its own."""
    with tempfile.TemporaryDirectory(prefix="benigna-bench-") as name:
        folder = Path(name)
        with gzip.open(data / "structures" / "library.smi.gz", "rt", encoding="utf-8") as rows:
            (folder / "library.smi").write_text("".join(islice(rows, ROWS)), encoding="utf-8")
        environment = os.environ | {"BENIGNA_DATA_DIR": str(folder)}
        _managed(["migrate", "--verbosity", "0"], environment)
        used = _children_s()
        command = ["import_library", str(folder / "library.smi"), "--name", "bench", "--source", "bench", "--json"]
        report = json.loads(_managed(command, environment))
        seconds = _children_s() - used
    yield Figure("library: rows a second of processor time", "≥ 500", ROWS / seconds, "/s/core")
    yield Figure("library: rows a second, indexes included", "", ROWS / report["seconds"], "/s")


def attached() -> Iterator[Figure]:
    """An index of a million rows."""
    found = measured(INDEXED)
    yield Figure("attach 1,048,576 rows, hashed before", "≤ 10 ms", found["attach_ms"], "ms")
    yield Figure("attach them the first time, every byte hashed", "", found["first_attach_ms"], "ms")
    yield Figure("private memory that adds to a worker", "≤ 40 MB", max(found["added_private_kb"]) / 1024, "MB")
    yield Figure("index, shared", "≤ 270 B a row", found["bytes_a_row"], "B a row")


def _managed(arguments: list[str], environment: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
