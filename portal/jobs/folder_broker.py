"""A folder as broker: kombu's `filesystem` transport, with every change made whole or not at all.

kombu's own writes a message under its final name, so that a worker may read it half written and die of it; and it
opens the table of queues for writing before it locks it, so that two processes starting together lose one's queues.
"""

from __future__ import annotations

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils import json

Binding = filesystem.exchange_queue_t
dumps: Callable[[Any], str] = json.dumps
loads: Callable[[str], Any] = json.loads


def _write_whole(path: Path, text: str) -> None:
    """Puts a file there in one step: readers see the old one or the new one."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ChannelError(f"The folder of messages cannot be written to: {error}") from error


def sweep(folder: Path, *, before: float) -> int:
    """Deletes what processes that were killed had begun to write or to take, and says how many files that were.

    The jobs they told of stand in the ledger, which rings again.

    Args:
        folder: of the messages.
        before: a moment in seconds since 1970; what was renamed or written later may be in use and stays.
    """
    swept = 0
    for path in folder.glob(".*.msg.*"):
        with suppress(FileNotFoundError):  # taken in this moment
            if path.stat().st_ctime < before:
                path.unlink()
                swept += 1
    return swept


class Channel(filesystem.Channel):
    """Messages as files, oldest first by name; taken by renaming, which only one worker can."""

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]  # named as its parent does
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f".{name}.taken"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was faster
            payload = loads(taken.read_text(encoding="utf-8"))
            taken.unlink(missing_ok=True)  # swept, where the machine slept for an hour just here
            return payload
        raise Empty

    def _table_of(self, exchange: str) -> Path:
        return Path(super()._exchange_file(exchange))  # type: ignore[no-untyped-call]  # kombu ships few types

    def get_table(self, exchange: str) -> list[Any]:
        """The queues bound to an exchange."""
        try:
            text = self._table_of(exchange).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [Binding(*binding) for binding in loads(text)]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if binding not in table:
                _write_whole(self._table_of(exchange), dumps([binding, *table]))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **options: Any) -> None:
        self._purge(queue)  # type: ignore[no-untyped-call]  # kombu ships few types
        binding = Binding(routing_key or "", pattern or "", queue or "")
        with self._alone():
            table = self.get_table(exchange)
            if binding in table:
                _write_whole(self._table_of(exchange), dumps([other for other in table if other != binding]))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While it lasts no other process changes a table of queues."""
        with (Path(self.control_folder) / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    """The transport behind `filesystem://`."""

    Channel = Channel
