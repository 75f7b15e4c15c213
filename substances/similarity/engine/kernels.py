"""Which kernel looks at columns: NumPy's, or the compiled one where numba is installed and worth its price.

Both find the same. numba costs a process its import and its memory (docs/benchmarks.md has the figures), so it is
imported by the first search of an index that is large enough, not before.
"""

from __future__ import annotations

import importlib
import os
from functools import cache
from importlib.util import find_spec
from typing import Literal, TypeAlias, cast, get_args

from .by_numpy import NumpyKernel
from .scan import Kernel

Fast: TypeAlias = Literal["auto", "numba", "numpy"]
#: Says `Fast` for every index that is not told otherwise.
VARIABLE = "BENIGNA_SIMILARITY_KERNEL"
#: From so many rows on.
WORTH_NUMBA_ROWS = 200_000


def kernel_for(rows: int, fast: Fast | None = None) -> Kernel:
    """The kernel for an index of so many rows; it may import numba.

    Args:
        fast: which one; None for what the environment says, and "auto" where it says nothing.

    Raises:
        ValueError: the environment names another kernel.
        ImportError: numba is asked for and not installed.
    """
    chosen = fast or os.environ.get(VARIABLE) or "auto"
    if chosen not in get_args(Fast):
        raise ValueError(f"{VARIABLE} is {chosen!r}; it is one of {', '.join(get_args(Fast))}")
    if chosen == "numba" or (chosen == "auto" and rows >= WORTH_NUMBA_ROWS and find_spec("numba")):
        return _numba()
    return _numpy()


@cache
def _numpy() -> Kernel:
    return NumpyKernel()


@cache
def _numba() -> Kernel:
    return cast(Kernel, importlib.import_module("substances.similarity.engine.by_numba").NumbaKernel())
