"""The folder as broker: what is read is whole, what is taken is taken once, what is bound stays bound."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection

from portal.jobs.folder_broker import Channel, Transport, sweep


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "messages").mkdir()
    (tmp_path / "control").mkdir()
    return tmp_path


def a_channel(folder: Path) -> Channel:
    """A process's own way to the folder."""
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
    }
    connection = Connection(transport=Transport, transport_options=options)  # type: ignore[no-untyped-call]  # kombu's
    channel: Channel = connection.channel()  # type: ignore[no-untyped-call]  # kombu's
    return channel


def take_all(channel: Channel, *, queue: str = "interactive") -> list[Any]:
    taken = []
    while True:
        try:
            taken.append(channel._get(queue))
        except Empty:
            return taken


def test_messages_come_in_the_order_they_were_sent(folder: Path) -> None:
    channel = a_channel(folder)
    for number in range(20):
        channel._put("interactive", {"number": number})
    assert [message["number"] for message in take_all(channel)] == list(range(20))
    assert list((folder / "messages").iterdir()) == []


def test_a_queue_gives_only_its_own_messages(folder: Path) -> None:
    channel = a_channel(folder)
    channel._put("batch", {"number": 1})
    assert take_all(channel) == []
    assert take_all(channel, queue="batch") == [{"number": 1}]


def test_many_writers_and_readers_lose_and_double_nothing(folder: Path) -> None:
    writing = threading.Event()
    writing.set()

    def write(writer: int) -> None:
        channel = a_channel(folder)
        for number in range(100):
            channel._put("interactive", {"writer": writer, "number": number, "padding": "x" * 20_000})

    def read(_: int) -> list[tuple[int, int]]:
        channel = a_channel(folder)
        taken: list[tuple[int, int]] = []
        while writing.is_set():
            taken += [(message["writer"], message["number"]) for message in take_all(channel)]
        return taken

    with ThreadPoolExecutor(8) as threads:
        readers = [threads.submit(read, number) for number in range(4)]
        list(threads.map(write, range(4)))
        writing.clear()
        taken = [message for reader in readers for message in reader.result()]
    taken += [(message["writer"], message["number"]) for message in take_all(a_channel(folder))]
    assert Counter(taken) == Counter((writer, number) for writer in range(4) for number in range(100))


def test_queues_bound_by_many_processes_at_once_are_all_bound(folder: Path) -> None:
    start = threading.Barrier(8)

    def bind(number: int) -> None:
        channel = a_channel(folder)
        start.wait()
        channel._queue_bind("interactive", f"key{number}", "", f"queue{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(bind, range(8)))
    assert {binding.queue for binding in a_channel(folder).get_table("interactive")} == {f"queue{n}" for n in range(8)}


def test_a_deleted_queue_leaves_no_message_and_no_binding(folder: Path) -> None:
    channel = a_channel(folder)
    for queue in ("interactive", "batch"):
        channel._queue_bind("interactive", queue, "", queue)
        channel._put(queue, {"number": 1})
    channel._delete("batch", "interactive", "batch", "")
    assert [binding.queue for binding in channel.get_table("interactive")] == ["interactive"]
    assert take_all(channel, queue="batch") == []
    assert len(take_all(channel)) == 1


@pytest.mark.parametrize(
    ("before_seconds_from_now", "left"),
    [
        pytest.param(60, ["2.interactive.msg"], id="long after"),
        pytest.param(-60, [".1.interactive.msg.taken", ".3.batch.msg.8f", "2.interactive.msg"], id="at once"),
    ],
)
def test_what_killed_processes_left_is_swept_but_no_message(
    tmp_path: Path, before_seconds_from_now: float, left: list[str]
) -> None:
    for name in (".1.interactive.msg.taken", "2.interactive.msg", ".3.batch.msg.8f"):
        (tmp_path / name).touch()
    sweep(tmp_path, before=time.time() + before_seconds_from_now)
    assert sorted(path.name for path in tmp_path.iterdir()) == left
