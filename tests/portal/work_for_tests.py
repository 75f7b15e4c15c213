"""Work that only tests ask for; a worker learns of it by `--include tests.portal.work_for_tests`."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from portal.jobs.registry import work
from portal.jobs.running import Work, WorkFailed
from portal.watching.services import record_event
from substances.chemistry.sandbox_client import sandbox


def _leave_a_result(task: Work) -> None:
    with task.finishing():
        record_event(kind="test.result", subject_kind="job", subject_id=task.job_id, details={"attempt": task.attempt})


@work("tests.at_once")
def at_once(task: Work) -> None:
    """Leaves one result."""
    _leave_a_result(task)


@work("tests.wait_to_be_killed")
def wait_to_be_killed(task: Work) -> None:
    """Says where it runs in the file `path`, then waits to be killed; left alone when the file is there already."""
    path = Path(str(task.arguments["path"]))
    if not path.exists():
        path.write_text(str(threading.get_native_id()), encoding="ascii")
        signal.pause()
    _leave_a_result(task)


@work("tests.wait_to_be_cancelled")
def wait_to_be_cancelled(task: Work) -> None:
    """Says that it runs in the file `path`, then checks until it is called off."""
    Path(str(task.arguments["path"])).touch()
    while True:
        task.check()


@work("tests.ask_a_stopped_sandbox")
def ask_a_stopped_sandbox(task: Work) -> None:
    """Stops its sandbox where it is, says so in the file `path`, then waits for an answer that will not come."""
    own = sandbox()
    own.call("ping")
    os.kill(own.pid, signal.SIGSTOP)
    Path(str(task.arguments["path"])).touch()
    own.call("ping", timeout_s=600)


@work("tests.ask_the_sandbox")
def ask_the_sandbox(task: Work) -> None:
    """Ends when its sandbox has answered."""
    sandbox().call("ping")


@work("tests.raise")
def raise_always(task: Work) -> None:
    """Breaks each time, with a text that must not get out."""
    raise ZeroDivisionError("c1ccccc1 is a secret")


@work("tests.cannot")
def cannot(task: Work) -> None:
    """Ends with a reason for people."""
    raise WorkFailed("not_possible", "It cannot be done. Try another.")
