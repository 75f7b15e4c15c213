"""The supervisor on small processes: back-off, locks, grandchildren."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from portal.management.supervision import AlreadyRunning, Child, only_one
from tests.processes import Running, family_of, is_alive, wait_until

SUPERVISES = """
import sys
from portal.management.supervision import Child, Supervisor
children = [Child(f"child {n}", [sys.executable, "-c", code]) for n, code in enumerate(sys.argv[1:])]
Supervisor(children, environment={}, say=lambda line: print(line, flush=True)).run()
"""
# A child whose own child left its session, as one that was orphaned may have.
HAS_A_DAEMON = """
import pathlib, subprocess, sys, time
one = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
pathlib.Path({path!r}).write_text(str(one.pid))
time.sleep(600)
"""
IGNORES_REQUESTS = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


def supervise(tmp_path: Path, *codes: str) -> Running:
    """A supervisor in a process of its own, of children that run Python."""
    command = [sys.executable, "-c", SUPERVISES, *codes]
    return Running(command, environment=os.environ, log=tmp_path / "supervisor.log")


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    with (
        only_one(tmp_path / "lock"),
        pytest.raises(AlreadyRunning, match=str(os.getpid())),
        only_one(tmp_path / "lock"),
    ):
        pass


def test_a_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with only_one(tmp_path / "lock"):
        pass
    with only_one(tmp_path / "lock"):
        pass


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    running = supervise(tmp_path, "print('born', flush=True)")
    wait_until(lambda: running.said().count("born") >= 3)
    assert "child 0 ended with code 0; it starts again" in running.said()
    running.stop()


def test_pauses_grow_while_a_child_keeps_dying() -> None:
    child = Child("one", [sys.executable, "-c", ""])
    pauses = []
    for _ in range(9):
        child.start({})
        assert child.process
        child.process.wait()
        child.bury(child.process, now=child.started_at + 1)
        pauses.append((child.start_again_at or 0) - child.started_at - 1)
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30, 30])


def test_a_child_that_lived_long_is_started_again_soon() -> None:
    child = Child("one", [sys.executable, "-c", ""], deaths_in_a_row=6)
    child.start({})
    assert child.process
    child.process.wait()
    child.bury(child.process, now=child.started_at + 61)
    assert (child.start_again_at or 0) - child.started_at - 61 == pytest.approx(0.5)


def test_a_grandchild_in_a_session_of_its_own_ends_too(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    running = supervise(tmp_path, HAS_A_DAEMON.format(path=str(written)))
    wait_until(lambda: written.exists() and written.read_text())
    running.process.send_signal(signal.SIGINT)
    running.process.wait(60)
    assert not is_alive(int(written.read_text()))


def test_a_child_that_ignores_requests_is_killed(tmp_path: Path) -> None:
    running = supervise(tmp_path, IGNORES_REQUESTS)
    running.wait_for_words("deaf")
    family = [pid for pid in family_of(running.pid) if pid != running.pid]
    running.process.terminate()
    running.process.wait(60)
    assert family
    assert not any(is_alive(pid) for pid in family)


def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    running = supervise(tmp_path, "import time; print('born', flush=True); time.sleep(600)")
    running.wait_for_words("born")
    (child,) = family_of(running.pid)[1:]
    os.kill(running.pid, signal.SIGKILL)
    running.process.wait()
    wait_until(lambda: not is_alive(child))
