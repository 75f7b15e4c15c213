"""Attaching a published index: how long it takes, and what memory it adds to each of two processes that share it.

`python -m tests.bench.attaching [rows]` publishes an index of made-up fingerprints (40 of 2,048 bits on) in a folder of
its own and prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.columns import Columns, columns_of
from substances.similarity.index_files import Manifest, Writing, attach, publish

BITS, ON = 2_048, 40
_SETTLED_NS = -3_600 * 10**9  # as if the files had stood there for long
_PRIVATE = re.compile(r"^(Private_Dirty|Pss):\s+(\d+) kB", re.MULTILINE)


def measured(rows: int) -> dict[str, Any]:
    """Milliseconds of the first attach (every byte is hashed) and of a later one, and kB added to two processes."""
    with tempfile.TemporaryDirectory(prefix="benigna-bench-") as name:
        folder = Path(name)
        published(folder, rows)
        first = _seconds(folder)
        again = min(_seconds(folder) for _ in range(5))
        size = sum(path.stat().st_size for path in folder.rglob("*.npy"))
        children = [_child(folder) for _ in range(2)]
        added = [json.loads(child.stdout.readline()) for child in children if child.stdout]
        for child in children:
            child.communicate("done\n")
    return {
        "rows": rows,
        "bytes_a_row": round(size / rows, 1),
        "first_attach_ms": round(first * 1_000, 1),
        "attach_ms": round(again * 1_000, 2),
        "added_private_kb": [one["private"] for one in added],
        "added_pss_kb": [one["pss"] for one in added],
    }


def published(folder: Path, rows: int) -> None:
    """An index of made-up fingerprints."""
    chance = np.random.default_rng(1)
    fingerprints = np.zeros((rows, BITS // 8), dtype=np.uint8)
    for _ in range(ON):
        bit = chance.integers(0, BITS, rows)
        fingerprints[np.arange(rows), bit // 8] |= (1 << (bit % 8)).astype(np.uint8)
    writing = Writing(folder)
    columns = columns_of(fingerprints, lambda shape: writing.room("columns-0", shape, np.uint64))
    writing.save("ids-0", np.arange(rows))
    writing.save("slots-0", columns.rows)
    writing.save("bin_counts-0", columns.counts)
    writing.save("bin_starts-0", columns.starts)
    number, _manifest = writing.finished(Manifest("bench", "bench", "made-up", "made-up", 0, (rows,), rows))
    publish(folder, number)


def attached(folder: Path) -> ColumnIndex:
    """As a worker does."""
    found = attach(folder, settled_ns=_SETTLED_NS).arrays
    columns = Columns(found["columns-0"], found["slots-0"], found["bin_counts-0"], found["bin_starts-0"])
    return ColumnIndex.from_columns(found["ids-0"], columns)


def _seconds(folder: Path) -> float:
    started = time.perf_counter()
    attached(folder)
    return time.perf_counter() - started


def _child(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.attaching", str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _memory_kb() -> dict[str, int]:
    text = Path(f"/proc/{os.getpid()}/smaps_rollup").read_text(encoding="ascii")
    found = {name: int(kb) for name, kb in _PRIVATE.findall(text)}
    # Clean pages of a mapped file are everybody's, whoever happens to look at them alone.
    return {"private": found["Private_Dirty"], "pss": found["Pss"]}


def _tell(folder: Path) -> None:
    """In a process of its own: attach, search, and say what memory that added."""
    before = _memory_kb()
    index = attached(folder)
    for place in range(20):
        query = np.zeros(BITS // 8, dtype=np.uint8)
        query[place : place + 20] = 5
        index.search(query, limit=10)
    after = _memory_kb()
    sys.stdout.write(json.dumps({name: after[name] - before[name] for name in before}) + "\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else "1048576"
    if asked.isdigit():
        sys.stdout.write(json.dumps(measured(int(asked))) + "\n")
    else:
        _tell(Path(asked))
