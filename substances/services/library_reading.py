"""Structures of a library, read side by side in sandbox processes, many at a call; a poison one costs only itself."""

from __future__ import annotations

import base64
import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from portal.common.batches import batches
from substances.chemistry.records import Record
from substances.chemistry.sandbox_client import Sandbox, SandboxFailed

# Some 0.3 s of a core.
AT_ONCE = 100
_MANY_S, _ONE_S = 60.0, 10.0
_NOT_READ_AS = {"cas", "name"}


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one row of a library's file.

    Attributes:
        fields: of `LibraryStructure`; None where nothing is stored of it.
        code, message: why not; "" where the row is empty.
    """

    record: Record
    fields: dict[str, Any] | None = None
    code: str = ""
    message: str = ""


class LibraryReaders:
    """Sandbox processes that read rows side by side, in their order.

    Args:
        processes: how many; one a core if not said.
        paths: make path fingerprints, too.
    """

    def __init__(self, processes: int | None = None, *, paths: bool = False) -> None:
        self._count = processes or os.cpu_count() or 1
        self._paths = paths
        self._stack = ExitStack()
        self._free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        boxes = [self._stack.enter_context(Sandbox()) for _ in range(self._count)]
        ping = boxes[0].call("ping", 60.0)
        self.standardiser = str(ping["standardiser"])
        self.keys = [str(key) for key in ping["library_keys"]["with_paths" if self._paths else "plain"]]
        for box in boxes:
            self._free.put(box)
        self._threads = self._stack.enter_context(ThreadPoolExecutor(self._count))
        return self

    def __exit__(self, *of: object) -> None:
        self._stack.close()

    def read(self, records: Iterable[Record]) -> Iterator[list[Read]]:
        """What became of each row, some at a time, in their order; no more is read ahead than the processes need."""
        waiting: deque[Future[list[Read]]] = deque()
        for some in batches(records, AT_ONCE):
            waiting.append(self._threads.submit(self._some, some))
            if len(waiting) > 2 * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _some(self, records: Sequence[Record]) -> list[Read]:
        found: dict[int, Read] = {}
        asked: list[tuple[Record, str]] = []
        for record in records:
            notation = "inchi" if record.text[:6].lower() == "inchi=" else record.notation
            if record.problem is not None:
                found[record.number] = Read(record, None, record.problem.code, record.problem.message)
            elif not record.text.strip():
                found[record.number] = Read(record)
            elif notation in _NOT_READ_AS:
                found[record.number] = Read(record, None, "no_structure", "The row gives no structure.")
            else:
                asked.append((record, "smiles" if notation == "auto" else notation))
        box = self._free.get()
        try:
            found |= {read.record.number: read for read in self._asked(box, asked)}
        finally:
            self._free.put(box)
        return [found[record.number] for record in records]

    def _asked(self, box: Sandbox, asked: list[tuple[Record, str]]) -> list[Read]:
        if not asked:
            return []
        try:
            answers = self._call(box, asked, _MANY_S)
        except SandboxFailed:
            # One of them ended it: each for itself, so that the others are read.
            return [self._alone(box, one) for one in asked]
        return [_read(record, answer) for (record, _notation), answer in zip(asked, answers, strict=True)]

    def _alone(self, box: Sandbox, asked: tuple[Record, str]) -> Read:
        try:
            return _read(asked[0], self._call(box, [asked], _ONE_S)[0])
        except SandboxFailed as error:
            return Read(asked[0], None, "sandbox", f"Reading it was given up: {error}.")

    def _call(self, box: Sandbox, asked: list[tuple[Record, str]], timeout_s: float) -> list[dict[str, Any]]:
        texts = [(record.text, notation) for record, notation in asked]
        answer = box.call("read_many", timeout_s, structures=texts, paths=self._paths)
        if "error" in answer:  # of the whole call: as good as a death
            raise SandboxFailed(answer["error"]["message"])
        found: list[dict[str, Any]] = answer["structures"]
        return found


def _read(record: Record, answer: dict[str, Any]) -> Read:
    if "error" in answer:
        return Read(record, None, answer["error"]["code"], answer["error"]["message"])
    text = record.text.strip()
    return Read(
        record,
        {
            "line": record.line,
            "given_id": record.name.replace("\0", " ")[:200],
            "as_reported": "" if text == answer["smiles"] else text,
            "smiles": answer["smiles"],
            "inchikey": answer["inchikey"],
            "parent_inchikey": answer["parent_inchikey"],
            "parent_reason": answer["parent_reason"],
            "fingerprints": base64.b64decode(answer["fingerprints"]),
        },
    )
