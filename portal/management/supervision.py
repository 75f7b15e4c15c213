"""Keeps the portal's processes alive: starts them, restarts those that die, ends all of them together."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 60.0
GRACE_SECONDS = 10.0

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # Source: linux/prctl.h
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the lock; the message says which."""


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file `path` as long as this process lives in the block.

    Raises:
        AlreadyRunning: another living process holds it.
    """
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(file.read().strip()) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@dataclass
class Child:
    """One process to keep alive, in a session of its own so that a Ctrl-C reaches only its supervisor."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float | None = 0.0
    deaths_in_a_row: int = 0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it; it is told to end when the supervisor dies, however that happens (Linux)."""
        # The supervisor has no other thread, so code may run between fork and exec.
        self.process = subprocess.Popen(  # noqa: S603  # our own commands
            list(self.command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        self.started_at = time.monotonic()
        self.start_again_at = None

    def is_due(self, now: float) -> bool:
        """Whether it is to be started (again) now."""
        return self.process is None and self.start_again_at is not None and now >= self.start_again_at

    def bury(self, dead: subprocess.Popen[bytes], now: float) -> None:
        """Note that its process `dead` died and when to start it again; kill what it left behind."""
        end_group(dead.pid, signal.SIGKILL)
        lived = now - self.started_at
        self.deaths_in_a_row = 0 if lived >= HEALTHY_AFTER_SECONDS else self.deaths_in_a_row + 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** max(self.deaths_in_a_row - 1, 0), LONGEST_PAUSE_SECONDS)
        self.process, self.start_again_at = None, now + pause


@dataclass
class Supervisor:
    """Runs children until it is told to end by SIGINT or SIGTERM.

    Args:
        children: what to keep alive.
        environment: of the children.
        say: prints one line for people.
    """

    children: list[Child]
    environment: Mapping[str, str]
    say: Callable[[str], None]
    ending: bool = field(default=False, init=False)

    def run(self, *, waiting_for: Callable[[], bool] | None = None) -> None:
        """Supervise. Until `waiting_for()` is true for the first time it is asked again, a few times a second."""
        wake_up, written = os.pipe()
        for end in (wake_up, written):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(written)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up
        if _libc:
            _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)  # orphaned grandchildren come to us
        try:
            while not self.ending:
                self._look_after_children()
                if waiting_for and not self.ending and waiting_for():
                    waiting_for = None
                self._rest(wake_up, 0.25 if waiting_for else None)
        finally:
            self.end_all()

    def end_all(self) -> None:
        """Ask every child to end, then kill all that is left of them and of theirs."""
        living = [child.process for child in self.children if child.process]
        for process in living:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in living:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.01))
        for process in living:
            end_group(process.pid, signal.SIGKILL)
            process.wait()
        _kill_orphans()

    def _end(self, number: int, _frame: object) -> None:
        self.ending = True

    def _look_after_children(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process and child.process.poll() is not None:
                code = child.process.returncode
                child.bury(child.process, now)
                self.say(f"{child.name} ended with code {code}; it starts again.")
            if child.is_due(now):
                child.start(self.environment)
        _reap_orphans({child.process.pid for child in self.children if child.process})

    def _rest(self, wake_up: int, at_most_seconds: float | None) -> None:
        """Sleep until a signal comes, a child is due, or the time is over."""
        due = [child.start_again_at for child in self.children if child.start_again_at is not None]
        waits = [max(moment - time.monotonic(), 0.0) for moment in due]
        if at_most_seconds is not None:
            waits.append(at_most_seconds)
        select.select([wake_up], [], [], min(waits, default=None))
        with contextlib.suppress(BlockingIOError):
            os.read(wake_up, 4096)


def end_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to the process group that process `leader` began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _end_with_parent() -> None:
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _own_children() -> list[int]:
    """Everything whose parent we are, from /proc; nothing where there is none."""
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        found.extend(int(pid) for pid in path.read_text().split())
    return found


def _reap_orphans(known: set[int]) -> None:
    """Collect dead processes that became ours; our own are left to `Popen.poll`."""
    for pid in _own_children():
        if pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _kill_orphans() -> None:
    """Kill grandchildren that left their process group and became ours when their parents died."""
    while pids := _own_children():
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
