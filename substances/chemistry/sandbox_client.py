"""The worker's side of the sandbox: asks, waits, and outlives it. No RDKit here.

One sandbox belongs to one process. `sandbox()` gives the current process its own, also after a fork.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_ROOT = Path(__file__).resolve().parents[2]
_START_TIMEOUT_S = 60.0
_MAX_FRAME_BYTES = 16 * 2**20
_EXIT_OUT_OF_MEMORY = 77
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")


class SandboxFailed(Exception):
    """The sandbox gave no answer. That is an answer about the input: "not assessed", never "no match"."""


class SandboxDied(SandboxFailed):
    """The sandbox ended in mid-work.

    Attributes:
        reason: `cpu` (processor time used up), `memory`, `crash` (segfault, abort), `killed`, `ended`.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the sandbox process ended: {reason}")


class SandboxTimeout(SandboxFailed):
    """The sandbox took longer than allowed and was ended.

    Attributes:
        seconds: what was allowed.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"the sandbox process took more than {seconds:g} s and was ended")


class Sandbox:
    """A child process that reads structures, started ahead of need and again after each death.

    Safe for threads (one request at a time), not for use after a fork: see `sandbox()`.

    Args:
        cpu_s: processor time that one request may use, in seconds.
    """

    def __init__(self, *, cpu_s: int = 5) -> None:
        self._cpu_s = cpu_s
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._ready = False
        self._process = self._start()

    @property
    def pid(self) -> int:
        """Process id of the child that answers the next call."""
        return self._process.pid

    def call(self, op: str, timeout_s: float = 5.0, **args: Any) -> dict[str, Any]:
        """The answer of one operation: its result, or `{"error": {code, message, template, params, position}}`.

        Args:
            op: one of `sandbox.OPERATIONS`.
            timeout_s: wall time; the time a new child needs to start is not counted.
            args: JSON values.

        Raises:
            SandboxTimeout: no answer in time; the child was killed and a new one started.
            SandboxDied: the child ended; a new one was started.
        """
        with self._lock:
            self._ask(op, args, timeout_s)
            reply = self._reply(timeout_s)
            if reply["last"]:
                self._restart()
            answer: dict[str, Any] = reply["answer"]
            return answer

    def interrupt(self) -> None:
        """Kills the child from another thread: what it is asked ends with `SandboxDied`; the next finds another."""
        process = self._process  # who asked starts another in its place
        process.kill()
        process.wait()

    def parts(self, op: str, timeout_s: float = 5.0, **args: Any) -> Iterator[dict[str, Any]]:
        """The parts of an operation's answer, one after the other; the last may be `{"error": …}`, as in `call`.

        Nobody else is served meanwhile. Left before its end, the child is ended and a new one started.

        Args:
            op: one of `sandbox.STREAMS`.
            timeout_s: wall time of each part.
            args: JSON values.

        Raises:
            SandboxTimeout, SandboxDied: as in `call`; the parts before were whole.
        """
        with self._lock:
            self._ask(op, args, timeout_s)
            ended = False
            try:
                while "part" in (reply := self._reply(timeout_s)):
                    yield reply["part"]
                ended = not reply["last"]
                if reply["answer"]:
                    yield reply["answer"]
            except SandboxFailed:
                ended = True  # and replaced already
                raise
            finally:
                if not ended:
                    self._restart()

    def _ask(self, op: str, args: dict[str, Any], timeout_s: float) -> None:
        frame = json.dumps({"op": op, "args": args}).encode()
        if self._process.poll() is not None:
            self._restart()
        self._await_ready()
        with self._replaced_at_death(timeout_s):
            self._send(struct.pack(">I", len(frame)) + frame, time.monotonic() + timeout_s)

    def _reply(self, timeout_s: float) -> dict[str, Any]:
        with self._replaced_at_death(timeout_s):
            return self._receive(time.monotonic() + timeout_s)

    @contextlib.contextmanager
    def _replaced_at_death(self, timeout_s: float) -> Iterator[None]:
        """Ends and replaces a child that gives no answer."""
        try:
            yield
        except TimeoutError:
            self._restart()
            raise SandboxTimeout(timeout_s) from None
        except (EOFError, BrokenPipeError):
            reason = self._reason()
            self._restart()
            raise SandboxDied(reason) from None

    def close(self) -> None:
        """Ends the child; a sandbox inherited over a fork only lets go of its pipes."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        if self._owner == os.getpid() and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        process = subprocess.Popen(  # noqa: S603 - our own module, run by our own interpreter
            [sys.executable, "-m", f"{__package__}.sandbox", str(self._cpu_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # parsers quote the structure; structures stay out of logs
            cwd=_ROOT,
            env=environment | {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            bufsize=0,
        )
        for stream in (process.stdin, process.stdout):
            os.set_blocking(_descriptor(stream), False)
        self._ready = False
        return process

    def _restart(self) -> None:
        self.close()
        self._process = self._start()

    def _await_ready(self) -> None:
        if self._ready:
            return
        try:
            self._receive(time.monotonic() + _START_TIMEOUT_S)
        except TimeoutError:
            self._restart()
            raise SandboxTimeout(_START_TIMEOUT_S) from None
        except EOFError:
            reason = self._reason()
            self._restart()
            raise SandboxDied(reason) from None
        self._ready = True

    def _send(self, data: bytes, deadline: float) -> None:
        descriptor = _descriptor(self._process.stdin)
        view = memoryview(data)
        while view:
            _wait(descriptor, select.POLLOUT, deadline)
            view = view[os.write(descriptor, view) :]

    def _receive(self, deadline: float) -> dict[str, Any]:
        (size,) = struct.unpack(">I", self._receive_bytes(4, deadline))
        if size > _MAX_FRAME_BYTES:
            raise EOFError
        value: dict[str, Any] = json.loads(self._receive_bytes(size, deadline))
        return value

    def _receive_bytes(self, size: int, deadline: float) -> bytes:
        descriptor = _descriptor(self._process.stdout)
        data = b""
        while len(data) < size:
            _wait(descriptor, select.POLLIN, deadline)
            chunk = os.read(descriptor, size - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return data

    def _reason(self) -> str:
        """Why the child ended, from its exit status."""
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "ended"
        reasons = {-signal.SIGXCPU: "cpu", -signal.SIGKILL: "killed", _EXIT_OUT_OF_MEMORY: "memory"}
        return reasons.get(status, "crash" if status < 0 else "ended")


def _descriptor(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise RuntimeError("the sandbox process was started without its pipes")
    return stream.fileno()


def _wait(descriptor: int, event: int, deadline: float) -> None:
    """Returns when the descriptor can be read or written, or has been closed at the other end."""
    poller = select.poll()
    poller.register(descriptor, event)
    remaining_ms = (deadline - time.monotonic()) * 1000
    if remaining_ms <= 0 or not poller.poll(remaining_ms):
        raise TimeoutError


_current: Sandbox | None = None
_current_lock = threading.Lock()


def sandbox() -> Sandbox:
    """The sandbox of this process, started at the first call."""
    global _current
    with _current_lock:
        if _current is None:
            _current = Sandbox()
        return _current


def interrupt_sandbox() -> None:
    """Ends what this process's sandbox is being asked, if it has one; see `Sandbox.interrupt`."""
    current = _current
    if current is not None:
        current.interrupt()


def close_sandbox() -> None:
    """Ends this process's sandbox; the next `sandbox()` starts another."""
    global _current
    with _current_lock:
        if _current is not None:
            _current.close()
        _current = None


def _forget_in_child() -> None:
    """A forked child leaves its parent's sandbox alone and will start its own."""
    global _current, _current_lock
    _current_lock = threading.Lock()
    inherited, _current = _current, None
    if inherited is not None:
        inherited.close()


os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(close_sandbox)
