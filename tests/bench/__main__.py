"""`make bench`: start, idle share, weight of a page, answer times over HTTP of a whole portal on a folder of its own.

Asserts nothing; prints a table.

A server's own limits are kept: each request comes, as behind a proxy, from another address.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

from tests.bench import libraries, lists, whole
from tests.bench.whole import Figure
from tests.environment import RUN_DIR
from tests.live_portal import LivePortal, free_port

PAUSES_OF_THE_PAGE_SECONDS = (0.1, 0.15, 0.25, 0.4, 0.6)
WARM_UP = 3

_clients = itertools.count(1)


@dataclass(frozen=True)
class Measure:
    """How long something took, each time; milliseconds."""

    name: str
    demand: str
    milliseconds: list[float]

    def __str__(self) -> str:
        ordered = sorted(self.milliseconds)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        median = statistics.median(ordered)
        return f"{self.name:<52}{len(ordered):>5}{median:>9.0f}{p95:>9.0f}{ordered[-1]:>9.0f}   {self.demand}"


def ask(url: str, *, body: dict[str, Any] | None = None, wait: int | None = None) -> bytes:
    """The body of the answer to a GET, or to a POST of `body` as JSON."""
    number = next(_clients)
    headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if wait is not None:
        headers["Prefer"] = f"wait={wait}"
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return bytes(answer.read())


def timed(name: str, demand: str, doings: Iterator[Callable[[], object]]) -> Measure:
    """Do each of `doings`, the first few for warming up, and keep how long each took."""
    taken = []
    for number, do in enumerate(doings):
        began = time.perf_counter()
        do()
        if number >= WARM_UP:
            taken.append((time.perf_counter() - began) * 1000)
    return Measure(name, demand, taken)


def unknown_structures() -> Iterator[str]:
    """SMILES that are in no catalogue: bisphenol A with one longer ether after another."""
    return (f"CC(C)(c1ccc(O{'C' * length})cc1)c1ccc(OCC(=O)NC)cc1" for length in itertools.count(1))


def search(portal: LivePortal, structure: str, *, form: str = "auto", wait: int | None = None) -> dict[str, Any]:
    """Begin a search; its state."""
    body = {"kind": "similarity", "structure": structure, "format": form, "threshold": "0.3", "limit": 50}
    state: dict[str, Any] = json.loads(ask(f"{portal.url}/api/v1/searches/", body=body, wait=wait))
    return state


def hits_when_waiting(portal: LivePortal, structure: str, *, form: str = "auto") -> None:
    """Search with `Prefer: wait`, then read the hits."""
    state = search(portal, structure, form=form, wait=5)
    if state["status"] != "done" or not json.loads(ask(state["results_url"]))["results"]:
        raise SystemExit(f"No hits for {structure}: {state}")


def hits_as_the_page_asks(portal: LivePortal, structure: str) -> None:
    """Search and ask again after the page's pauses, then read the hits."""
    state = search(portal, structure)
    for pause in itertools.chain(PAUSES_OF_THE_PAGE_SECONDS, itertools.repeat(1.0)):
        if state["status"] in {"done", "failed", "cancelled"}:
            break
        time.sleep(pause)
        state = json.loads(ask(state["url"]))
    ask(state["results_url"])


def measures(portal: LivePortal, times: int) -> Iterator[Measure]:
    """Everything that is measured."""
    structures = unknown_structures()
    runs = range(times + WARM_UP)
    page = address_of_bisphenol_a(portal)

    def get(url: str) -> Iterator[Callable[[], object]]:
        return ((lambda: ask(url)) for _ in runs)

    def waiting(text: str | None, form: str) -> Iterator[Callable[[], object]]:
        return ((lambda: hits_when_waiting(portal, text or next(structures), form=form)) for _ in runs)

    yield timed("typed structure → hits, by the worker (wait)", "p95 ≤ 250 ms", waiting(None, "smiles"))
    asked = ((lambda: hits_as_the_page_asks(portal, next(structures))) for _ in runs)
    yield timed("typed structure → hits, asked as the page does", "", asked)
    yield timed("known substance → hits, in the request", "≤ 50 ms", waiting("80-05-7", "cas"))
    yield timed("substance page (bisphenol A)", "p95 ≤ 60 ms", get(page))
    yield timed("alternatives page", "p95 ≤ 60 ms", get(f"{portal.url}/alternatives/"))
    yield timed("search page, a name with a slip of the pen", "", get(f"{portal.url}/search/?q=bisphenl"))
    yield timed("home page", "", get(f"{portal.url}/"))
    yield timed("REST: substances by CAS number", "", get(f"{portal.url}/api/v1/substances/?q=80-05-7"))


def of_lists(portal: LivePortal, data: Path, times: int) -> Iterator[Measure | Figure]:
    """Every file of the reference data taken in, and how the portal answers meanwhile and afterwards."""
    structures = unknown_structures()
    for file in (lists.CLP, lists.LARGEST):
        yield from lists.imported(portal, data / file.path, file.slug, file.day).figures(file)
    again = lists.LARGEST
    taken = lists.while_importing(
        lambda: lists.imported(portal, data / again.path, again.slug, lists.NEXT_DAY),
        lambda: search(portal, next(structures)),
    )
    yield Measure("search submitted while the largest file is imported", "≤ 250 ms", taken)
    fewer = lists.with_fewer_rows(data / lists.CLP.path, portal.folder, leave_out=25)
    later = lists.imported(portal, fewer, lists.CLP.slug, lists.NEXT_DAY)
    releases = json.loads(ask(f"{portal.url}/api/v1/lists/{lists.CLP.slug}/releases/"))["results"]
    new, old = (row["id"] for row in releases)
    changed = f"{portal.url}/api/v1/lists/{lists.CLP.slug}/diff/?from={old}&to={new}"
    diff = ((lambda: ask(changed)) for _ in range(5 + WARM_UP))
    yield timed(f"diff of two releases of {later.report['rows']} rows", "≤ 1,000 ms", diff)
    for file in lists.OTHERS:
        yield from lists.imported(portal, data / file.path, file.slug, file.day).figures(file)
    yield from of_pages(portal, times)


def of_pages(portal: LivePortal, times: int) -> Iterator[Measure]:
    """Pages with everything imported, each first seen and then seen again."""
    rows: list[str] = []
    address = f"{portal.url}/api/v1/substances/?limit=200"
    while address and len(rows) < 20_000:
        page = json.loads(ask(address))
        rows += [row["id"] for row in page["results"]]
        address = page["next"]
    seen = random.Random(0).sample(rows, min(times + WARM_UP, len(rows)))
    for name in ("any substance's page, first visit", "any substance's page, again"):
        pages = ((lambda pk=pk: ask(f"{portal.url}/substances/{pk}/")) for pk in seen)
        yield timed(name, "p95 ≤ 60 ms", pages)
    bisphenol_a = address_of_bisphenol_a(portal)
    yield timed("bisphenol A with every list", "p95 ≤ 60 ms", ((lambda: ask(bisphenol_a)) for _ in seen))
    browsed = ((lambda: ask(f"{portal.url}/substances/")) for _ in seen)
    yield timed("all substances, with their filters", "", browsed)


def as_a_whole(portal: LivePortal) -> Iterator[Figure]:
    """Starts on an empty folder, drawing aid and all, and again; then idles; then a page is weighed."""
    yield whole.start(portal, name="ready at the first start", demand="≤ 60 s")
    whole.started_again(portal)
    yield whole.start(portal, name="ready again", demand="≤ 10 s")
    yield whole.idle(portal)
    yield whole.weight(address_of_bisphenol_a(portal))


def address_of_bisphenol_a(portal: LivePortal) -> str:
    """Of its page."""
    row = json.loads(ask(f"{portal.url}/api/v1/substances/?q=80-05-7"))["results"][0]
    return f"{portal.url}/substances/{row['id']}/"


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Start a portal, measure, print, end it."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    os.environ["BENIGNA_TRUSTED_PROXIES"] = "1"
    for variable in ("DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(variable, None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    folder = Path(RUN_DIR) / "bench"
    folder.mkdir()
    portal = LivePortal(folder, port=free_port())
    try:
        say(f"{os.cpu_count()} cores, load before: {os.getloadavg()[0]:.1f} (more makes all that follows worse)")
        for figure in as_a_whole(portal):
            say(str(figure))
        say(f"{'milliseconds; client and server here':<52}{'n':>5}{'median':>9}{'p95':>9}{'max':>9}   demand")
        for measure in measures(portal, times):
            say(str(measure))
        for figure in libraries.attached():
            say(str(figure))
        data = lists.reference_data()
        if data is None:
            say("Imports were not measured: BENIGNA_REFERENCE_DATA names no folder of publishers' files.")
            return
        for line in of_lists(portal, data, times):
            say(str(line))
        for figure in libraries.taken_in(data):
            say(str(figure))
    finally:
        portal.stop()
        shutil.rmtree(RUN_DIR, ignore_errors=True)


if __name__ == "__main__":
    main()
