"""What the chemistry room says of the structures of a catalogue, asked in its sandbox process."""

from __future__ import annotations

import base64
import dataclasses
import queue
import zlib
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from substances.chemistry.sandbox_client import Sandbox, SandboxFailed, sandbox

T = TypeVar("T")
R = TypeVar("R")
# Beside the structures of a registry the limits of a stranger's query need not hold.
MAX_ATOMS_REGISTRY = 999
# A sandbox takes about a second to start and some milliseconds for a structure.
_WORTH_A_SECOND = 200


class StructureUnread(ValueError):
    """A structure that the chemistry room refuses, or that ended the sandbox; the message says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """One structure as the chemistry room read it.

    Attributes:
        parent_reason: code of why there is no parent, or of what was left out of it; "" where it is the same.
        issues: as `substances.chemistry.issues` scores them, as JSON values.
        molfile_deflated: as `Structure.molfile_deflated`.
        fingerprints, parent_fingerprints: bytes by key.
    """

    smiles: str
    inchi: str
    inchikey: str
    formula: str
    mass_g_per_mol: float | None
    parent_smiles: str | None
    parent_inchikey: str | None
    parent_reason: str
    issues: list[dict[str, Any]]
    svg: str
    molfile_deflated: bytes
    standardiser: str
    fingerprints: Mapping[str, bytes]
    parent_fingerprints: Mapping[str, bytes]


def measure(box: Sandbox, text: str, *, notation: str = "smiles", label: str = "", svg: bool = True) -> Measured:
    """The standard form, drawing and fingerprints of one SMILES, InChI or molfile.

    Raises:
        StructureUnread: refused or unreadable, or the sandbox died of it.
    """
    answer = _ask(box, "read", text=text, format=notation, max_atoms=MAX_ATOMS_REGISTRY, label=label, svg=svg)
    notes = answer["parent_notes"]
    return Measured(
        smiles=answer["smiles"],
        inchi=answer["inchi"] or "",
        inchikey=answer["inchikey"] or "",
        formula=answer["formula"],
        mass_g_per_mol=answer["mass_g_per_mol"],
        parent_smiles=answer["parent_smiles"] if answer["parent_inchikey"] else None,
        parent_inchikey=answer["parent_inchikey"] if answer["parent_smiles"] else None,
        parent_reason=notes[0]["code"] if notes else "",
        issues=answer["issues"],
        svg=answer["svg"] or "",
        molfile_deflated=zlib.compress(answer["molfile"].encode()) if answer["molfile"] else b"",
        standardiser=answer["standardiser"],
        fingerprints=_decoded(answer["fingerprints"]),
        parent_fingerprints=_decoded(answer["parent_fingerprints"] or {}),
    )


def in_sandboxes(work: Callable[[Sandbox, T], R], items: Collection[T]) -> list[R]:
    """What `work` makes of each item, in their order: in this process's sandbox, shared with a second where it pays.

    Raises:
        StructureUnread, CatalogueError: the first that `work` raised.
    """
    if len(items) < _WORTH_A_SECOND:
        return [work(sandbox(), item) for item in items]
    free: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()

    def one(item: T) -> R:
        box = free.get()
        try:
            return work(box, item)
        finally:
            free.put(box)

    with Sandbox() as second, ThreadPoolExecutor(2) as threads:
        free.put(sandbox())
        free.put(second)
        return list(threads.map(one, items))


def _ask(box: Sandbox, op: str, timeout_s: float = 5.0, **args: Any) -> dict[str, Any]:
    try:
        answer = box.call(op, timeout_s, **args)
    except SandboxFailed as error:
        raise StructureUnread(str(error)) from error
    if "error" in answer:
        raise StructureUnread(answer["error"]["message"])
    return answer


def _decoded(fingerprints: Mapping[str, str]) -> dict[str, bytes]:
    return {key: base64.b64decode(text) for key, text in fingerprints.items()}
