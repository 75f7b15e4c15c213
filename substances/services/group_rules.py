"""Rules of groups put to structures, in the sandbox process: many structures and many rules at a time."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import queue
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Self, TypeAlias

from substances.chemistry.sandbox_client import Sandbox, SandboxFailed, sandbox

# One request to the sandbox; five seconds of processor time are for all of them.
STRUCTURES_AT_ONCE = 50
_TIMEOUT_S = 20.0

Rules: TypeAlias = Mapping[str, Mapping[str, Any]]


def fingerprint_of_rule(rule: Mapping[str, Any]) -> str:
    """SHA-256 of a rule in normal form: the same for the same rule, however its parts are ordered."""
    return hashlib.sha256(json.dumps(rule, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class RuleUnread(ValueError):
    """A rule that the chemistry room cannot read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Met:
    """A rule that a structure fulfils.

    Attributes:
        member: false where an exemption of the rule itself takes it out.
        atoms: that make it a member, 0-based, as in its SMILES.
        exempt: which of the rule's exemptions hold, 0-based.
    """

    member: bool
    atoms: tuple[int, ...]
    exempt: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What the rules said of one structure: those it fulfils, by name; or why there is no answer."""

    met: Mapping[str, Met] = dataclasses.field(default_factory=dict)
    problem: str = ""

    @property
    def members_of(self) -> set[str]:
        """Names of the rules by which it is a member."""
        return {name for name, met in self.met.items() if met.member}


class RuleAsker:
    """Sandbox processes that put rules to structures, side by side.

    Args:
        boxes: how many; the first is this process's own.
        remembers: whether a structure that was put to a set of rules is not put to the same again.
    """

    def __init__(self, *, boxes: int = 1, remembers: bool = False) -> None:
        self._boxes = boxes
        self._remembered: dict[tuple[str, str], Met | None] | None = {} if remembers else None
        self._stack = ExitStack()
        self._free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self._free.put(sandbox())
        for _ in range(self._boxes - 1):
            self._free.put(self._stack.enter_context(Sandbox()))
        self._threads = self._stack.enter_context(ThreadPoolExecutor(self._boxes))
        return self

    def __exit__(self, *of: object) -> None:
        self._stack.close()

    def ask(self, smiles: Collection[str], rules: Rules) -> list[Asked]:
        """What the rules say of each stored structure, in their order.

        A structure that ends the sandbox, or that no rule can be put to, is a problem of its own and of no other.

        Raises:
            RuleUnread: a rule cannot be read, whatever the structure.
        """
        if not rules:
            return [Asked() for _ in smiles]
        marks = {name: fingerprint_of_rule(rule) for name, rule in rules.items()}
        known = {one: asked for one in smiles if (asked := self._recalled(one, marks)) is not None}
        every = [one for one in dict.fromkeys(smiles) if one not in known]
        parts = [every[start : start + STRUCTURES_AT_ONCE] for start in range(0, len(every), STRUCTURES_AT_ONCE)]
        answers = self._threads.map(lambda part: self._part(part, rules), parts)
        for one, asked in zip(every, (asked for answer in answers for asked in answer), strict=True):
            known[one] = asked
            self._remember(one, marks, asked)
        return [known[one] for one in smiles]

    def _recalled(self, smiles: str, marks: Mapping[str, str]) -> Asked | None:
        memory = self._remembered
        if memory is None or any((smiles, mark) not in memory for mark in marks.values()):
            return None
        return Asked({name: met for name, mark in marks.items() if (met := memory[smiles, mark]) is not None})

    def _remember(self, smiles: str, marks: Mapping[str, str], asked: Asked) -> None:
        if self._remembered is not None and not asked.problem:
            self._remembered |= {(smiles, mark): asked.met.get(name) for name, mark in marks.items()}

    def _part(self, smiles: list[str], rules: Rules) -> list[Asked]:
        box = self._free.get()
        try:
            try:
                return _asked(box, smiles, rules)
            except _NoAnswer:
                check_rules(box, rules)
                return [_alone(box, one, rules) for one in smiles]
        finally:
            self._free.put(box)


class _NoAnswer(ValueError):
    """The sandbox refused or died."""


def check_rules(box: Sandbox, rules: Rules) -> None:
    """Does nothing where every rule can be read.

    Raises:
        RuleUnread: naming the first that cannot.
    """
    for name, rule in rules.items():
        try:
            _asked(box, ["C", "[Na+].[Cl-]", "c1ccccc1"], {name: rule})
        except _NoAnswer as error:
            raise RuleUnread(f"{name}: {error}") from error


def _alone(box: Sandbox, smiles: str, rules: Rules) -> Asked:
    try:
        return _asked(box, [smiles], rules)[0]
    except _NoAnswer as error:
        return Asked(problem=str(error)[:200])


def _asked(box: Sandbox, smiles: Sequence[str], rules: Rules) -> list[Asked]:
    try:
        answer = box.call("groups_match", _TIMEOUT_S, smiles=list(smiles), rules=dict(rules))
    except SandboxFailed as error:
        raise _NoAnswer(str(error)) from error
    if "error" in answer:
        raise _NoAnswer(answer["error"]["message"])
    return [
        Asked({name: Met(a["member"], tuple(a["atoms"]), tuple(a["exempt"])) for name, a in one.items()})
        for one in answer["found"]
    ]
