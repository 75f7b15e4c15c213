"""An index as files, made and mapped again: what the benchmark and the processes it starts share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from substances.similarity.engine.column_index import ColumnIndex
from substances.similarity.engine.columns import Columns, columns_of
from substances.similarity.engine.kernels import Fast

ARRAYS = ("bitmaps", "rows", "counts", "starts")


def kept_columns(fingerprints: NDArray[np.uint8], folder: Path, clock: Callable[[], float]) -> tuple[Path, float]:
    """Columns written to files in a new folder, and in how many seconds they were made."""
    folder.mkdir(parents=True, exist_ok=True)
    began = clock()
    columns = columns_of(
        fingerprints, lambda shape: np.lib.format.open_memmap(folder / "bitmaps.npy", "w+", np.uint64, shape)
    )
    for name in ARRAYS[1:]:
        np.save(folder / f"{name}.npy", getattr(columns, name))
    np.save(folder / "ids.npy", np.arange(len(fingerprints), dtype=np.int64))
    return folder, clock() - began


def mapped(folder: Path) -> tuple[NDArray[np.int64], Columns]:
    """Ids and columns, mapped from the files that `kept_columns` wrote."""
    ids, *arrays = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("ids", *ARRAYS))
    return ids, Columns(*arrays)


def attached(folder: Path, kernel: Fast) -> ColumnIndex:
    """An index over the files that `kept_columns` wrote."""
    ids, columns = mapped(folder)
    return ColumnIndex.from_columns(ids, columns, fast=kernel)
