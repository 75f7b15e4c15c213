"""Names of work and the functions that do it; what the scheduler does again and again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from portal.jobs.running import Work

Handler: TypeAlias = "Callable[[Work], None]"
Interrupt: TypeAlias = Callable[[], object]
Chore: TypeAlias = Callable[[], object]

_handlers: dict[str, Handler] = {}
_interrupts: dict[str, Interrupt] = {}
_chores: dict[str, PeriodicChore] = {}


@dataclass(frozen=True)
class PeriodicChore:
    """Something the scheduler does every `seconds`."""

    name: str
    seconds: float
    function: Chore


class UnknownWork(LookupError):
    """No function is registered under this name in this process."""


def work(name: str) -> Callable[[Handler], Handler]:
    """Registers the decorated function as what does the jobs called `name`.

    It belongs in a `tasks` module, which only workers import, and may be called more than once for one job.

    Raises:
        ValueError: another function has the name already.
    """

    def register(function: Handler) -> Handler:
        known = _handlers.setdefault(name, function)
        if (known.__module__, known.__qualname__) != (function.__module__, function.__qualname__):
            raise ValueError(f"The work {name!r} is done by {known.__module__}.{known.__qualname__} already.")
        return function

    return register


def handler_of(name: str) -> Handler:
    """The function that does the jobs called `name`.

    Raises:
        UnknownWork: nothing in this process does.
    """
    try:
        return _handlers[name]
    except KeyError:
        raise UnknownWork(f"No work is called {name!r}; known are {', '.join(sorted(_handlers)) or 'none'}.") from None


def interrupts(function: Interrupt) -> Interrupt:
    """Registers the decorated function as what ends the thing a handler may be waiting for, when its job is called off.

    It is called from another thread while the handler runs, and may be called where the handler waits for nothing. It
    belongs in a `tasks` module.
    """
    _interrupts[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def interrupt_all() -> None:
    """Ends whatever the handler that runs in this process may be waiting for."""
    for function in _interrupts.values():
        function()


def every(seconds: float) -> Callable[[Chore], Chore]:
    """Registers the decorated function to be called by the scheduler every `seconds`, also right after it starts.

    It belongs in a `tasks` module. It is short (a second at most) or requests a job, and doing it twice does no harm.
    """

    def register(function: Chore) -> Chore:
        name = f"{function.__module__}.{function.__qualname__}"
        _chores[name] = PeriodicChore(name, seconds, function)
        return function

    return register


def chores() -> list[PeriodicChore]:
    """Everything that was registered with `every`, by name."""
    return [_chores[name] for name in sorted(_chores)]
