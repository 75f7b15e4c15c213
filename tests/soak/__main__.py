"""`make soak`: sends hostile texts to a portal of its own, and tells what became of them. 1 where a promise was broken.

Promised: no answer of 500 or more, none later than 2 s; each job ends within 30 s, and within 10 s where the text is
known to be hard; what was read has exactly the atoms and the charge that the text names.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

import django

from tests.environment import RUN_DIR
from tests.live_portal import LivePortal, a_data_folder, free_port
from tests.soak.inputs import Input, composition, composition_of_formula, inputs

SUBMIT_S, FINAL_S, HARD_FINAL_S = 2.0, 30.0, 10.0
SHOWN = 20
_PAUSE_S = 0.05


class Soak:
    """One run: what was sent, and what was broken."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/api/v1/"
        self.sent = 0
        self.ended: Counter[str] = Counter()
        self.broken: list[str] = []
        self.slowest_submit_s = self.slowest_end_s = 0.0

    def send(self, one: Input) -> None:
        """Sends one text and follows it to its end."""
        self.sent += 1
        kind = "substructure" if one.notation == "smarts" else "similarity"
        began = time.monotonic()
        status, answer = self._ask("searches/", {"kind": kind, "structure": one.text, "format": one.notation})
        took = time.monotonic() - began
        self.slowest_submit_s = max(self.slowest_submit_s, took)
        if status >= 500 or took > SUBMIT_S:
            self._tell(one, f"submit: {status} after {took:.1f} s")
        if status != 202:
            self.ended[f"refused: {answer.get('code', status)}"] += 1
            return
        most = HARD_FINAL_S if one.hard else FINAL_S
        while answer["status"] in ("queued", "running") and time.monotonic() - began < most:
            time.sleep(_PAUSE_S)
            status, answer = self._ask(answer["url"])
            if status != 200:
                self._tell(one, f"state: {status}")
                return
        took = time.monotonic() - began
        self.slowest_end_s = max(self.slowest_end_s, took)
        if answer["status"] in ("queued", "running"):
            self._tell(one, f"not final after {took:.1f} s")
        self.ended[answer["status"] + (f": {answer['error']['code']}" if answer["error"] else "")] += 1
        if answer["status"] == "done" and kind == "similarity":
            self._compare(one, answer)

    def _compare(self, one: Input, answer: dict[str, Any]) -> None:
        formula = (answer["read_as"] or {}).get("formula")
        named = composition(one)
        if formula and named is not None and composition_of_formula(formula) != named:
            self._tell(one, f"read as {answer['read_as']['smiles']} ({formula}), the text names {named}")

    def _tell(self, one: Input, what: str) -> None:
        self.broken.append(f"{one.notation} {one.text[:200]!r}: {what}")

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        # Each comes, as behind a proxy, from another address, so that the limit of ten a minute is kept.
        client = f"10.{self.sent >> 16 & 255}.{self.sent >> 8 & 255}.{self.sent & 255}"
        headers = {"X-Forwarded-For": client, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        address = path if path.startswith("http") else self.url + path
        try:
            with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else {}


def main() -> int:
    """Runs `SOAK_COUNT` texts (2,000) from `SOAK_SEED` (1); `SOAK_URL` names a portal that runs already."""
    count, seed = int(os.environ.get("SOAK_COUNT", "2000")), int(os.environ.get("SOAK_SEED", "1"))
    url, portal = os.environ.get("SOAK_URL", ""), None
    if not url:
        django.setup()
        folder = a_data_folder(RUN_DIR / "soak", pretend_drawing_aid=True)
        portal = LivePortal(folder, port=free_port())
        portal.wait_until_ready()
        url = portal.url
    try:
        soak = Soak(url)
        for one in inputs(count, seed):
            soak.send(one)
            if soak.sent % 200 == 0:
                print(f"{soak.sent} sent, {len(soak.broken)} promises broken", flush=True)  # noqa: T201
    finally:
        if portal:
            portal.stop()
            shutil.rmtree(RUN_DIR / "soak", ignore_errors=True)
    for end, times in soak.ended.most_common():
        print(f"{times:>6}  {end}")  # noqa: T201
    print(f"{soak.sent} texts, seed {seed}: submit ≤ {soak.slowest_submit_s:.2f} s, end ≤ {soak.slowest_end_s:.1f} s")  # noqa: T201
    for line in soak.broken[:SHOWN]:
        print("BROKEN", line.encode("ascii", "backslashreplace").decode())  # noqa: T201
    print(f"{len(soak.broken)} promises broken")  # noqa: T201
    return 1 if soak.broken else 0


if __name__ == "__main__":
    sys.exit(main())
