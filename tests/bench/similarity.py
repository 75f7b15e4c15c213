"""`make bench-similarity`: our index beside FPSim2 in one process, over the fingerprints of a million real structures.

`python -m tests.bench.similarity [--rows N] [--queries N] [--alone]`. Each query is put to all engines in turn, so that
what else the machine does hits all alike. Asserts nothing but that the hits are the same; prints a table and writes
`bench.json`. Without the reference data it makes fingerprints up and says so. `--alone` leaves FPSim2 out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.kernels import Fast
from tests.bench.similarity_costs import in_a_process
from tests.bench.similarity_files import attached, kept_columns
from tests.bench.similarity_prints import LIBRARY_ROWS, fingerprints
from tests.bench.similarity_tasks import TASKS, Task

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".bench"
AT_ONCE = 1_000
KERNELS: tuple[Fast, ...] = ("numba", "numpy")
Search = Callable[[NDArray[Any], Task], Any]
NAMES: dict[str, str] = {"numba": "column, numba", "numpy": "column, NumPy"}


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def processor() -> str:
    """What the machine calls its processor."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"


def ticks() -> NDArray[np.int64]:
    """Of all processors since the machine started: all time, idle time, time that its host gave to others."""
    path = Path("/proc/stat")
    if not path.exists():
        return np.ones(3, dtype=np.int64)
    times = [int(part) for part in path.read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    return np.array([sum(times), times[3] + times[4], times[7]], dtype=np.int64)


def timed(search: Search, query: NDArray[Any], task: Task) -> tuple[float, Any]:
    """Milliseconds, and what was found."""
    began = time.perf_counter()
    found = search(query, task)
    return (time.perf_counter() - began) * 1000, found


def search_of(index: ColumnIndex) -> Search:
    """Asks an index of ours."""
    return lambda query, task: index.search(query, threshold=task.threshold, limit=task.limit)


def side_by_side(
    ours: dict[str, ColumnIndex], theirs: Any, queries: NDArray[np.uint8], task: Task
) -> tuple[dict[str, list[float]], int, int]:
    """Of each engine how long each query took; then how many hits differ, and how many only by FPSim2's rounding."""
    taken: dict[str, list[float]] = {name: [] for name in (*ours, *(["fpsim2"] if theirs else []))}
    wrong = rounded = 0
    for query in queries:
        found = {}
        for name, index in ours.items():
            took, found[name] = timed(search_of(index), query, task)
            taken[name].append(took)
        first = found[next(iter(ours))]
        wrong += sum(not np.array_equal(one.ids, first.ids) for one in found.values())
        if theirs:
            took, hits = timed(theirs.ask, theirs.asked(query), task)
            taken["fpsim2"].append(took)
            more, by_rounding = theirs.differences(first, hits, task)
            wrong, rounded = wrong + more, rounded + by_rounding
    return taken, wrong, rounded


def fpsim2_over(prints: NDArray[np.uint8]) -> Any:
    """FPSim2, which only this needs; it is in the dependency group `bench`."""
    from tests.bench.similarity_fpsim2 import Prepared

    return Prepared(prints)


def chosen_queries(prints: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """So many of the fingerprints, at random but always the same, in no order."""
    random = np.random.default_rng(20_261)
    rows = np.sort(random.choice(len(prints), min(AT_ONCE, len(prints)), replace=False))
    return np.ascontiguousarray(prints[rows])[random.permutation(len(rows))]


def at_once(index: ColumnIndex, queries: NDArray[np.uint8], task: Task) -> float:
    """Queries a second and core, of so many asked at once, by the processor's time; the better of two."""

    def once() -> float:
        began = time.thread_time()
        index.search_many(queries, threshold=task.threshold, limit=task.limit)
        return len(queries) / (time.thread_time() - began)

    return max(once(), once())


def measured(rows: int, count: int, alone: bool) -> dict[str, Any]:
    """Everything that is measured."""
    prints, what = fingerprints(rows, FOLDER)
    say(f"{rows:,} fingerprints: {what}. {processor()}.")
    folder, build_seconds = kept_columns(prints, FOLDER / f"index-{rows}", time.perf_counter)
    queries = chosen_queries(prints)
    np.save(folder / "queries.npy", queries)
    bytes_a_row = sum(path.stat().st_size for path in folder.glob("*.npy") if path.stem != "queries") / rows
    ours: dict[str, ColumnIndex] = {kernel: attached(folder, kernel) for kernel in KERNELS}
    theirs = None if alone else fpsim2_over(prints)
    began, milliseconds, wrong, rounded = ticks(), {}, 0, 0
    for task in TASKS:
        side_by_side(ours, theirs, queries[:3], task)
        milliseconds[task.name], *odd = side_by_side(ours, theirs, queries[:count], task)
        wrong, rounded = wrong + odd[0], rounded + odd[1]
        say(
            "  "
            + ", ".join(f"{name} {_figures(took)}" for name, took in milliseconds[task.name].items())
            + f" ms {task.name}"
        )
    many = {kernel: {task.name: at_once(ours[kernel], queries, task) for task in TASKS} for kernel in KERNELS}
    all_, idle, stolen = (ticks() - began).tolist()
    costs = {kernel: in_a_process(folder, kernel) for kernel in KERNELS}
    shutil.rmtree(folder)
    return {
        "n": rows,
        "fingerprints": what,
        "queries": count,
        "identical_hits": wrong == 0,
        "hits_that_differ": wrong,
        "hits_at_the_threshold_fpsim2_rounds_away": rounded,
        "ratios_to_fpsim2": {} if alone else {k: _ratios(milliseconds, k) for k in KERNELS},
        "milliseconds": {
            task: {name: {"median": _median(took), "p95": _p95(took)} for name, took in of_task.items()}
            for task, of_task in milliseconds.items()
        },
        "queries_a_second_and_core_when_asked_at_once": many,
        "build_seconds": build_seconds,
        "bytes_a_molecule": bytes_a_row,
        "costs_of_a_process": costs,
        "machine": processor(),
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "load": os.getloadavg()[0],
        "busy_percent": 100 * (1 - idle / max(1, all_)),
        "stolen_percent": 100 * stolen / max(1, all_),
    }


def _median(took: list[float]) -> float:
    return float(np.median(took))


def _p95(took: list[float]) -> float:
    return float(np.percentile(took, 95))


def _figures(took: list[float]) -> str:
    return f"{_median(took):.2f}/{_p95(took):.2f}"


def _ratios(milliseconds: dict[str, dict[str, list[float]]], kernel: str) -> dict[str, float]:
    """How many times as long FPSim2 took, by the medians."""
    return {task: round(_median(took["fpsim2"]) / _median(took[kernel]), 1) for task, took in milliseconds.items()}


def table(found: dict[str, Any]) -> list[str]:
    """The table of docs/benchmarks.md."""
    lines = [
        "| engine | T ≥ 0.7 | T ≥ 0.5 | T ≥ 0.35 | top 10 | top 100 | 1,000 at once, queries/s/core |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in found["milliseconds"]["top_10"]:
        figures = [
            f"{of_task[name]['median']:.2f}/{of_task[name]['p95']:.2f}" for of_task in found["milliseconds"].values()
        ]
        many = found["queries_a_second_and_core_when_asked_at_once"].get(name)
        rates = (
            ""
            if many is None
            else f"{many['threshold_0.7']:,.0f} / {many['threshold_0.5']:,.0f} / {many['threshold_0.35']:,.0f}"
        )
        lines.append(f"| {NAMES.get(name, 'FPSim2 in memory')} | {' | '.join(figures)} | {rates} |")
    for name, ratios in found["ratios_to_fpsim2"].items():
        lines.append(
            f"| FPSim2 takes … times {NAMES[name]} | " + " | ".join(f"{r:.0f}" for r in ratios.values()) + " | |"
        )
    return lines


def main() -> None:
    """Measure, print, write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=LIBRARY_ROWS)
    options.add_argument("--queries", type=int, default=100)
    options.add_argument("--alone", action="store_true")
    given = options.parse_args()
    found = measured(given.rows, given.queries, given.alone)
    (ROOT / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    say("\n".join(table(found)))
    say(
        f"Median/p95 in ms of {given.queries} queries; processors {found['busy_percent']:.0f} % busy, "
        f"{found['stolen_percent']:.0f} % taken by the host. Built in {found['build_seconds']:.1f} s, "
        f"{found['bytes_a_molecule']:.1f} bytes a molecule. A process of its own: "
        + "; ".join(
            f"{kernel} attached in {cost['attach_ms']:.1f} ms, first search {cost['first_search_ms']:.0f} ms "
            f"(never compiled before: {cost['first_search_ms_when_not_compiled']:.0f}), "
            f"{cost['private_mb']:.0f} MB private after 100 searches"
            for kernel, cost in found["costs_of_a_process"].items()
        )
        + "."
    )
    say(f"Hits that differ: {found['hits_that_differ']}.")


if __name__ == "__main__":
    main()
