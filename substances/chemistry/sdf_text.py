"""SD files taken apart as text: one block for each record, whatever is broken in it. No RDKit here.

A reader that trusts the file returns 8 records of 10: a `$$$$` that is missing glues two records together, a broken
one ends the file. Here every `$$$$` ends a block and every counts line begins one, so that blocks can be counted.

Source: BIOVIA, CTfile Formats: SDfile.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator

# A molfile of the largest structure that is read has some 200 kB; data items can be longer.
MAX_BLOCK_CHARACTERS = 2 * 2**20
HEADER_LINES = 3
_COUNTS = re.compile(r"[ \d]{6}.{24,40}V[23]000\s*", re.ASCII)
_END = "M  END"


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """What stands between two ends of a record.

    Attributes:
        line: of the file, where it begins; counts from 1.
        lines: without line ends; at most `MAX_BLOCK_CHARACTERS` of them, the rest is left out.
        closed: whether `$$$$` stands behind it.
        too_long: whether something was left out.
    """

    line: int
    lines: list[str]
    closed: bool = True
    too_long: bool = False

    @property
    def molfile(self) -> str:
        """Up to its `M  END`; all of it where there is none."""
        end = next((index for index, line in enumerate(self.lines) if line.rstrip() == _END), None)
        return "\n".join([*(self.lines if end is None else self.lines[: end + 1]), ""])


def sdf_blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The records of an SD file, in its order; what follows the last `$$$$` is one too, unless it is blank.

    Args:
        lines: of the file, with or without line ends.
    """
    growing = _Growing(1)
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if line.rstrip() == "$$$$":
            yield growing.block(closed=True)
            growing = _Growing(number + 1)
            continue
        if growing.ends and _COUNTS.fullmatch(line):  # the '$$$$' before this record's header is missing
            header = growing.take_header()
            yield growing.block(closed=False)
            growing = _Growing(number - len(header))
            for one in header:
                growing.add(one)
        growing.add(line)
    if any(line.strip() for line in growing.lines):
        yield growing.block(closed=False)


class _Growing:
    """The block that is being read."""

    def __init__(self, line: int) -> None:
        self.line, self.lines = line, list[str]()
        self.characters = 0
        self.too_long = False
        self.ends = False

    def add(self, line: str) -> None:
        self.characters += len(line) + 1
        if self.characters > MAX_BLOCK_CHARACTERS:
            self.too_long = True
            return
        self.ends = self.ends or line.rstrip() == _END
        self.lines.append(line)

    def take_header(self) -> list[str]:
        """The lines in front of a counts line, taken from the end of what was read; none from the structure itself."""
        end = max(index for index, line in enumerate(self.lines) if line.rstrip() == _END)
        start = max(end + 1, len(self.lines) - HEADER_LINES)
        header = self.lines[start:]
        del self.lines[start:]
        return header

    def block(self, *, closed: bool) -> Block:
        return Block(self.line, self.lines, closed, self.too_long)
