"""Fingerprints to search among: of the first structures of the reference library, or made ones spread alike."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from substances.chemistry.fingerprints import MORGAN, fingerprint

LIBRARY = Path("structures") / "library.smi.gz"
LIBRARY_ROWS = 1_048_617
WIDTH = MORGAN.bits // 8
_LINES_AT_ONCE = 20_000
_ROWS_AT_ONCE = 100_000
_BASE_ROWS = 20_000


def fingerprints(rows: int, folder: Path) -> tuple[NDArray[np.uint8], str]:
    """So many, shape (rows, 256), uint8, mapped from a file that is made once; and what they are.

    Up to `LIBRARY_ROWS` are those of structures where `BENIGNA_REFERENCE_DATA` names them; more are made from these.

    Args:
        folder: where the files are kept.
    """
    data = os.environ.get("BENIGNA_REFERENCE_DATA")
    library = Path(data) / LIBRARY if data else None
    if library is None or not library.is_file():
        return _kept(
            folder / f"made-{rows}.npy", rows, lambda: _grown(_made(_BASE_ROWS), rows)
        ), "made up, no structures"
    real = _kept(folder / f"{MORGAN}-{LIBRARY_ROWS}.npy", LIBRARY_ROWS, lambda: _of_structures(library, LIBRARY_ROWS))
    if rows <= len(real):
        return real[:rows], f"{MORGAN} of the library's first structures"
    return _kept(folder / f"{MORGAN}-{rows}-grown.npy", rows, lambda: _grown(real, rows)), "made from the library's"


def _kept(path: Path, rows: int, make: Callable[[], Iterator[NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        into = np.lib.format.open_memmap(half, "w+", np.uint8, (rows, WIDTH))
        start = 0
        for part in make():
            into[start : start + len(part)] = part
            start += len(part)
        if start != rows:
            raise SystemExit(f"{start} fingerprints were made for {path.name}, not {rows}.")
        into.flush()
        half.replace(path)
    kept: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return kept


def _of_structures(library: Path, rows: int) -> Iterator[NDArray[np.uint8]]:
    with gzip.open(library, "rt", encoding="utf-8") as lines, ProcessPoolExecutor(os.cpu_count()) as pool:
        first = islice(lines, rows)
        yield from pool.map(_of_lines, iter(lambda: list(islice(first, _LINES_AT_ONCE)), []))


def _of_lines(lines: list[str]) -> NDArray[np.uint8]:
    """Of lines `SMILES name`; one that is no structure has no bit, so that rows stay lines."""
    with rdBase.BlockLogs():
        mols = [Chem.MolFromSmiles(line.split()[0]) if line.strip() else None for line in lines]
    made = (bytes(WIDTH) if mol is None else fingerprint(mol) for mol in mols)
    return np.frombuffer(b"".join(made), dtype=np.uint8).reshape(len(lines), WIDTH)


def _made(rows: int) -> NDArray[np.uint8]:
    """Bits as frequent as those of molecules: some in most of them, most in one of fifty; 48 in the mean."""
    random = np.random.default_rng(2026)
    share = 0.88 * np.exp(-np.arange(8 * WIDTH) / 14) + 0.017
    return np.packbits(random.random((rows, 8 * WIDTH), dtype=np.float32) < random.permutation(share), axis=1)


def _grown(base: NDArray[np.uint8], rows: int) -> Iterator[NDArray[np.uint8]]:
    """Each one of the base without a sixteenth of its bits, with a sixteenth of another's."""
    random = np.random.default_rng(2027)
    for start in range(0, rows, _ROWS_AT_ONCE):
        count = min(_ROWS_AT_ONCE, rows - start)
        one, other = (base[np.sort(random.integers(0, len(base), count))] for _ in range(2))
        few = [_one_of_sixteen(random, count) for _ in range(2)]
        yield (one & ~few[0]) | (other[random.permutation(count)] & few[1])


def _one_of_sixteen(random: np.random.Generator, rows: int) -> NDArray[np.uint8]:
    words = random.integers(0, 2**64, (4, rows, WIDTH // 8), dtype=np.uint64)
    few: NDArray[np.uint64] = np.bitwise_and.reduce(words)
    return few.view(np.uint8)
