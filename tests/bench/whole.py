"""What is measured of the portal as a whole: how long it takes to start, what it uses when idle, what a page weighs."""

from __future__ import annotations

import contextlib
import os
import re
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from tests.live_portal import LivePortal
from tests.processes import family_of, wait_until

IDLE_SECONDS = 30
SETTLING_SECONDS = 5
LOADED = re.compile(r"<(?:link|script|img)\b[^>]*?\b(?:href|src)=\"([^\"]+\.(?:css|js|svg))(?:#[^\"]*)?\"")
LINK = re.compile(r"<link\b[^>]*\brel=\"(?:alternate|canonical)\"[^>]*>")


@dataclass(frozen=True)
class Figure:
    """One number, with its unit."""

    name: str
    demand: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.name:<52}{self.value:>14.1f} {self.unit:<17}{self.demand}"


def start(portal: LivePortal, *, name: str, demand: str) -> Figure:
    """Seconds from the call of `manage.py up`, which has just been made, until it says that it is ready."""
    began = time.perf_counter()
    portal.wait_until_ready()
    return Figure(name, demand, time.perf_counter() - began, "s")


def idle(portal: LivePortal) -> Figure:
    """Processor time of all its processes while nobody asks for anything, in percent of one core."""
    time.sleep(SETTLING_SECONDS)
    used, began = processor_seconds(portal.pid), time.perf_counter()
    time.sleep(IDLE_SECONDS)
    share = (processor_seconds(portal.pid) - used) / (time.perf_counter() - began)
    return Figure(f"idle for {IDLE_SECONDS} s, all processes", "≤ 3 % of a core", share * 100, "% of a core")


def processor_seconds(pid: int) -> float:
    """Processor time used so far by a process, its living descendants and the dead ones they have waited for."""
    ticks = 0
    for one in family_of(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended after it was listed
            fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime; proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def weight(url: str) -> Figure:
    """Kilobytes over the wire of a page and what it loads, by a browser that has nothing of it yet."""
    page = _fetched(url)
    loaded = {urljoin(url, address) for address in LOADED.findall(LINK.sub("", page.decode()))}
    total = len(page) + sum(len(_fetched(address)) for address in loaded)
    return Figure(f"substance page over the wire, {len(loaded)} files", "≤ 150 kB", total / 1000, "kB")


def _fetched(url: str) -> bytes:
    """The body as it comes; pages come as they are, files packed."""
    headers = {"Accept-Encoding": "gzip"} if "/static/" in url else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return bytes(answer.read())


def started_again(portal: LivePortal) -> None:
    """End the portal and start it on the same data."""
    portal.stop()
    wait_until(lambda: not portal.is_ready(), what="the portal's end")
    portal.start()
