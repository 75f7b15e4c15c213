"""The sandbox process: reads foreign structures where dying is allowed. `python -m substances.chemistry.sandbox 5`.

No Django, no database, no secrets in its environment. It reads requests from standard input and writes answers to
standard output, each a 4-byte big-endian length and JSON. Limits: data 512 MB, processor time for each request (the
argument, in seconds), no core file, no file written. It ends when its input ends, after many requests, or when grown.
"""

from __future__ import annotations

import base64
import json
import math
import os
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeAlias

from rdkit import Chem

from .depict import depict, laid_out
from .envelope import MAX_ATOMS_QUERY, MAX_ATOMS_REGISTRY, notation_named
from .explain_operations import compare, share
from .fingerprints import stored_fingerprints
from .groups import GroupRule, match_group
from .issues import structure_issues
from .library_reading import library_keys, read_for_library
from .messages import ChemistryError
from .molfile import molfile_of
from .parse import listen_to_rdkit, read_molecule
from .query_operations import query_matches, read_for_search
from .standardise import STANDARDISER, standardise

Answer: TypeAlias = dict[str, Any]

DATA_BYTES = 512 * 2**20
MAX_REQUESTS = 2_000
MAX_RESIDENT_KB = 400 * 1024
MAX_FRAME_BYTES = 16 * 2**20
EXIT_OUT_OF_MEMORY = 77


def main() -> NoReturn:
    """Answers requests until the input ends."""
    cpu_s = int(sys.argv[1])
    requests, answers = _take_over_streams()
    _limit(resource.RLIMIT_DATA, DATA_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    listen_to_rdkit()
    try:
        _write(answers, {"ready": True})
        for served in range(1, MAX_REQUESTS + 1):
            request = _read(requests)
            if request is None:
                break
            _allow_cpu(cpu_s)
            answer = _answer(request, parts=lambda part: _write_part(answers, part, cpu_s))
            last = served == MAX_REQUESTS or _resident_kb() > MAX_RESIDENT_KB
            _write(answers, {"answer": answer, "last": last})
            if last:
                break
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(0)  # the worker is gone
    os._exit(0)  # without tearing RDKit down


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Binary input and output of this process; whatever else prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (most, most))


def _allow_cpu(seconds: int) -> None:
    """Lets this process use so many more seconds of processor time; then the kernel ends it by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _resident_kb() -> int:
    # Not ru_maxrss: it outlives exec, so that the child of a large worker would seem large itself.
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except FileNotFoundError:  # not Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024


def _read(stream: BinaryIO) -> Answer | None:
    """The next request; None at the end of input."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack(">I", head)
    if size > MAX_FRAME_BYTES:
        return None
    request: Answer = json.loads(stream.read(size))
    return request


def _write(stream: BinaryIO, value: Answer) -> None:
    body = json.dumps(value, separators=(",", ":")).encode()
    stream.write(struct.pack(">I", len(body)) + body)
    stream.flush()


def _write_part(stream: BinaryIO, part: Answer, cpu_s: int) -> None:
    _write(stream, {"part": part})
    _allow_cpu(cpu_s)


def _answer(request: Answer, *, parts: Callable[[Answer], None]) -> Answer:
    """The answer of one operation; a refusal or a fault of ours is an answer too.

    Args:
        request: its name and arguments.
        parts: takes what an operation answers before its end.
    """
    try:
        if request["op"] in STREAMS:
            for part in STREAMS[request["op"]](**request["args"]):
                parts(part)
            return {}
        return OPERATIONS[request["op"]](**request["args"])
    except ChemistryError as error:
        return {"error": {**error.note.as_dict(), "position": error.position}}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever RDKit throws is told to the worker, by name only
        fault = ChemistryError("internal", what=type(error).__name__)
        return {"error": {**fault.note.as_dict(), "position": None}}


def _ping() -> Answer:
    keys = {name: [str(key) for key in library_keys(paths=name == "with_paths")] for name in ("plain", "with_paths")}
    return {"standardiser": STANDARDISER, "pid": os.getpid(), "library_keys": keys}


def _read_structure(
    text: str,
    format: str,
    max_atoms: int = MAX_ATOMS_QUERY,
    label: str = "",
    svg: bool = True,
) -> Answer:
    """Standard form, fingerprints (base64, by key), drawing, molfile and issues of one structure."""
    record, mol = standardise(text, notation_named(format), max_atoms=max_atoms)
    own = _fingerprints(mol)
    flat = laid_out(mol) if svg else None
    parent = own if record.parent.smiles == record.smiles else _parent_fingerprints(record.parent.smiles)
    return {
        "format": format,
        "smiles": record.smiles,
        "inchi": record.inchi,
        "inchikey": record.inchikey,
        "formula": record.formula,
        "mass_g_per_mol": record.mass_g_per_mol,
        "parent_smiles": record.parent.smiles,
        "parent_inchikey": record.parent.inchikey,
        "parent_notes": [note.as_dict() for note in record.parent.notes],
        "changes": [note.as_dict() for note in record.changes],
        "issues": [{"score": issue.score, **issue.note.as_dict()} for issue in structure_issues(mol)],
        "standardiser": record.standardiser,
        "heavy_atoms": mol.GetNumHeavyAtoms(),
        "elements": sorted({atom.GetSymbol() for atom in mol.GetAtoms()}),
        "fingerprints": own,
        "parent_fingerprints": parent,
        "svg": depict(mol, label=label or record.formula, flat=flat) if flat else None,
        "molfile": molfile_of(mol, flat=flat) if flat else None,
    }


def _parent_fingerprints(smiles: str | None) -> dict[str, str] | None:
    """Fingerprints of the parent, or None if there is none."""
    return None if smiles is None else _fingerprints(_stored(smiles))


def _fingerprints(mol: Chem.Mol) -> dict[str, str]:
    return {key: base64.b64encode(bits).decode() for key, bits in stored_fingerprints(mol).items()}


def _stored(smiles: str) -> Chem.Mol:
    """The molecule of a SMILES that we wrote ourselves."""
    return read_molecule(smiles, "smiles", max_atoms=MAX_ATOMS_REGISTRY)[0]


def _depict(
    smiles: str, label: str, highlight_atoms: tuple[int, ...] = (), highlight_bonds: tuple[int, ...] | None = None
) -> Answer:
    """The drawing of a stored structure; highlights count atoms and bonds as they are written in `smiles`."""
    mol = _stored(smiles)
    return {"svg": depict(mol, label=label, highlight_atoms=highlight_atoms, highlight_bonds=highlight_bonds)}


def _group_match(smiles: str, rules: dict[str, GroupRule]) -> Answer:
    """For each named rule whether the structure is a member, and by which atoms."""
    mol = _stored(smiles)
    found = {name: match_group(mol, rule) for name, rule in rules.items()}
    return {"groups": {name: {"member": a.member, "atoms": list(a.atoms)} for name, a in found.items()}}


def _groups_match(smiles: list[str], rules: dict[str, GroupRule]) -> Answer:
    """For each stored structure the rules it fulfils: by which atoms, and which of their exemptions hold."""
    return {"found": [_rules_met(_stored(one), rules) for one in smiles]}


def _rules_met(mol: Chem.Mol, rules: dict[str, GroupRule]) -> dict[str, Answer]:
    answers = {name: match_group(mol, rule) for name, rule in rules.items()}
    return {
        name: {"member": a.member, "atoms": list(a.atoms), "exempt": list(a.exempt)}
        for name, a in answers.items()
        if a.member or a.exempt
    }


def _read_many(structures: list[tuple[str, str]], paths: bool = False) -> Answer:
    """For each text and notation what a library stores of it, or why it stores nothing."""
    return {"structures": read_for_library(structures, paths=paths)}


OPERATIONS: dict[str, Callable[..., Answer]] = {
    "ping": _ping,
    "read": _read_structure,
    "depict": _depict,
    "group_match": _group_match,
    "groups_match": _groups_match,
    "read_query": read_for_search,
    "read_many": _read_many,
    "compare": compare,
    "share": share,
}

# Answered in parts, each with the processor time of a request to itself; an empty answer ends them.
STREAMS: dict[str, Callable[..., Iterator[Answer]]] = {"query_matches": query_matches}

if __name__ == "__main__":
    main()
