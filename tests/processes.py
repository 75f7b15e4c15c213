"""Real processes for tests: start them, wait for them, kill them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from tests.environment import DATA_DIR

PROC = Path("/proc")
T = TypeVar("T")


class NotYet(AssertionError):
    """Something that was to happen did not, in the time a slow machine may take."""


def wait_until(fact: Callable[[], T], *, seconds: float = 60, what: str = "") -> T:
    """What `fact()` gives, as soon as it is true, asking again every few milliseconds.

    A caller that needs what was found uses this answer: asked once more, the world may have moved on.

    Raises:
        NotYet: it still was not after `seconds`, which is generous: a broken portal fails, a slow machine does not.
    """
    end = time.monotonic() + seconds
    pause = 0.005
    while not (found := fact()):
        if time.monotonic() > end:
            raise NotYet(f"{what or fact} is still not so after {seconds:g} s")
        time.sleep(pause)
        pause = min(pause * 1.3, 0.1)
    return found


def children_of(pid: int) -> list[int]:
    """The processes started by process `pid`, from /proc."""
    found: list[int] = []
    for task in (PROC / str(pid) / "task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread ended after it was listed
            found.extend(int(child) for child in task.read_text().split())
    return found


def family_of(pid: int) -> list[int]:
    """Process `pid` and all that descend from it, parents first."""
    return [pid, *(descendant for child in children_of(pid) for descendant in family_of(child))]


def is_alive(pid: int) -> bool:
    """Whether process `pid` runs; one that ended and was not yet collected does not."""
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def command_line(pid: int) -> str:
    """What process `pid` was started as, its words parted by blanks; "" when it has ended."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Running:
    """A process in a session of its own, with what it said in a file."""

    def __init__(self, command: list[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self.command = command
        self.environment = dict(environment)
        self.start()

    def start(self) -> None:
        """Start it (again); what it said before is over."""
        self._began_at_byte = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def said(self) -> str:
        """Everything it has written since it was started last."""
        return self.log.read_bytes()[self._began_at_byte :].decode(errors="replace")

    def wait_for_words(self, words: str, *, seconds: float = 60) -> None:
        """Return once it has written `words`.

        Raises:
            NotYet: it ended, or did not say so in time; the message shows what it said.
        """
        try:
            wait_until(lambda: words in self.said() or self.process.poll() is not None, seconds=seconds)
        except NotYet:
            raise NotYet(f"{self.command} did not say {words!r}:\n{self.said()}") from None
        if words not in self.said():
            raise NotYet(f"{self.command} ended with {self.process.returncode}:\n{self.said()}")

    def kill(self) -> None:
        """Kill -9 it and everything it started."""
        family = family_of(self.pid)
        for pid in family:
            _kill(pid)
        self.process.wait()
        wait_until(lambda: not any(is_alive(pid) for pid in family), what="the process's death")

    def stop(self, *, seconds: float = 15) -> None:
        """Ask it to end, and kill it where it does not within `seconds`."""
        family = family_of(self.pid) if self.process.poll() is None else []
        if family:
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        for pid in family:
            _kill(pid)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # gone already: what we wanted
        os.kill(pid, signal.SIGKILL)


class LiveWorker(Running):
    """A Celery worker with real pool children."""

    concurrency = 1

    def pool_children(self) -> list[int]:
        """The process ids of its pool children; they run the jobs."""
        return children_of(self.pid)

    def kill_children(self) -> None:
        """Kill -9 the pool children, with the sandboxes they own; the worker itself starts new ones."""
        for pid in [descendant for child in self.pool_children() for descendant in family_of(child)]:
            _kill(pid)

    def stop_sandboxes(self) -> None:
        """Stop the sandbox of each pool child where it is: what is asked of it has no answer until the worker dies."""
        for pid in wait_until(self._sandboxes, what="the worker's sandboxes"):
            os.kill(pid, signal.SIGSTOP)

    def _sandboxes(self) -> list[int]:
        """One for each pool child, else none."""
        owned = [children_of(child) for child in self.pool_children()]
        found = [pid for pids in owned for pid in pids if "substances.chemistry.sandbox" in command_line(pid)]
        return found if len(found) == self.concurrency else []

    def restart(self) -> None:
        """Start it again after `kill`, on the same database and broker."""
        self.start()


def start_worker(
    *, database_url: str, including: str = "tests.portal.work_for_tests", machine: str = "", **variables: str
) -> LiveWorker:
    """A prefork worker on the database at `database_url`; it may still be starting when this returns.

    A job requested meanwhile waits in the broker.

    Args:
        database_url: as in `DATABASE_URL`.
        including: a module of tests that it imports too.
        machine: makes it one of several, each with a data folder of its own; the broker is the same.
        variables: more of its environment.
    """
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool=prefork"]
    command += [f"--concurrency={LiveWorker.concurrency}", "--loglevel=INFO", "--without-mingle"]
    command += ["--without-gossip", f"--hostname=test-{os.getpid()}-{machine}@%h"]
    command += [f"--include={including}"]
    environment = os.environ | {"DATABASE_URL": database_url} | variables
    if machine:
        folder = DATA_DIR / f"machine-{machine}"
        folder.mkdir(exist_ok=True)
        broker = folder / "broker"
        if not broker.is_symlink():
            broker.symlink_to(settings.BROKER_DIR)
        environment |= {"BENIGNA_DATA_DIR": str(folder)}
    return LiveWorker(command, environment=environment, log=DATA_DIR / f"worker{machine}.log")
